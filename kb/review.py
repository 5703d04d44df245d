"""Review: a wording is sent to a clinical editor, who vouches for exactly that wording or returns it with a note."""

import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from kb import checks, desk, workflow
from kb.editing import locked, newest_revision
from kb.enums import ReviewRole, ReviewScope, StepVerb
from kb.models.editing import Approval, Revision, Step
from kb.models.entry import Entry
from kb.publishing import Refused
from kb.workflow import Move

LONGEST_INTERVAL = datetime.timedelta(days=3653)
REVIEW_INTERVAL = datetime.timedelta(days=730)
"""When nobody says otherwise, a wording is read again after two years."""


@transaction.atomic
def submit(revision: Revision, *, by: User, at: datetime.datetime, note: str = "") -> Step:
    """Asks clinical editors to read this wording, which must be the newest and free of errors."""
    _require_open(workflow.SUBMIT, revision, by)
    problems = checks.wording_problems(revision)
    if problems:
        raise Refused(problems)
    if revision.approvals.exists():
        raise Refused(["This wording is approved already. Put it in a release."])
    return _step(StepVerb.SUBMITTED, revision, by=by, at=at, note=note)


@transaction.atomic
def take_back(revision: Revision, *, by: User, at: datetime.datetime, note: str = "") -> Step:
    """Ends the review before it is done. For whoever sent it or saved it."""
    _require_open(workflow.TAKE_BACK, revision, by)
    problems = objections_to_taking_back(revision, by=by)
    if problems:
        raise Refused(problems)
    return _step(StepVerb.TAKEN_BACK, revision, by=by, at=at, note=note)


@transaction.atomic
def send_back(revision: Revision, *, by: User, at: datetime.datetime, note: str) -> Step:
    """Returns it to its writer. The note says what to mend."""
    _require_open(workflow.SEND_BACK, revision, by)
    if not note.strip():
        raise Refused(["Say in the note what should be mended."])
    return _step(StepVerb.RETURNED, revision, by=by, at=at, note=note)


@transaction.atomic
def approve(
    revision: Revision,
    *,
    by: User,
    at: datetime.datetime,
    role: ReviewRole = ReviewRole.CLINICAL_EDITOR,
    scope: ReviewScope = ReviewScope.WHOLE,
    next_review_on: datetime.date | None = None,
    note: str = "",
) -> Approval:
    """Vouches for exactly this wording. Refused to anybody who saved a revision since the last approved one."""
    locked(revision.entry)  # nobody saves between the look at the writers and the approval
    problems = objections(revision, by=by)
    latest = at.date() + LONGEST_INTERVAL
    if next_review_on is not None and not at.date() < next_review_on <= latest:
        problems.append(f"The next review must be on a day after today and no later than {latest}.")
    if scope == ReviewScope.CHANGES and not _approved_before(revision).exists():
        problems.append("Nothing of this page has been approved before, so the whole page must be read.")
    if problems:
        raise Refused(problems)
    return Approval.objects.create(
        revision=revision,
        sha256=revision.sha256,
        approved_by=by,
        approved_at=at,
        role=role,
        scope=scope,
        next_review_on=next_review_on or at.date() + REVIEW_INTERVAL,
        note=note,
    )


def objections(revision: Revision, *, by: User) -> list[str]:
    """Why this person may not approve this wording, as sentences."""
    if not workflow.may(by, workflow.APPROVE_IT):
        return ["Only a clinical editor can approve a wording."]
    if by.pk in writers(revision):
        return ["You wrote part of this yourself, so somebody else must approve it."]
    return []


def objections_to_taking_back(revision: Revision, *, by: User) -> list[str]:
    """Why this person may not take this wording out of review, as sentences."""
    if by.pk == revision.saved_by_id or revision.steps.filter(verb=StepVerb.SUBMITTED, by=by).exists():
        return []
    return ["Only who wrote it or sent it for review can take it back. A clinical editor can return it."]


def latest_approval(revision: Revision) -> Approval | None:
    return Approval.objects.filter(revision=revision).order_by("-approved_at", "-pk").first()


def as_if_approved(revision: Revision, *, by: User, at: datetime.datetime, number: int) -> Approval:
    """An approval that nobody has given yet, for a rehearsal. `number` tells it from the others there."""
    return Approval(
        pk=-number,  # no approval has it
        revision=revision,
        approved_by=by,
        approved_at=at,
        sha256=revision.sha256,
        role=ReviewRole.CLINICAL_EDITOR,
        next_review_on=at.date() + REVIEW_INTERVAL,
    )


def writers(revision: Revision) -> set[int]:
    """Who saved a revision of the entry since the last approved one before this, up to this.

    Where an earlier wording was restored, its first writers count as well: the words are still theirs.
    """
    history = Revision.objects.filter(entry=revision.entry_id, locale=revision.locale, number__lte=revision.number)
    approved = history.filter(approvals__isnull=False).order_by().values_list("number", flat=True)
    wrote = Q(pk=None)
    for number in history.filter(sha256=revision.sha256).values_list("number", flat=True):
        since = max((earlier for earlier in approved if earlier < number), default=0)
        wrote |= Q(number__gt=since, number__lte=number)
    saved = history.filter(wrote, saved_by__isnull=False)
    return set(saved.order_by().values_list("saved_by_id", flat=True))


def written_by(person: User) -> QuerySet[Revision]:
    """The same in SQL, for an `Exists` on entries that carry `newest_sha256`: what of the newest wording is theirs."""
    in_history = {"entry": OuterRef("entry"), "locale": OuterRef("locale")}
    approved_between = Revision.objects.filter(
        **in_history, approvals__isnull=False, number__gte=OuterRef(OuterRef("number")), number__lt=OuterRef("number")
    )
    leads_to_it = Revision.objects.filter(
        ~Exists(approved_between),
        **in_history,
        sha256=OuterRef(OuterRef("newest_sha256")),
        number__gte=OuterRef("number"),
    )
    return Revision.objects.filter(
        Exists(leads_to_it), entry=OuterRef("pk"), locale=desk.DEFAULT_LOCALE, saved_by=person.pk
    )


def _require_open(move: Move, revision: Revision, by: User) -> None:
    """Refuses what the table of moves does not allow where the entry stands now, with nobody else able to move it."""
    locked(revision.entry)
    entry = desk.with_status(Entry.objects.filter(pk=revision.entry_id)).get()
    newest = newest_revision(revision.entry)
    if newest is None or newest.pk != revision.pk:
        raise Refused([f"{entry}: somebody saved a newer wording meanwhile. Look at that one first."])
    if not workflow.may(by, move):
        raise Refused([f"{move.label}: only a clinical editor can do this."])
    if not workflow.is_open(move, entry.status, is_live=entry.live_revision_id is not None):
        stands = workflow.Status(entry.status).label.lower()
        raise Refused([f"{entry}: “{move.label}” is not possible now, because the page is “{stands}”."])


def _step(verb: StepVerb, revision: Revision, *, by: User, at: datetime.datetime, note: str) -> Step:
    return Step.objects.create(verb=verb, revision=revision, by=by, at=at, note=note.strip())


def _approved_before(revision: Revision) -> QuerySet[Revision]:
    history = Revision.objects.filter(entry=revision.entry_id, locale=revision.locale)
    return history.filter(number__lt=revision.number, approvals__isnull=False)
