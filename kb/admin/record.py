"""The record on the desk: read by whoever may, changed by nobody."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from kb import record
from kb.admin.addresses import address_of
from kb.admin.kernel import NeverChanged
from kb.admin.listing import searchable
from kb.admin.site import Section
from kb.admin.standing import name_of
from kb.models.editing import Step
from kb.record import Act, Cursor, Wanted


@dataclass(frozen=True)
class Line:
    act: Act
    who: str
    address: str


@admin.register(Step)
class RecordAdmin(NeverChanged, admin.ModelAdmin):
    """One page, of three tables. No step has a page of its own, so that there is nothing to change it with."""

    section = Section.PEOPLE
    rank = 20
    label = "Record"
    about = "Who did what to which wording, and when. Nobody can change it."

    def get_urls(self) -> list[Any]:
        return [path("", self.admin_site.admin_view(self.changelist_view), name="kb_step_changelist")]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = _wanted(request)
        acts, cursor = record.acts(wanted, before=Cursor.read(request.GET.get("before", "")))
        context = {
            **self.admin_site.each_context(request),
            "title": self.label,
            "opts": self.opts,
            "lines": [Line(act, name_of(act.by) if act.by else _nobody(act), _address(act)) for act in acts],
            "wanted": wanted,
            "acts": record.ACTS,
            "people": [(person.pk, name_of(person), person.is_active) for person in _people()],
            "older": _query(request, before=str(cursor)) if cursor else "",
            "newest": _query(request) if "before" in request.GET else "",
        }
        return TemplateResponse(request, "admin/record.html", context)


def _wanted(request: HttpRequest) -> Wanted:
    by = request.GET.get("by", "")
    act = request.GET.get("act", "")
    return Wanted(
        by=int(by) if by.isascii() and by.isdigit() and len(by) < 10 else None,
        page=searchable(request.GET.get("page", "")),
        act=act if act in dict(record.ACTS) else "",
    )


def _query(request: HttpRequest, **more: str) -> str:
    kept = {name: request.GET[name] for name in ("by", "page", "act") if request.GET.get(name)}
    return f"?{urlencode(kept | more)}"


def _people() -> Any:
    """Those who left stand here too: what they did stays."""
    return get_user_model()._default_manager.order_by("-is_active", "username")


def _nobody(act: Act) -> str:
    return "The content pack" if act.entry else "The server"


def _address(act: Act) -> str:
    if act.release:
        return reverse("admin:kb_release_change", args=[act.release.pk])
    assert act.entry is not None  # a database constraint
    return address_of(act.entry, "history")
