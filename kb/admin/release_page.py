"""What stands on a release's page: what is in it, what phones will receive, what stands against it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from kb import checks, desk, kinds, queues
from kb.admin import findings
from kb.admin.addresses import address_of, kind_name
from kb.admin.effects import LABELS
from kb.admin.findings import Findings
from kb.admin.standing import name_of
from kb.editing import findings_of, said
from kb.enums import STILL_OPEN, ReleaseAction, StepVerb
from kb.models.editing import Release, ReleaseItem, Revision, Step
from kb.models.entry import Entry
from kb.planning import Effect, Plan
from kb.record import note_of
from kb.workflow import Status

MOST_LINES = 300
"""Of a release that is over: a starter pack may hold thousands."""
MOST_NAMES = 40
MOST_WAITING = 200


@dataclass(frozen=True)
class Line:
    """One page in a release. `moved`: what else went live meanwhile. `newest`: a wording newer than the one in it."""

    item: ReleaseItem
    address: str
    kind: str
    what: str
    approved: str
    approve_address: str
    newest: Revision | None
    moved: str
    findings: Findings | None


@dataclass(frozen=True)
class Problem:
    """`name` and `address` are empty for what is against the release as a whole."""

    text: str
    name: str = ""
    address: str = ""


@dataclass(frozen=True)
class EffectGroup:
    title: str
    count: int
    pages: list[tuple[str, str]]
    """(name, address)"""

    @property
    def more(self) -> int:
        return self.count - len(self.pages)


@dataclass(frozen=True)
class Receipt:
    """What a phone that is up to date will receive. `unchanged`: pages in it whose bytes stay as they are."""

    groups: list[EffectGroup]
    documents: int
    kilobytes: int
    unchanged: EffectGroup


@dataclass(frozen=True)
class Waiting:
    """An approved wording that is in no published release yet. `elsewhere`: another open release that holds it."""

    revision: Revision
    kind: str
    address: str
    elsewhere: str


@dataclass(frozen=True)
class Happened:
    """One line of the record."""

    at: datetime.datetime
    what: str
    who: str
    note: str


def lines(release: Release, *, today: datetime.date) -> list[Line]:
    """What is in the release. For one that is still open, with what to mend, what is newer and what moved."""
    is_open = release.state in STILL_OPEN
    rows = "entry", "revision__entry", "revision__saved_by", "approval__approved_by", "replaced_by", "prepared_against"
    found = release.items.select_related(*rows).order_by("action", "entry__name", "pk")
    items = list(found if is_open else found[:MOST_LINES])
    if not is_open:
        return [_line(item, None, None, None) for item in items]
    newest, live = _revisions(items)
    remarks = _findings(items, today)
    return [
        _line(item, newest.get(item.entry_id), live.get(item.entry_id), remarks.get(item.revision_id)) for item in items
    ]


def receipt(plan: Plan) -> Receipt:
    effects = plan.effects()
    sent = [plan.compiled[pk] for pk, effect in effects.items() if effect not in (Effect.GONE, Effect.SAME)]
    groups = [_group(plan, effects, effect, title) for effect, title in LABELS.items()]
    size = sum(len(made.body_gzip) for made in sent)
    return Receipt(
        groups=[group for group in groups if group.count],
        documents=len(sent),
        kilobytes=max(1, round(size / 1000)) if sent else 0,
        unchanged=_group(plan, effects, Effect.SAME, "Stays as it is for readers"),
    )


def linked(problems: Iterable[str], plan: Plan | None, items: Iterable[ReleaseItem]) -> list[Problem]:
    """Each sentence with the page that must be mended: the one whose name it begins with."""
    addresses = {plan.name(pk): _address_in(plan, pk) for pk in plan.compiled} if plan else {}
    addresses |= {item.entry.name: address_of(item.entry) for item in items}
    return [_linked(problem, addresses) for problem in problems]


def waiting(release: Release) -> tuple[list[Waiting], int]:
    """Approved and not yet released, and not in this release; the second is how many more there are.

    A wording that is live and has been approved since is among them: readers are told when it is released again.
    """
    queue = queues.of("approved")
    assert queue is not None
    entries = queues.with_facts(Entry.objects.exclude(pk__in=release.items.values("entry")))
    approved = entries.filter(queue.condition(None, timezone.now().date())).order_by("kind", "name", "pk")
    found = approved.values_list("status", "newest_revision_id", "live_revision_id")[: MOST_WAITING + 1]
    newest = [newest if status == Status.APPROVED else live for status, newest, live in found]
    revisions = Revision.objects.filter(pk__in=newest[:MOST_WAITING]).select_related("entry")
    held = ReleaseItem.objects.filter(entry__revisions__in=newest, release__state__in=STILL_OPEN)
    elsewhere = dict(held.values_list("entry_id", "release__title"))
    listed = [
        Waiting(revision, kind_name(revision.entry), address_of(revision.entry), elsewhere.get(revision.entry_id, ""))
        for revision in sorted(revisions, key=lambda revision: newest.index(revision.pk))
    ]
    return listed, approved.count() - len(listed) if len(newest) > MOST_WAITING else 0


def record(release: Release) -> list[Happened]:
    """Who did what to it, the latest first."""
    steps = [_happened(step) for step in release.steps.select_related("by")]
    begun = Happened(release.created_at, "Begun", name_of(release.created_by), "")
    return [*steps, begun]


def _revisions(items: list[ReleaseItem]) -> tuple[dict[Any, Revision], dict[Any, Revision]]:
    """The newest and the live revision of each entry."""
    entries: Any = desk.with_status(Entry.objects.filter(pk__in=[item.entry_id for item in items]))
    found = list(entries.values_list("pk", "newest_revision_id", "live_revision_id"))
    wanted = {pk for _, *both in found for pk in both if pk}
    revisions = Revision.objects.defer("body").select_related("saved_by").in_bulk(wanted)
    newest = {entry: revisions[pk] for entry, pk, _ in found if pk}
    return newest, {entry: revisions[pk] for entry, _, pk in found if pk}


def _findings(items: list[ReleaseItem], today: datetime.date) -> dict[int | None, Findings]:
    revisions = [item.revision for item in items if item.revision]
    context = checks.in_context(revisions, today=today)
    return {
        revision.pk: findings.shown(kinds.get(revision.entry.kind), [*findings_of(revision), *context[revision.pk]])
        for revision in revisions
    }


def _line(item: ReleaseItem, newest: Revision | None, live: Revision | None, remarks: Findings | None) -> Line:
    is_open = remarks is not None or newest is not None
    is_newer = newest is not None and item.revision is not None and newest.number > item.revision.number
    has_moved = is_open and item.prepared_against_id != (live.pk if live else None)
    return Line(
        item=item,
        address=address_of(item.entry),
        kind=kind_name(item.entry),
        what=_what(item),
        approved=_approved(item),
        approve_address=_approve_address(item) if item.revision and not item.approval else "",
        newest=newest if is_newer else None,
        moved=_moved(item, live) if has_moved else "",
        findings=remarks if remarks else None,
    )


def _what(item: ReleaseItem) -> str:
    if item.action == ReleaseAction.MERGE and item.replaced_by:
        return f"Merged into “{item.replaced_by}”"
    if item.revision is None:
        return item.get_reason_display()
    title = said(item.revision)["name"]
    renamed = f", as “{title}”" if title != item.entry.name else ""
    return f"Revision {item.revision.number} goes live{renamed}"


def _approved(item: ReleaseItem) -> str:
    if item.approval is None:
        return ""
    return f"{name_of(item.approval.approved_by)}, {date_format(item.approval.approved_at, 'j F Y')}"


def _moved(item: ReleaseItem, live: Revision | None) -> str:
    before = f"revision {item.prepared_against.number} was live" if item.prepared_against else "nothing was live"
    now = f"revision {live.number} is live" if live else "it is not live"
    return f"When it was put in, {before}; now {now}."


def _group(plan: Plan, effects: dict[Any, Effect], wanted: Effect, title: str) -> EffectGroup:
    pks = sorted((pk for pk, effect in effects.items() if effect == wanted), key=lambda pk: plan.name(pk).casefold())
    return EffectGroup(title, len(pks), [(plan.name(pk), _address_in(plan, pk)) for pk in pks[:MOST_NAMES]])


def _address_in(plan: Plan, pk: Any) -> str:
    return address_of(Entry(pk=pk, kind=plan.after.pins[pk].kind))


def _linked(problem: str, addresses: dict[str, str]) -> Problem:
    named = [name for name in addresses if problem.startswith(f"{name}: ")]
    if not named:
        return Problem(problem)
    name = max(named, key=len)
    return Problem(problem.removeprefix(f"{name}: "), name, addresses[name])


def _approve_address(item: ReleaseItem) -> str:
    assert item.revision is not None  # what is withdrawn needs no approval
    return f"{address_of(item.entry, 'approve')}?revision={item.revision.number}"


def _happened(step: Step) -> Happened:
    is_by_clock = step.verb == StepVerb.FAILED
    return Happened(step.at, step.get_verb_display(), "" if is_by_clock else name_of(step.by), note_of(step))


def way_back(item: ReleaseItem) -> Line:
    """What comes back with one item of a roll back that is not made yet."""
    return _line(item, None, None, None)
