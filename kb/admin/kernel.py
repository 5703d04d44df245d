"""The kernel's own tables on the desk: all entries, whatever their kind; and rows that nobody edits."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kb import kinds, queues, workflow
from kb.admin import bulk
from kb.admin.addresses import address_of, kind_name
from kb.admin.base import StatusFilter, badges
from kb.admin.listing import MixedList, OwnQuestions
from kb.admin.site import Section
from kb.admin.standing import name_of
from kb.models.entry import Entry
from kb.queues import with_facts


class NeverChanged:
    """Rows that people read and nobody edits."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class QueueFilter(admin.SimpleListFilter):
    title = "what waits"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(queue.name, queue.label) for queue in queues.for_person(request.user)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        queue = queues.of(self.value() or "")
        return queue.pick(queryset, person=request.user, today=timezone.now().date()) if queue else queryset


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.name, str(kind.model._meta.verbose_name).capitalize()) for kind in kinds.all_kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class LiveFilter(admin.SimpleListFilter):
    title = "readers"
    parameter_name = "live"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Live now"), ("no", "Not live")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(live_revision_id__isnull=self.value() == "no") if self.value() else queryset


@admin.register(Entry)
class AnyEntryAdmin(OwnQuestions, NeverChanged, admin.ModelAdmin):
    """Pages of all kinds in one list, which leads to the forms of their kinds. Answers link fields to any kind, too."""

    section = Section.ARTICLES
    rank = 900
    label = "All pages"
    about = "Everything in one list, to search and to sort."

    list_display = ("name", "which_kind", "standing", "last_saved", "next_review")
    list_filter = (QueueFilter, StatusFilter, KindFilter, LiveFilter)
    ordering = ("name", "id")
    list_per_page = 50
    list_max_show_all = 500
    show_full_result_count = True
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "admin/entry/everything.html"
    actions = bulk.ACTIONS

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None for those who may not use them."""
        return super().get_actions(request) if workflow.may(request.user, workflow.APPROVE_IT) else {}

    def get_urls(self) -> list[Any]:
        return [*bulk.urls(), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Sorted last of all: a queue's order is by what `with_facts` works out."""
        return with_facts(Entry.objects.all()).order_by(*self.get_ordering(request))

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        synonyms = [
            f"{kind.model._meta.model_name}__synonyms" for kind in kinds.all_kinds() if "synonyms" in kind.columns
        ]
        return ["name", "slug", *synonyms]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        queue = queues.of(request.GET.get(QueueFilter.parameter_name, ""))
        return (*queue.order_by, "id") if queue else self.ordering

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[MixedList]:
        return MixedList

    def response_action(self, request: HttpRequest, queryset: Any, *args: Any) -> HttpResponse | None:
        try:
            return super().response_action(request, queryset, *args)
        except ValidationError:
            raise BadRequest("What was ticked are no pages.") from None

    @admin.display(description="Kind", ordering="kind")
    def which_kind(self, entry: Entry) -> str:
        return kind_name(entry).capitalize()

    @admin.display(description="Status", ordering="status")
    def standing(self, entry: Any) -> SafeString:
        return badges(entry)

    @admin.display(description="Last saved", ordering="saved_at")
    def last_saved(self, entry: Any) -> SafeString | str:
        if entry.facts.saved_at is None:
            return "Never"
        day = date_format(entry.facts.saved_at, "j F Y")
        return format_html('{} <span class="by">{}</span>', day, name_of(entry.saved_by))

    @admin.display(description="Next review", ordering="next_review_on")
    def next_review(self, entry: Any) -> SafeString | str:
        day = entry.facts.next_review_on
        if day is None:
            return ""
        overdue = "overdue since " if day < timezone.now().date() else ""
        return format_html('<span class="due">{}{}</span>', overdue, date_format(day, "j F Y"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        queue = queues.of(request.GET.get(QueueFilter.parameter_name, ""))
        context = {"title": queue.label if queue else self.label, "subtitle": None, "queue": queue}
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._led_to("change", request, object_id)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self._led_to("history", request, object_id)

    def _led_to(self, page: str, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page of that kind's own; for those who may look at all."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        entry = self.get_object(request, unquote(object_id))
        return HttpResponseRedirect(address_of(entry, page) if entry else reverse("admin:index"))
