"""The SQLite file. It knows what is kept and nothing of why."""

import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]

TABLES = """
CREATE TABLE IF NOT EXISTS document (id TEXT PRIMARY KEY, kind TEXT NOT NULL, slug TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS document_slug ON document (kind, slug);
CREATE TABLE IF NOT EXISTS shows (document TEXT NOT NULL, shown TEXT NOT NULL, PRIMARY KEY (shown, document));
CREATE INDEX IF NOT EXISTS shows_document ON shows (document);
CREATE TABLE IF NOT EXISTS gone (id TEXT PRIMARY KEY, kind TEXT NOT NULL, slug TEXT NOT NULL, name TEXT NOT NULL,
    reason TEXT NOT NULL, replaced_by TEXT);
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS part (number INTEGER PRIMARY KEY, name TEXT NOT NULL, bytes BLOB NOT NULL);
"""
EMPTY = ("document", "shows", "gone", "kept", "part")
ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LONGEST_SYNC = 3600
"""Seconds that a sync waits for one in another process."""


class Row(NamedTuple):
    """A document as it is kept: exactly what was received, and what it is found by."""

    id: str
    kind: str
    slug: str
    body: str

    @property
    def json(self) -> Json:
        found: Json = json.loads(self.body)
        return found


@dataclass(frozen=True)
class Replacement:
    """What an entry was merged into; `slug` and `name` are empty if the copy does not hold it."""

    kind: str
    id: str
    slug: str = ""
    name: str = ""


@dataclass(frozen=True)
class Gone:
    """What is left of an entry that was withdrawn or merged, for readers who come back to it."""

    kind: str
    id: str
    slug: str
    name: str
    reason: str
    replaced_by: Replacement | None


@dataclass(frozen=True)
class Position:
    """How far the copy has come."""

    revision: int = 0  # rises with each application, so that of two syncs at once only one is applied
    cursor: str = ""
    etag: str = ""  # of /api/v1, if the copy is at the edition that it named
    edition: str = ""
    feed: str = ""
    head: int = 0
    locale: str = ""
    documents: int = 0
    synced_at: str = ""


def row_of(document: Json) -> Row:
    body = json.dumps(document, ensure_ascii=False)
    return Row(document["id"], document["kind"], document["slug"], body)


class Copy:
    """One connection, which threads share; other processes may have the same file open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")  # readers need not wait for who writes
        self._db.executescript(TABLES)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one sync at a time, of whatever thread or process. Being killed lets go of it."""
        lock = sqlite3.connect(f"{self._path}-sync", timeout=LONGEST_SYNC, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            lock.close()

    def position(self) -> Position:
        return Position(**(self.kept("position") or {}))

    def kept(self, name: str) -> Json | None:
        found = self._ask("SELECT value FROM kept WHERE name = ?", name)
        return json.loads(found[0][0]) if found else None

    def keep(self, name: str, value: Json) -> None:
        """Something beside the documents."""
        with self._writing():
            self._keep(name, value)

    def touch(self, at: str) -> None:
        """A poll said that there is nothing new."""
        with self._writing():
            self._keep("position", asdict(replace(self.position(), synced_at=at)))

    def rows(self, kind: str | None = None) -> list[Row]:
        found = self._ask("SELECT * FROM document WHERE kind = coalesce(?, kind)", kind)
        return [Row(*values) for values in found]

    def count(self) -> int:
        return int(self._ask("SELECT count(*) FROM document")[0][0])

    def row(self, kind: str, slug_or_id: str) -> Row | None:
        found = self._ask("SELECT * FROM document WHERE kind = ? AND ? IN (slug, id)", kind, slug_or_id)
        return Row(*found[0]) if found else None

    def by_id(self, id: str) -> Row | None:
        found = self._ask("SELECT * FROM document WHERE id = ?", id)
        return Row(*found[0]) if found else None

    def showing(self, id: str) -> list[Row]:
        words = "SELECT document.* FROM document JOIN shows ON document.id = shows.document WHERE shown = ?"
        return [Row(*values) for values in self._ask(words, id)]

    def gone(self, kind: str, slug_or_id: str) -> Gone | None:
        words = "SELECT kind, id, slug, name, reason, replaced_by FROM gone WHERE kind = ? AND ? IN (slug, id)"
        found = self._ask(words, kind, slug_or_id)
        return self._gone(*found[0]) if found else None

    def apply(
        self, rows: Iterable[Row], tombstones: Iterable[Json], position: Position, *, beside: Json, is_replacing: bool
    ) -> bool:
        """All of it or nothing, `beside` by its names.

        False, and nothing, if something was applied since `position` was worked out.
        """
        with self._writing():
            if self.position().revision != position.revision - 1:
                return False
            for tombstone in tombstones:
                self._bury(tombstone)
            if is_replacing:
                self._db.execute("DELETE FROM document")
                self._db.execute("DELETE FROM shows")
            for row in rows:
                self._put(row)
            self._db.execute("DELETE FROM part")
            self._keep("position", asdict(position))
            for name, value in beside.items():
                self._keep(name, value)
            return True

    def clear(self) -> None:
        """Back to the first day. The revision goes on, so that a sync under way elsewhere is not applied."""
        with self._writing():
            revision = self.position().revision
            for table in EMPTY:
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608  the names are of our own tables
            self._keep("position", asdict(Position(revision=revision + 1)))

    # The part of a snapshot that has come

    def part(self, name: str) -> bytes:
        return b"".join(
            bytes_ for (bytes_,) in self._ask("SELECT bytes FROM part WHERE name = ? ORDER BY number", name)
        )

    def add_part(self, name: str, bytes_: bytes) -> None:
        with self._writing():
            self._db.execute("INSERT INTO part (name, bytes) VALUES (?, ?)", (name, bytes_))

    def drop_parts(self) -> None:
        with self._writing():
            self._db.execute("DELETE FROM part")

    # Inside a transaction

    def _put(self, row: Row) -> None:
        self._remove(row.id)
        self._db.execute("DELETE FROM gone WHERE id = ?", (row.id,))
        self._db.execute("INSERT INTO document VALUES (?, ?, ?, ?)", row)
        shown = {id for id in ID.findall(row.body) if id != row.id}
        self._db.executemany("INSERT INTO shows VALUES (?, ?)", [(row.id, id) for id in shown])

    def _bury(self, tombstone: Json) -> None:
        held, before = self.by_id(tombstone["id"]), self.gone(tombstone["kind"], tombstone["id"])
        slug, name = (before.slug, before.name) if before else ("", "")
        if held:
            slug, name = held.slug, held.json["name"]
        values = (tombstone["id"], tombstone["kind"], slug, name, tombstone["reason"], tombstone["replaced_by"])
        self._db.execute("INSERT OR REPLACE INTO gone VALUES (?, ?, ?, ?, ?, ?)", values)
        self._remove(tombstone["id"])

    def _remove(self, id: str) -> None:
        self._db.execute("DELETE FROM document WHERE id = ?", (id,))
        self._db.execute("DELETE FROM shows WHERE document = ?", (id,))

    def _keep(self, name: str, value: Json) -> None:
        self._db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, json.dumps(value)))

    def _gone(self, kind: str, id: str, slug: str, name: str, reason: str, replaced_by: str | None) -> Gone:
        row = self.by_id(replaced_by) if replaced_by else None
        became = replacement(replaced_by, kind, row) if replaced_by else None
        return Gone(kind, id, slug, name, reason, became)

    def _ask(self, words: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._db.execute(words, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction; nothing is left of it if anything goes wrong."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")


def replacement(id: str, kind: str, row: Row | None) -> Replacement:
    return Replacement(row.kind, id, row.slug, row.json["name"]) if row else Replacement(kind, id)
