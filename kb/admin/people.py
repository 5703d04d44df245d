"""Accounts. Whoever wrote or approved something stays on record, so people are deactivated and never deleted."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model, update_session_auth_hash
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.views.decorators.debug import sensitive_post_parameters

from kb.admin.account_forms import NewPasswordForm, NewPersonForm, PersonForm
from kb.admin.listing import OwnQuestions
from kb.admin.site import Section
from kb.admin.standing import name_of
from kb.enums import ReleaseState, StepVerb
from kb.models.editing import Release, Step
from kb.models.entry import Entry
from kb.queues import of, with_facts

GIVEN = ("groups", "is_active")
"""What nobody changes of their own account: another administrator does."""
SHOWN = ("roles", "may_sign_in")
"""The same, to be read."""


class RoleFilter(admin.SimpleListFilter):
    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in Group.objects.order_by("name").values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        chosen = self.value() or ""
        return queryset.filter(groups=int(chosen)) if chosen in dict(self.lookup_choices) else queryset


class MaySignInFilter(admin.SimpleListFilter):
    title = "access"
    parameter_name = "access"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "May sign in"), ("no", "Shut out")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(is_active=self.value() == "yes") if self.value() else queryset


admin.site.unregister(get_user_model())


@admin.register(get_user_model())
class PersonAdmin(OwnQuestions, UserAdmin):
    """An administrator makes accounts and gives roles; superusers are made on the server, and only they change one."""

    section = Section.PEOPLE
    rank = 10
    label = "People"
    about = "Who may sign in, and in which role."

    form = PersonForm
    add_form = NewPersonForm
    fieldsets = (
        (None, {"fields": ("full_name", "username", "email")}),
        ("What they may do", {"fields": ("groups", "is_active")}),
    )
    add_fieldsets = (
        (None, {"fields": ("full_name", "username", "email")}),
        ("What they may do", {"fields": ("groups",)}),
        ("To sign in for the first time", {"fields": ("password1", "password2")}),
    )
    add_form_template = None
    change_form_template = "admin/people/person.html"
    list_display = ("full_name", "sign_in_name", "roles", "may_sign_in", "last_signed_in")
    list_filter = (RoleFilter, MaySignInFilter)
    change_list_template = "admin/people/list.html"
    show_facets = admin.ShowFacets.NEVER
    filter_horizontal = ()
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="Name", ordering="first_name")
    def full_name(self, person: User) -> str:
        return name_of(person)

    @admin.display(description="May sign in", ordering="is_active")
    def may_sign_in(self, person: User) -> str:
        return "Yes" if person.is_active else "No"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": self.label, "subtitle": None} | (extra_context or {}))

    @admin.display(description="Sign-in name", ordering="username")
    def sign_in_name(self, person: User) -> str:
        return person.get_username()

    @admin.display(description="Last signed in", ordering="last_login")
    def last_signed_in(self, person: User) -> str:
        return date_format(person.last_login, "j F Y, H:i") if person.last_login else "Never"

    @admin.display(description="Roles")
    def roles(self, person: User) -> str:
        named = ["Superuser"] if person.is_superuser else []
        return ", ".join([*named, *(group.name for group in person.groups.all())]) or "None"

    # Who may do what

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a superuser's account is out of an administrator's reach."""
        is_out_of_reach = obj is not None and obj.is_superuser and not _is_superuser(request)
        return super().has_change_permission(request, obj) and not is_out_of_reach

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*GIVEN, *SHOWN) if obj is not None and not self._may_give(request, obj) else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or self._may_give(request, obj):
            return super().get_fieldsets(request, obj)
        return (self.fieldsets[0], ("What they may do", {"fields": SHOWN}))

    def _may_give(self, request: HttpRequest, person: User) -> bool:
        return person.pk != request.user.pk and self.has_change_permission(request, person)

    # The form

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        person: Any = kwargs.get("obj")
        context |= {"title": name_of(person) if person else "New account", "subtitle": None, "label": self.label}
        if person:
            context |= {
                "is_own": person.pk == request.user.pk,
                "may_change": self.has_change_permission(request, person),
                "drafts": _drafts_of(person).count(),
                "scheduled": _scheduled_by(person),
                "record_address": f"{reverse('admin:kb_step_changelist')}?by={person.pk}",
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and not obj.is_active and "is_active" in form.changed_data:
            messages.warning(request, _what_stays(obj))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        _require_view(self, request)
        return super().history_view(request, object_id, extra_context)

    @method_decorator(sensitive_post_parameters())
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """A new password for somebody who has lost theirs. Their sessions end; nobody is shown the old one."""
        _require_view(self, request)
        person: Any = self.get_object(request, unquote(id))
        if person is None:
            raise Http404("There is no such account.")
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        form = NewPasswordForm(person, request.POST or None)
        if request.method == "POST" and form.is_valid():
            form.save()
            self.log_change(request, person, "Set a new password.")
            update_session_auth_hash(request, person)  # does nothing to anybody else's session
            messages.success(request, f"{name_of(person)} has a new password. Tell it to them in person.")
            return HttpResponseRedirect(reverse("admin:auth_user_change", args=[person.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": "New password",
            "subtitle": name_of(person),
            "opts": self.opts,
            "label": self.label,
            "entry": person,
            "person": person,
            "form": form,
        }
        return TemplateResponse(request, "admin/people/password.html", context)


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(OwnQuestions, GroupAdmin):
    """For superusers only: no role has a right to roles. One by one, so that none is deleted with a stray tick."""

    section = Section.PEOPLE
    rank = 15
    actions = None

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        _require_view(self, request)
        return super().history_view(request, object_id, extra_context)


def _require_view(model_admin: Any, request: HttpRequest) -> None:
    """Before an account or a role is looked up, so that nobody learns which there are from how they are refused."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _drafts_of(person: User) -> Any:
    queue = of("my_drafts")
    assert queue is not None
    return queue.pick(with_facts(Entry.objects.order_by()), person=person, today=timezone.now().date())


def _scheduled_by(person: User) -> list[Release]:
    """The releases that go live in their name; see `kb.due`."""
    scheduling = Step.objects.filter(release=OuterRef("pk"), verb=StepVerb.SCHEDULED).order_by("-id")
    waiting = Release.objects.filter(state=ReleaseState.SCHEDULED).annotate(who=Subquery(scheduling.values("by")[:1]))
    return list(waiting.filter(who=person.pk).order_by("publish_at", "pk"))


def _what_stays(person: User) -> str:
    said = [f"{name_of(person)} can no longer sign in. Their drafts stay, and colleagues can go on with them."]
    scheduled = _scheduled_by(person)
    if scheduled:
        named = ", ".join(f"“{release}”" for release in scheduled)
        said.append(f"They scheduled {named}: another clinical editor must schedule that again, or it will fail.")
    return " ".join(said)
