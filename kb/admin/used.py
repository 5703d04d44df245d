"""The page “where used” of one entry, and what the pages before withdrawing and merging show of it."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from kb import uses
from kb.admin.addresses import address_of, kind_name
from kb.models.entry import Entry
from kb.uses import Use

TITLE = "Where used"


def listed(entry: Entry) -> dict[str, Any]:
    """The context of `admin/entry/used_list.html`, which says it all in a few short lists."""
    found = uses.of(entry)
    return {
        "uses": found,
        "used_by": [
            ("Live pages that link to it", [_line(use) for use in found.live], found.more),
            ("Drafts that link to it", [_line(use) for use in found.drafts], 0),
            ("Coming releases that bring a link to it", [_line(use) for use in found.releases], 0),
            ("Pages that were merged into it", [_name(entry) for entry in found.merged], 0),
            ("Coming releases that would merge a page into it", [_line(use) for use in found.merging], 0),
        ],
    }


def page(model_admin: Any) -> Callable[..., HttpResponse]:
    """The view for entries of one kind."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        if not model_admin.has_view_or_change_permission(request):
            raise PermissionDenied
        entry = model_admin.get_object(request, unquote(object_id))
        if entry is None:
            missing: HttpResponse = model_admin.missing(request, object_id)
            return missing
        context = {
            **model_admin.admin_site.each_context(request),
            **listed(entry),
            "title": TITLE,
            "subtitle": entry.name,
            "opts": model_admin.opts,
            "label": model_admin.label,
            "entry": entry,
        }
        return TemplateResponse(request, "admin/entry/used.html", context)

    return view


def _name(entry: Entry) -> dict[str, Any]:
    return {"name": entry.name, "address": address_of(entry), "kind": kind_name(entry).capitalize()}


def _line(use: Use) -> dict[str, Any]:
    return _name(use.entry) | {"places": use.places, "via": use.via, "release": use.release}
