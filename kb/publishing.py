"""The only writer of the published tables. A release goes live in one transaction, whole or not at all."""

import datetime
import secrets
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kb import published
from kb.canonical import canonical_json, sha256
from kb.compiler import COMPILER_VERSION, VERSION_LENGTH, Compiled
from kb.editing import Person
from kb.enums import (
    NoticeAction,
    ReleaseAction,
    ReleaseOrigin,
    ReleaseState,
    Severity,
    StepVerb,
    TombstoneReason,
)
from kb.models.editing import Release, ReleaseItem, Step
from kb.models.published import Document, Edition, Facet, Feed, Link, Slug
from kb.planning import DEFAULT_LOCALE, Plan, compile_live, plan
from kb.search.terms import are_current
from kb.wording import batches
from kb.world import Pin, World

MANY = 50
MARK_LENGTH = 16
TOLD_AS = {
    "": NoticeAction.CHANGED,
    TombstoneReason.WITHDRAWN: NoticeAction.WITHDRAWN,
    TombstoneReason.SAFETY: NoticeAction.WITHDRAWN_FOR_SAFETY,
    TombstoneReason.OUTDATED: NoticeAction.WITHDRAWN_AS_OUTDATED,
    TombstoneReason.MERGED: NoticeAction.MERGED,
}


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
    release = Release.objects.select_for_update().get(pk=release.pk)  # nobody adds to it now
    if release.state == ReleaseState.PUBLISHED:
        return release
    planned = plan(release, items_of(release), feed=feed, at=at)
    if planned.problems:
        raise Refused(planned.problems)
    release.state, release.published_by, release.published_at = ReleaseState.PUBLISHED, by, at
    release.problems = ""
    release.save()
    Step.objects.create(verb=StepVerb.PUBLISHED, release=release, by=by, at=at)
    _write(feed, planned)
    feed.mark = secrets.token_hex(MARK_LENGTH // 2)
    feed.last_release = release
    feed.compiler_version = COMPILER_VERSION
    feed.digests = _digests()
    feed.save()
    Edition.objects.create(
        release=release,
        mark=feed.mark,
        head=feed.head,
        at=at,
        severity=release.severity,
        summary=release.summary,
        notice=_notice(planned, is_safety=release.severity == Severity.SAFETY),
    )
    return release


def items_of(release: Release) -> list[ReleaseItem]:
    """With all that planning looks at, in one query."""
    return list(release.items.select_related("entry", "revision__entry", "approval", "replaced_by"))


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
    compiled = compile_live(world, live)
    differences = []
    for document in Document.objects.filter(locale=DEFAULT_LOCALE).prefetch_related("facets"):
        pk = document.entry_id
        wanted = _columns(world, world.pins[pk], compiled.get(pk))
        wrong = [name for name, value in wanted.items() if _comparable(getattr(document, name)) != _comparable(value)]
        if {(f.name, f.value) for f in document.facets.all()} != {(f[0], f[1]) for f in _facets_of(compiled.get(pk))}:
            wrong.append("facets")
        if not _are_the_terms_of(document, compiled.get(pk)):
            wrong.append("terms")
        differences += [f"{document}: {name} is not what its stored inputs make." for name in wrong]
    differences.extend(_link_differences(world, live))
    if Feed.objects.get().digests != _digests():
        differences.append("The feed's digests are not those of the live documents.")
    return [*differences, *_slug_differences(world)]


# Writing


def _digests() -> str:
    """For each locale and kind, a hash of what is live. A phone makes the same from the documents that it holds."""
    live = Document.objects.filter(gone_reason="").order_by().values_list("locale", "kind", "entry_id", "version")
    held: dict[str, dict[str, list[str]]] = {DEFAULT_LOCALE: {kind.kind: [] for kind in published.all_kinds()}}
    for locale, kind, pk, version in live.iterator(chunk_size=5000):
        held.setdefault(locale, {}).setdefault(kind, []).append(f"{pk}:{version}")
    return canonical_json(
        {
            locale: {
                kind: {"count": len(pairs), "digest": sha256("\n".join(sorted(pairs)).encode())}
                for kind, pairs in kinds.items()
            }
            for locale, kinds in held.items()
        }
    ).decode()


def _notice(planned: Plan, *, is_safety: bool) -> str:
    """What readers are warned of: pages that were withdrawn; in a release for safety, also merged and reworded ones."""
    told = [_told(planned, item) for item in planned.items if _is_to_be_told(planned, item, is_safety)]
    return canonical_json(sorted(told, key=lambda told: (told["kind"], told["id"]))).decode() if told else ""


def _is_to_be_told(planned: Plan, item: ReleaseItem, is_safety: bool) -> bool:
    if item.action == ReleaseAction.WITHDRAW:
        return True
    before = planned.before.pins.get(item.entry_id)
    says_the_same = before is not None and before.is_live and before.revision_id == item.revision_id
    return is_safety and not says_the_same


def _told(planned: Plan, item: ReleaseItem) -> dict[str, Any]:
    pin = planned.after.pins[item.entry_id]
    return {
        "action": TOLD_AS[item.reason],
        "kind": pin.kind,
        "id": str(pin.entry_id),
        "slug": pin.slug,
        "name": planned.name(pin.entry_id),
        "replaced_by": str(pin.replaced_by_id) if pin.replaced_by_id else None,
    }


def _write(feed: Feed, planned: Plan) -> None:
    before, after, compiled, touched = planned.before, planned.after, planned.compiled, planned.published
    changed = [pin for pk, pin in after.pins.items() if pk in compiled or pin != before.pins.get(pk)]
    changed.sort(key=lambda pin: (pin.kind, str(pin.entry_id)))
    made = [_document(feed, after, pin, compiled.get(pin.entry_id)) for pin in changed]
    reworded = touched | (before.linking_to(_moved(before, after)) & compiled.keys())
    for document in made:
        if document.entry_id in reworded:
            document.terms = compiled[document.entry_id].terms
    new = [document for document in made if document.pk is None]
    Document.objects.bulk_create(new, batch_size=200)
    _update_documents([document for document in made if document not in new], reworded)
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


def _moved(before: World, after: World) -> set[UUID]:
    """What came, went or was merged: its links say more or less from now on, and what a link says is the page's own.

    The pages that only show a new name say what they said, and the search keeps what it knows of them.
    """
    places = [{pk: (pin.is_live, pin.replaced_by_id) for pk, pin in world.pins.items()} for world in (before, after)]
    return {pk for pk, place in places[1].items() if places[0].get(pk, (False, None)) != place}


def _update_documents(documents: list[Document], reworded: set[UUID]) -> None:
    """Upserts: those whose bytes stayed keep their seq; those with no new wording, what the search knows of them."""
    unchanged = ("id", "entry", "locale", "seq", "terms")
    columns = [field.name for field in Document._meta.concrete_fields if field.name not in unchanged]
    moved = [document for document in documents if document.seq is not None]
    stayed = [document for document in documents if document.seq is None]
    seqs = dict(Document.objects.filter(pk__in=[d.pk for d in stayed]).values_list("pk", "seq"))
    for document in stayed:
        document.seq = seqs[document.pk]
    for some, names in ((moved, [*columns, "seq"]), (stayed, columns)):
        for is_reworded, written in ((True, [*names, "terms"]), (False, names)):
            group = [d for d in some if (d.entry_id in reworded or bool(d.gone_reason)) is is_reworded]
            Document.objects.bulk_create(
                group, batch_size=200, update_conflicts=True, unique_fields=["id"], update_fields=written
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


def _are_the_terms_of(document: Document, made: Compiled | None) -> bool:
    """Terms that are missing or another program's are not used: the search makes them anew."""
    stored = _comparable(document.terms)
    if made is None:
        return stored is None
    return not are_current(stored) or stored == made.terms


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
