"""The index of each process, as new as the feed: made when it is first asked for, mended when the feed has moved."""

import json
import threading
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper

from kb import published
from kb.models.published import Feed
from kb.search.index import Change, Index
from kb.search.terms import VERSION, are_current, terms_of

# Documents that changed, in one statement with the feed as it stood in that moment. Who holds an edition that is not
# in this database's past (a backup was restored, or it is another database) gets all that are live. A whole body comes
# only where there are no terms, or another program's.
NEWS = """
SELECT f.feed_id, f.mark, f.head, k.known, d.entry_id, d.kind, d.slug, d.gone_reason, d.terms,
       CASE WHEN d.gone_reason = '' AND (d.terms IS NULL OR SUBSTR(d.terms, 1, 1) <> %s) THEN d.body END
FROM kb_feed f
CROSS JOIN (SELECT COUNT(*) AS known FROM kb_edition WHERE mark = %s) k
LEFT JOIN kb_document d ON d.locale = %s AND (k.known > 0 AND d.seq > %s OR k.known = 0 AND d.gone_reason = '')
"""


@dataclass(frozen=True)
class Current:
    """An index of one locale, and the edition that it shows."""

    feed_id: UUID
    mark: str
    head: int
    index: Index

    def shows(self, feed: Feed) -> bool:
        return self.feed_id == feed.feed_id and self.mark == feed.mark


_held: dict[str, Current] = {}
_renewing = threading.Lock()


def current(connection: BaseDatabaseWrapper, feed: Feed, locale: str) -> Current:
    """At least as new as `feed`, which was read from this connection just now."""
    held = _held.get(locale)
    if held and held.shows(feed):
        return held
    with _renewing:  # the others wait, since what they hold is too old to be shown
        held = _held.get(locale)
        if not held or not held.shows(feed):
            held = _held[locale] = _renewed(connection, held, locale)
    return held


def forget() -> None:
    """For measurements: the next one who asks makes the index anew."""
    _held.clear()


def _renewed(connection: BaseDatabaseWrapper, held: Current | None, locale: str) -> Current:
    """Raises Feed.DoesNotExist before the first migration has ended."""
    mark, head = (held.mark, held.head) if held else ("", 0)
    with connection.cursor() as cursor:
        cursor.execute(NEWS, [VERSION, mark, locale, head])
        rows = cursor.fetchall()
    if not rows:
        raise Feed.DoesNotExist
    feed_id, mark, head, known = rows[0][:4]
    changes = (_change(row[4:]) for row in rows if row[4] is not None)
    index = held.index.changed(changes) if held and known else Index.of(changes)
    index.prepare()
    return Current(_uuid(feed_id), mark, head, index)


def _change(row: tuple[Any, ...]) -> Change:
    entry_id, kind, slug, gone_reason, stored, body = row
    if gone_reason:
        return Change(_uuid(entry_id), kind, slug, None)
    terms = bytes(stored) if stored is not None else None
    if terms is None or not are_current(terms):
        terms = terms_of(published.get(kind), json.loads(bytes(body)))
    return Change(_uuid(entry_id), kind, slug, terms)


def _uuid(value: UUID | str) -> UUID:
    """As PostgreSQL gives it, or as SQLite stores it."""
    return value if isinstance(value, UUID) else UUID(value)
