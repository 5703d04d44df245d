"""What every kind's admin shares. A kind adds its groups of fields and its lists."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kb import desk, editing, kinds, review
from kb.admin import acts, standing
from kb.admin.forms import EntryForm
from kb.admin.rows import link_names, plain_formfield
from kb.admin.site import Section
from kb.desk import Status
from kb.kinds import Kind
from kb.models.editing import Revision


class StatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status.value, status.label) for status in Status]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() else queryset


class EntryAdmin(admin.ModelAdmin):
    """Saving makes a draft and a revision; publishing, withdrawing and merging are pages of their own.

    `section`, `rank`, `label` and `about` say where and how the kind stands on the first page; `columns` and `filters`
    are its own in the list.
    """

    section = Section.BUILDING_BLOCKS
    rank = 0
    label = ""
    about = ""
    columns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()

    form = EntryForm
    change_form_template = "admin/entry/change_form.html"
    object_history_template = "admin/entry/history.html"
    actions = None
    list_per_page = 50
    list_max_show_all = 500
    view_on_site = False
    show_full_result_count = True

    @property
    def kind(self) -> Kind:
        return next(kind for kind in kinds.all_kinds() if kind.model is self.model)

    # The list

    def get_queryset(self, request: HttpRequest) -> Any:
        return desk.with_status(super().get_queryset(request))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [
            "name",
            "standing",
            *(["how_urgent"] if self._has("urgency") else []),
            *self.columns,
            *(["to_review"] if self._has("needs_clinical_review") else []),
        ]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        shared = [name for name in ("urgency", "needs_clinical_review") if self._has(name)]
        return [StatusFilter, *shared, *self.filters]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["name", "slug", *(["synonyms"] if self._has("synonyms") else [])]

    @admin.display(description="Status", ordering="status")
    def standing(self, entry: Any) -> SafeString:
        return badge(entry.status, Status(entry.status).label)

    @admin.display(description="Urgency", ordering="urgency")
    def how_urgent(self, entry: Any) -> SafeString:
        return badge(f"urgency-{entry.urgency}", entry.get_urgency_display().split(":")[0])

    @admin.display(description="Clinical review", ordering="needs_clinical_review")
    def to_review(self, entry: Any) -> SafeString | str:
        return badge("to-review", "Needed") if entry.needs_clinical_review else ""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = self.label or str(self.opts.verbose_name_plural)
        return super().changelist_view(
            request, {"title": title[0].upper() + title[1:], "subtitle": None, **(extra_context or {})}
        )

    # The form

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"kind_name": self.kind.name})

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        return link_names(self.model)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("name",)}

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return plain_formfield(super().formfield_for_dbfield, db_field, request, rows=3, **kwargs)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        context |= {"subtitle": None, "label": self.label, "change_urls": self._urls_of(obj) if obj else {}}
        if obj:
            stands = standing.standing_of(obj)
            may_publish = standing.may_publish(request.user)
            context |= {
                "title": obj.name,
                "standing": stands,
                "status_badge": badge(stands.status, stands.status.label),
                "waiting": standing.parts_waiting(self.kind, stands),
                "may_publish": may_publish,
                "publishers": [] if may_publish else standing.who_may_publish(),
            }
        else:
            context |= {"title": f"New {self.opts.verbose_name}"}
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Saving

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Last of all, when every row is there: the wording becomes a revision."""
        super().save_related(request, form, formsets, change)
        before = editing.newest_revision(form.instance)
        writer: Any = request.user  # signed in, or the admin would not have let them here
        form.instance.saved_as = editing.save(standing.entry_of(form.instance), by=writer, at=timezone.now())
        form.instance.is_saved_anew = before != form.instance.saved_as

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        if "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        return self._after_save(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if "_popup" in request.POST:
            return super().response_change(request, obj)
        return self._after_save(request, obj)

    def _after_save(self, request: HttpRequest, obj: Any) -> HttpResponse:
        level = messages.SUCCESS if obj.is_saved_anew else messages.INFO
        self.message_user(request, _what_was_saved(obj), level)
        if "_addanother" in request.POST:
            return HttpResponseRedirect(self._reverse("add"))
        if "_continue" in request.POST:
            return HttpResponseRedirect(self._reverse("change", obj.pk))
        if "_publish" in request.POST:
            return HttpResponseRedirect(self._reverse("publish", obj.pk))
        return self.response_post_save_change(request, obj)

    # What stands in history stays there

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what readers had leaves a tombstone, and a draft does no harm."""
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Every revision, in the place of Django's own log."""
        entry = self.get_object(request, unquote(object_id))
        if entry is None:
            return self.missing(request, object_id)
        if not self.has_view_or_change_permission(request, entry):
            raise PermissionDenied
        revisions = Revision.objects.filter(entry=entry.pk).select_related("saved_by")
        context = {
            **self.admin_site.each_context(request),
            "title": "History",
            "subtitle": entry.name,
            "opts": self.opts,
            "label": self.label,
            "object": entry,
            "standing": standing.standing_of(entry),
            "revisions": revisions.prefetch_related("approvals__approved_by").order_by("-number"),
        }
        return TemplateResponse(request, self.object_history_template, context)

    def missing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Leads away from the address of an entry that does not exist, and says so."""
        redirect: HttpResponse = super()._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[misc]  # not in the stubs
        return redirect

    # Publishing

    def get_urls(self) -> list[Any]:
        pages = [
            path(
                f"<path:object_id>/{act.name}/",
                self.admin_site.admin_view(acts.page(self, act)),
                name=self._url_name(act.name),
            )
            for act in acts.ACTS
        ]
        return [*pages, *super().get_urls()]

    def _urls_of(self, obj: Any) -> dict[str, str]:
        return {name: self._reverse(name, obj.pk) for name in ("history", *(act.name for act in acts.ACTS))}

    def _reverse(self, page: str, pk: Any = None) -> str:
        return reverse(f"admin:{self._url_name(page)}", args=[pk] if pk else [])

    def _url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _has(self, field: str) -> bool:
        return field in {column.name for column in self.model._meta.get_fields()}


def badge(kind: str, text: str) -> SafeString:
    """A coloured label. The text says it all, so that colour is never needed."""
    return format_html('<span class="badge badge-{}">{}</span>', kind.replace("_", "-"), text)


def _what_was_saved(obj: Any) -> str:
    revision = obj.saved_as
    if not obj.is_saved_anew:
        return f"Nothing has changed, so “{obj.name}” stays at revision {revision.number}."
    is_live = review.live_revision_id(obj) is not None
    readers = "Readers still see the older text until this is published." if is_live else "Readers do not see it yet."
    return f"“{obj.name}” is saved as revision {revision.number}. {readers}"
