"""An editor's first verbs: keep what the working copy says as a revision, or make it say a given wording."""

import datetime
import json
import uuid
from functools import lru_cache
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from kb import constraints, kinds, merged, quality, wording
from kb.canonical import canonical_json, sha256
from kb.kinds import Kind, Wording
from kb.models.editing import Revision
from kb.models.entry import Entry
from kb.models.published import Slug
from kb.quality import Finding, Reading

DEFAULT_LOCALE = "en"
Person = User | None
"""Who did it; None for a command."""

COPY_OF = "Copy of {}"
COPIED_SLUG = "-copy"


class NotWritten(Exception):
    """The working copy says what it said before. `problems` are sentences for the therapist."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@transaction.atomic
def save(entry: Entry, *, by: Person, at: datetime.datetime, note: str = "") -> Revision:
    """Keeps the working copy as a revision, unless it says what the newest one says. Call it once links are saved.

    Links to what was merged meanwhile are led on, in the working copy too.
    """
    kind = kinds.get(entry.kind)
    stored = locked(entry)  # the next number is one more than the newest, for one saver at a time
    typed = wording.read(kind, kind.model._default_manager.get(pk=entry.pk))
    said = merged.led_on(kind, entry.pk, typed, locale=DEFAULT_LOCALE)
    if said != typed:
        wording.write(kind, {entry.pk: said}, {entry.pk: stored.edit_version})
    body = canonical_json(said)
    newest = newest_revision(entry)
    if newest is not None and newest.sha256 == sha256(body):
        return newest
    Entry.objects.filter(pk=entry.pk).update(edit_version=F("edit_version") + 1)
    number = newest.number + 1 if newest else 1
    return Revision.objects.create(**_revision(entry.pk, number, body, by=by, at=at, note=note))


def locked(entry: Entry) -> Entry:
    """The entry as stored, nobody else's to save until this transaction ends.

    Others may still link to it meanwhile: `no_key`, or two people whose pages link to each other would wait for ever.
    """
    return Entry.objects.select_for_update(no_key=True).get(pk=entry.pk)


@transaction.atomic
def write(
    kind_name: str, wordings: dict[uuid.UUID, Wording], *, by: Person, at: datetime.datetime, note: str = ""
) -> list[Revision]:
    """Makes the entries of one kind say these clean wordings; keeps a revision of each that differs from its newest.

    The others are left alone: an editor who has one of them open will not be told that somebody changed it.
    """
    versions = _locked_versions(list(wordings))
    newest = _newest_hashes(list(wordings))
    bodies = {pk: canonical_json(said) for pk, said in wordings.items()}
    changed = [pk for pk, body in bodies.items() if pk not in newest or newest[pk][1] != sha256(body)]
    wording.write(
        kinds.get(kind_name),
        {pk: wordings[pk] for pk in changed},
        {pk: versions.get(pk, 0) + 1 for pk in changed},
    )
    made = [
        Revision(**_revision(pk, newest[pk][0] + 1 if pk in newest else 1, bodies[pk], by=by, at=at, note=note))
        for pk in changed
    ]
    return Revision.objects.bulk_create(made, batch_size=500)


@transaction.atomic
def restore(
    revision: Revision, *, by: Person, at: datetime.datetime, note: str = "", seen: Revision | None = None
) -> Revision:
    """Makes the working copy say what this revision says, as a new revision. What readers see stays as it is.

    `seen` is the newest revision that was on screen. Does nothing if the page says the same already.
    """
    entry = locked(revision.entry)
    newest = newest_revision(entry)
    if newest is not None and newest.sha256 == revision.sha256:
        return newest
    if seen is not None and newest is not None and seen.pk != newest.pk:
        raise NotWritten([f"Somebody saved revision {newest.number} meanwhile. Nothing was restored; look again."])
    kind, restored = kinds.get(entry.kind), said(revision)
    require_sound(kind, entry.pk, restored)
    first = f"Restored from revision {revision.number}"
    made = write(kind.name, {entry.pk: restored}, by=by, at=at, note=f"{first}: {note}"[:300] if note else first)
    return made[0] if made else newest or revision


@transaction.atomic
def duplicate(entry: Entry, *, by: Person, at: datetime.datetime) -> Entry:
    """A new entry with the same wording. What only one entry can have, such as a DOI, it starts without.

    Its history begins with that of the page since something was last approved there: who wrote the words there cannot
    approve them here.
    """
    kind = kinds.get(entry.kind)
    copied = wording.read(kind, kind.model._default_manager.get(pk=entry.pk))
    copied["name"] = COPY_OF.format(copied["name"])[: _longest(kind, "name")].rstrip()
    copied["slug"] = _free_slug(kind, copied["slug"])
    for column in constraints.only_once(kind) | set(kind.identifiers):
        field = wording.field_of(kind.model, column)
        if not field.blank:
            one = f"Only one page can have the {field.verbose_name} “{copied[column]}”"
            raise NotWritten([f"{one}, so this page cannot be copied. Start a new one."])
        copied[column] = wording.default_of(kind.model, column)
    pk = uuid.uuid4()
    require_sound(kind, pk, copied)
    wording.write(kind, {pk: copied}, {pk: 1})
    earlier = _copied_history(entry, pk)
    number = len(earlier) + 1
    body = canonical_json(copied)
    note = f"Copied from “{entry.name}”"[:300]
    Revision.objects.bulk_create([*earlier, Revision(**_revision(pk, number, body, by=by, at=at, note=note))])
    return Entry.objects.get(pk=pk)


def _copied_history(entry: Entry, copy: uuid.UUID) -> list[Revision]:
    """The page's wordings since the last approved one before its newest: as they were, by whom they were."""
    history = Revision.objects.filter(entry=entry.pk, locale=DEFAULT_LOCALE).order_by("number")
    newest = history.last()
    if newest is None:
        return []
    approved = history.filter(approvals__isnull=False, number__lt=newest.number).order_by("-number").first()
    wordings = history.filter(number__gt=approved.number if approved else 0)
    return [
        Revision(
            entry_id=copy,
            locale=one.locale,
            number=number,
            body=one.body,
            sha256=one.sha256,
            saved_by_id=one.saved_by_id,
            saved_at=one.saved_at,
            note=f"Revision {one.number} of “{entry.name}”"[:300],
        )
        for number, one in enumerate(wordings, start=1)
    ]


def require_sound(kind: Kind, pk: uuid.UUID, said: Wording) -> None:
    """Refuses a wording that this entry cannot have, because others have taken a name or a value of it since."""
    problems = [problem.message for problem in constraints.objections(kind, pk, said)]
    if problems:
        raise NotWritten(problems)


def newest_revision(entry: Entry, locale: str = DEFAULT_LOCALE) -> Revision | None:
    return Revision.objects.filter(entry=entry, locale=locale).order_by("-number").first()


def newest_revisions() -> QuerySet[Revision]:
    """The newest revision of every entry."""
    newer = Revision.objects.filter(entry=OuterRef("entry"), locale=OuterRef("locale"), number__gt=OuterRef("number"))
    return Revision.objects.filter(~Exists(newer), locale=DEFAULT_LOCALE)


def said(revision: Revision) -> Wording:
    """The revision's wording, unpacked."""
    return wording.completed(kinds.get(revision.entry.kind), json.loads(revision.body))


def findings_of(revision: Revision) -> list[Finding]:
    """What is wrong with its wording alone. Worked out once for each wording, as long as the process remembers it."""
    found = _looked_at(revision.entry.kind, revision.sha256, "findings")
    if not found:
        found.append(quality.findings(kinds.get(revision.entry.kind), said(revision)))
    return list(found[0])


def findings_of_many(revisions: QuerySet[Revision]) -> dict[int, list[Finding]]:
    """The same by the revision's key. Reads the bodies of those only that are not known yet."""
    rows = revisions.values_list("pk", "entry__kind", "sha256")
    known = {pk: _looked_at(kind, digest, "findings") for pk, kind, digest in rows}
    for some in wording.batches([pk for pk, found in known.items() if not found]):
        for revision in Revision.objects.filter(pk__in=some).select_related("entry"):
            known[revision.pk] = [findings_of(revision)]
    return {pk: list(found[0]) for pk, found in known.items()}


def reading_of(revision: Revision) -> Reading:
    """How hard it is to read; remembered likewise."""
    found = _looked_at(revision.entry.kind, revision.sha256, "reading")
    if not found:
        found.append(quality.reading(kinds.get(revision.entry.kind), said(revision)))
    reading: Reading = found[0]
    return reading


def look_through(rows: list[tuple[int, str, str]], at_most: int | None = None) -> int:
    """Has the checks look at those of the revisions that nobody remembers; says how many it left.

    A row is a revision's key, its kind and its sha256. Afterwards `has_findings` can answer.
    """
    unknown = [pk for pk, kind, digest in rows if pk and not _looked_at(kind, digest, "findings")]
    for some in wording.batches(unknown[:at_most]):
        for revision in Revision.objects.filter(pk__in=some).select_related("entry"):
            findings_of(revision)
    return len(unknown[at_most:]) if at_most else 0


def has_findings(kind: str, digest: str) -> bool:
    """Whether the checks found something in this wording. No, as long as nobody had them look."""
    return any(_looked_at(kind, digest, "findings"))


def forget_findings() -> None:
    """As in a process that has just begun."""
    _looked_at.cache_clear()


@lru_cache(maxsize=20_000)
def _looked_at(kind: str, digest: str, what: str) -> list[Any]:
    """A place to keep what was found, empty at first. The wording itself, which is large, is not kept."""
    return []


def _longest(kind: Kind, column: str) -> int:
    return int(wording.field_of(kind.model, column).max_length)


def _free_slug(kind: Kind, slug: str) -> str:
    """The first of “…-copy”, “…-copy-2” that nobody has, and nobody was ever live under."""
    stem = slug[: _longest(kind, "slug") - len(COPIED_SLUG) - 5].rstrip("-") + COPIED_SLUG
    alike = {"kind": kind.name, "slug__startswith": stem}
    taken = {*Entry.objects.filter(**alike).values_list("slug", flat=True)}
    taken |= {*Slug.objects.filter(**alike).values_list("slug", flat=True)}
    tried = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in tried if candidate not in taken)


def _revision(
    pk: uuid.UUID, number: int, body: bytes, *, by: Person, at: datetime.datetime, note: str
) -> dict[str, Any]:
    return {
        "entry_id": pk,
        "locale": DEFAULT_LOCALE,
        "number": number,
        "body": body.decode(),
        "sha256": sha256(body),
        "saved_by": by,
        "saved_at": at,
        "note": note,
    }


def _locked_versions(pks: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    """The entries' edit versions; nobody else can save these entries until this transaction ends."""
    found: dict[uuid.UUID, int] = {}
    for some in wording.batches(sorted(pks)):  # always in this order, so that two savers never wait for each other
        found |= (
            Entry.objects.select_for_update(no_key=True)
            .filter(pk__in=some)
            .order_by("pk")
            .values_list("pk", "edit_version")
        )
    return found


def _newest_hashes(pks: list[uuid.UUID]) -> dict[uuid.UUID, tuple[int, str]]:
    """Number and sha256 of each entry's newest revision."""
    found: dict[uuid.UUID, tuple[int, str]] = {}
    for some in wording.batches(pks):
        revisions = newest_revisions().filter(entry__in=some)
        found |= {
            entry: (number, digest) for entry, number, digest in revisions.values_list("entry", "number", "sha256")
        }
    return found
