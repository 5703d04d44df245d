"""The kernel's own tables on the desk: all entries, to be looked up by links, and the releases, to be read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString

from kb import desk, kinds
from kb.admin.base import badge
from kb.admin.site import Section
from kb.admin.standing import name_of
from kb.models.editing import Release, ReleaseItem
from kb.models.entry import Entry


class NeverChanged:
    """Rows that people read and nobody edits."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Entry)
class AnyEntryAdmin(NeverChanged, admin.ModelAdmin):
    """Answers link fields that may lead to any kind; its pages send on to the kind's own."""

    search_fields = ("name", "slug")
    ordering = ("name", "id")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return desk.with_status(super().get_queryset(request))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:index"))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        entry = self.get_object(request, object_id)
        return HttpResponseRedirect(address_of(entry) if entry else reverse("admin:index"))


class ReleaseItemInline(NeverChanged, admin.TabularInline):
    model = ReleaseItem
    fk_name = "release"
    fields = ("what", "page", "revision_number", "approved")
    readonly_fields = fields
    verbose_name_plural = "what it changed"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReleaseItem]:
        return super().get_queryset(request).select_related("entry", "revision", "approval__approved_by", "replaced_by")

    @admin.display(description="What")
    def what(self, item: ReleaseItem) -> str:
        return item.get_reason_display() or item.get_action_display()

    @admin.display(description="Page")
    def page(self, item: ReleaseItem) -> str:
        return f"{item.entry} → {item.replaced_by}" if item.replaced_by else str(item.entry)

    @admin.display(description="Revision")
    def revision_number(self, item: ReleaseItem) -> str:
        return str(item.revision.number) if item.revision else ""

    @admin.display(description="Approved by")
    def approved(self, item: ReleaseItem) -> str:
        return name_of(item.approval.approved_by) if item.approval else ""


@admin.register(Release)
class ReleaseAdmin(NeverChanged, admin.ModelAdmin):
    """What went live, when, and by whose hand."""

    section = Section.RELEASES
    about = "Every publication and withdrawal, with who did it."
    list_display = ("title", "how_it_stands", "severity", "published_at", "who")
    list_filter = ("state", "severity", "origin")
    list_select_related = ("published_by",)
    search_fields = ("title", "summary")
    date_hierarchy = None
    actions = None
    list_per_page = 50
    inlines = (ReleaseItemInline,)
    fields = (
        "title",
        "state",
        "severity",
        "summary",
        "origin",
        "created_by",
        "created_at",
        "published_by",
        "published_at",
    )

    @admin.display(description="State", ordering="state")
    def how_it_stands(self, release: Release) -> SafeString:
        return badge(f"release-{release.state}", release.get_state_display())

    @admin.display(description="By")
    def who(self, release: Release) -> str:
        return name_of(release.published_by)


def address_of(entry: Entry) -> str:
    """The page on which an entry is edited."""
    meta = kinds.get(entry.kind).model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[entry.pk])
