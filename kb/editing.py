"""An editor's first verbs: keep what the working copy says as a revision, or make it say a given wording."""

import datetime
import json
import uuid
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

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
    body = canonical_json(wording.read(kind, kind.model._default_manager.get(pk=entry.pk)))
    newest = newest_revision(entry)
    if newest is not None and newest.sha256 == sha256(body):
        return newest
    Entry.objects.filter(pk=entry.pk).update(edit_version=F("edit_version") + 1)
    number = newest.number + 1 if newest else 1
    return Revision.objects.create(**_revision(entry.pk, number, body, by=by, at=at, note=note))


@transaction.atomic
def write(
    kind_name: str, wordings: dict[uuid.UUID, Wording], *, by: Person, at: datetime.datetime, note: str = ""
) -> list[Revision]:
    """Makes the entries of one kind say these clean wordings; keeps a revision of each that differs from its newest."""
    versions = {pk: version + 1 for pk, version in _edit_versions(list(wordings)).items()}
    wording.write(kinds.get(kind_name), wordings, {pk: versions.get(pk, 1) for pk in wordings})
    newest = _newest_hashes(list(wordings))
    made = []
    for pk, said in wordings.items():
        body = canonical_json(said)
        number, known = newest.get(pk, (0, ""))
        if known != sha256(body):
            made.append(Revision(**_revision(pk, number + 1, body, by=by, at=at, note=note)))
    return Revision.objects.bulk_create(made, batch_size=500)


def newest_revision(entry: Entry, locale: str = DEFAULT_LOCALE) -> Revision | None:
    return Revision.objects.filter(entry=entry, locale=locale).order_by("-number").first()


def said(revision: Revision) -> Wording:
    """The revision's wording, unpacked."""
    unpacked: Wording = json.loads(revision.body)
    return unpacked


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


def _edit_versions(pks: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    found: dict[uuid.UUID, int] = {}
    for start in range(0, len(pks), 500):
        found |= Entry.objects.filter(pk__in=pks[start : start + 500]).values_list("pk", "edit_version")
    return found


def _newest_hashes(pks: list[uuid.UUID]) -> dict[uuid.UUID, tuple[int, str]]:
    """Number and sha256 of each entry's newest revision."""
    found: dict[uuid.UUID, tuple[int, str]] = {}
    for start in range(0, len(pks), 500):
        revisions = Revision.objects.filter(entry__in=pks[start : start + 500], locale=DEFAULT_LOCALE)
        ascending = revisions.order_by("number").values_list("entry", "number", "sha256")
        found |= {entry: (number, digest) for entry, number, digest in ascending}  # the last one wins
    return found
