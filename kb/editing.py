"""An editor's first verbs: keep what the working copy says as a revision, or make it say a given wording."""

import datetime
import json
import uuid
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from kb import kinds, wording
from kb.canonical import canonical_json, sha256
from kb.kinds import Wording
from kb.models.editing import Revision
from kb.models.entry import Entry

DEFAULT_LOCALE = "en"
Person = User | None
"""Who did it; None for a command."""


@transaction.atomic
def save(entry: Entry, *, by: Person, at: datetime.datetime, note: str = "") -> Revision:
    """Keeps the working copy as a revision, unless it says what the newest one says. Call it once links are saved."""
    kind = kinds.get(entry.kind)
    locked(entry)  # the next number is one more than the newest, for one saver at a time
    body = canonical_json(wording.read(kind, kind.model._default_manager.get(pk=entry.pk)))
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


def newest_revision(entry: Entry, locale: str = DEFAULT_LOCALE) -> Revision | None:
    return Revision.objects.filter(entry=entry, locale=locale).order_by("-number").first()


def newest_revisions() -> QuerySet[Revision]:
    """The newest revision of every entry."""
    newer = Revision.objects.filter(entry=OuterRef("entry"), locale=OuterRef("locale"), number__gt=OuterRef("number"))
    return Revision.objects.filter(~Exists(newer), locale=DEFAULT_LOCALE)


def said(revision: Revision) -> Wording:
    """The revision's wording, unpacked."""
    return wording.completed(kinds.get(revision.entry.kind), json.loads(revision.body))


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
