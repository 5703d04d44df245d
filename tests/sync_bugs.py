"""Bugs that other systems shipped, planted one at a time: each must be caught, and as what `caught_by` says."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from django.db import IntegrityError

from kb import publishing, reader
from kb.api import sync
from kb.models.published import Document, Edition, Feed
from tests.phone import DigestMismatch, Phone, apply_page
from tests.sync_machine import meanwhile

OFFSETS: dict[Any, tuple[int, int]] = {}
_read_page, _read_query, _document, _write = sync.read_page, sync.read_query, publishing._document, publishing._write


@dataclass(frozen=True)
class Bug:
    name: str
    patches: dict[str, Any]
    phone: type[Phone] = Phone
    caught_by: tuple[type[Exception], ...] = (DigestMismatch, AssertionError)

    @contextmanager
    def planted(self) -> Iterator[None]:
        with ExitStack() as stack:
            for target, faulty in self.patches.items():
                stack.enter_context(patch(target, faulty))
            yield


def _rows(connection: Any, query: sync.SyncQuery, chosen: Any) -> list[sync.Change]:
    columns = ("seq", "kind", "entry_id", "gone_reason", "replaced_by_id", "body")
    documents = Document.objects.using(connection.alias).filter(locale=query.locale, kind__in=query.followed)
    return [sync._change(row) for row in chosen(documents.order_by("seq")).values_list(*columns)[: query.limit + 1]]


def by_time(connection: Any, query: sync.SyncQuery) -> sync.SyncPage:
    """Two releases in one second are one moment."""
    page = _read_page(connection, query)
    if query.since is None:
        return page
    seen = Edition.objects.filter(mark=query.since.mark).values("at")
    later = Edition.objects.filter(at__gt=seen[:1]).values("release_id")
    return replace(page, changes=_rows(connection, query, lambda rows: rows.filter(changed_by__in=later)))


def by_offset(connection: Any, query: sync.SyncQuery) -> sync.SyncPage:
    """Rows move while somebody counts them."""
    page = _read_page(connection, query)
    since = query.since.seq if query.since else 0
    start, passed = OFFSETS.pop((query.kinds, query.limit, since), (since, 0))
    rows = _rows(connection, query, lambda rows: rows.filter(seq__gt=start)[passed : passed + query.limit + 1])
    if len(rows) > query.limit:
        OFFSETS[query.kinds, query.limit, rows[query.limit - 1].seq] = (start, passed + query.limit)
    return replace(page, changes=rows)


def head_after_rows(connection: Any, query: sync.SyncQuery) -> sync.SyncPage:
    """Two statements, and a release between them."""
    page = _read_page(connection, query)
    with _as_an_editor(connection):
        meanwhile()
    feed = Feed.objects.get()
    digests = sync.json.loads(feed.digests).get(query.locale, {})
    return replace(page, head=feed.head, mark=feed.mark, digests=digests)


def without_tombstones(connection: Any, query: sync.SyncQuery) -> sync.SyncPage:
    page = _read_page(connection, query)
    return replace(page, changes=[change for change in page.changes if not change.gone_reason])


def without_history(connection: Any, query: sync.SyncQuery) -> sync.SyncPage:
    """Believes every cursor, those of a database that was restored since too."""
    return (
        replace(_read_page(connection, query), knows_the_mark=True, head=10**9)
        if query.since
        else _read_page(connection, query)
    )


def cut_short(connection: Any, query: sync.SyncQuery) -> sync.SyncPage:
    """Says that a full page was the last one."""
    page = _read_page(connection, query)
    return replace(page, changes=page.changes[: query.limit])


def forgets_the_kinds(query_string: str) -> sync.SyncQuery:
    query = _read_query(query_string)
    every = tuple(sorted(kind.kind for kind in sync.published.all_kinds()))
    return replace(query, kinds=every) if query.since else query


def keeps_its_first_number(feed: Any, world: Any, pin: Any, made: Any) -> Document:
    """A number given when the row was made, as an auto-increment key is."""
    head = feed.head
    document = _document(feed, world, pin, made)
    if pin.document_id:
        feed.head = head
        document.seq = Document.objects.get(pk=pin.document_id).seq
    return document


def highest_plus_one(feed: Any, planned: Any) -> None:
    """Counts on from the highest number that is live, and gives one out twice."""
    live = Document.objects.filter(gone_reason="").order_by("-seq").values_list("seq", flat=True)
    feed.head = live.first() or 0
    _write(feed, planned)


def nobody(*args: Any) -> set[Any]:
    return set()


def as_it_was() -> str:
    return Feed.objects.get().digests


@contextmanager
def _as_an_editor(connection: Any) -> Iterator[None]:
    """In a test readers and editors share a connection, which is locked down while a reader is answered."""
    if connection.vendor == "sqlite":
        connection.connection.set_authorizer(None)
        yield
        connection.connection.set_authorizer(reader._authorize)
    else:
        reader._execute(connection, "RESET ROLE")
        yield
        reader._execute(connection, f"SET LOCAL ROLE {reader.ROLE}")


class Hasty(Phone):
    """Applies each page as it comes."""

    def fetch_page(self) -> bool:
        status, page = self.get(f"/sync?{sync_query(self)}")
        if status == 410:
            self.start_afresh()
            return True
        applied = replace(self.copy)
        held = {} if not self.copy.cursor else {name: dict(rows) for name, rows in applied.documents.items()}
        apply_page(page, held)
        self.copy = replace(applied, documents=held, cursor=page["cursor"])
        return bool(page["has_more"])


def sync_query(phone: Phone) -> str:
    return urlencode(phone._query(), doseq=True)


BUGS = (
    Bug("a cursor made of time", {"kb.api.sync.read_page": by_time}),
    Bug("a cursor made of an auto-increment key", {"kb.publishing._document": keeps_its_first_number}),
    Bug("a number made of max + 1", {"kb.publishing._write": highest_plus_one}, caught_by=(IntegrityError,)),
    Bug("paging by offset", {"kb.api.sync.read_page": by_offset}),
    Bug("the head read after the rows", {"kb.api.sync.read_page": head_after_rows}),
    Bug("tombstones filtered away", {"kb.api.sync.read_page": without_tombstones}),
    Bug("a restored backup not noticed", {"kb.api.sync.read_page": without_history}),
    Bug("a page that says it is the last", {"kb.api.sync.read_page": cut_short}),
    Bug("a cursor that forgets its kinds", {"kb.api.sync.read_query": forgets_the_kinds}),
    Bug("a changed card not propagated", {"kb.planning._affected": nobody}),
    Bug("a digest not updated", {"kb.publishing._digests": as_it_was}),
    Bug("a page applied before the end", {}, phone=Hasty),
)
