"""Releases on the desk: what went live, and what is being gathered to go live together, now or at a time."""

import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kb import releases, workflow
from kb.admin import release_page
from kb.admin.base import badge
from kb.admin.failures import MOVED_MEANWHILE
from kb.admin.kernel import NeverChanged
from kb.admin.listing import OwnQuestions
from kb.admin.release_forms import CancelForm, DescribeForm, GatherForm, RemovalForm, TitleForm
from kb.admin.site import Section
from kb.admin.standing import name_of, names_of_people_with
from kb.editing import newest_revision
from kb.enums import STILL_OPEN, ReleaseAction, ReleaseOrigin, ReleaseState, Severity, TombstoneReason
from kb.models.editing import Release, ReleaseItem
from kb.planning import Plan
from kb.publishing import Refused
from kb.record import told

Said = dict[str, Any]


# What the buttons do. Each returns what to tell the person.


def _describe(release: Release, said: Said, *, by: Any, at: datetime.datetime) -> str:
    severity = Severity(said["severity"])
    releases.describe(release, title=said["title"], severity=severity, summary=said["summary"])
    return "Saved."


def _publish(release: Release, said: Said | None, *, by: Any, at: datetime.datetime) -> str:
    if said:
        _describe(release, said, by=by, at=at)
    releases.publish_now(release, by=by, at=at)
    return f"“{release.title}” is live. Apps see it within a minute."


def _schedule(release: Release, said: Said, *, by: Any, at: datetime.datetime) -> str:
    _describe(release, said, by=by, at=at)
    releases.schedule(release, publish_at=said["publish_at"], by=by, at=at)
    return f"It goes live by itself on {told(said['publish_at'])}."


def _put_in(release: Release, said: Said, *, by: Any, at: datetime.datetime) -> str:
    chosen = list(said["revisions"])
    if said["entry"]:
        newest = newest_revision(said["entry"])
        if newest is None:
            raise Refused([f"{said['entry']}: nothing has been saved yet."])
        chosen.append(newest)
    for revision in chosen:
        releases.put_in(release, revision)
    return f"Put in: {', '.join(f'“{revision.entry}”' for revision in chosen)}."


def _put_in_removal(release: Release, said: Said, *, by: Any, at: datetime.datetime) -> str:
    releases.put_in_removal(release, said["entry"], reason=TombstoneReason(said["reason"]))
    return f"“{said['entry']}” will be withdrawn with this release."


def _take_out(release: Release, item: ReleaseItem, *, by: Any, at: datetime.datetime) -> str:
    releases.take_out(release, item)
    return f"“{item.entry}” is no longer in this release."


def _take_newest(release: Release, item: ReleaseItem, *, by: Any, at: datetime.datetime) -> str:
    newest = newest_revision(item.entry)
    assert newest is not None  # the item has one
    releases.put_in(release, newest, instead=True)
    return f"“{item.entry}”: revision {newest.number} is in now."


def _prepare_again(release: Release, said: Said, *, by: Any, at: datetime.datetime) -> str:
    releases.prepare_again(release)
    return "What is live now counts as seen."


def _reopen(release: Release, said: Said, *, by: Any, at: datetime.datetime) -> str:
    releases.reopen(release, by=by, at=at)
    return "It can be changed again, and will not go live by itself."


Button = Callable[..., str]
DESCRIBING: dict[str, Button] = {"describe": _describe, "publish": _publish, "schedule": _schedule}
FILLED_IN: dict[str, Button] = {"put_in": _put_in, "put_in_removal": _put_in_removal}
PRESSED: dict[str, Button] = {"prepare_again": _prepare_again, "reopen": _reopen}
ON_ITEMS: dict[str, Button] = {"take_out": _take_out, "take_newest": _take_newest}
ACTS = DESCRIBING | FILLED_IN | PRESSED | ON_ITEMS


@admin.register(Release)
class ReleaseAdmin(OwnQuestions, NeverChanged, admin.ModelAdmin):
    """The stock list; a page of its own for each release, for gathering, checking and publishing."""

    section = Section.RELEASES
    label = "Releases"
    about = "Pages that go live together, now or at a time; and everything that went live."
    list_display = ("title", "how_it_stands", "what", "how_severe", "when", "who")
    list_filter = ("state", "severity", "origin")
    list_select_related = ("published_by", "created_by")
    search_fields = ("title", "summary")
    change_list_template = "admin/release/list.html"
    actions = None
    list_per_page = 50

    # The list

    def get_queryset(self, request: HttpRequest) -> Any:
        pages = Count("items", filter=Q(items__action=ReleaseAction.PUBLISH))
        gone = Count("items", filter=~Q(items__action=ReleaseAction.PUBLISH))
        return super().get_queryset(request).annotate(pages=pages, gone=gone)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_release(request)

    @admin.display(description="State", ordering="state")
    def how_it_stands(self, release: Release) -> SafeString:
        return badge(f"release-{release.state}", release.get_state_display())

    @admin.display(description="What")
    def what(self, release: Any) -> str:
        pages = [f"{release.pages} page{'s' * (release.pages != 1)}"] if release.pages else []
        gone = [f"{release.gone} withdrawn"] if release.gone else []
        return ", ".join([*pages, *gone]) or "Empty"

    @admin.display(description="Severity", ordering="severity")
    def how_severe(self, release: Release) -> str:
        return release.get_severity_display().split(":")[0]

    @admin.display(description="When", ordering="published_at", empty_value="")
    def when(self, release: Release) -> SafeString | str:
        if release.published_at:
            return told(release.published_at)
        if release.publish_at is None:
            return ""
        goes = "goes live on" if release.state == ReleaseState.SCHEDULED else "was to go live on"
        return format_html("{} <strong>{}</strong>", goes, told(release.publish_at))

    @admin.display(description="By")
    def who(self, release: Release) -> str:
        return name_of(release.published_by if release.state == ReleaseState.PUBLISHED else release.created_by)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        named = {"title": self.label, "subtitle": None}
        return super().changelist_view(request, {**named, **(extra_context or {})})

    # Its pages

    def get_urls(self) -> list[Any]:
        own = [
            path("<path:object_id>/cancel/", self._page(self.cancel_view), name="kb_release_cancel"),
            path("<path:object_id>/roll-back/", self._page(self.roll_back_view), name="kb_release_roll_back"),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not may_release(request):
            raise PermissionDenied
        form = TitleForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            by: Any = request.user
            release = releases.prepare(form.cleaned_data["title"], by=by, at=timezone.now())
            return HttpResponseRedirect(_address(release))
        return self._answer(request, None, "new.html", {"title": "New release", "form": form})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        release = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, release):
            raise PermissionDenied
        if release is None:
            return self._missing(request, object_id)
        return self._pressed(request, release) if request.method == "POST" else self._shown(request, release)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The record stands on the release's own page, in the place of Django's log."""
        return HttpResponseRedirect(f"{reverse('admin:kb_release_change', args=[unquote(object_id)])}#record")

    def cancel_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        release = self._for_act(request, object_id)
        if release is None:
            return self._missing(request, object_id)
        form = CancelForm(request.POST if request.method == "POST" else None)
        problems: list[str] = []
        if request.method == "POST" and form.is_valid():

            def cancel(release: Release, *, by: Any, at: datetime.datetime) -> Release:
                return releases.cancel(release, by=by, at=at, note=form.cleaned_data["note"])

            _, problems = _tried(request, release, cancel)
            if not problems:
                messages.success(request, f"“{release.title}” is cancelled. The pages in it stay as they were.")
                return HttpResponseRedirect(_address(release))
        context = {"title": "Cancel this release", "form": form, "problems": problems}
        return self._answer(request, release, "cancel.html", context)

    def roll_back_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        release = self._for_act(request, object_id)
        if release is None:
            return self._missing(request, object_id)
        problems: list[str] = []
        if request.method == "POST":
            back, problems = _tried(request, release, releases.roll_back)
            if back is not None:
                messages.success(request, "Look at what comes back, say why, then publish it.")
                return HttpResponseRedirect(_address(back))
        plan, hopeless = _way_back(release)
        lines = [release_page.way_back(item) for item in plan.items] if plan else []
        context = {
            "title": "Roll back",
            "lines": lines,
            "problems": problems or hopeless,
            "is_hopeless": bool(hopeless),
        }
        if plan and not plan.problems:
            context["receipt"] = release_page.receipt(plan)
        elif plan:
            context["unsettled"] = release_page.linked(plan.problems, plan, plan.items)
        return self._answer(request, release, "roll_back.html", context)

    def _pressed(self, request: HttpRequest, release: Release) -> HttpResponse:
        """A button on the page. What was typed stays in its field if it is refused."""
        if not may_release(request):
            raise PermissionDenied
        name, _, item_id = request.POST.get("do", "").partition(" ")
        act = ACTS.get(name)
        said: Any = None
        bound: dict[str, forms.Form] = {}
        if act is None:
            raise PermissionDenied
        if name in ON_ITEMS:
            said = next((item for item in release.items.select_related("entry") if str(item.pk) == item_id), None)
            if said is None:
                return self._shown(request, release, problems=["It is not in this release any more."])
        elif name not in PRESSED and (name != "publish" or release.state == ReleaseState.DRAFT):
            form = _form(request, release, name)
            bound = {_form_name(name): form}
            if not form.is_valid():
                return self._shown(request, release, bound=bound)
            said = form.cleaned_data
        done, problems = _tried(request, release, lambda release, by, at: act(release, said, by=by, at=at))
        if done is None:
            return self._shown(request, release, problems=problems, bound=bound)
        messages.success(request, done)
        return HttpResponseRedirect(_address(release))

    def _shown(
        self,
        request: HttpRequest,
        release: Release,
        *,
        problems: list[str] | None = None,
        bound: dict[str, forms.Form] | None = None,
    ) -> HttpResponse:
        now = timezone.now()
        release = Release.objects.select_related("published_by", "created_by").get(pk=release.pk)
        lines = release_page.lines(release, today=now.date())
        items = [line.item for line in lines]
        context: dict[str, Any] = {
            "title": release.title,
            "problems": release_page.linked(problems or [], None, items),
            "lines": lines,
            "record": release_page.record(release),
            "failures": release_page.linked(release.problems.splitlines(), None, items),
            "total": release.items.count(),
        }
        if release.state in STILL_OPEN:
            plan = releases.rehearse(release, at=now)
            against = release_page.linked(plan.problems, plan, items)
            context |= {
                "receipt": None if plan.problems else release_page.receipt(plan),
                "against": against,
                "is_blocked": not items or any(problem.address for problem in against),
                "asks": any(line.findings for line in lines),
                "has_moved": any(line.moved for line in lines),
            }
        if release.state == ReleaseState.DRAFT and may_release(request):
            waiting, more = release_page.waiting(release)
            context |= {"waiting": waiting, "waiting_more": more}
            context |= {name: _fresh_form(release, name, now, bool(context["asks"])) for name in FORMS} | (bound or {})
        return self._answer(request, release, "page.html", context)

    def _for_act(self, request: HttpRequest, object_id: str) -> Release | None:
        if not may_release(request):
            raise PermissionDenied
        return self.get_object(request, unquote(object_id))

    def _answer(self, request: HttpRequest, release: Release | None, template: str, context: Said) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "label": self.label,
            "release": release,
            "may_release": may_release(request),
        }
        if release is not None:
            shared |= {
                "token": releases.fingerprint(release),
                "state_badge": self.how_it_stands(release),
                "when": told(release.published_at) if release.published_at else "",
                "due": told(release.publish_at) if release.publish_at else "",
                "published_by": name_of(release.published_by),
                "may_roll_back": _may_be_rolled_back(release) and may_release(request),
                "publishers": [] if may_release(request) else names_of_people_with(workflow.RELEASE),
            }
        return TemplateResponse(request, f"admin/release/{template}", shared | context)

    def _page(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        wrapped: Callable[..., HttpResponse] = self.admin_site.admin_view(view)
        return wrapped

    def _missing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        redirect: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]  # a private hook that the stubs leave out
        return redirect


FORMS = ("describing", "gathering", "removing")


def may_release(request: HttpRequest) -> bool:
    return workflow.may(request.user, workflow.PUBLISH)


def _tried(request: HttpRequest, release: Release, act: Callable[..., Any]) -> tuple[Any, list[str]]:
    """Does it, if the release is still what was on screen: what came of it, or None and why it was refused."""
    try:
        with transaction.atomic():
            held = releases.require_unchanged(release, seen=request.POST.get("seen", ""))
            return act(held, by=request.user, at=timezone.now()), []
    except Refused as refused:
        return None, refused.problems
    except IntegrityError:
        return None, [MOVED_MEANWHILE]


def _form_name(act: str) -> str:
    return {"put_in": "gathering", "put_in_removal": "removing"}.get(act, "describing")


def _form(request: HttpRequest, release: Release, act: str) -> forms.Form:
    if act == "put_in":
        return GatherForm(request.POST)
    if act == "put_in_removal":
        return RemovalForm(request.POST)
    now = timezone.now()
    asks = any(line.findings for line in release_page.lines(release, today=now.date()))
    return DescribeForm(request.POST, act=act, asks=asks, now=now)


def _fresh_form(release: Release, name: str, now: datetime.datetime, asks: bool) -> forms.Form:
    if name == "gathering":
        return GatherForm()
    if name == "removing":
        return RemovalForm()
    known = {"title": release.title, "severity": release.severity, "summary": release.summary}
    return DescribeForm(initial=known, asks=asks, now=now)


def _way_back(release: Release) -> tuple[Plan | None, list[str]]:
    """What rolling back would do, or why it cannot be."""
    try:
        return releases.rehearse_roll_back(release, at=timezone.now()), []
    except Refused as refused:
        return None, refused.problems


def _may_be_rolled_back(release: Release) -> bool:
    return release.state == ReleaseState.PUBLISHED and release.origin == ReleaseOrigin.EDITORIAL


def _address(release: Release) -> str:
    return reverse("admin:kb_release_change", args=[release.pk])
