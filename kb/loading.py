"""Packs in and out of the database: loading makes drafts; the starter pack alone goes live, into an empty installation."""

import datetime
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.db import transaction

from kb import editing, kinds, pack
from kb.editing import Person, said
from kb.enums import ReleaseOrigin, Severity
from kb.models.editing import Release, ReleaseItem, Revision
from kb.models.entry import Entry
from kb.models.published import Feed
from kb.pack import Pack
from kb.publishing import Refused, publish

Progress = Callable[[str], None]


def load(folder: Path, *, by: Person, at: datetime.datetime, progress: Progress = lambda step: None) -> list[Revision]:
    """Makes the working copies say what the pack says; every changed one is a draft. Raises BadPack and changes nothing."""
    progress("Reading and checking the files")
    read = pack.read(folder, _known())
    return _write(read, by=by, at=at, progress=progress)


def load_starter(folder: Path, *, at: datetime.datetime, progress: Progress = lambda step: None) -> Release:
    """Loads a pack into an empty installation and publishes it, unreviewed, as a release of origin `starter`."""
    progress("Reading and checking the files")
    read = pack.read(folder, _known())
    with transaction.atomic():
        feed = Feed.objects.select_for_update().get()
        if feed.head or Entry.objects.exists():
            raise Refused(["This installation has content already. Load the pack without --starter: it will make drafts."])
        revisions = _write(read, by=None, at=at, progress=progress)
        progress("Publishing")
        release = Release.objects.create(
            title=f"Starter pack: {read.title}"[:200],
            origin=ReleaseOrigin.STARTER,
            severity=Severity.CONTENT,
            summary="First content of this installation. No clinician has reviewed it yet.",
            created_at=at,
        )
        ReleaseItem.objects.bulk_create(
            [ReleaseItem(release=release, entry_id=revision.entry_id, revision=revision) for revision in revisions],
            batch_size=500,
        )
        return publish(release, by=None, at=at)


def dump(folder: Path, *, title: str) -> Pack:
    """Writes every entry's newest revision as a pack."""
    names = {pk: (kind, slug) for pk, kind, slug in Entry.objects.values_list("pk", "kind", "slug")}
    dumped = Pack(title=title, locale="en")
    for revision in Revision.objects.filter(locale="en").order_by("number").select_related("entry"):
        dumped.wordings.setdefault(revision.entry.kind, {})[revision.entry_id] = said(revision)
    pack.write(folder, dumped, names)
    return dumped


def _write(read: Pack, *, by: Person, at: datetime.datetime, progress: Progress) -> list[Revision]:
    revisions: list[Revision] = []
    with transaction.atomic():
        for kind in kinds.all_kinds():
            wordings = read.wordings.get(kind.name, {})
            if wordings:
                progress(f"Writing {len(wordings)} {kind.model._meta.verbose_name_plural}")
                revisions += editing.write(kind.name, wordings, by=by, at=at, note="Loaded from a content pack")
    return revisions


def _known() -> dict[tuple[str, str], UUID]:
    return {(kind, slug): pk for pk, kind, slug in Entry.objects.values_list("pk", "kind", "slug")}
