"""What every kind's admin shares. A kind adds its groups of fields and its lists."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kb import desk, editing, kinds
from kb.admin import acts, bulk, kept, offers, preview, revisions, standing, used
from kb.admin.forms import EntryForm
from kb.admin.listing import EntryList, OwnQuestions
from kb.admin.rows import link_names, plain_formfield
from kb.admin.site import Section
from kb.kinds import Kind
from kb.workflow import Status


class StatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status.value, status.label) for status in Status]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() in Status.values else queryset


class EntryAdmin(OwnQuestions, admin.ModelAdmin):
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

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[EntryList]:
        return EntryList

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["name", "slug", *(["synonyms"] if self._has("synonyms") else [])]

    @admin.display(description="Status", ordering="status")
    def standing(self, entry: Any) -> SafeString:
        return badges(entry)

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
        context["preview_url"] = self._reverse("preview", obj.pk) if obj else self._reverse("add_preview")
        if obj:
            stands = standing.standing_of(obj)
            may_change = self.has_change_permission(request, obj)
            context |= {
                "title": obj.name,
                "standing": stands,
                "status_badge": badge(stands.status, stands.status.label),
                "waiting": standing.parts_waiting(self.kind, stands),
                "offers": offers.offers_to(request.user, stands, may_change=may_change, urls=context["change_urls"]),
                "may_duplicate": self.has_add_permission(request) and self.has_change_permission(request, obj),
            }
        else:
            context |= {"title": f"New {self.opts.verbose_name}"}
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Saving

    def _create_formsets(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        """The form looks at its lists, too, when somebody else saved meanwhile."""
        formsets, inlines = super()._create_formsets(request, obj, change)  # type: ignore[misc]  # a private hook that the stubs leave out
        obj.lists = formsets
        return formsets, inlines

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if form.merged is None:
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Last of all, when every row is there: the wording becomes a revision."""
        before = editing.newest_revision(form.instance)
        writer: Any = request.user  # signed in, or the admin would not have let them here
        if form.merged is None:
            super().save_related(request, form, formsets, change)
            form.instance.saved_as = editing.save(standing.entry_of(form.instance), by=writer, at=timezone.now())
        else:
            said, note = {form.instance.pk: form.merged}, form.conflict.note
            made = editing.write(self.kind.name, said, by=writer, at=timezone.now(), note=note)
            form.instance.saved_as, form.instance.name = made[0] if made else before, form.merged["name"]
        form.instance.is_saved_anew = before != form.instance.saved_as

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return form.conflict.note if form.merged else super().construct_change_message(request, form, formsets, add)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        if "_popup" in request.POST:
            return kept.confirm(request, super().response_add(request, obj, post_url_continue))
        return kept.confirm(request, self._after_save(request, obj))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if "_popup" in request.POST:
            return kept.confirm(request, super().response_change(request, obj))
        return kept.confirm(request, self._after_save(request, obj))

    def _after_save(self, request: HttpRequest, obj: Any) -> HttpResponse:
        level = messages.SUCCESS if obj.is_saved_anew else messages.INFO
        self.message_user(request, _what_was_saved(obj), level)
        if "_addanother" in request.POST:
            return HttpResponseRedirect(self._reverse("add"))
        if "_continue" in request.POST:
            return HttpResponseRedirect(self._reverse("change", obj.pk))
        if "_submit" in request.POST:
            return HttpResponseRedirect(self._reverse("submit", obj.pk))
        return self.response_post_save_change(request, obj)

    # What stands in history stays there

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what readers had leaves a tombstone, and a draft does no harm."""
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return revisions.history(self, request, object_id)

    def missing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Leads away from the address of an entry that does not exist, and says so."""
        redirect: HttpResponse = super()._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[misc]  # a private hook that the stubs leave out
        return redirect

    # Publishing

    def get_urls(self) -> list[Any]:
        pages = [
            path(
                f"<path:object_id>/{act.name.replace('_', '-')}/",
                self.admin_site.admin_view(acts.page(self, act)),
                name=self._url_name(act.name),
            )
            for act in acts.ACTS
        ]
        pages += [
            path(f"<path:object_id>/{address}", self.admin_site.admin_view(view), name=self._url_name(name))
            for address, name, view in revisions.pages(self)
        ]
        targets = self.admin_site.admin_view(acts.merge_targets_view(self))
        pages.append(path("<path:object_id>/merge/targets/", targets, name=self._url_name("merge_targets")))
        where_used = self.admin_site.admin_view(used.page(self))
        pages.append(path("<path:object_id>/used/", where_used, name=self._url_name("used")))
        previewed = self.admin_site.admin_view(preview.page(self))
        pages += [
            path("add/preview/", previewed, name=self._url_name("add_preview")),
            path("<path:object_id>/preview/", previewed, name=self._url_name("preview")),
        ]
        return [*pages, *super().get_urls()]

    def _urls_of(self, obj: Any) -> dict[str, str]:
        named = ("history", "used", "duplicate", *(act.name for act in acts.ACTS))
        own = {name: self._reverse(name, obj.pk) for name in named}
        return own | {"put_in_release": bulk.put_in_release_url([obj.pk])}

    def _reverse(self, page: str, pk: Any = None) -> str:
        return reverse(f"admin:{self._url_name(page)}", args=[pk] if pk else [])

    def _url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _has(self, field: str) -> bool:
        return field in {column.name for column in self.model._meta.get_fields()}


def badge(kind: str, text: str) -> SafeString:
    """A coloured label. The text says it all, so that colour is never needed."""
    return format_html('<span class="badge badge-{}">{}</span>', kind.replace("_", "-"), text)


def badges(entry: Any) -> SafeString:
    """Where the newest wording stands; that readers have an older one, if so; and whether nobody vouches for it."""
    facts = entry.facts
    said = [badge(facts.status, Status(facts.status).label)]
    if facts.live_revision_id is not None:
        if facts.status not in (Status.LIVE, Status.LIVE_WITH_CHANGES):
            said.append(badge("live", "Live"))
        if facts.live_approval_id is None:
            said.append(badge("unreviewed", "Unreviewed"))
    return format_html_join(" ", "{}", ([one] for one in said))


def _what_was_saved(obj: Any) -> str:
    revision = obj.saved_as
    if not obj.is_saved_anew:
        return f"Nothing has changed, so “{obj.name}” stays at revision {revision.number}."
    is_live = desk.live_revision_id(obj) is not None
    readers = "Readers still see the older text until this is published." if is_live else "Readers do not see it yet."
    return f"“{obj.name}” is saved as revision {revision.number}. {readers}"
