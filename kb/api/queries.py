"""Each answer in one SQL statement over the published tables, so that its body and its head belong together."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

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
    mark: str
    compiler_version: int
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
        found = _facets(connection, filters[name], values, query.locale)
        documents = documents.filter(pk__in=found.values("document"))
    rows = documents.order_by(key).values_list("summary", key)[: query.limit + 1]
    return _with_feed(connection, rows, key)


def feed(connection: BaseDatabaseWrapper) -> Feed:
    """Raises Feed.DoesNotExist before the first migration has ended."""
    return Feed.objects.using(connection.alias).only("feed_id", "head", "mark", "compiler_version").get()


def uuid_of(value: UUID | str) -> UUID:
    """As PostgreSQL gives it, or as SQLite stores it."""
    return value if isinstance(value, UUID) else UUID(value)


def _with_feed(connection: BaseDatabaseWrapper, rows: QuerySet[Any, Any], key: str) -> Page:
    """The feed's row stands beside each row, and alone if there are none."""
    sql, params = rows.query.get_compiler(connection=connection).as_sql()
    columns = f"f.feed_id, f.mark, f.compiler_version, d.summary, d.{key}"
    beside_the_feed = f"kb_feed f LEFT JOIN ({sql}) d ON TRUE ORDER BY d.{key}"
    statement = f"SELECT {columns} FROM {beside_the_feed}"  # noqa: S608  all names are ours, all values parameters
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found = cursor.fetchall()
    if not found:
        raise Feed.DoesNotExist
    feed_id, mark, compiler_version = found[0][:3]
    summaries = [(bytes(summary), sort_key) for _, _, _, summary, sort_key in found if summary is not None]
    return Page(uuid_of(feed_id), mark, compiler_version, summaries)


def _facets(connection: BaseDatabaseWrapper, filter_: Filter, values: tuple[str, ...], locale: str) -> QuerySet[Facet]:
    """What matches, without looking at any document: SQLite would else ask again for each of them."""
    facets = Facet.objects.using(connection.alias).filter(name=filter_.name)
    if filter_.target:
        return facets.filter(target__in=_targets(connection, filter_.target, values, locale))
    return facets.filter(value__in=values)


def _targets(
    connection: BaseDatabaseWrapper, kind: str, values: tuple[str, ...], locale: str
) -> QuerySet[Document, Any]:
    """The entries that these slugs (of any age) and ids name; in the place of a merged one, its survivor.

    `replaced_by` always names the end of a chain of merges.
    """
    ids = [UUID(value) for value in values if is_uuid(value)]
    slugs = [value for value in values if not is_uuid(value)]
    named = Q(entry__in=ids) if ids else Q()
    if slugs:
        named |= Q(entry__in=_slugs(connection, kind, slugs))
    documents = Document.objects.using(connection.alias).filter(named, locale=locale)
    return documents.values_list(Coalesce("replaced_by", "entry"))


def _slugs(connection: BaseDatabaseWrapper, kind: str, slugs: list[str]) -> QuerySet[Slug, Any]:
    return Slug.objects.using(connection.alias).filter(kind=kind, slug__in=slugs).values("entry")
