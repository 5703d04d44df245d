"""Snapshots for readers: which there are, and their bytes, whole or in part, from the disk in blocks."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import IO, Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from kb import shelf
from kb.api import parameters, queries, responses
from kb.api.problems import NOT_FOUND, PROBLEM_JSON, RANGE_NOT_SATISFIABLE, ApiProblem
from kb.api.views import ROOT, PublicView
from kb.canonical import canonical_json
from kb.models.published import Feed
from kb.reader import reading
from kb.shelf import Snapshot

MEDIA_TYPE = "application/gzip"
FOR_EVER = "public, max-age=31536000, immutable"
MOST_LISTED = 50
MOST_LOOKED_AT = 1000
BLOCK = 64 * 1024
ONE_RANGE = re.compile(r"bytes=[ \t]*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))[ \t]*", re.ASCII | re.IGNORECASE)
TOLD = ("name", "locale", "edition", "head", "cursor", "made_at", "bytes", "sha256", "uncompressed_bytes", "documents")


class SnapshotsView(PublicView):
    """Every snapshot that a phone can start from, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        values = parameters.read_pairs(request.META["QUERY_STRING"], ["locale"])
        locale = parameters.read_locale(values)
        with reading() as connection:
            ours = _of_our_past(connection, shelf.noted(locale)[:MOST_LOOKED_AT])
        offered = islice((snapshot for snapshot in ours if shelf.is_whole(snapshot)), MOST_LISTED)
        body = canonical_json({"items": [_item(snapshot) for snapshot in offered]})
        return responses.answered(request, body, cache=responses.ASK_AGAIN)


class GzipRenderer(BaseRenderer):
    """Tells what the address answers in; the bytes come from the file."""

    media_type = MEDIA_TYPE
    format = "gz"


class Negotiation(DefaultContentNegotiation):
    """Who can read our problems gets the file, too: some clients name only what errors are in."""

    def get_accept_list(self, request: Any) -> list[str]:
        return [
            MEDIA_TYPE if asked in (responses.JSON, PROBLEM_JSON) else asked
            for asked in super().get_accept_list(request)
        ]


class SnapshotView(PublicView):
    """The bytes of one snapshot. They never change, so a broken download goes on where it stopped."""

    renderer_classes = [GzipRenderer]
    content_negotiation_class = Negotiation

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]  # stored bytes, so a plain response and not DRF's
        response = super().options(request, *args, **kwargs)
        response.headers["Access-Control-Allow-Headers"] = "Accept, If-None-Match, If-Range, Range"
        return response

    def get(self, request: HttpRequest, name: str) -> HttpResponseBase:
        parameters.read_pairs(request.META["QUERY_STRING"], [])
        found = shelf.find(name)
        with reading() as connection:
            offered = _of_our_past(connection, [found] if found else [])
        if not offered:
            raise _gone()
        version = offered[0].sha256[: responses.VERSION_LENGTH]
        if responses.holds(request, version):
            return _labelled(HttpResponse(status=304), version)
        return _sent(request, offered[0], version)


def wanted_range(request: HttpRequest, version: str, size: int) -> range | None:
    """The bytes asked for, as RFC 9110 has it; None for all of them. A range beyond the end is empty."""
    match = ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or match is None:
        return None
    if request.headers.get("If-Range", f'"{version}"').strip() != f'"{version}"':
        return None  # the beginning is of something else
    first, last, length = match.groups()
    if length is not None:
        return range(max(0, size - int(length)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(size, int(last) + 1) if last else size)


def _of_our_past(connection: BaseDatabaseWrapper, found: list[Snapshot]) -> list[Snapshot]:
    """Those of editions that this database knows. After a restored backup a phone would be sent from a later one back
    to the snapshots, for ever.
    """
    marks = [snapshot.edition for snapshot in found]
    among = f"e.mark IN ({', '.join(['%s'] * len(marks))})" if marks else "FALSE"
    statement = f"SELECT f.feed_id, e.mark FROM kb_feed f LEFT JOIN kb_edition e ON {among}"  # noqa: S608  only placeholders are put in, values are parameters
    with connection.cursor() as cursor:
        cursor.execute(statement, marks)
        rows = cursor.fetchall()
    if not rows:
        raise Feed.DoesNotExist
    feed_id, known = queries.uuid_of(rows[0][0]), {mark for _, mark in rows}
    return [snapshot for snapshot in found if UUID(snapshot.feed_id) == feed_id and snapshot.edition in known]


def _item(snapshot: Snapshot) -> dict[str, Any]:
    said = asdict(snapshot)
    return {"href": f"{ROOT}/snapshots/{snapshot.name}"} | {name: said[name] for name in TOLD}


def _gone() -> ApiProblem:
    return ApiProblem(NOT_FOUND, f"There is no snapshot of this name. {ROOT}/snapshots lists those that there are.")


def _sent(request: HttpRequest, snapshot: Snapshot, version: str) -> HttpResponseBase:
    part = wanted_range(request, version, snapshot.bytes)
    if part is not None and not part:
        size = {"Content-Range": f"bytes */{snapshot.bytes}"}
        detail = f"The snapshot has {snapshot.bytes} bytes. If you hold as many, check their sha256; else begin anew."
        raise ApiProblem(RANGE_NOT_SATISFIABLE, detail, size)
    chosen = part or range(snapshot.bytes)
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(content_type=MEDIA_TYPE)
    else:
        response = StreamingHttpResponse(
            _opened(snapshot, chosen), status=206 if part else 200, content_type=MEDIA_TYPE
        )
    response.headers["Content-Length"] = str(len(chosen))
    if part:
        response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{snapshot.bytes}"
    return _labelled(response, version)


def _opened(snapshot: Snapshot, chosen: range) -> "Blocks":
    try:
        return Blocks(snapshot.path.open("rb"), chosen)
    except OSError as error:  # it was swept away a moment ago
        raise _gone() from error


class Blocks:
    """A part of a file, a block at a time. Closed by Django when the answer is sent or the reader hangs up."""

    def __init__(self, file: IO[bytes], chosen: range) -> None:
        self.file = file
        self.left = len(chosen)
        self.close = file.close
        file.seek(chosen.start)

    def __iter__(self) -> Iterator[bytes]:
        while self.left and (block := self.file.read(min(BLOCK, self.left))):
            self.left -= len(block)
            yield block


def _labelled(response: HttpResponseBase, version: str) -> HttpResponseBase:
    response.headers["ETag"] = f'"{version}"'
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Accept-Ranges"] = "bytes"
    return response
