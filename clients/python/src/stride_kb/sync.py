"""From the copy that is held to the one that the server has: all of it or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from stride_kb.copy import Copy, Position, Row
from stride_kb.errors import Offline, Refused, WrongCopy
from stride_kb.server import Answer, Server
from stride_kb.snapshot import newest_snapshot
from stride_kb.staged import Staged

Json = dict[str, Any]
Start = Literal["copy", "snapshot", "nothing"]


@dataclass(frozen=True)
class Report:
    """What a sync did. `bytes` are those of answers. `is_replaced`: another copy stands in the old one's place."""

    changed: int
    removed: int
    is_replaced: bool
    requests: int
    bytes: int


def bring_up_to_date(copy: Copy, server: Server, locale: str, look: Callable[[Json], None]) -> Report:
    """`look` is told of the notices before anything else comes."""
    position = copy.position()
    is_whole = position.locale == locale and copy.count() == position.documents
    index = server.index(position.etag if is_whole else "")
    if index is None:
        copy.touch(_now())
        return Report(0, 0, False, server.requests, server.bytes)
    look(_notices(copy, server, index.body["feed_id"]))
    labels = _labels(copy, server)
    held = {row.id: row for row in copy.rows()}
    staged = _sound(copy, server, position, index, locale, held)
    after = staged.after(held)
    if not copy.apply(
        staged.rows.values(),
        staged.tombstones.values(),
        _position(position, staged.last, index, locale, len(after)),
        beside={"labels": labels, "about": index.body},
        is_replacing=staged.is_replacing,
    ):
        return Report(0, 0, False, server.requests, server.bytes)
    changed = [row for row in staged.rows.values() if row.id not in held or held[row.id].body != row.body]
    is_replaced = staged.is_replacing and bool(position.cursor)
    return Report(len(changed), len(held.keys() - after.keys()), is_replaced, server.requests, server.bytes)


def _position(before: Position, last: Json, index: Answer, locale: str, documents: int) -> Position:
    is_newest = last["edition"] == index.body["edition"]
    return Position(
        revision=before.revision + 1,
        cursor=last["cursor"],
        etag=index.etag if is_newest else "",
        edition=last["edition"],
        feed=index.body["feed_id"],
        head=index.body["head"],
        locale=locale,
        documents=documents,
        synced_at=_now(),
    )


def _sound(copy: Copy, server: Server, position: Position, index: Answer, locale: str, held: dict[str, Row]) -> Staged:
    """From the copy, else from a snapshot, else from nothing: the first that leads to what the server counts."""
    can_go_on = position.cursor and (position.locale, position.feed) == (locale, index.body["feed_id"])
    failure: Exception = WrongCopy("The copy would not be what the server says it should be.")
    starts: tuple[Start, ...] = ("copy", "snapshot", "nothing")
    for start in starts if can_go_on else starts[1:]:
        try:
            staged = _stage(start, position, index, server, copy)
            if staged and staged.is_sound(held):
                return staged
            failure = WrongCopy("The copy would not be what the server says it should be.")
        except Refused as refused:
            if refused.problem.status != 410:
                raise
            failure = Offline("The server cannot go on from here: ask again in a minute.", 60)
    raise failure


def _stage(start: Start, position: Position, index: Answer, server: Server, copy: Copy) -> Staged | None:
    staged = Staged(index.body["collections"], is_replacing=start != "copy")
    cursor = position.cursor if start == "copy" else ""
    if start == "snapshot":
        snapshot = newest_snapshot(server, copy)
        if snapshot is None:
            return None
        cursor, documents = snapshot
        for document in documents:
            staged.put(document)
    while True:
        page = server.changes(cursor)
        staged.add(page)
        if not page["has_more"]:
            return staged
        cursor = page["cursor"]


def _notices(copy: Copy, server: Server, feed: str) -> Json:
    before = copy.kept("notices")
    answer = server.notices(before["etag"] if before and before["feed"] == feed else "")
    if answer is None:
        assert before
        return before
    return {"feed": feed, "etag": answer.etag, "items": answer.body["items"]}


def _labels(copy: Copy, server: Server) -> Json:
    before = copy.kept("labels")
    answer = server.vocabulary(before["etag"] if before else "")
    if answer is None:
        assert before
        return before
    return {"etag": answer.etag, "body": answer.body}


def _now() -> str:
    return datetime.now(UTC).isoformat()
