"""What came and is not applied yet."""

import hashlib
from typing import Any

from stride_kb.copy import Row, row_of

Json = dict[str, Any]


class Staged:
    """Documents and tombstones of a snapshot and of pages; of two that name an entry the later one counts."""

    def __init__(self, collections: list[Json], *, is_replacing: bool) -> None:
        self.is_replacing = is_replacing
        self.rows: dict[str, Row] = {}
        self.tombstones: dict[str, Json] = {}
        self.last: Json = {}
        self._arrays = {item["kind"]: _array_of(item["href"]) for item in collections}

    def put(self, document: Json) -> None:
        self.rows[document["id"]] = row_of(document)
        self.tombstones.pop(document["id"], None)

    def add(self, page: Json) -> None:
        """The arrays of documents are those that have a digest: a later version's kinds are among them."""
        for name in page["state_digest"]:
            for document in page.get(name, ()):
                self._arrays[document["kind"]] = name
                self.put(document)
        for tombstone in page["deleted"]:
            self.rows.pop(tombstone["id"], None)
            self.tombstones[tombstone["id"]] = tombstone
        self.last = page

    def after(self, held: dict[str, Row]) -> dict[str, Row]:
        """What the copy would be."""
        rows = self.rows if self.is_replacing else held | self.rows
        return {id: row for id, row in rows.items() if id not in self.tombstones}

    def is_sound(self, held: dict[str, Row]) -> bool:
        """Whether that is what the server counts."""
        lines: dict[str, list[str]] = {name: [] for name in self.last["state_digest"]}
        for row in self.after(held).values():
            lines.get(self._arrays.get(row.kind, ""), []).append(f"{row.id}:{row.json['version']}")
        return all(_digest(own).items() <= self.last["state_digest"][name].items() for name, own in lines.items())


def _digest(lines: list[str]) -> Json:
    return {"count": len(lines), "digest": hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()}


def _array_of(href: str) -> str:
    """`/api/v1/red-flags` → `red_flags`"""
    return href.rpartition("/")[2].replace("-", "_")
