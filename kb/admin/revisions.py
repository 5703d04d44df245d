"""What became of a page: its time line, any two of its wordings, one as it was and back to it; and copies of it."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from kb import differences, editing, readable
from kb.admin.failures import MOVED_MEANWHILE
from kb.admin.standing import entry_of, name_of, names_of, standing_of
from kb.desk import DEFAULT_LOCALE
from kb.differences import Change
from kb.editing import NotWritten, newest_revision, said
from kb.enums import ReleaseAction, ReleaseState
from kb.kinds import Kind
from kb.models.editing import Approval, ReleaseItem, Revision, Step
from kb.models.published import Document

PAGE = 20

View = Callable[..., HttpResponse]


def pages(model_admin: Any) -> list[tuple[str, str, View]]:
    """(address below the entry's, name, view) of each page here. The history has its address from Django."""
    return [
        ("compare/", "compare", _compare(model_admin)),
        ("revisions/<int:number>/", "revision", _revision(model_admin)),
        ("duplicate/", "duplicate", _duplicate(model_admin)),
    ]


# The time line


@dataclass(frozen=True)
class Event:
    """One thing that happened to a revision. `tone` picks the dot's colour; the words say the same."""

    at: datetime.datetime
    who: str
    what: str
    tone: str
    note: str = ""
    revision: Revision | None = None
    changed: list[str] = field(default_factory=list)
    is_live: bool = False
    before: int | None = None
    live: int | None = None


def history(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """The time line in the place of Django's own log."""
    entry, refused = _entry(model_admin, request, object_id)
    if refused:
        return refused
    page = Paginator(_revisions(entry).order_by("-number"), PAGE).get_page(request.GET.get("page"))
    newest = newest_revision(entry)
    live = _live_number(entry)
    return _page(
        model_admin,
        request,
        entry,
        "history",
        {
            "title": "History",
            "standing": standing_of(entry),
            "events": events(model_admin.kind, list(page), live),
            "page": page,
            "newest": newest,
            "live": live,
            "may_compare": page.paginator.count > 1,
        },
    )


def events(kind: Kind, revisions: list[Revision], live: int | None) -> list[Event]:
    """All that happened to these revisions of one entry, which come newest first. Newest first."""
    found = [*_saves(kind, revisions, live), *_approvals(revisions), *_steps(revisions), *_releases(revisions)]
    return sorted(found, key=lambda event: event.at, reverse=True)


def _saves(kind: Kind, revisions: list[Revision], live: int | None) -> Iterator[Event]:
    """With what each changed: these and the one before the oldest are unpacked, no more."""
    older = _one_before(revisions[-1]) if revisions else None
    unpacked = [*revisions, *([older] if older else [])]
    bodies, numbers = [said(revision) for revision in unpacked], [revision.number for revision in unpacked]
    for index, revision in enumerate(revisions):
        before = bodies[index + 1] if index + 1 < len(bodies) else None
        yield Event(
            at=revision.saved_at,
            who=name_of(revision.saved_by),
            what=f"saved revision {revision.number}",
            tone="saved",
            note=revision.note,
            revision=revision,
            changed=differences.changed_parts(kind, before, bodies[index]) if before else [],
            is_live=revision.number == live,
            before=numbers[index + 1] if before else None,
            live=live if live != revision.number else None,
        )


def _approvals(revisions: list[Revision]) -> Iterator[Event]:
    numbers = _numbers(revisions)
    for approval in Approval.objects.filter(revision__in=numbers).select_related("approved_by"):
        role = approval.get_role_display().lower()
        scope = approval.get_scope_display()
        until = f"{approval.next_review_on:%-d %B %Y}"
        yield Event(
            at=approval.approved_at,
            who=name_of(approval.approved_by),
            what=f"approved revision {numbers[approval.revision_id]} as {role}",
            tone="approved",
            note="\n".join(filter(None, [f"{scope} was read. To be read again by {until}.", approval.note])),
        )


def _steps(revisions: list[Revision]) -> Iterator[Event]:
    numbers = _numbers(revisions)
    for step in Step.objects.filter(revision__in=numbers).select_related("by"):
        yield Event(
            at=step.at,
            who=name_of(step.by),
            what=f"{step.get_verb_display().lower()}: revision {numbers[step.revision_id or 0]}",
            tone=step.verb,
            note=step.note,
        )


def _releases(revisions: list[Revision]) -> Iterator[Event]:
    """What a release did to the page. Taking it from readers is told with the revision that they had."""
    numbers = _numbers(revisions)
    items = ReleaseItem.objects.filter(release__state=ReleaseState.PUBLISHED, locale=DEFAULT_LOCALE)
    concerned = items.filter(revision__in=numbers) | items.filter(prepared_against__in=numbers, revision=None)
    for item in concerned.select_related("release__published_by", "replaced_by"):
        assert item.release.published_at is not None  # a database constraint
        yield Event(
            at=item.release.published_at,
            who=name_of(item.release.published_by),
            what=_what_release_did(item, numbers),
            tone="live" if item.action == ReleaseAction.PUBLISH else "withdrawn",
            note=item.release.summary,
        )


def _what_release_did(item: ReleaseItem, numbers: dict[int, int]) -> str:
    if item.action == ReleaseAction.PUBLISH:
        return f"published revision {numbers[item.revision_id or 0]}"
    if item.replaced_by:
        return f"merged this page into “{item.replaced_by}”"
    return f"took this page from readers: {item.get_reason_display().lower()}"


def _numbers(revisions: list[Revision]) -> dict[int, int]:
    return {revision.pk: revision.number for revision in revisions}


# Any two


def _compare(model_admin: Any) -> View:
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        entry, refused = _entry(model_admin, request, object_id)
        if refused:
            return refused
        asked = [request.GET.get(side, "") for side in ("old", "new")]
        chosen = [_numbered(entry, number) for number in asked]
        newest = newest_revision(entry)
        context: dict[str, Any] = {
            "title": "Compare",
            "asked": {"old": asked[0], "new": asked[1]},
            "newest": newest,
            "problem": _what_is_missing(asked, chosen),
        }
        old, new = chosen
        if old and new:
            context |= {"old": old, "new": new, "live": _live_number(entry)}
            context |= {"changes": changes_between(model_admin.kind, old, new)}
        return _page(model_admin, request, entry, "compare", context, status=400 if context["problem"] else 200)

    return view


def changes_between(kind: Kind, old: Revision, new: Revision) -> list[Change]:
    """What changed between two revisions of one entry, for `changes.html` to show."""
    before, after = said(old), said(new)
    return differences.compare(kind, before, after, names_of(kind, before, after))


def _what_is_missing(asked: list[str], chosen: list[Revision | None]) -> str:
    if not any(asked):
        return "Choose two revisions to compare."
    missing = [number for number, revision in zip(asked, chosen, strict=True) if revision is None]
    if not missing:
        return ""
    named = " and ".join(f"revision “{number[:20]}”" for number in missing if number)
    return f"This page has no {named}. Choose two of its revisions." if named else "Choose two revisions to compare."


# One as it was


class RestoreForm(forms.Form):
    """`seen` is the newest revision that was on screen."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label="Why (for your colleagues; may stay empty)", max_length=200, required=False)


def _revision(model_admin: Any) -> View:
    def view(request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        entry, refused = _entry(model_admin, request, object_id)
        if refused:
            return refused
        revision = _numbered(entry, str(number))
        if revision is None:
            messages.warning(request, f"“{entry.name}” has no revision {number}.")
            return HttpResponseRedirect(model_admin._reverse("history", entry.pk))
        problems: list[str] = []
        if request.method == "POST":
            problems = _restored(model_admin, request, entry, revision)
            if not problems:
                return HttpResponseRedirect(model_admin._reverse("change", entry.pk))
        newest = newest_revision(entry)
        wording = said(revision)
        context = {
            "title": f"Revision {number}",
            "revision": revision,
            "newest": newest,
            "live": _live_number(entry),
            "parts": readable.parts(model_admin.kind, wording, names_of(model_admin.kind, wording)),
            "problems": problems,
            "approvals": revision.approvals.select_related("approved_by"),
            "may_restore": model_admin.has_change_permission(request, entry) and newest and newest.pk != revision.pk,
            "form": RestoreForm(
                initial={"seen": newest.pk if newest else None, "note": request.POST.get("note", "")[:200]}
            ),
        }
        return _page(model_admin, request, entry, "revision", context)

    return view


def _restored(model_admin: Any, request: HttpRequest, entry: Any, revision: Revision) -> list[str]:
    """Makes a draft that says this again. What comes back are the reasons why it was refused."""
    if not model_admin.has_change_permission(request, entry):
        raise PermissionDenied
    form = RestoreForm(request.POST)
    if not form.is_valid():
        return ["This page was sent without all that belongs to it. Look again, then press once more."]
    writer: Any = request.user
    before = newest_revision(entry)
    seen = Revision.objects.filter(pk=form.cleaned_data["seen"], entry=entry.pk).first()
    if seen is None:
        return ["This page was opened for another wording. Look again, then press once more."]
    try:
        made = editing.restore(revision, by=writer, at=timezone.now(), note=form.cleaned_data["note"], seen=seen)
    except NotWritten as refused:
        return refused.problems
    except IntegrityError:
        return [MOVED_MEANWHILE]
    if made == before:
        messages.info(request, f"The page says the same as revision {revision.number} already, so nothing was changed.")
    else:
        done = f"The page says again what revision {revision.number} said, as revision {made.number}."
        messages.success(request, f"{done} What readers see has not changed.")
    return []


# Copies


def _duplicate(model_admin: Any) -> View:
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        if not (model_admin.has_change_permission(request) and model_admin.has_add_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        entry, refused = _entry(model_admin, request, object_id)
        if refused:
            return refused
        writer: Any = request.user
        try:
            copy = editing.duplicate(entry_of(entry), by=writer, at=timezone.now())
        except NotWritten as not_copied:
            for problem in not_copied.problems:
                messages.error(request, problem)
            return HttpResponseRedirect(model_admin._reverse("change", entry.pk))
        except IntegrityError:
            messages.error(request, MOVED_MEANWHILE)
            return HttpResponseRedirect(model_admin._reverse("change", entry.pk))
        made = f"This is a copy of “{entry.name}”, saved as a draft. Give it its own name and short name."
        messages.success(request, made)
        return HttpResponseRedirect(model_admin._reverse("change", copy.pk))

    return view


# What these pages share


def _entry(model_admin: Any, request: HttpRequest, object_id: str) -> tuple[Any, HttpResponse | None]:
    """The entry, or the answer that leads away from it."""
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    entry = model_admin.get_object(request, unquote(object_id))
    return entry, None if entry else model_admin.missing(request, object_id)


def _page(
    model_admin: Any, request: HttpRequest, entry: Any, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    shared = {
        **model_admin.admin_site.each_context(request),
        "subtitle": entry.name,
        "opts": model_admin.opts,
        "label": model_admin.label,
        "entry": entry,
        "history_url": model_admin._reverse("history", entry.pk),
        "compare_url": model_admin._reverse("compare", entry.pk),
    }
    return TemplateResponse(request, f"admin/entry/{name}.html", shared | context, status=status)


def _revisions(entry: Any) -> QuerySet[Revision]:
    """With what is needed to tell who saved them and what they say."""
    kept = Revision.objects.filter(entry=entry.pk, locale=DEFAULT_LOCALE)
    return kept.select_related("saved_by", "entry")


def _numbered(entry: Any, number: str) -> Revision | None:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return _revisions(entry).filter(number=int(number)).first()


def _one_before(revision: Revision) -> Revision | None:
    older = Revision.objects.filter(entry=revision.entry_id, locale=revision.locale, number__lt=revision.number)
    return older.select_related("entry").order_by("-number").first()


def _live_number(entry: Any) -> int | None:
    live = Document.objects.filter(entry=entry.pk, locale=DEFAULT_LOCALE, gone_reason="")
    return live.values_list("revision__number", flat=True).first()
