"""The desk's front door: what stands on its first page and in which order, and how a link's target is looked up."""

from collections import defaultdict
from enum import StrEnum
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Count
from django.http import HttpRequest
from django.template.response import TemplateResponse

from kb import desk, kinds
from kb.desk import Status
from kb.models.entry import Entry


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
    index_title = "What would you like to work on?"
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
        sections = self.get_app_list(request)
        counts = _counts()
        names = {kind.model: kind.name for kind in kinds.all_kinds()}
        for section in sections:
            for model in section["models"]:
                model["counts"] = counts.get(names.get(model["model"], ""))
        return super().index(request, {"app_list": sections, **(extra_context or {})})

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return EntryLookup.as_view(admin_site=self)(request)


def labelled(entry: Entry) -> str:
    """An entry's name with its kind, for lists that mix kinds."""
    return f"{entry.name} ({kinds.get(entry.kind).model._meta.verbose_name})"


def _counts() -> dict[str, dict[str, int]]:
    """For each kind: how many entries, how many of them readers see, how many have something that readers do not."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: {"all": 0, "live": 0, "waiting": 0})
    entries: Any = desk.with_status(Entry.objects.order_by())
    for kind, status, how_many in entries.values_list("kind", "status").annotate(how_many=Count("pk")):
        counts[kind]["all"] += how_many
        if status in (Status.LIVE, Status.LIVE_WITH_CHANGES):
            counts[kind]["live"] += how_many
        if status not in (Status.LIVE, Status.WITHDRAWN):
            counts[kind]["waiting"] += how_many
    return dict(counts)
