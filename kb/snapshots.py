"""One file with everything that is live, for a phone's first start. Made beside publishing, and anew if it is lost."""

import datetime
import logging
import threading
from collections.abc import Callable, Iterator

from django.db import close_old_connections
from django.utils import timezone

from kb import shelf
from kb.api import parameters, queries, sync
from kb.api.cursors import SyncCursor
from kb.canonical import canonical_json
from kb.models.published import Feed
from kb.reader import reading
from kb.shelf import Snapshot

FORMAT = "stride-kb-snapshot/1"
KEPT_FOR = datetime.timedelta(days=30)
DAY, PAUSE = datetime.timedelta(days=1), datetime.timedelta(hours=1)
AT_ONCE = 20
"""So many in a day follow their release at once; then one an hour. Phones sync from the one before meanwhile."""
EVERYTHING = 2**62  # more documents than any database holds: the page of a sync that is not cut off

logger = logging.getLogger(__name__)


def make(*, at: datetime.datetime) -> list[Snapshot]:
    """Makes the snapshot of the current edition for each locale that has none, and removes those that are old.

    Returns what it made. Any number of processes may try: one at a time does it, a second would write the same file.
    """
    with reading() as connection:
        feed = queries.feed(connection)
    if not feed.mark:
        return []
    noted = {locale: shelf.noted(locale) for locale in parameters.LOCALES}
    keep = set().union(*(_young(found, since=at - KEPT_FOR) for found in noted.values()))
    shelf.sweep(before=at - KEPT_FOR, keep=keep)  # first, because it may be what makes room on the disk
    due = [locale for locale, found in noted.items() if _is_due(found, _cursor(feed, locale).encoded(), at=at)]
    if not due:
        return []
    with shelf.alone() as is_alone:
        return [_make(locale, at=at) for locale in due] if is_alone else []


def watch(*, stop: threading.Event, every: float, tell: Callable[[Snapshot], None]) -> None:
    """Looks again and again until told to stop, whatever goes wrong meanwhile. One trouble is logged once."""
    trouble = ""
    while not stop.is_set():
        close_old_connections()
        try:
            for snapshot in make(at=timezone.now()):
                tell(snapshot)
            trouble = ""
        except Exception as error:  # a full disk or a database that is away: nobody would start this again
            if repr(error) != trouble:
                logger.exception("Could not make a snapshot; phones start without one until it can be made")
            trouble = repr(error)
        close_old_connections()
        stop.wait(every)


def _young(noted: list[Snapshot], *, since: datetime.datetime) -> set[str]:
    """The newest, and those that were the newest at some moment since then. `noted` are of one locale, newest first."""
    newer = [None, *noted]
    pairs = zip(noted, newer, strict=False)
    return {snapshot.name for snapshot, next_one in pairs if next_one is None or next_one.moment >= since}


def _is_due(noted: list[Snapshot], cursor: str, *, at: datetime.datetime) -> bool:
    """Whether none is there of exactly what is live now, and not too many."""
    if any(snapshot.cursor == cursor and shelf.is_whole(snapshot) for snapshot in noted):
        return False
    today = [snapshot.moment for snapshot in noted if snapshot.moment > at - DAY and shelf.is_whole(snapshot)]
    return len(today) < AT_ONCE or max(today) <= at - PAUSE


def _make(locale: str, *, at: datetime.datetime) -> Snapshot:
    with reading() as connection:
        page = sync.read_page(connection, sync.SyncQuery(None, locale, (), EVERYTHING))
    packed = shelf.pack(locale, _lines(page, locale))
    snapshot = Snapshot(
        name=packed.name,
        feed_id=str(page.feed_id),
        locale=locale,
        edition=page.mark,
        head=page.head,
        cursor=_cursor(page, locale).encoded(),
        made_at=at.astimezone(datetime.UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z"),
        bytes=packed.bytes,
        sha256=packed.sha256,
        uncompressed_bytes=packed.uncompressed_bytes,
        documents=len(page.changes),
    )
    shelf.note(snapshot)
    return snapshot


def _lines(page: sync.SyncPage, locale: str) -> Iterator[bytes]:
    """What it is, and then a document a line, in the order in which they changed last."""
    digests = sync.state_digest(page)
    yield canonical_json(
        {
            "format": FORMAT,
            "feed_id": str(page.feed_id),
            "edition": page.mark,
            "head": page.head,
            "locale": locale,
            "cursor": _cursor(page, locale).encoded(),
            "counts": {name: digest["count"] for name, digest in digests.items()},
            "state_digest": digests,
        }
    )
    yield from (change.body for change in page.changes if change.body is not None)


def _cursor(state: Feed | sync.SyncPage, locale: str) -> SyncCursor:
    return SyncCursor(state.feed_id, state.mark, state.head, locale, kinds=())
