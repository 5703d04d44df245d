"""What is done to many pages of the list at once: approve what readers see, entry by entry read; put in a release."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from kb import checks, desk, gathering, kinds, phone, queues, releases, vouching, workflow
from kb.admin.act_forms import BulkApproveForm, PutInForm
from kb.admin.addresses import address_of, kind_name
from kb.admin.failures import MOVED_MEANWHILE
from kb.admin.findings import Findings, shown
from kb.admin.release_page import Receipt, receipt
from kb.admin.scenes import digest
from kb.editing import findings_of
from kb.kinds import Finding
from kb.models.editing import Release, Revision
from kb.models.entry import Entry
from kb.models.published import Document
from kb.publishing import Refused
from kb.slugs import UUID_SHAPE
from kb.vouching import Seen
from kb.workflow import Status

MOST = 50
TOO_MANY = f"Choose at most {MOST} pages at once, so that each of them can be read."

View = Callable[..., HttpResponse]


# The list's actions. Each leads to a page of its own.


@admin.action(description="Approve what readers see…")
def approve_live(model_admin: Any, request: HttpRequest, chosen: Any) -> HttpResponse | None:
    return _led_to(request, chosen, "kb_entry_approve_live", (workflow.APPROVE_IT, workflow.PUBLISH))


@admin.action(description="Put in a release…")
def put_in_release(model_admin: Any, request: HttpRequest, chosen: Any) -> HttpResponse | None:
    return _led_to(request, chosen, "kb_entry_put_in_release", (workflow.PUBLISH,))


ACTIONS = (approve_live, put_in_release)


def urls() -> list[Any]:
    return [
        path("approve-live/", admin.site.admin_view(approve_live_view), name="kb_entry_approve_live"),
        path("put-in-release/", admin.site.admin_view(put_in_release_view), name="kb_entry_put_in_release"),
    ]


def put_in_release_url(pks: Iterable[UUID]) -> str:
    return f"{reverse('admin:kb_entry_put_in_release')}?{urlencode({'ids': _joined(pks)})}"


def _led_to(request: HttpRequest, chosen: Any, page: str, moves: Iterable[workflow.Move]) -> HttpResponse | None:
    _require_rights(request, moves)
    pks = list(chosen.values_list("pk", flat=True)[: MOST + 1])
    if len(pks) > MOST:
        messages.error(request, TOO_MANY)
        return None
    query = urlencode({"ids": _joined(pks), "list": request.META.get("QUERY_STRING", "")[:500]})
    return HttpResponseRedirect(f"{reverse(f'admin:{page}')}?{query}")


def _joined(pks: Iterable[UUID]) -> str:
    return ".".join(pk.hex for pk in pks)  # short, so that fifty fit into an address


# Approve what readers see


@dataclass(frozen=True)
class Sheet:
    """One page to be read, whole, as readers get it. `token` says what is on screen, `is_read` if it was ticked."""

    entry: Entry
    kind: str
    address: str
    document: Document
    screen: phone.Screen
    findings: Findings
    token: str
    is_read: bool
    is_newer_waiting: bool

    @property
    def key(self) -> str:
        return self.entry.pk.hex


@dataclass(frozen=True)
class LeftOut:
    """A page that this person cannot approve, and why."""

    entry: Entry
    address: str
    reasons: list[str]


@dataclass
class Desk:
    """All that stands on the page: what can be approved, and what cannot."""

    sheets: list[Sheet] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def leave_out(self) -> str:
        """Names exactly these pages, so that saying yes to them says yes to no other."""
        return digest([f"{one.entry.pk}: {reason}" for one in self.left_out for reason in one.reasons])


def approve_live_view(request: HttpRequest) -> HttpResponse:
    _require_rights(request, (workflow.APPROVE_IT, workflow.PUBLISH))
    entries = _entries(request)
    if not 0 < len(entries) <= MOST:
        messages.error(request, TOO_MANY if entries else "Choose the pages that you want to approve in the list first.")
        return HttpResponseRedirect(_back(request))
    by: Any = request.user
    laid_out = _laid_out(request, entries)
    form = BulkApproveForm(request.POST if request.method == "POST" else None)
    problems: list[str] = []
    if request.method == "POST":
        ticked = _ticked(request, entries)
        if ticked and vouching.is_done(ticked, by=by):
            messages.success(request, f"That is done already: {_pages(len(ticked))} approved, and readers are told so.")
            return HttpResponseRedirect(_back(request))
        is_filled_in = form.is_valid()
        offered = {sheet.entry.pk for sheet in laid_out.sheets}
        read = [one for one in ticked if one.entry_id in offered]
        problems = _against(request, laid_out, read, form)
        if is_filled_in and not problems:
            release, problems = _approved(request, read, form.cleaned_data)
            if release is not None:
                messages.success(request, _told(release, len(read)))
                return HttpResponseRedirect(_back(request))
    return _answer(
        request,
        "bulk.html",
        {
            "title": "Approve what readers see",
            "form": form,
            "problems": problems,
            "sheets": laid_out.sheets,
            "left_out": laid_out.left_out,
            "leave_out": laid_out.leave_out,
            "is_left_out": request.POST.get("leave_out") == laid_out.leave_out,
            "far_ahead": _far_ahead(form),
            "far_ahead_digest": digest(_far_ahead(form)),
            "receipt": _receipt(request, laid_out),
        },
    )


def _laid_out(request: HttpRequest, entries: list[Any]) -> Desk:
    """Every chosen entry, in the order of the list, on one of the two sides."""
    documents = Document.objects.filter(
        entry__in=[entry.pk for entry in entries], locale=desk.DEFAULT_LOCALE, gone_reason=""
    ).select_related("revision__entry", "revision__saved_by")
    live = {document.entry_id: document for document in documents}
    now = {pk: Seen(pk, document.revision_id, document.approval_id) for pk, document in live.items()}
    was = _tokens(request, entries)
    on_screen = [was.get(entry.pk) or now.get(entry.pk) or Seen(entry.pk, 0, None) for entry in entries]
    by: Any = request.user
    reasons = vouching.objections(on_screen, by=by)
    found = checks.in_context([one.revision for one in live.values()], today=timezone.now().date())
    laid_out = Desk()
    for entry in entries:
        if entry.pk in reasons:
            laid_out.left_out.append(LeftOut(entry, address_of(entry), reasons[entry.pk]))
        else:
            document = live[entry.pk]
            findings = [*findings_of(document.revision), *found[document.revision_id]]
            laid_out.sheets.append(_sheet(request, entry, document, findings))
    return laid_out


def _sheet(request: HttpRequest, entry: Any, document: Document, found: list[Finding]) -> Sheet:
    kind = kinds.get(entry.kind)
    token = f"{document.revision_id}.{document.approval_id or 0}"
    return Sheet(
        entry=entry,
        kind=kind_name(entry),
        address=address_of(entry),
        document=document,
        screen=phone.screen(json.loads(bytes(document.body or b"{}"))),
        findings=shown(kind, found),
        token=token,
        is_read=request.POST.get(f"read-{entry.pk.hex}") == token,
        is_newer_waiting=entry.newest_revision_id != document.revision_id,
    )


def _ticked(request: HttpRequest, entries: list[Any]) -> list[Seen]:
    """What was on screen of each entry that is said to be read."""
    seen = _tokens(request, entries)
    return [seen[entry.pk] for entry in entries if entry.pk in seen and f"read-{entry.pk.hex}" in request.POST]


def _tokens(request: HttpRequest, entries: list[Any]) -> dict[UUID, Seen]:
    found = {}
    for entry in entries:
        numbers = request.POST.get(f"seen-{entry.pk.hex}", "").split(".")
        if len(numbers) == 2 and all(one.isascii() and one.isdigit() and len(one) < 19 for one in numbers):
            found[entry.pk] = Seen(entry.pk, int(numbers[0]), int(numbers[1]) or None)
    return found


def _against(request: HttpRequest, laid_out: Desk, read: list[Seen], form: BulkApproveForm) -> list[str]:
    """What the person has not said yet."""
    problems = []
    if laid_out.left_out and request.POST.get("leave_out") != laid_out.leave_out:
        problems.append("Some of the pages cannot be approved by you now. Say below that they are left out.")
    if not read:
        problems.append("Tick “I have read this” under each page that you approve.")
    far_ahead = _far_ahead(form)
    if far_ahead and request.POST.get("far_ahead") != digest(far_ahead):
        problems.append("Look at the date of the next review again.")
    return problems


def _far_ahead(form: BulkApproveForm) -> list[str]:
    day = getattr(form, "cleaned_data", {}).get("next_review_on")
    return [f"{one.reason} {one.mend}" for one in checks.date_findings(day, timezone.now().date(), True)] if day else []


def _approved(request: HttpRequest, ticked: list[Seen], said: dict[str, Any]) -> tuple[Release | None, list[str]]:
    by: Any = request.user
    title = f"Approve what readers see: {len(ticked)} page{'s' * (len(ticked) != 1)}"
    try:
        return vouching.approve_live(ticked, by=by, at=timezone.now(), title=title, **said), []
    except Refused as refused:
        return None, refused.problems
    except IntegrityError:
        return None, [MOVED_MEANWHILE]


def _told(release: Release, count: int) -> SafeString:
    return format_html(
        '{} approved. Apps say so within a minute. It is all in one release: <a href="{}">{}</a>.',
        _pages(count),
        reverse("admin:kb_release_change", args=[release.pk]),
        release.title,
    )


def _pages(count: int) -> str:
    return "1 page is" if count == 1 else f"{count} pages are"


def _receipt(request: HttpRequest, laid_out: Desk) -> Receipt | None:
    """What phones receive if all of them are approved."""
    by: Any = request.user
    revisions = [sheet.document.revision for sheet in laid_out.sheets]
    if not revisions:
        return None
    plan = releases.rehearse_publishing_all(revisions, by=by, at=timezone.now())
    return None if plan.problems else receipt(plan)


# Put in a release


def put_in_release_view(request: HttpRequest) -> HttpResponse:
    _require_rights(request, (workflow.PUBLISH,))
    entries = _entries(request)
    if not 0 < len(entries) <= MOST:
        messages.error(request, TOO_MANY if entries else "Choose the pages in the list first.")
        return HttpResponseRedirect(_back(request))
    ready = _ready(entries)
    form = PutInForm(request.POST if request.method == "POST" else None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        release, problems = _put_in(request, ready, form.cleaned_data)
        if release is not None:
            return HttpResponseRedirect(reverse("admin:kb_release_change", args=[release.pk]))
    numbers = {one.entry_id: one.number for one in _approved_wordings(ready)}
    context = {
        "title": "Put in a release",
        "form": form,
        "problems": problems,
        "ready": [(entry, ready[entry], numbers[entry.pk], address_of(entry)) for entry in ready],
        "not_ready": [
            (entry, Status(entry.status).label, address_of(entry)) for entry in entries if entry not in ready
        ],
    }
    return _answer(request, "put_in_release.html", context)


def _ready(entries: list[Any]) -> dict[Any, int]:
    """Those that are approved and not yet released, as the desk's queue has it, with the wording that is."""
    queue = queues.of("approved")
    assert queue is not None
    waiting = queues.with_facts(Entry.objects.filter(pk__in=[entry.pk for entry in entries]))
    found = waiting.filter(queue.condition(None, timezone.now().date())).values_list("pk", flat=True)
    pks = set(found)
    return {
        entry: entry.newest_revision_id if entry.status == Status.APPROVED else entry.live_revision_id
        for entry in entries
        if entry.pk in pks
    }


def _approved_wordings(ready: dict[Any, int]) -> list[Revision]:
    found = Revision.objects.filter(pk__in=ready.values()).select_related("entry")
    return list(found.order_by("entry__name", "pk"))


def _put_in(request: HttpRequest, ready: dict[Any, int], said: dict[str, Any]) -> tuple[Release | None, list[str]]:
    """Exactly the wordings that were on screen; a newer one has not been looked at."""
    by: Any = request.user
    seen = {entry.pk.hex: str(revision_id) for entry, revision_id in ready.items()}
    sent = {name.removeprefix("seen-"): value for name, value in request.POST.items() if name.startswith("seen-")}
    if not ready or sent != seen:
        return None, ["Something has changed after you opened this page. Look at the list below again."]
    try:
        release = gathering.gather(
            _approved_wordings(ready), into=said["release"], title=said["title"], by=by, at=timezone.now()
        )
    except Refused as refused:
        return None, refused.problems
    except IntegrityError:
        return None, [MOVED_MEANWHILE]
    messages.success(request, f"{_pages(len(ready))} in this release. Publish it when it is ready.")
    return release, []


# Both


def _require_rights(request: HttpRequest, moves: Iterable[workflow.Move]) -> None:
    if not all(workflow.may(request.user, move) for move in moves):
        raise PermissionDenied


def _entries(request: HttpRequest) -> list[Any]:
    """Those that the address names, in its order."""
    named = [one for one in request.GET.get("ids", "").split(".")[: 2 * MOST] if UUID_SHAPE.match(one)]
    order = {UUID(one): index for index, one in enumerate(dict.fromkeys(named))}
    found: Any = desk.with_status(Entry.objects.filter(pk__in=order))
    return sorted(found, key=lambda entry: order[entry.pk])


def _back(request: HttpRequest) -> str:
    query = request.GET.get("list", "")
    return reverse("admin:kb_entry_changelist") + (f"?{query}" if query else "")


def _answer(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = {**admin.site.each_context(request), "subtitle": None, "back": _back(request)}
    return TemplateResponse(request, f"admin/entry/{template}", shared | context)
