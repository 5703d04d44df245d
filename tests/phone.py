"""A phone: a complete small client that follows docs/offline.md, with nothing but what the contract promises."""

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

Json = dict[str, Any]
Get = Callable[[str], tuple[int, Json]]
"""Asks for a path under /api/v1; gives the status and the JSON."""
Download = Callable[[str, dict[str, str]], tuple[int, bytes]]
"""Asks for a path with headers; gives the status and as many bytes as came before the network went away."""

NOT_ARRAYS = ("cursor", "deleted", "edition", "has_more", "state_digest")


@dataclass
class Copy:
    """What a phone keeps: documents by array name and id, how far it has come, and which notice it is beyond."""

    documents: dict[str, dict[str, Json]] = field(default_factory=dict)
    cursor: str = ""
    heard: int = 0

    def digest(self, name: str) -> Json:
        held = self.documents.get(name, {}).values()
        lines = sorted(f"{document['id']}:{document['version']}" for document in held)
        return {"count": len(lines), "digest": hashlib.sha256("\n".join(lines).encode()).hexdigest()}

    def bytes(self) -> dict[str, dict[str, bytes]]:
        """Every document exactly as the server stores it: canonical JSON."""
        return {
            name: {pk: _canonical(document) for pk, document in documents.items()}
            for name, documents in self.documents.items()
            if documents
        }


class DigestMismatch(Exception):
    """The copy is not what the server says it should be."""


class Phone:
    """Keeps a copy current. `kinds` empty: all of them. With `download` it starts from a snapshot if there is one."""

    def __init__(
        self, get: Get, *, kinds: tuple[str, ...] = (), limit: int = 500, download: Download | None = None
    ) -> None:
        self.get = get
        self.download = None if kinds else download  # a snapshot and its cursor are of all kinds
        self.kinds = kinds
        self.limit = limit
        self.copy = Copy()
        self.staged: list[Json] = []
        self.staged_cursor = ""
        self.resyncs = 0
        self.mismatches = 0
        self.part = b""
        self.part_of = ""
        self.refused = ""
        self.notices: list[Json] = []

    def sync(self) -> None:
        """Stages pages until the last, then applies them all at once. Starts afresh, but only once: then it waits."""
        before = self.resyncs
        while self.fetch_page():
            if self.resyncs > before + 1:
                raise ConnectionError("told to start again twice: ask again in a minute, as after a 503")

    def fetch_page(self) -> bool:
        """One request. Whether there is more to fetch."""
        if self.download and not (self.copy.cursor or self.staged_cursor):
            self.begin()
        status, page = self.get(f"/sync?{urlencode(self._query(), doseq=True)}")
        if status == 410:
            self.start_afresh()
            return True
        assert status == 200, page
        self.staged.append(page)
        self.staged_cursor = page["cursor"]
        if page["has_more"]:
            return True
        was_whole = bool(self.copy.cursor)
        try:
            self.apply(self.staged)
        except DigestMismatch:
            if not was_whole:
                raise
            self.mismatches += 1
            self.start_afresh()
            return True
        return False

    def begin(self) -> None:
        """Stages the newest snapshot as if it were the first page; nothing if there is none that can be used."""
        status, listed = self.get("/snapshots")
        assert status == 200, listed
        newest = next(iter(listed["items"]), None)
        if newest and newest["cursor"] != self.refused and self._fetch(newest):
            self.staged = [_page_of(self.part, newest["cursor"])]
            self.staged_cursor = newest["cursor"]

    def interrupt(self) -> None:
        """The app was closed between two pages: what was staged is gone, what was applied or downloaded is not."""
        self.staged, self.staged_cursor = [], ""

    def start_afresh(self) -> None:
        """The old copy is shown until a new one is whole; `apply` replaces it, because the cursor is empty."""
        self.refused = self.staged_cursor or self.copy.cursor
        self.interrupt()
        self.copy.cursor = ""
        self.resyncs += 1

    def read_notices(self) -> None:
        status, found = self.get("/notices")
        assert status == 200, found
        self.notices = found["items"]

    def warnings(self) -> dict[str, str]:
        """What to say of which documents in the copy. A notice is done with after a sync, and where words are newer."""
        held = {pk: document for documents in self.copy.documents.values() for pk, document in documents.items()}
        found: dict[str, str] = {}
        for notice in self.notices:
            if notice["head"] <= self.copy.heard:
                continue
            older = {pk: document for pk, document in held.items() if document["last_change"]["at"] < notice["at"]}
            for told in notice["documents"]:
                showing = [pk for pk, document in older.items() if told["id"] in json.dumps(document)]
                found = dict.fromkeys(showing, "changed") | found
                if told["id"] in older and found[told["id"]] == "changed":  # what hides is stronger
                    found[told["id"]] = told["action"]
        return found

    def shown(self) -> set[str]:
        """The ids of what may be shown before the next sync."""
        hidden = {pk for pk, action in self.warnings().items() if action != "changed"}
        return {pk for documents in self.copy.documents.values() for pk in documents} - hidden

    def apply(self, pages: list[Json]) -> None:
        """One transaction of the phone's own database."""
        fresh = not self.copy.cursor
        documents = {} if fresh else {name: dict(held) for name, held in self.copy.documents.items()}
        for page in pages:
            apply_page(page, documents)
        heard = 0 if fresh else max((notice["head"] for notice in self.notices), default=0)
        applied = Copy(documents, pages[-1]["cursor"], heard)
        self.interrupt()
        wrong = [name for name in self._names(pages[-1]) if applied.digest(name) != pages[-1]["state_digest"][name]]
        if wrong:
            raise DigestMismatch(f"{', '.join(wrong)}: the copy is not what the server says it should be")
        self.copy = applied

    def _fetch(self, snapshot: Json) -> bool:
        """Goes on where a download of the same file broke off. Whether it is here now, and sound."""
        assert self.download
        if self.part_of != snapshot["name"]:
            self.part, self.part_of = b"", snapshot["name"]
        if len(self.part) < snapshot["bytes"]:
            missing = {"Range": f"bytes={len(self.part)}-"} if self.part else {}
            status, came = self.download(f"/snapshots/{snapshot['name']}", missing)
            if status not in (200, 206):
                return False
            self.part = self.part + came if status == 206 else came
        if len(self.part) < snapshot["bytes"]:
            raise ConnectionError("the network went away; what came is kept")
        if hashlib.sha256(self.part).hexdigest() == snapshot["sha256"]:
            return True
        self.part = b""
        return False

    def _names(self, page: Json) -> list[str]:
        """The arrays that this phone keeps."""
        arrays = [name for name in page if name not in NOT_ARRAYS]
        return [name for name in arrays if not self.kinds or name in {array_of(kind) for kind in self.kinds}]

    def _query(self) -> dict[str, Any]:
        since = self.staged_cursor or self.copy.cursor
        query: dict[str, Any] = {"limit": self.limit}
        if since:
            return query | {"since": since}
        return query | ({"kind": list(self.kinds)} if self.kinds else {})


def _page_of(packed: bytes, cursor: str) -> Json:
    """A snapshot in the shape of a page of /sync."""
    header, *documents = [json.loads(line) for line in gzip.decompress(packed).splitlines()]
    assert header["cursor"] == cursor
    page: Json = {name: [] for name in header["counts"]} | {"deleted": [], "cursor": cursor}
    for document in documents:
        page[array_of(document["kind"])].append(document)
    return page


def apply_page(page: Json, documents: dict[str, dict[str, Json]]) -> None:
    for name in page:
        if name not in NOT_ARRAYS:
            held = documents.setdefault(name, {})
            held |= {document["id"]: document for document in page[name]}
    for tombstone in page["deleted"]:
        documents.get(array_of(tombstone["kind"]), {}).pop(tombstone["id"], None)


def array_of(kind: str) -> str:
    irregular = {"body_structure": "body_structures", "prevention_strategy": "prevention_strategies"}
    return irregular.get(kind, f"{kind}s")


def _canonical(document: Json) -> bytes:
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
