"""A phone: a complete small client of /sync that follows docs/offline.md, with nothing but what the contract promises."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

Json = dict[str, Any]
Get = Callable[[str], tuple[int, Json]]
"""Asks for a path under /api/v1; gives the status and the JSON."""

NOT_ARRAYS = ("cursor", "deleted", "has_more", "state_digest")


@dataclass
class Copy:
    """What a phone keeps: documents by array name and id, and how far it has come."""

    documents: dict[str, dict[str, Json]] = field(default_factory=dict)
    cursor: str = ""

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
    """Keeps a copy current. `kinds` empty: all of them."""

    def __init__(self, get: Get, *, kinds: tuple[str, ...] = (), limit: int = 500) -> None:
        self.get = get
        self.kinds = kinds
        self.limit = limit
        self.copy = Copy()
        self.staged: list[Json] = []
        self.staged_cursor = ""
        self.resyncs = 0

    def sync(self) -> None:
        """Stages pages until the last, then applies them all at once. Starts afresh where the server says so."""
        while self.fetch_page():
            pass

    def fetch_page(self) -> bool:
        """One request. Whether there is more to fetch."""
        status, page = self.get(f"/sync?{urlencode(self._query(), doseq=True)}")
        if status == 410:
            self.start_afresh()
            return True
        assert status == 200, page
        self.staged.append(page)
        self.staged_cursor = page["cursor"]
        if page["has_more"]:
            return True
        self.apply(self.staged)
        return False

    def interrupt(self) -> None:
        """The app was closed between two pages: what was staged is gone, what was applied is not."""
        self.staged, self.staged_cursor = [], ""

    def start_afresh(self) -> None:
        """The old copy is shown until a new one is whole; `apply` replaces it, because the cursor is empty."""
        self.interrupt()
        self.copy.cursor = ""
        self.resyncs += 1

    def apply(self, pages: list[Json]) -> None:
        """One transaction of the phone's own database."""
        fresh = not self.copy.cursor
        documents = {} if fresh else {name: dict(held) for name, held in self.copy.documents.items()}
        for page in pages:
            apply_page(page, documents)
        applied = Copy(documents, pages[-1]["cursor"])
        self.interrupt()
        wrong = [name for name in self._names(pages[-1]) if applied.digest(name) != pages[-1]["state_digest"][name]]
        if wrong:
            raise DigestMismatch(f"{', '.join(wrong)}: the copy is not what the server says it should be")
        self.copy = applied

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
