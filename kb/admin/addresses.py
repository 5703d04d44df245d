"""Where on the desk a page is found, and what people call its kind."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from kb import kinds
from kb.models.entry import Entry


def address_of(entry: Entry, page: str = "change") -> str:
    """`page`: “change” is the one on which it is edited; “history”, “approve” and the like are the others."""
    meta: Any = kinds.get(entry.kind).model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=[entry.pk])


def everything(**query: str) -> str:
    """The list of pages of every kind, narrowed down by this."""
    address = reverse("admin:kb_entry_changelist")
    return f"{address}?{urlencode(query)}" if query else address


def kind_name(entry: Entry) -> str:
    return str(kinds.get(entry.kind).model._meta.verbose_name)


def labelled(entry: Entry) -> str:
    """An entry's name with its kind, for lists that mix kinds."""
    return f"{entry.name} ({kind_name(entry)})"
