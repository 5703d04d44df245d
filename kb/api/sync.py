"""What changed since a phone last asked: one page, one SQL statement, stored bytes spliced together."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from kb import published
from kb.api import deprecation, parameters, queries, responses
from kb.api.cursors import SyncCursor, read_sync_cursor
from kb.api.problems import RESYNC_REQUIRED, ApiProblem
from kb.api.views import API_VERSION, PublicView
from kb.canonical import canonical_json, sha256
from kb.models.published import Document, Feed
from kb.published import Deprecation
from kb.reader import reading

MAX_PAGE = 500
NOTHING = {"count": 0, "digest": sha256(b"")}


@dataclass(frozen=True)
class SyncQuery:
    """A request, understood. Without `since` it is a first one; without `kinds` it is for all of them."""

    since: SyncCursor | None
    locale: str
    kinds: tuple[str, ...]
    limit: int

    @property
    def followed(self) -> tuple[str, ...]:
        return self.kinds or all_kinds()

    def canonical(self) -> str:
        since = self.since.encoded() if self.since else ""
        return f"{since} {self.locale} {','.join(self.kinds)} {self.limit}"


@dataclass(frozen=True)
class Change:
    """A live document's bytes, or with `gone_reason` a tombstone."""

    seq: int
    kind: str
    entry_id: UUID
    gone_reason: str
    replaced_by_id: UUID | None
    body: bytes | None


@dataclass(frozen=True)
class SyncPage:
    """Changes in the order of their seq, maybe one more than asked for, with the feed as it stood in that moment."""

    feed_id: UUID
    mark: str
    head: int
    digests: dict[str, Any]
    knows_the_mark: bool
    changes: list[Change]


class SyncView(PublicView):
    """What changed since the cursor, of all kinds or of some."""

    def deprecations(self) -> Iterable[Deprecation]:
        return deprecation.in_sync()

    def get(self, request: HttpRequest) -> HttpResponse:
        query = read_query(request.META["QUERY_STRING"])
        with reading() as connection:
            if responses.held_versions(request) not in ([], [responses.ANY]):  # “any” is not one of ours
                version = _version(queries.feed(connection), query)
                if responses.holds(request, version):
                    return responses.not_modified(request, version, cache=responses.ASK_AGAIN)
            page = read_page(connection, query)
        if query.since and not _continues(query.since, page):
            raise ApiProblem(RESYNC_REQUIRED, "This server cannot tell what changed since. Take everything again.")
        return responses.made(request, _body(page, query), _version(page, query), cache=responses.ASK_AGAIN)


def read_query(query_string: str) -> SyncQuery:
    """A cursor carries locale and kinds; who names them besides must name the same."""
    values = parameters.read_pairs(query_string, ["since", "locale", "kind", "limit"], repeatable=["kind"])
    limit = parameters.read_limit(values, default=MAX_PAGE, most=MAX_PAGE)
    since = read_sync_cursor(values["since"][0], all_kinds()) if "since" in values else None
    named = values.get("kind", list(since.kinds) if since else [])
    kinds = tuple(sorted({parameters.choice("kind", kind, all_kinds()) for kind in named}))
    locale = parameters.read_locale(values) if "locale" in values or since is None else since.locale
    if since and (since.kinds != kinds or since.locale != locale):
        detail = "The cursor was made for another locale or other kinds. Leave them out, or begin without `since`."
        raise parameters.bad("since", detail)
    return SyncQuery(since, locale, kinds, limit)


def read_page(connection: BaseDatabaseWrapper, query: SyncQuery) -> SyncPage:
    """Raises Feed.DoesNotExist before the first migration has ended."""
    documents = Document.objects.using(connection.alias).filter(locale=query.locale, kind__in=query.followed)
    # Who holds nothing has nothing to remove.
    newer = Q(seq__gt=query.since.seq) if query.since else Q(gone_reason="")
    columns = ("seq", "kind", "entry_id", "gone_reason", "replaced_by_id", "body")
    rows = documents.filter(newer).order_by("seq").values_list(*columns)[: query.limit + 1]
    sql, params = rows.query.get_compiler(connection=connection).as_sql()
    known = "EXISTS (SELECT 1 FROM kb_edition WHERE mark = %s)"
    statement = (
        f"SELECT f.feed_id, f.mark, f.head, f.digests, {known}, {', '.join(f'd.{name}' for name in columns)} "  # noqa: S608  all names are ours, all values parameters
        f"FROM kb_feed f LEFT JOIN ({sql}) d ON TRUE ORDER BY d.seq"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [query.since.mark if query.since else "", *params])
        found = cursor.fetchall()
    if not found:
        raise Feed.DoesNotExist
    feed_id, mark, head, digests, knows_the_mark = found[0][:5]
    return SyncPage(
        feed_id=queries.uuid_of(feed_id),
        mark=mark,
        head=head,
        digests=json.loads(digests).get(query.locale, {}),
        knows_the_mark=bool(knows_the_mark),
        changes=[_change(row[5:]) for row in found if row[5] is not None],
    )


def all_kinds() -> tuple[str, ...]:
    return tuple(sorted(kind.kind for kind in published.all_kinds()))


def state_digest(page: SyncPage) -> dict[str, Any]:
    """What is live of each kind, by the name of its array."""
    return {property_of(kind.path): page.digests.get(kind.kind, NOTHING) for kind in published.all_kinds()}


def property_of(path: str) -> str:
    """The name of a kind's array in an answer."""
    return path.replace("-", "_")


def _change(row: tuple[Any, ...]) -> Change:
    seq, kind, entry_id, gone_reason, replaced_by_id, body = row
    replaced_by = queries.uuid_of(replaced_by_id) if replaced_by_id else None
    return Change(seq, kind, queries.uuid_of(entry_id), gone_reason, replaced_by, None if body is None else bytes(body))


def _continues(since: SyncCursor, page: SyncPage) -> bool:
    """Whether the cursor is from this feed's own past: of no other feed, and from before any backup was restored."""
    knows = page.knows_the_mark or (since.mark == "" and since.seq == 0)
    return since.feed_id == page.feed_id and knows and since.seq <= page.head


def _body(page: SyncPage, query: SyncQuery) -> bytes:
    changes, has_more = page.changes[: query.limit], len(page.changes) > query.limit
    reached = changes[-1].seq if has_more else page.head
    parts = {
        "cursor": canonical_json(SyncCursor(page.feed_id, page.mark, reached, query.locale, query.kinds).encoded()),
        "edition": canonical_json(page.mark),
        "deleted": canonical_json([_tombstone(change) for change in changes if change.gone_reason]),
        "has_more": canonical_json(has_more),
        "state_digest": canonical_json(state_digest(page)),
    }
    for kind in published.all_kinds():
        bodies = [change.body for change in changes if change.kind == kind.kind and change.body is not None]
        parts[property_of(kind.path)] = b"[%b]" % b",".join(bodies)
    return b"{%b}" % b",".join(b'"%b":%b' % (name.encode(), parts[name]) for name in sorted(parts))


def _tombstone(change: Change) -> dict[str, Any]:
    replaced_by = str(change.replaced_by_id) if change.replaced_by_id else None
    return {"kind": change.kind, "id": str(change.entry_id), "reason": change.gone_reason, "replaced_by": replaced_by}


def _version(feed: Feed | SyncPage, query: SyncQuery) -> str:
    """The kinds count as well: a new one brings an array of its own."""
    kinds = ",".join(all_kinds())
    return responses.version_of(f"{feed.feed_id} {feed.mark} {API_VERSION} {kinds} sync {query.canonical()}".encode())
