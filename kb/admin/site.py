"""The desk's front door: what stands on its first page and in which order, and how a link's target is looked up."""

from collections import defaultdict
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone

from kb import kinds
from kb.admin import home
from kb.admin.addresses import labelled
from kb.models.entry import Entry
from kb.workflow import Status


class Section(StrEnum):
    """The parts of the first page, from the top."""

    ARTICLES = "Articles"
    BUILDING_BLOCKS = "Building blocks"
    RELEASES = "What went live"
    PEOPLE = "People and access"


class EntryLookup(AutocompleteJsonView):
    """Answers what somebody types into a link field."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        label = labelled(obj) if self.source_field.remote_field.model is Entry else str(obj)
        if getattr(obj, "status", "") == Status.WITHDRAWN:
            label += " – withdrawn"
        return {"id": str(getattr(obj, to_field_name)), "text": label}


class DeskSite(admin.AdminSite):
    site_header = "Stride KB"
    site_title = "Stride KB"
    index_title = "Your desk"
    site_url = None

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Groups by what people do, not by Django app. A model admin's `section` and `rank` say where it stands."""
        if app_label:
            return super().get_app_list(request, app_label)
        listed = defaultdict(list)
        for app in super().get_app_list(request):
            for model in app["models"]:
                model_admin: Any = self._registry[model["model"]]
                model["name"] = getattr(model_admin, "label", "") or model["name"]
                model["about"] = getattr(model_admin, "about", "")
                model["rank"] = getattr(model_admin, "rank", 0)
                model["singular"] = str(model["model"]._meta.verbose_name)
                listed[getattr(model_admin, "section", Section.PEOPLE)].append(model)
        return [
            {
                "name": section.value,
                "app_label": section.name.lower(),
                "app_url": "",
                "has_module_perms": True,
                "models": sorted(listed[section], key=lambda model: (model["rank"], model["name"])),
            }
            for section in Section
            if listed[section]
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Only what somebody may see: the trays come from their own rights, the kinds from the list at the side."""
        sections = self.get_app_list(request)
        desk = home.desk_for(request.user, now=timezone.now())
        names = {kind.model: kind.name for kind in kinds.all_kinds()}
        for section in sections:
            for model in section["models"]:
                model["counts"] = desk.get("numbers", {}).get(names.get(model["model"], ""))
        return super().index(request, {"app_list": sections, **desk, **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        """Without the way from any row to “its page” on the site: nothing here has one."""
        return [one for one in super().get_urls() if getattr(one, "name", "") != "view_on_site"]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """PostgreSQL cannot look for a NUL character, whichever filter it stands in; nothing holds one."""

        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if "%00" in request.META.get("QUERY_STRING", ""):
                request.GET = _without_nul(request.GET)  # type: ignore[assignment]  # the stubs want it immutable
            return view(request, *args, **kwargs)

        return super().admin_view(asked, cacheable)

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return EntryLookup.as_view(admin_site=self)(request)


def _without_nul(asked: QueryDict) -> QueryDict:
    cleaned = asked.copy()
    for name, values in asked.lists():
        cleaned.setlist(name, [value.replace("\0", "") for value in values])
    return cleaned
