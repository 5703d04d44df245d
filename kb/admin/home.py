"""The first page: a desk. What waits for this person stands first, then the kinds, then what went live lately."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.formats import date_format

from kb import piles, workflow
from kb.admin.addresses import address_of, everything, kind_name
from kb.admin.standing import name_of
from kb.enums import ReleaseOrigin, ReleaseState
from kb.models.editing import Release
from kb.piles import Pile, ReleasePile, Waiting
from kb.queues import Place, Tells
from kb.record import told

LATELY = 5
READS_RELEASES = "kb.view_release"
READS_PAGES = "kb.view_entry"


@dataclass(frozen=True)
class Paper:
    """One line of a pile: what it is, and why it lies here."""

    name: str
    address: str
    about: str
    note: str = ""
    is_late: bool = False


@dataclass(frozen=True)
class Heap:
    """A pile as it is shown: its first papers, and where the others are. Empty, it says what would lie here."""

    name: str
    label: str
    count: int
    address: str
    papers: list[Paper]
    empty: str
    begin: str
    remark: str = ""
    is_grave: bool = False


@dataclass(frozen=True)
class Tray:
    name: str
    label: str
    heaps: list[Heap]

    @property
    def full(self) -> list[Heap]:
        return [heap for heap in self.heaps if heap.count]

    @property
    def clear(self) -> list[Heap]:
        return [heap for heap in self.heaps if not heap.count]


def desk_for(person: Any, *, now: datetime.datetime) -> dict[str, Any]:
    """The trays in the order that suits this person, the numbers of each kind, and what went live lately."""
    if not person.has_perm(READS_PAGES):
        return {}
    stands = piles.desk_of(person, today=now.date())
    heaps = [(pile.queue.place, _heap(pile, person, now)) for pile in stands.piles.values()]
    if person.has_perm(READS_RELEASES):
        heaps += [(Place.TO_DECIDE, _release_heap(pile, now)) for pile in piles.release_piles().values()]
    is_editor = workflow.may(person, workflow.APPROVE_IT)
    trays = [_tray(place, heaps, is_editor=is_editor) for place in _order(is_editor=is_editor)]
    return {"trays": trays, "lead": _lead(*trays[:2]), "numbers": stands.kinds, "lately": _lately(person, now)}


def ago(at: datetime.datetime, now: datetime.datetime) -> str:
    """As a colleague would say it."""
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 2:
        return "just now"
    if minutes < 60:
        return f"{minutes} minutes ago"
    if minutes < 24 * 60:
        return _counted(minutes // 60, "hour") + " ago"
    if minutes < 14 * 24 * 60:
        return _counted(minutes // (24 * 60), "day") + " ago"
    return f"on {date_format(at, 'j F Y')}"


# The trays


def _order(*, is_editor: bool) -> tuple[Place, ...]:
    """Whoever decides sees first what waits for their word; whoever writes, their own pages."""
    if is_editor:
        return (Place.TO_DECIDE, Place.MINE, Place.UPKEEP)
    return (Place.MINE, Place.TO_DECIDE, Place.UPKEEP)


def _tray(place: Place, heaps: Iterable[tuple[Place, Heap]], *, is_editor: bool) -> Tray:
    labels = {
        Place.MINE: "Your own pages",
        Place.TO_DECIDE: "For you to decide" if is_editor else "On the way to readers",
        Place.UPKEEP: "Looking after what is there",
    }
    return Tray(place, labels[place], sorted((heap for lies, heap in heaps if lies == place), key=_weight))


def _weight(heap: Heap) -> int:
    """What has gone wrong lies on top."""
    return 0 if heap.is_grave and heap.count else 1


SAID_FIRST = {
    "failed": ("release", "could not be published"),
    "returned": ("page", "came back to you"),
    "to_review": ("page", "for you to review"),
    "approved": ("page", "approved and not released"),
    "my_drafts": ("page", "of yours in draft"),
}


def _lead(first: Tray, second: Tray) -> str:
    """One line at which somebody who is in a hurry can stop: of their first tray, or else of the next."""
    for tray in (first, second):
        counts = {heap.name: heap.count for heap in tray.full}
        said = [
            f"{_counted(counts[name], SAID_FIRST[name][0])} {SAID_FIRST[name][1]}"
            for name in SAID_FIRST
            if name in counts
        ]
        if said:
            return f"{_listed(said)}."
    return "Your desk is clear. Nothing waits for you."


def _listed(phrases: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(phrases[:-1]), phrases[-1]]))


# The piles


def _heap(pile: Pile, person: Any, now: datetime.datetime) -> Heap:
    queue = pile.queue
    more = f"{pile.unseen:,} more pages are still to be looked through." if pile.unseen else ""
    return Heap(
        name=queue.name,
        label=queue.label,
        count=pile.count,
        address=everything(queue=queue.name),
        papers=[_paper(waiting, queue.tells, person, now) for waiting in pile.first],
        empty=queue.empty if not pile.unseen else "Nothing to mend so far.",
        begin=more or queue.begin,
        remark=more,
        is_grave=queue.name == "returned",
    )


def _paper(waiting: Waiting, tells: Tells, person: Any, now: datetime.datetime) -> Paper:
    entry = waiting.entry
    is_late = tells == Tells.NEXT_REVIEW and waiting.at is not None and waiting.at < now.date()
    about = " · ".join([_capital(kind_name(entry)), *_why(waiting, tells, person, now)])
    return Paper(entry.name, address_of(entry), about, waiting.note, is_late)


def _why(waiting: Waiting, tells: Tells, person: Any, now: datetime.datetime) -> Iterator[str]:
    if waiting.at is None:
        return
    if tells == Tells.NEXT_REVIEW:
        due = "was due" if waiting.at < now.date() else "due"
        yield f"{due} {date_format(waiting.at, 'j F Y')}"
        return
    assert isinstance(waiting.at, datetime.datetime)
    by = "" if waiting.by == person else f" by {name_of(waiting.by)},"
    yield f"{_verb(waiting, tells)}{by} {ago(waiting.at, now)}"


def _verb(waiting: Waiting, tells: Tells) -> str:
    if tells == Tells.STEP:
        return "returned" if waiting.entry.status == workflow.Status.RETURNED else "sent"
    return "approved" if tells == Tells.APPROVAL else "saved"


def _release_heap(pile: ReleasePile, now: datetime.datetime) -> Heap:
    queue = pile.queue
    return Heap(
        name=queue.name,
        label=queue.label,
        count=pile.count,
        address=f"{reverse('admin:kb_release_changelist')}?state__exact={queue.state}",
        papers=[_release_paper(release, now) for release in pile.first],
        empty=queue.empty,
        begin=queue.begin,
        is_grave=queue.state == ReleaseState.FAILED,
    )


def _release_paper(release: Any, now: datetime.datetime) -> Paper:
    about = [_counted(release.pages, "page")]
    if release.publish_at and release.state == ReleaseState.SCHEDULED:
        about.append(f"goes live on {told(release.publish_at)}")
    elif release.publish_at:
        about.append(f"was to go live on {told(release.publish_at)}")
    else:
        about.append(f"begun by {name_of(release.created_by)}, {ago(release.created_at, now)}")
    return Paper(
        release.title,
        reverse("admin:kb_release_change", args=[release.pk]),
        " · ".join(about),
        release.problems.split("\n")[0],
    )


# What went live


def _lately(person: Any, now: datetime.datetime) -> list[Paper]:
    if not person.has_perm(READS_RELEASES):
        return []
    published: Any = Release.objects.filter(state=ReleaseState.PUBLISHED).exclude(origin=ReleaseOrigin.RECOMPILE)
    newest = published.select_related("published_by").annotate(pages=Count("items"))
    return [
        Paper(
            release.title,
            reverse("admin:kb_release_change", args=[release.pk]),
            f"{_counted(release.pages, 'page')} · {name_of(release.published_by)}, {ago(release.published_at, now)}",
            release.summary,
        )
        for release in newest.order_by("-published_at", "-pk")[:LATELY]
    ]


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
