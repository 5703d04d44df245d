"""The only writer of the published tables. A release goes live in one transaction, whole or not at all."""

import datetime
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kb import checks, published
from kb.canonical import canonical_json, sha256
from kb.compiler import COMPILER_VERSION, VERSION_LENGTH, Compiled, Compiler
from kb.editing import Person, said
from kb.enums import ReleaseAction, ReleaseOrigin, ReleaseState, Severity
from kb.models.editing import Release, ReleaseItem
from kb.models.published import Document, Facet, Feed, Link, Slug
from kb.wording import batches
from kb.world import Pin, World

DEFAULT_LOCALE = "en"
MANY = 50


class Refused(Exception):
    """A release, approval or withdrawal that may not be. `problems` are sentences for the therapist."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@transaction.atomic
def publish(release: Release, *, by: Person, at: datetime.datetime) -> Release:
    """Makes everything in the release live, or raises Refused with all the reasons and changes nothing.

    Publishing a published release again does nothing.
    """
    feed = Feed.objects.select_for_update().get()  # every publisher queues here until the other's commit
    release = Release.objects.get(pk=release.pk)
    if release.state == ReleaseState.PUBLISHED:
        return release
    items = list(release.items.select_related("entry", "revision__entry", "approval"))
    before = World.as_it_is(DEFAULT_LOCALE)
    problems = checks.problems(release, feed, items, before)
    if problems:
        raise Refused(problems)
    release.state, release.published_by, release.published_at = ReleaseState.PUBLISHED, by, at
    release.problems = ""
    release.save()
    after = before.with_pins(_moved_pins(release, items, before))
    touched = {item.entry_id for item in items if item.action == ReleaseAction.PUBLISH}
    compiled = _compile(after, touched | _affected(before, after, {item.entry_id for item in items}))
    _refuse_harm(after, compiled)
    _write(feed, before, after, compiled, touched)
    feed.last_release = release
    feed.compiler_version = COMPILER_VERSION
    feed.save()
    return release


def recompile(*, by: Person, at: datetime.datetime) -> Release:
    """Compiles every live document again with this program's compiler, as a release of its own."""
    with transaction.atomic():
        Feed.objects.select_for_update().get()
        release = Release.objects.create(
            title=f"Recompile with compiler {COMPILER_VERSION}",
            origin=ReleaseOrigin.RECOMPILE,
            severity=Severity.EDITORIAL,
            created_by=by,
            created_at=at,
        )
        ReleaseItem.objects.bulk_create(
            [
                ReleaseItem(
                    release=release,
                    entry_id=pin.entry_id,
                    revision_id=pin.revision_id,
                    approval_id=pin.approval_id,
                    prepared_against_id=pin.revision_id,
                )
                for pin in World.as_it_is(DEFAULT_LOCALE).live()
            ],
            batch_size=500,
        )
        return publish(release, by=by, at=at)


def verify() -> list[str]:
    """Compiles everything live from its stored inputs and names each place where the published tables differ."""
    world = World.as_it_is(DEFAULT_LOCALE, stored_cards=False)
    live = {pin.entry_id for pin in world.live()}
    compiled = _compile(world, live)
    differences = []
    for document in Document.objects.filter(locale=DEFAULT_LOCALE).prefetch_related("facets"):
        pk = document.entry_id
        wanted = _columns(world, world.pins[pk], compiled.get(pk))
        wrong = [name for name, value in wanted.items() if _comparable(getattr(document, name)) != _comparable(value)]
        if {(f.name, f.value) for f in document.facets.all()} != {(f[0], f[1]) for f in _facets_of(compiled.get(pk))}:
            wrong.append("facets")
        differences += [f"{document}: {name} is not what its stored inputs make." for name in wrong]
    differences.extend(_link_differences(world, live))
    return [*differences, *_slug_differences(world)]


# What a release changes


def _moved_pins(release: Release, items: list[ReleaseItem], before: World) -> dict[UUID, Pin]:
    moved = {item.entry_id: _moved_pin(release, item, before.pins.get(item.entry_id)) for item in items}
    merged = {pin.entry_id: pin.replaced_by_id for pin in moved.values() if pin.replaced_by_id}
    for pin in [*before.pins.values(), *moved.values()]:  # older tombstones follow to the survivor
        current = moved.get(pin.entry_id, pin)
        survivor = current.replaced_by_id
        while survivor in merged:
            survivor = merged[survivor]
        if survivor != current.replaced_by_id:
            moved[pin.entry_id] = replace(current, replaced_by_id=survivor)
    return moved


def _moved_pin(release: Release, item: ReleaseItem, old: Pin | None) -> Pin:
    if item.action != ReleaseAction.PUBLISH:
        assert old is not None  # checked: it is live
        return replace(old, gone_reason=item.reason, replaced_by_id=item.replaced_by_id, changed_by_id=release.pk)
    revision = item.revision
    assert revision is not None
    says_the_same = old is not None and old.is_live and old.revision_id == revision.pk
    return Pin(
        entry_id=item.entry_id,
        kind=item.entry.kind,
        slug=said(revision)["slug"],
        revision_id=revision.pk,
        approval_id=item.approval_id,
        changed_by_id=old.changed_by_id if old and says_the_same else release.pk,
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


def _compile(world: World, pks: set[UUID]) -> dict[UUID, Compiled]:
    live = {pk for pk in pks if world.is_live(pk)}
    world.prepare(live)
    compiler = Compiler()
    return {pk: compiler.compile(world.inputs(pk)) for pk in sorted(live)}


def _refuse_harm(after: World, compiled: dict[UUID, Compiled]) -> None:
    """Reader-protecting checks, on every document that the release makes or changes."""
    problems = [
        f"{made.document['name']}: {problem}"
        for pk, made in compiled.items()
        if made.version != after.pins[pk].version
        for problem in made.problems
    ]
    problems += _repeated(after, compiled)
    if problems:
        raise Refused(problems)


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


# Writing


def _write(feed: Feed, before: World, after: World, compiled: dict[UUID, Compiled], touched: set[UUID]) -> None:
    changed = [pin for pk, pin in after.pins.items() if pk in compiled or pin != before.pins.get(pk)]
    changed.sort(key=lambda pin: (pin.kind, str(pin.entry_id)))
    made = [_document(feed, after, pin, compiled.get(pin.entry_id)) for pin in changed]
    new = [document for document in made if document.pk is None]
    Document.objects.bulk_create(new, batch_size=200)
    _update_documents([document for document in made if document not in new])
    _write_facets({document.pk: _facets_of(compiled.get(document.entry_id)) for document in made})
    _write_links(after, touched, {pin.entry_id for pin in changed if not pin.is_live})
    _write_slugs([after.pins[pk] for pk in touched])
    _tell_the_planner(len(made))


def _tell_the_planner(changed: int) -> None:
    """After many changes PostgreSQL would plan readers' queries for tables that are gone, until it looks by itself."""
    if changed >= MANY and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE kb_document, kb_facet, kb_slug")


def _document(feed: Feed, world: World, pin: Pin, made: Compiled | None) -> Document:
    """The row with its new bytes; it gets a `seq` only if they differ from the stored ones."""
    columns = _columns(world, pin, made)
    document = Document(pk=pin.document_id, entry_id=pin.entry_id, locale=world.locale, **columns)
    if columns["version"] != pin.version:
        feed.head += 1
        document.seq = feed.head
    return document


def _columns(world: World, pin: Pin, made: Compiled | None) -> dict[str, Any]:
    """All that a document row stores, apart from its key and its seq."""
    columns: dict[str, Any] = {
        "kind": pin.kind,
        "slug": pin.slug,
        "revision_id": pin.revision_id,
        "approval_id": pin.approval_id,
        "changed_by_id": pin.changed_by_id,
        "gone_reason": pin.gone_reason,
        "replaced_by_id": pin.replaced_by_id,
    }
    if made is None:
        tombstone = {"id": str(pin.entry_id), "reason": pin.gone_reason, "replaced_by": str(pin.replaced_by_id or "")}
        version = sha256(canonical_json(tombstone))[:VERSION_LENGTH]
        return (
            columns
            | dict.fromkeys(("body", "body_gzip", "summary", "card"))
            | {
                "version": version,
                "sort_key": "",
                "name_key": "",
            }
        )
    return columns | {
        "body": made.body,
        "body_gzip": made.body_gzip,
        "summary": made.summary,
        "card": world.card(pin.entry_id),
        "version": made.version,
        "sort_key": made.sort_key,
        "name_key": made.name_key,
    }


def _update_documents(documents: list[Document]) -> None:
    """Two upserts: those with a new seq, and those whose bytes stayed and keep the one they have."""
    columns = [
        field.name for field in Document._meta.concrete_fields if field.name not in ("id", "entry", "locale", "seq")
    ]
    moved = [document for document in documents if document.seq is not None]
    stayed = [document for document in documents if document.seq is None]
    seqs = dict(Document.objects.filter(pk__in=[d.pk for d in stayed]).values_list("pk", "seq"))
    for document in stayed:
        document.seq = seqs[document.pk]
    for some, names in ((moved, [*columns, "seq"]), (stayed, columns)):
        Document.objects.bulk_create(
            some, batch_size=200, update_conflicts=True, unique_fields=["id"], update_fields=names
        )


def _facets_of(made: Compiled | None) -> frozenset[tuple[str, str, str]]:
    return made.facets if made else frozenset()


def _write_facets(wanted: dict[int, frozenset[tuple[str, str, str]]]) -> None:
    """Writes only the difference: most recompiled documents keep all their facets."""
    stale: list[int] = []
    missing = {pk: set(facets) for pk, facets in wanted.items()}
    for some in batches(list(wanted)):
        stored = Facet.objects.filter(document__in=some).values_list("pk", "document_id", "name", "value", "target_id")
        for pk, document_id, name, value, target_id in stored:
            key = (name, value, str(target_id or ""))
            if key in missing[document_id]:
                missing[document_id].discard(key)
            else:
                stale.append(pk)
    for some in batches(stale):
        Facet.objects.filter(pk__in=some).delete()
    Facet.objects.bulk_create(
        [
            Facet(document_id=pk, name=name, value=value, target_id=UUID(target) if target else None)
            for pk, facets in missing.items()
            for name, value, target in sorted(facets)
        ],
        batch_size=1000,
    )


def _write_links(world: World, touched: set[UUID], gone: set[UUID]) -> None:
    for some in batches([*touched, *gone]):
        Link.objects.filter(entry__in=some, locale=world.locale).delete()
    Link.objects.bulk_create(
        [
            Link(entry_id=pk, locale=world.locale, place=place, target_id=UUID(target))
            for pk in sorted(touched)
            for place, target in sorted(world.links(pk))
        ],
        batch_size=1000,
    )


def _write_slugs(pins: list[Pin]) -> None:
    current: dict[UUID, str] = {}
    for some in batches([pin.entry_id for pin in pins]):
        current |= Slug.objects.filter(entry__in=some, is_current=True).values_list("entry_id", "slug")
    moved = [pin for pin in pins if current.get(pin.entry_id) != pin.slug]
    for some in batches([pin.entry_id for pin in moved]):
        Slug.objects.filter(entry__in=some).update(is_current=False)
    Slug.objects.bulk_create(
        [Slug(kind=pin.kind, slug=pin.slug, entry_id=pin.entry_id, is_current=True) for pin in moved],
        update_conflicts=True,
        unique_fields=["kind", "slug"],
        update_fields=["is_current"],
        batch_size=500,
    )


# Verifying


def _comparable(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _link_differences(world: World, live: set[UUID]) -> Iterator[str]:
    stored = set(Link.objects.filter(locale=world.locale).values_list("entry_id", "place", "target_id"))
    wanted = {(pk, place, UUID(target)) for pk in live for place, target in world.links(pk)}
    yield from (f"A link is missing or too many: {entry} {place} {target}." for entry, place, target in stored ^ wanted)


def _slug_differences(world: World) -> Iterator[str]:
    stored = set(Slug.objects.filter(is_current=True).values_list("kind", "slug", "entry_id"))
    wanted = {(pin.kind, pin.slug, pin.entry_id) for pin in world.pins.values()}
    yield from (
        f"A current slug is missing or too many: {kind}/{slug} of {entry}." for kind, slug, entry in stored ^ wanted
    )
