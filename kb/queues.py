"""What waits for whom: each queue of the desk, as a condition in SQL."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from kb import desk, editing, review, workflow
from kb.enums import StepVerb
from kb.models.editing import Approval, Revision, Step
from kb.models.entry import Entry
from kb.models.published import Document
from kb.workflow import UNFINISHED, Status

LOOK_AHEAD = datetime.timedelta(days=60)
"""What is to be read again this soon lies on the desk already."""


class Place(StrEnum):
    """Where on the desk a queue lies."""

    MINE = "mine"
    TO_DECIDE = "to_decide"
    UPKEEP = "upkeep"


class Tells(StrEnum):
    """What a queue says of each entry: when, by whom, and what they noted."""

    SAVED = "saved"
    STEP = "step"
    APPROVAL = "approval"
    NEXT_REVIEW = "next_review"
    FINDING = "finding"
    NOTHING = "nothing"


Condition = Callable[[Any, datetime.date], Q]
"""Person, today → which entries of `with_facts` wait."""


@dataclass(frozen=True, kw_only=True)
class Queue:
    """`empty` says what would stand here, `begin` how it comes about."""

    name: str
    label: str
    place: Place
    empty: str
    begin: str
    condition: Condition
    tells: Tells = Tells.SAVED
    order_by: tuple[str, ...] = ("name",)
    permission: str = ""

    def is_for(self, person: Any) -> bool:
        return not self.permission or bool(person.has_perm(self.permission))

    def pick(self, entries: QuerySet[Any], *, person: Any, today: datetime.date) -> QuerySet[Any]:
        """Those of the entries that wait here for this person. `entries` come from `with_facts`."""
        return entries.filter(self.condition(person, today)) if self.is_for(person) else entries.none()


def with_facts(entries: QuerySet[Any]) -> Any:
    """With status, and with who saved the newest wording, and until when somebody vouches for the live one."""
    newest = newest_of_each()
    documents = Document.objects.filter(entry=OuterRef("pk"), locale=desk.DEFAULT_LOCALE, gone_reason="")
    return desk.with_status(entries).annotate(
        saved_at=Subquery(newest.values("saved_at")[:1]),
        saved_by_id=Subquery(newest.values("saved_by")[:1]),
        newest_sha256=Subquery(newest.values("sha256")[:1]),
        live_approval_id=Subquery(documents.values("approval")),
        next_review_on=Subquery(documents.values("approval__next_review_on")),
    )


def newest_of_each() -> QuerySet[Revision]:
    """For a subquery on entries; the first is the newest. Quicker than going by `newest_revision_id`."""
    return Revision.objects.filter(entry=OuterRef("pk"), locale=desk.DEFAULT_LOCALE).order_by("-number")


def of(name: str) -> Queue | None:
    return next((queue for queue in QUEUES if queue.name == name), None)


def for_person(person: Any) -> list[Queue]:
    return [queue for queue in QUEUES if queue.is_for(person)]


# The conditions. Where a cheap question rules most pages out, it stands before the status, which is dear to work out.

RETURNED = Q(last_step=StepVerb.RETURNED) & Q(status=Status.RETURNED)
IN_REVIEW = Q(last_step=StepVerb.SUBMITTED) & Q(status=Status.IN_REVIEW)


def _my_drafts(person: Any, today: datetime.date) -> Q:
    return Q(saved_by_id=person.pk, status__in=UNFINISHED)


def _returned(person: Any, today: datetime.date) -> Q:
    return RETURNED & _by(person)


def _sent(person: Any, today: datetime.date) -> Q:
    return IN_REVIEW & _by(person)


def _by(person: Any) -> Q:
    """This person saved the newest wording, or sent it for review."""
    sent = Step.objects.filter(revision=OuterRef("newest_revision_id"), verb=StepVerb.SUBMITTED, by=person.pk)
    return Q(saved_by_id=person.pk) | Q(Exists(sent))


def _to_review(person: Any, today: datetime.date) -> Q:
    """Nobody approves what they wrote."""
    return IN_REVIEW & ~Q(Exists(review.written_by(person)))


def _approved(person: Any, today: datetime.date) -> Q:
    """The newest wording; or the live one anew, which readers are not told before it is released again."""
    newer = Approval.objects.filter(
        revision=OuterRef("live_revision_id"), pk__gt=Coalesce(OuterRef("live_approval_id"), 0)
    )
    is_other = Q(live_revision_id=None) | ~Q(live_revision_id=F("newest_revision_id"))
    return (is_other & Q(status=Status.APPROVED)) | Q(Exists(newer))


def _changed(person: Any, today: datetime.date) -> Q:
    return Q(live_revision_id__isnull=False) & ~Q(live_revision_id=F("newest_revision_id"))


def _unreviewed(person: Any, today: datetime.date) -> Q:
    return Q(live_revision_id__isnull=False, live_approval_id=None)


def _due(person: Any, today: datetime.date) -> Q:
    return Q(next_review_on__lte=today + LOOK_AHEAD)


def _with_findings(person: Any, today: datetime.date) -> Q:
    return Q(newest_revision_id__in=_troubled()) & ~Q(status=Status.WITHDRAWN)


QUALITY = Queue(
    name="quality",
    label="Something to mend",
    place=Place.UPKEEP,
    tells=Tells.FINDING,
    condition=_with_findings,
    empty="Every page passes the quality checks.",
    begin="A page with a missing source, a hard sentence or the like stands here with the reason.",
)
QUEUES = (
    Queue(
        name="returned",
        label="Returned to you",
        place=Place.MINE,
        tells=Tells.STEP,
        condition=_returned,
        order_by=("-saved_at",),
        empty="Nothing was returned to you.",
        begin="What a clinical editor sends back stands here, with their note.",
    ),
    Queue(
        name="my_drafts",
        label="Your drafts",
        place=Place.MINE,
        condition=_my_drafts,
        order_by=("-saved_at",),
        empty="You have no drafts.",
        begin="Write a new page or change one: it stays here, unseen by readers, until you send it for review.",
    ),
    Queue(
        name="sent",
        label="With a reviewer",
        place=Place.MINE,
        tells=Tells.STEP,
        condition=_sent,
        order_by=("-saved_at",),
        empty="Nothing of yours is in review.",
        begin="Press “Send for review” on a page, and follow it here.",
    ),
    Queue(
        name="to_review",
        label="Waiting for your review",
        place=Place.TO_DECIDE,
        tells=Tells.STEP,
        condition=_to_review,
        order_by=("saved_at",),
        permission=workflow.APPROVE,
        empty="Nothing waits for your review.",
        begin="What colleagues send for review stands here, the oldest first. You never see your own.",
    ),
    Queue(
        name="approved",
        label="Approved, not released",
        place=Place.TO_DECIDE,
        tells=Tells.APPROVAL,
        condition=_approved,
        order_by=("saved_at",),
        empty="Nothing approved waits for its release.",
        begin="Once approved, a page stands here until a release takes it to readers.",
    ),
    Queue(
        name="due",
        label="To be read again",
        place=Place.UPKEEP,
        tells=Tells.NEXT_REVIEW,
        condition=_due,
        order_by=("next_review_on", "name"),
        empty="No live page is due for review.",
        begin="A page stands here from 60 days before its review date on.",
    ),
    Queue(
        name="unreviewed",
        label="Live and never reviewed",
        place=Place.UPKEEP,
        tells=Tells.NOTHING,
        condition=_unreviewed,
        permission=workflow.APPROVE,
        empty="A clinician has reviewed everything that is live.",
        begin="Pages of the starter pack stand here until somebody approves them.",
    ),
    Queue(
        name="changed",
        label="Live with newer changes",
        place=Place.UPKEEP,
        condition=_changed,
        order_by=("-saved_at",),
        empty="Readers see the newest wording of every live page.",
        begin="A live page that somebody has changed since stands here.",
    ),
    QUALITY,
)


# Quality


def _troubled() -> list[int]:
    """The newest revisions in which a check finds something."""
    entries = desk.with_status(Entry.objects.order_by())
    newest = Revision.objects.filter(pk__in=entries.values("newest_revision_id")).order_by()
    rows = list(newest.values_list("pk", "entry__kind", "sha256"))
    editing.look_through(rows)
    return [pk for pk, kind, digest in rows if editing.has_findings(kind, digest)]
