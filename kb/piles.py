"""How the desk stands for one person: how many entries wait in each queue, and what to say of the first few."""

import datetime
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Case, Count, Q, Subquery, Value, When

from kb import editing, queues
from kb.enums import ReleaseState
from kb.models.editing import Approval, Release, Revision, Step
from kb.models.entry import Entry
from kb.quality import Finding
from kb.queues import QUALITY, Queue, Tells, with_facts
from kb.workflow import Status

FEW = 4
AT_ONCE = 300
"""How many unknown wordings one visit to the desk looks through; the next goes on with the others."""


@dataclass(frozen=True)
class Waiting:
    """One entry in a queue: since when, by whose hand, and what they said. `at` is a day where only that is known.

    `entry` has an entry's key, name and kind, and what `with_facts` knows.
    """

    entry: Any
    at: datetime.datetime | datetime.date | None = None
    by: Any = None
    note: str = ""


@dataclass(frozen=True)
class Pile:
    """A queue as it stands. `unseen`: how many wordings nobody has looked through yet, so that it may grow."""

    queue: Queue
    count: int
    first: list[Waiting] = field(default_factory=list)
    unseen: int = 0


@dataclass(frozen=True)
class Numbers:
    """Of one kind: how many entries, how many of them readers see, how many have something that readers do not."""

    all: int
    live: int
    waiting: int


@dataclass(frozen=True)
class Desk:
    piles: dict[str, Pile]
    kinds: dict[str, Numbers]


def desk_of(person: Any, *, today: datetime.date) -> Desk:
    """How all queues stand for this person, and how many entries of each kind there are.

    One query goes through all entries; the others look up what to say of the few that are shown.
    """
    mine = queues.for_person(person)
    rows = _flagged({queue.name: queue.condition(person, today) for queue in mine if queue is not QUALITY})
    unseen = editing.look_through([(row["newest_revision_id"], row["kind"], row["sha256"]) for row in rows], AT_ONCE)
    for row in rows:
        row[QUALITY.name] = row["status"] != Status.WITHDRAWN and editing.has_findings(row["kind"], row["sha256"])
    shown = {queue.name: [SimpleNamespace(**row) for row in _sorted(queue, rows)[:FEW]] for queue in mine}
    told = _Told([row for some in shown.values() for row in some])
    piles = {
        queue.name: Pile(
            queue,
            sum(row[queue.name] for row in rows),
            [told.waiting(queue.tells, row) for row in shown[queue.name]],
            unseen if queue is QUALITY else 0,
        )
        for queue in mine
    }
    return Desk(piles, _numbers(rows))


COLUMNS = (
    "pk",
    "name",
    "kind",
    "status",
    "newest_revision_id",
    "live_revision_id",
    "saved_at",
    "saved_by_id",
    "next_review_on",
)


def _flagged(conditions: dict[str, Q]) -> list[dict[str, Any]]:
    """Every entry with what it is sorted by and, for each condition, whether it holds."""
    flags = {name: Case(When(condition, then=Value(1)), default=Value(0)) for name, condition in conditions.items()}
    digest = Subquery(queues.newest_of_each().values("sha256")[:1])
    entries = with_facts(Entry.objects.order_by()).annotate(sha256=digest, **flags)
    return list(entries.values(*COLUMNS, "sha256", *conditions))


def _sorted(queue: Queue, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [row for row in rows if row[queue.name]]
    for column in reversed((*queue.order_by, "pk")):
        found.sort(key=lambda row: row[column.lstrip("-")], reverse=column.startswith("-"))
    return found


def _numbers(rows: list[dict[str, Any]]) -> dict[str, Numbers]:
    everything = Counter(row["kind"] for row in rows)
    live = Counter(row["kind"] for row in rows if row["live_revision_id"])
    waiting = Counter(row["kind"] for row in rows if row["status"] not in (Status.LIVE, Status.WITHDRAWN))
    return {kind: Numbers(everything[kind], live[kind], waiting[kind]) for kind in everything}


class _Told:
    """What there is to say of a few entries, loaded in a fixed number of queries."""

    def __init__(self, entries: list[Any]) -> None:
        newest = {entry.newest_revision_id for entry in entries} - {None}
        live = {entry.live_revision_id for entry in entries} - {None}
        steps = Step.objects.filter(revision__in=newest).select_related("by").order_by("id")
        approvals = Approval.objects.filter(revision__in=newest | live).select_related("approved_by")
        self.people = get_user_model()._default_manager.in_bulk({entry.saved_by_id for entry in entries} - {None})
        self.steps = {step.revision_id: step for step in steps}
        self.approvals = {one.revision_id: one for one in approvals.order_by("approved_at", "pk")}
        self.revisions = Revision.objects.defer("body").select_related("entry").in_bulk(newest)

    def waiting(self, tells: Tells, entry: Any) -> Waiting:
        if tells == Tells.STEP:
            step = self.steps[entry.newest_revision_id]
            return Waiting(entry, step.at, step.by, step.note)
        if tells == Tells.APPROVAL:
            approval = self.approvals.get(entry.newest_revision_id) or self.approvals[entry.live_revision_id]
            return Waiting(entry, approval.approved_at, approval.approved_by, approval.note)
        if tells == Tells.NEXT_REVIEW:
            return Waiting(entry, entry.next_review_on)
        if tells == Tells.FINDING:
            found = editing.findings_of(self.revisions[entry.newest_revision_id])
            return Waiting(entry, note=_in_short(found))
        if tells == Tells.SAVED:
            return Waiting(entry, entry.saved_at, self.people.get(entry.saved_by_id))
        return Waiting(entry)


def _in_short(found: list[Finding]) -> str:
    """The first, which is the gravest, and how many more there are."""
    if not found:
        return ""
    return f"{found[0].reason}" + (f" And {len(found) - 1} more." if len(found) > 1 else "")


# Releases


@dataclass(frozen=True, kw_only=True)
class ReleaseQueue:
    name: str
    label: str
    state: ReleaseState
    order_by: tuple[str, ...]
    empty: str
    begin: str


@dataclass(frozen=True)
class ReleasePile:
    """`first` carry `pages`, the number of their items."""

    queue: ReleaseQueue
    count: int
    first: list[Release]


RELEASE_QUEUES = (
    ReleaseQueue(
        name="failed",
        label="Releases that could not be published",
        state=ReleaseState.FAILED,
        order_by=("-publish_at", "-pk"),
        empty="No release has failed.",
        begin="A scheduled release that is refused when its time comes stands here, with the reasons.",
    ),
    ReleaseQueue(
        name="scheduled",
        label="Scheduled releases",
        state=ReleaseState.SCHEDULED,
        order_by=("publish_at", "pk"),
        empty="No release is scheduled.",
        begin="Give a release a time, and it goes live by itself.",
    ),
    ReleaseQueue(
        name="preparing",
        label="Releases being prepared",
        state=ReleaseState.DRAFT,
        order_by=("-created_at", "-pk"),
        empty="No release is being prepared.",
        begin="Gather approved pages in a release, to let them go live together.",
    ),
)


def release_piles() -> dict[str, ReleasePile]:
    """The releases that are not published yet: a query for their numbers, and one for each state that has some."""
    open_ones = Release.objects.filter(state__in=[queue.state for queue in RELEASE_QUEUES])
    counts = dict(open_ones.order_by().values_list("state").annotate(Count("pk")))
    return {
        queue.name: ReleasePile(queue, counts.get(queue.state, 0), _first(queue, counts)) for queue in RELEASE_QUEUES
    }


def _first(queue: ReleaseQueue, counts: dict[str, int]) -> list[Release]:
    if queue.state not in counts:
        return []
    found = Release.objects.filter(state=queue.state).select_related("created_by").annotate(pages=Count("items"))
    return list(found.order_by(*queue.order_by)[:FEW])
