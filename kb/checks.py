"""What must hold before a release may go live, and what a page needs of the rest of the library.

`problems` are against a release: every item is looked at, a problem is a sentence for the therapist. `in_context` and
`all_findings` are for people who write and review: findings with their places.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import prefetch_related_objects

from kb import kinds, quality, wording
from kb.canonical import sha256
from kb.compiler import COMPILER_VERSION
from kb.editing import DEFAULT_LOCALE, findings_of, said
from kb.enums import ReleaseAction, ReleaseOrigin, ReleaseState, Severity
from kb.kinds import Finding, Kind, Place, Wording, error, warning
from kb.models.editing import Approval, Release, ReleaseItem, Revision
from kb.models.entry import Entry
from kb.models.published import Document, Feed, Slug
from kb.quality import place_name, sentence
from kb.slugs import UUID_SHAPE
from kb.wording import batches
from kb.world import World

LONGEST_YEARS = 3
"""A next review further ahead is too far for most pages."""


def problems(release: Release, feed: Feed, items: list[ReleaseItem], before: World) -> list[str]:
    """All reasons against this release; none means that it may be compiled."""
    return [*_release_problems(release, feed, items), *_item_problems(release, items, before)]


def wording_problems(revision: Revision) -> list[str]:
    """What must be mended in a wording before it is worth anybody's review."""
    return [f"{revision.entry}: {problem}" for problem in _errors_of(revision)]


def all_findings(
    revision: Revision,
    *,
    next_review_on: datetime.date | None = None,
    today: datetime.date,
    is_vouched_for: bool = False,
) -> list[Finding]:
    """What the wording alone tells and what the rest of the library does, errors first."""
    context = in_context([revision], next_review_on=next_review_on, today=today, is_vouched_for=is_vouched_for)
    return _errors_first([*findings_of(revision), *context[revision.pk]])


def findings_before_saving(kind: Kind, said: Wording, entry_id: UUID | None = None) -> list[Finding]:
    """The same for a wording that is not saved, as a preview has it."""
    page = _Page(kind, said, entry_id)
    return _errors_first([*quality.findings(kind, said), *_Library([page]).findings(page)])


def in_context(
    revisions: Iterable[Revision],
    *,
    next_review_on: datetime.date | None = None,
    today: datetime.date,
    is_vouched_for: bool = False,
) -> dict[int, list[Finding]]:
    """By the revision's key, what is wrong with it if these revisions go live together, beside what is live.

    `next_review_on` is the date that an approval is about to give; without one, the newest approval of each says it.
    `is_vouched_for`: these are being approved or released, so that a missing date is an error. Few queries, however
    many revisions.
    """
    revisions = list(revisions)
    prefetch_related_objects(revisions, "entry")
    pages = {one.pk: _Page(kinds.get(one.entry.kind), said(one), one.entry_id) for one in revisions}
    dates = dict.fromkeys(pages, next_review_on) if next_review_on else _review_dates(list(pages))
    library = _Library(list(pages.values()))
    return {
        pk: _errors_first([*library.findings(page), *date_findings(dates.get(pk), today, is_vouched_for)])
        for pk, page in pages.items()
    }


def _release_problems(release: Release, feed: Feed, items: list[ReleaseItem]) -> Iterator[str]:
    if not items and release.origin == ReleaseOrigin.EDITORIAL:
        yield "The release is empty. Add an entry first."
    if release.state == ReleaseState.CANCELLED:
        yield "The release was cancelled. Make a new one."
    if release.severity == Severity.SAFETY and not release.summary.strip():
        yield "A release for safety needs one line for app users: what was unsafe, and what to do now."
    if release.origin == ReleaseOrigin.STARTER and feed.head != 0:
        yield "A starter pack can only be published into an empty installation."
    if feed.compiler_version > COMPILER_VERSION:
        yield "This program is older than the documents it would replace. Restart it with the newest version."
    if feed.head and feed.compiler_version < COMPILER_VERSION and release.origin != ReleaseOrigin.RECOMPILE:
        yield "After the last upgrade, `manage.py recompile` has not been run. Ask the operator to run it."


def _item_problems(release: Release, items: list[ReleaseItem], before: World) -> Iterator[str]:
    slug_owners = _slug_owners(items)
    named: dict[tuple[str, str], Entry] = {}
    for item in items:
        yield from (f"{item.entry}: {problem}" for problem in _problems_of(item, release, before))
        if item.action == ReleaseAction.PUBLISH and item.revision:
            key = (item.entry.kind, said(item.revision)["slug"])
            owner = slug_owners.get(key)
            if (owner and owner != item.entry_id) or named.setdefault(key, item.entry) != item.entry:
                yield f"{item.entry}: the short name “{key[1]}” belongs to another entry, for ever. Choose another."
    yield from _merge_problems(items, before)


def _problems_of(item: ReleaseItem, release: Release, before: World) -> Iterator[str]:
    pin = before.pins.get(item.entry_id)
    live_revision_id = pin.revision_id if pin and pin.is_live else None
    if item.prepared_against_id != live_revision_id:
        yield "it has changed since this release was prepared. Look at what is live now and prepare it again."
    if item.action != ReleaseAction.PUBLISH:
        if live_revision_id is None:
            yield "it is not live, so it cannot be withdrawn."
        return
    revision, approval = item.revision, item.approval
    assert revision is not None  # a database constraint
    if revision.entry_id != item.entry_id or revision.locale != item.locale:
        yield "the revision belongs to another entry."
    if revision.sha256 != sha256(revision.body.encode()):
        yield "the stored wording is damaged: its hash does not match. Restore a backup."
    if UUID_SHAPE.match(said(revision)["slug"]):
        yield "its short name looks like an id. Use words."
    if approval is None:
        may_be_unapproved = release.origin == ReleaseOrigin.STARTER or (
            release.origin == ReleaseOrigin.RECOMPILE and item.revision_id == live_revision_id
        )
        if not may_be_unapproved:
            yield "this wording has not been approved. Ask a clinical editor who did not write it."
    elif approval.revision_id != revision.pk or approval.sha256 != revision.sha256:
        yield "the approval is for another wording. Ask for approval of this one."
    if release.origin != ReleaseOrigin.RECOMPILE:
        yield from _errors_of(revision)


def _errors_of(revision: Revision) -> list[str]:
    kind = kinds.get(revision.entry.kind)
    return [sentence(kind, found) for found in findings_of(revision) if found.is_error]


def _slug_owners(items: list[ReleaseItem]) -> dict[tuple[str, str], UUID]:
    owners: dict[tuple[str, str], UUID] = {}
    slugs = [said(item.revision)["slug"] for item in items if item.revision]
    for some in batches(slugs):
        rows = Slug.objects.filter(slug__in=some).values_list("kind", "slug", "entry_id")
        owners |= {(kind, slug): entry_id for kind, slug, entry_id in rows}
    return owners


def _merge_problems(items: list[ReleaseItem], before: World) -> Iterator[str]:
    merges = {item.entry_id: item.replaced_by for item in items if item.action == ReleaseAction.MERGE}
    published_now = {item.entry_id for item in items if item.action == ReleaseAction.PUBLISH}
    gone_now = {item.entry_id for item in items if item.action == ReleaseAction.WITHDRAW}
    for item in items:
        target = item.replaced_by
        if target is None:
            continue
        if target.kind != item.entry.kind:
            yield f"{item.entry}: it can only be merged into another {item.entry.kind.replace('_', ' ')}."
        seen = {item.entry_id}
        end: Entry | None = target
        while end is not None and end.pk in merges and end.pk not in seen:
            seen.add(end.pk)
            end = merges[end.pk]
        if end is None or end.pk in seen:
            yield f"{item.entry}: the merges go round in a circle."
        elif end.pk in gone_now or not (end.pk in published_now or before.is_live(end.pk)):
            yield f"{item.entry}: it would be merged into “{end}”, which is not live."


# A page beside the rest of the library


@dataclass(frozen=True)
class _Page:
    kind: Kind
    said: Wording
    entry_id: UUID | None

    def places(self) -> dict[UUID, Place]:
        """Everything that it links to, and where it does so first."""
        found: dict[UUID, Place] = {}
        for path, target in wording.links(self.kind, self.said):
            found.setdefault(UUID(target), self._place(path, target))
        return found

    def _place(self, path: str, target: str) -> Place:
        name, _, column = path.partition(".")
        if not column:
            return (name,)
        index = next(index for index, row in enumerate(self.said[name]) if target in (row[column] or ()))
        return (name, index, column)


@dataclass
class _Library:
    """What is live of all that some pages link to, and the pages themselves."""

    pages: list[_Page]
    live: dict[UUID, str] = field(default_factory=dict)
    """The short names under which readers have them."""
    gone: dict[UUID, UUID | None] = field(default_factory=dict)
    """What was withdrawn, and into what it was merged."""
    titles: dict[UUID, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.together = {page.entry_id for page in self.pages if page.entry_id}
        targets = {target for page in self.pages for target in page.places()}
        self._look_up(targets | self.together)
        survivors = {into for into in self.gone.values() if into}
        self._look_up(survivors - {*self.live, *self.gone})
        absent = {target for target in targets | survivors if not self.is_live(target)} | survivors
        for some in batches(sorted(absent)):
            for entry in Entry.objects.filter(pk__in=some).only("kind", "name"):
                called = kinds.get(entry.kind).model._meta.verbose_name
                self.titles[entry.pk] = f"the {called} “{entry.name}”"

    def is_live(self, pk: UUID) -> bool:
        """Or will be with these pages."""
        return pk in self.live or pk in self.together

    def findings(self, page: _Page) -> Iterator[Finding]:
        places = page.places()
        for target, place in places.items():
            if not self.is_live(target):
                yield self._dead_link(target, place)
        for name in page.kind.needs_live:
            targets = [target for target, place in places.items() if place[0] == name]
            if targets and not any(self._is_found(target) for target in targets):
                called = place_name(page.kind, (name,))
                yield error(
                    (name,), f"None of its own {called} would be live.", "Publish one with it, or link another first."
                )
        slug = self.live.get(page.entry_id) if page.entry_id else None
        if slug is not None and slug != page.said["slug"]:
            yield warning(
                ("slug",),
                f"Its short name changes from “{slug}” to “{page.said['slug']}”, and so does its address.",
                "The old address will lead to the new one. Change it only for a good reason.",
            )

    def _look_up(self, pks: set[UUID]) -> None:
        for some in batches(sorted(pks)):
            rows = Document.objects.filter(entry__in=some, locale=DEFAULT_LOCALE)
            for pk, slug, reason, into in rows.values_list("entry_id", "slug", "gone_reason", "replaced_by_id"):
                if reason:
                    self.gone[pk] = into
                else:
                    self.live[pk] = slug

    def _is_found(self, target: UUID) -> bool:
        """Readers are led from what was merged to what it became."""
        return self.is_live(target) or self.is_live(self.gone.get(target) or target)

    def _dead_link(self, target: UUID, place: Place) -> Finding:
        called = self.titles.get(target, "a page that is no longer there")
        into = self.gone.get(target)
        if into and self.is_live(into):
            return warning(
                place,
                f"It links to {called}, which was merged into {self.titles[into]}.",
                "Readers are shown that one. Link to it directly.",
            )
        if target in self.gone:
            return warning(
                place, f"It links to {called}, which was withdrawn.", "Readers do not see it. Take the link out."
            )
        return warning(
            place,
            f"It links to {called}, which is not live.",
            "Readers will not see it until it is live. Publish it with this page.",
        )


def _review_dates(revisions: list[int]) -> dict[int, datetime.date]:
    dates: dict[int, datetime.date] = {}
    for some in batches(revisions):
        approvals = Approval.objects.filter(revision__in=some).order_by("approved_at", "id")
        dates |= approvals.values_list("revision_id", "next_review_on")  # of several, the newest comes last
    return dates


def date_findings(date: datetime.date | None, today: datetime.date, is_vouched_for: bool) -> Iterator[Finding]:
    if date is None and is_vouched_for:
        yield error((), "It has no next review date.", "Say when a clinician should read it again.")
    if date is not None and (date.year - LONGEST_YEARS, date.month, date.day) > (today.year, today.month, today.day):
        yield warning(
            (),
            f"Its next review, on {date.day} {date:%B %Y}, is more than {12 * LONGEST_YEARS} months ahead.",
            "Choose an earlier day unless this page hardly ages.",
        )


def _errors_first(found: Iterable[Finding]) -> list[Finding]:
    return sorted(found, key=lambda finding: not finding.is_error)
