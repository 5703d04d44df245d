"""What a browser would do at the desk: open a form, change what is named, send it back."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import chain
from typing import Any
from unittest import mock

from django.contrib.auth.models import User
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import reverse

from kb import kinds
from kb.editing import newest_revision, said
from kb.models.editing import Revision
from kb.models.entry import Entry
from tests import story

Sent = dict[str, list[str]]
Desk = Client


class Form(HTMLParser):
    """Reads a page's form as a browser would send it back."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: Sent = {}
        self._select = self._text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in found:
            self._add(self._select, found.get("value", ""))
        elif tag == "textarea":
            self._text = "" if "__prefix__" in name else name
            self._add(name, "")
        elif tag == "input" and found.get("type") not in ("submit", "button"):
            if found.get("type") not in ("checkbox", "radio"):
                self._add(name, found.get("value", ""))
            elif "checked" in found:
                self._add(name, found.get("value", "on"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text:
            # The first line end of a text area is not part of its text; browsers send \r\n for the others.
            text = self.sent[self._text][-1].removeprefix("\n")
            self.sent[self._text][-1] = text.replace("\r\n", "\n").replace("\n", "\r\n")
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self.sent[self._text][-1] += data

    def _add(self, name: str, value: str) -> None:
        if name and "__prefix__" not in name:
            self.sent.setdefault(name, []).append(value)


def opened(desk: Desk, url: str, *, or_else: Sent | None = None) -> Sent:
    """What a browser would send of a page's form. A form of Django's is not put together, which takes very long.

    Without `or_else`, the page must open.
    """
    with mock.patch.object(SimpleTemplateResponse, "rendered_content", b""):
        response = desk.get(url)
    if response.status_code != 200 and or_else is not None:
        return or_else
    assert response.status_code == 200
    if "adminform" in response.context_data:
        return filled_in(response.context_data)
    return Form(response.rendered_content).sent


def filled_in(context: dict[str, Any]) -> Sent:
    """The same as `Form` reads from the page: test_admin.py compares the two for every kind."""
    form, inlines = context["adminform"].form, context["inline_admin_formsets"]
    fields = [*form, *chain.from_iterable(_fields_of(inline.formset) for inline in inlines)]
    sent: Sent = {}
    for field in fields:
        widget = getattr(field.field.widget, "widget", field.field.widget)  # links have one with buttons around it
        attrs = field.build_widget_attrs({}, widget)
        for name, value in _values_of(widget.get_context(field.html_name, field.value(), attrs)["widget"]):
            sent.setdefault(name, []).append(value)
    return sent


def _fields_of(formset: Any) -> Iterator[Any]:
    yield from formset.management_form
    for row in formset:
        yield from (field for field in row if field.name != "DELETE" or row.instance.pk)


def _values_of(widget: dict[str, Any]) -> Iterator[tuple[str, str]]:
    options = [option for _, group, _ in widget.get("optgroups", ()) for option in group]
    if "optgroups" in widget:
        yield from ((widget["name"], str(option["value"])) for option in options if option["selected"])
    elif widget.get("type") != "checkbox":
        text = str(widget["value"]) if widget["value"] is not None else ""
        yield widget["name"], text.replace("\r\n", "\n").replace("\n", "\r\n") if "type" not in widget else text
    elif widget["attrs"].get("checked"):
        yield widget["name"], widget["value"] or "on"


def add_row(sent: Sent, prefix: str, **values: Any) -> None:
    """Presses “Add another” and fills the new row in."""
    index = int(sent[f"{prefix}-TOTAL_FORMS"][0])
    sent[f"{prefix}-TOTAL_FORMS"] = [str(index + 1)]
    for name, value in values.items():
        sent[f"{prefix}-{index}-{name}"] = value if isinstance(value, list) else [str(value)]


def errors(response: Any) -> str:
    """The text of a page that was refused; a saved form would have led elsewhere."""
    assert response.status_code == 200
    return str(response.content.decode())


def newest(entry: Entry) -> Revision:
    revision = newest_revision(entry)
    assert revision is not None
    return revision


def wording(entry: Entry) -> story.Json:
    return said(newest(entry))


def url(entry: Entry, page: str = "change") -> str:
    return reverse(f"admin:{_meta(entry.kind).app_label}_{_meta(entry.kind).model_name}_{page}", args=[entry.pk])


def list_url(kind: str, page: str = "changelist") -> str:
    return reverse(f"admin:{_meta(kind).app_label}_{_meta(kind).model_name}_{page}")


def _meta(kind: str) -> Any:
    return kinds.get(kind).model._meta


def at_desk(person: User) -> Desk:
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    return client


def publishing(desk: Desk, entry: Entry, **changes: list[str]) -> Any:
    """Opens the page to approve, changes what is named, says that it is read, presses “Approve and publish now”."""
    return pressed(desk, url(entry, "approve"), publish=["now"], **changes)


def pressed(desk: Desk, page: str, **changes: list[str]) -> Any:
    """Opens a page of review, ticks what must be read, changes what is named, presses the button."""
    html = desk.get(page).content.decode()
    sent = Form(html).sent | {"read": re.findall(r'name="read" value="(\w+)"', html)}
    return desk.post(page, sent | changes)
