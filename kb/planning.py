"""What a release would do: the pins it moves, the documents it makes, what stands against it. Writes nothing."""

import datetime
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from kb import checks, published
from kb.compiler import Compiled, Compiler
from kb.editing import said
from kb.enums import ReleaseAction
from kb.models.editing import Release, ReleaseItem
from kb.models.published import Facet, Feed
from kb.wording import batches
from kb.world import Pin, World

DEFAULT_LOCALE = "en"
UNSAVED = 0
"""Stands for the key of a release that is only rehearsed."""


class Effect(StrEnum):
    """What a phone receives of one document."""

    NEW = "new"
    CHANGED = "changed"
    RECOMPILED = "recompiled"
    """It shows something that changed; its own wording is the same."""
    GONE = "gone"
    SAME = "same"
    """Its bytes stay as they are, so a phone receives nothing."""


@dataclass(frozen=True)
class Plan:
    """`problems` are sentences; with any, nothing may be written, and what was not worked out is empty."""

    before: World
    after: World
    items: list[ReleaseItem]
    compiled: dict[UUID, Compiled]
    problems: list[str]

    @property
    def published(self) -> set[UUID]:
        """The entries whose wording the release pins."""
        return {item.entry_id for item in self.items if item.action == ReleaseAction.PUBLISH}

    def effects(self) -> dict[UUID, Effect]:
        """For every document that the release makes anew or takes away."""
        gone = {pk for pk, pin in self.after.pins.items() if not pin.is_live and self.before.is_live(pk)}
        return {pk: self._effect(pk, made) for pk, made in self.compiled.items()} | dict.fromkeys(gone, Effect.GONE)

    def name(self, pk: UUID) -> str:
        """What readers know the document by: its new title, or its last."""
        if pk in self.compiled:
            return str(self.compiled[pk].document["name"])
        return str(self.before.title(pk))

    def _effect(self, pk: UUID, made: Compiled) -> Effect:
        if not self.before.is_live(pk):
            return Effect.NEW
        if made.version == self.before.pins[pk].version:
            return Effect.SAME
        return Effect.CHANGED if pk in self.published else Effect.RECOMPILED


def plan(release: Release, items: list[ReleaseItem], *, feed: Feed, at: datetime.datetime) -> Plan:
    """Reads, never writes; `release` and its items need not be saved. `at`: when it would go live.

    Under the locked feed it is what happens; without the lock, what would happen if nobody else publishes first.
    """
    before = World.as_it_is(DEFAULT_LOCALE)
    problems = checks.problems(release, feed, items, before)
    if problems:
        return Plan(before, before, items, {}, problems)
    after = before.with_pins(_moved_pins(release, items, before))
    after.note_change(release, at)
    for item in items:
        if item.approval is not None:
            after.note_approval(item.approval)
    entries = {item.entry_id for item in items}
    published_now = {item.entry_id for item in items if item.action == ReleaseAction.PUBLISH}
    compiled = compile_live(after, published_now | _affected(before, after, entries))
    return Plan(before, after, items, compiled, _harm(after, compiled))


def compile_live(world: World, pks: set[UUID]) -> dict[UUID, Compiled]:
    """Those of the entries that are live in this world."""
    live = {pk for pk in pks if world.is_live(pk)}
    world.prepare(live)
    compiler = Compiler()
    return {pk: compiler.compile(world.inputs(pk)) for pk in sorted(live)}


def _moved_pins(release: Release, items: list[ReleaseItem], before: World) -> dict[UUID, Pin]:
    moved = {item.entry_id: _moved_pin(release, item, before.pins.get(item.entry_id)) for item in items}
    merged = {pin.entry_id: pin.replaced_by_id for pin in moved.values() if pin.replaced_by_id}
    if any(pin.is_live and pk in before.pins and before.pins[pk].replaced_by_id for pk, pin in moved.items()):
        merged = _first_targets(before, set(moved)) | merged  # what had been merged into it once goes there again
    for pin in [*before.pins.values(), *moved.values()]:  # older tombstones follow to the survivor
        current = moved.get(pin.entry_id, pin)
        survivor = merged.get(pin.entry_id) or current.replaced_by_id
        while survivor in merged:
            survivor = merged[survivor]
        if survivor != current.replaced_by_id:
            moved[pin.entry_id] = replace(current, replaced_by_id=survivor)
    return moved


def _first_targets(before: World, moved: set[UUID]) -> dict[UUID, UUID]:
    """Into what each of the other tombstones was merged, before that was merged further."""
    tombstones = [pk for pk, pin in before.pins.items() if pin.replaced_by_id and pk not in moved]
    targets: dict[UUID, UUID] = {}
    for some in batches(tombstones):
        merges = ReleaseItem.objects.filter(action=ReleaseAction.MERGE, locale=before.locale, entry__in=some)
        for pk, release_id, target in merges.values_list("entry_id", "release_id", "replaced_by_id"):
            if target and release_id == before.pins[pk].changed_by_id:
                targets[pk] = target
    return targets


def _moved_pin(release: Release, item: ReleaseItem, old: Pin | None) -> Pin:
    changed_by_id = release.pk or UNSAVED
    if item.action != ReleaseAction.PUBLISH:
        assert old is not None  # checked: it is live
        return replace(old, gone_reason=item.reason, replaced_by_id=item.replaced_by_id, changed_by_id=changed_by_id)
    revision = item.revision
    assert revision is not None
    says_the_same = old is not None and old.is_live and old.revision_id == revision.pk
    return Pin(
        entry_id=item.entry_id,
        kind=item.entry.kind,
        slug=said(revision)["slug"],
        revision_id=revision.pk,
        approval_id=item.approval_id,
        changed_by_id=old.changed_by_id if old and says_the_same else changed_by_id,
        document_id=old.document_id if old else None,
        version=old.version if old else "",
    )


def _affected(before: World, after: World, entries: set[UUID]) -> set[UUID]:
    """Live documents, besides the release's own, that show a card or a house text that has changed."""
    restated = {pk for pk in entries if before.card(pk) != after.card(pk) or before.survivor(pk) != after.survivor(pk)}
    affected = before.linking_to(restated) | after.linking_to(restated) if restated else set()
    house = {kind.kind for kind in published.all_kinds() if kind.is_house}
    if any(after.pins[pk].kind in house for pk in entries) and before.house != after.house:
        readers = {kind.kind for kind in published.all_kinds() if kind.has_house_texts}
        affected |= {pin.entry_id for pin in after.live() if pin.kind in readers}
    return affected


def _harm(after: World, compiled: dict[UUID, Compiled]) -> list[str]:
    """Reader-protecting checks, on every document that the release makes or changes."""
    problems = [
        f"{made.document['name']}: {problem}"
        for pk, made in compiled.items()
        if made.version != after.pins[pk].version
        for problem in made.problems
    ]
    return problems + _repeated(after, compiled)


def _repeated(after: World, compiled: dict[UUID, Compiled]) -> list[str]:
    """Values that only one live entry may have: of two routes for one region, chance would choose which is shown."""
    problems: list[str] = []
    taken: dict[tuple[str, str], UUID] = {}
    for pk, made in compiled.items():
        kind = published.get(after.pins[pk].kind)
        for value in (value for name, value, _ in made.facets if name == kind.unique):
            stored = Facet.objects.filter(name=kind.unique, value=value, document__kind=kind.kind)
            others = [other for other in stored.values_list("document__entry", flat=True) if after.is_live(other)]
            if any(other not in compiled for other in others) or taken.setdefault((kind.kind, value), pk) != pk:
                problems.append(f"{made.document['name']}: another live entry has the {kind.unique} “{value}” already.")
    return problems
