"""What must hold before a release may go live. Every item is looked at; a problem is a sentence for the therapist."""

from collections.abc import Iterator
from uuid import UUID

from kb import kinds
from kb.canonical import sha256
from kb.compiler import COMPILER_VERSION
from kb.editing import said
from kb.enums import ReleaseAction, ReleaseOrigin, ReleaseState
from kb.models.editing import Release, ReleaseItem
from kb.models.entry import Entry
from kb.models.published import Feed, Slug
from kb.slugs import UUID_SHAPE
from kb.wording import batches
from kb.world import World


def problems(release: Release, feed: Feed, items: list[ReleaseItem], before: World) -> list[str]:
    """All reasons against this release; none means that it may be compiled."""
    return [*_release_problems(release, feed, items), *_item_problems(release, items, before)]


def _release_problems(release: Release, feed: Feed, items: list[ReleaseItem]) -> Iterator[str]:
    if not items and release.origin == ReleaseOrigin.EDITORIAL:
        yield "The release is empty. Add an entry first."
    if release.state == ReleaseState.CANCELLED:
        yield "The release was cancelled. Make a new one."
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
        yield from kinds.get(item.entry.kind).problems(said(revision))


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
