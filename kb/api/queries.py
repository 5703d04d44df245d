"""Each answer in one SQL statement over the published tables, so that its body and its head belong together."""

from dataclasses import dataclass
from functools import reduce
from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from kb.api.parameters import ListQuery, is_uuid
from kb.models.published import Document, Facet, Feed, Slug
from kb.published import Filter, PublishedKind


@dataclass(frozen=True)
class Found:
    """One document, or the tombstone of one. `body` is None if the reader holds this version already."""

    slug: str
    version: str
    gone_reason: str
    replaced_by_id: UUID | None
    replaced_by_slug: str | None
    body: bytes | None


@dataclass(frozen=True)
class Page:
    feed_id: UUID
    head: int
    rows: list[tuple[bytes, str]]


def find(
    connection: BaseDatabaseWrapper, kind: str, name: str, locale: str, *, gzip: bool, held: list[str]
) -> Found | None:
    """The document that a slug (of any age) or an id names. `held`: versions that the reader says it has."""
    documents = Document.objects.using(connection.alias).filter(kind=kind, locale=locale)
    if is_uuid(name):
        documents = documents.filter(entry_id=UUID(name))
    else:
        documents = documents.filter(entry_id=Subquery(_slugs(connection, kind, [name])))
    replacement = Document.objects.using(connection.alias).filter(entry=OuterRef("replaced_by"), locale=locale)
    row = (
        documents.annotate(
            replaced_by_slug=Subquery(replacement.values("slug")[:1]),
            sent=Case(
                When(Q(version__in=held), then=Value(None)),
                default=F("body_gzip" if gzip else "body"),
                output_field=models.BinaryField(),
            ),
        )
        .values_list("slug", "version", "gone_reason", "replaced_by_id", "replaced_by_slug", "sent")
        .first()
    )
    return Found(*row[:5], body=None if row[5] is None else bytes(row[5])) if row else None


def list_page(connection: BaseDatabaseWrapper, kind: PublishedKind, query: ListQuery) -> Page:
    """One page, and one row more if there is a next page."""
    key = "sort_key" if query.sort == "urgency" else "name_key"
    documents = Document.objects.using(connection.alias).filter(kind=kind.kind, locale=query.locale, gone_reason="")
    if query.after:
        documents = documents.filter(**{f"{key}__gt": query.after})
    if query.ids:
        documents = documents.filter(entry_id__in=query.ids)
    filters = {filter_.name: filter_ for filter_ in kind.filters}
    for name, values in query.filters.items():
        documents = documents.filter(Exists(_facets(connection, filters[name], values, query.locale)))
    rows = documents.order_by(key).values_list("summary", key)[: query.limit + 1]
    return _with_feed(connection, rows, key)


def feed(connection: BaseDatabaseWrapper) -> Feed:
    """Raises Feed.DoesNotExist before the first migration has ended."""
    return Feed.objects.using(connection.alias).only("feed_id", "head").get()


def _with_feed(connection: BaseDatabaseWrapper, rows: QuerySet[Any, Any], key: str) -> Page:
    """The feed's row stands beside each row, and alone if there are none."""
    sql, params = rows.query.get_compiler(connection=connection).as_sql()
    statement = (
        f"SELECT f.feed_id, f.head, d.summary, d.{key} FROM kb_feed f LEFT JOIN ({sql}) d ON TRUE ORDER BY d.{key}"  # noqa: S608  names are ours
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found = cursor.fetchall()
    if not found:
        raise Feed.DoesNotExist
    feed_id, head = found[0][:2]
    summaries = [(bytes(summary), sort_key) for _, _, summary, sort_key in found if summary is not None]
    return Page(feed_id if isinstance(feed_id, UUID) else UUID(feed_id), head, summaries)


def _facets(connection: BaseDatabaseWrapper, filter_: Filter, values: tuple[str, ...], locale: str) -> QuerySet[Facet]:
    facets = Facet.objects.using(connection.alias).filter(document=OuterRef("pk"), name=filter_.name)
    if not filter_.target:
        return facets.filter(value__in=values)
    ids = [UUID(value) for value in values if is_uuid(value)]
    slugs = [value for value in values if not is_uuid(value)]
    named: list[Q] = [Q(target__in=ids)] if ids else []
    if ids:
        named.append(Q(target__in=_survivors(connection, locale).filter(entry__in=ids).values("replaced_by")))
    if slugs:
        entries = _slugs(connection, filter_.target, slugs)
        named.append(Q(target__in=entries))
        named.append(Q(target__in=_survivors(connection, locale).filter(entry__in=entries).values("replaced_by")))
    return facets.filter(reduce(Q.__or__, named))


def _survivors(connection: BaseDatabaseWrapper, locale: str) -> QuerySet[Document]:
    """Merged entries; `replaced_by` always names the end of the chain."""
    return Document.objects.using(connection.alias).filter(locale=locale, replaced_by__isnull=False)


def _slugs(connection: BaseDatabaseWrapper, kind: str, slugs: list[str]) -> QuerySet[Slug, Any]:
    return Slug.objects.using(connection.alias).filter(kind=kind, slug__in=slugs).values("entry")
