"""Packs in and out of the database. Loading makes drafts; only a starter pack goes live, into an empty installation."""

import datetime
from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from kb import editing, kinds, pack
from kb.editing import Person, said
from kb.enums import ReleaseOrigin, Severity
from kb.models.editing import Release, ReleaseItem, Revision
from kb.models.entry import Entry
from kb.models.published import Document, Feed, Slug
from kb.pack import Known, Pack
from kb.publishing import Refused, publish

Progress = Callable[[str], None]


def load(folder: Path, *, by: Person, at: datetime.datetime, progress: Progress = lambda step: None) -> list[Revision]:
    """Makes the working copies say what the pack says; what changed is a draft. Raises BadPack and changes nothing."""
    read = pack.read(folder, _known(), progress)
    return _write(read, by=by, at=at, progress=progress)


def load_starter(folder: Path, *, at: datetime.datetime, progress: Progress = lambda step: None) -> Release:
    """Loads a pack into an empty installation and publishes it, unreviewed, as a release of origin `starter`."""
    read = pack.read(folder, _known(), progress)
    with transaction.atomic():
        feed = Feed.objects.select_for_update().get()
        if feed.head or Entry.objects.exists():
            raise Refused(
                ["This installation has content already. Load the pack without --starter: it will make drafts."]
            )
        revisions = _write(read, by=None, at=at, progress=progress)
        progress("Publishing")
        release = Release.objects.create(
            title=read.title,
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


def dump(folder: Path, *, title: str = "") -> Pack:
    """Writes every entry's newest revision as a pack. Without a title it is called like the starter pack."""
    revisions = list(editing.newest_revisions())
    # After the revisions: no link then leads to an entry that somebody made in between.
    names = {pk: (kind, slug) for pk, kind, slug in Entry.objects.values_list("pk", "kind", "slug")}
    dumped = Pack(title=title or _starter_title(), locale=editing.DEFAULT_LOCALE)
    for revision in revisions:
        kind, _ = names[revision.entry_id]
        dumped.wordings.setdefault(kind, {})[revision.entry_id] = said(revision)
    pack.write(folder, dumped, names)
    return dumped


def withdrawn(dumped: Pack) -> list[str]:
    """Entries of a pack that readers here no longer get, as kind/slug: a pack has no word for that."""
    gone = Document.objects.exclude(gone_reason="").values_list("kind", "slug", "entry_id")
    return sorted(f"{kind}/{slug}" for kind, slug, pk in gone if pk in dumped.wordings.get(kind, {}))


def _starter_title() -> str:
    starter = Release.objects.filter(origin=ReleaseOrigin.STARTER).order_by("pk").first()
    return starter.title if starter else "Stride KB content"


def _write(read: Pack, *, by: Person, at: datetime.datetime, progress: Progress) -> list[Revision]:
    revisions: list[Revision] = []
    with transaction.atomic():
        for kind in kinds.all_kinds():
            wordings = read.wordings.get(kind.name, {})
            if wordings:
                progress(f"Writing {len(wordings)} {kind.model._meta.verbose_name_plural}")
                revisions += editing.write(kind.name, wordings, by=by, at=at, note="Loaded from a content pack")
    return revisions


def _known() -> Known:
    return Known(
        entries={(kind, slug): pk for pk, kind, slug in Entry.objects.values_list("pk", "kind", "slug")},
        once_live={(kind, slug): pk for pk, kind, slug in Slug.objects.values_list("entry_id", "kind", "slug")},
    )
