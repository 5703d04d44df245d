"""Makes a document from what is stored and never changes. Pure: same inputs, same bytes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework.serializers import Serializer

from kb import published
from kb.canonical import gzipped, packed, sha256
from kb.enums import Urgency
from kb.search.terms import terms_of

COMPILER_VERSION = 2
"""Raise it when the same wording would make other bytes; then run `manage.py recompile`."""

Json = dict[str, Any]
VERSION_LENGTH = 32
KEY_NAME_LENGTH = 200


@dataclass(frozen=True)
class Vouched:
    """What a document needs to know of an approval. Dates as ISO text."""

    role: str
    reviewed_on: str
    next_review_on: str
    stale_after: str


@dataclass(frozen=True)
class HouseText:
    """A live entry of a house kind: its card and its whole wording."""

    card: Json
    wording: Json


@dataclass(frozen=True)
class Inputs:
    """Everything that one document is made of. `cards` maps the UUID of each live entry to its card."""

    entry_id: str
    kind: str
    locale: str
    wording: Json
    vouched: Vouched | None
    last_change: Json
    cards: Mapping[str, Json]
    house: Mapping[str, list[HouseText]] = field(default_factory=dict)


@dataclass(frozen=True)
class Compiled:
    """A document in all its stored forms."""

    document: Json
    body: bytes
    summary: bytes
    version: str
    sort_key: str
    name_key: str
    facets: frozenset[tuple[str, str, str]]
    problems: tuple[str, ...]

    @property
    def body_gzip(self) -> bytes:
        return gzipped(self.body)

    @property
    def terms(self) -> bytes:
        """What the search keeps of it."""
        return terms_of(published.get(self.document["kind"]), self.document)


class Compiler:
    """Compiles many documents with one set of serializers, since building those costs more than using them.

    Wordings and cards are canonical already, so the bytes are packed without looking at every value again.
    """

    def __init__(self) -> None:
        self._serializers: dict[str, Serializer[Any]] = {}
        self._context: dict[str, Inputs] = {}

    def compile(self, inputs: Inputs) -> Compiled:
        kind = published.get(inputs.kind)
        document: Json = self._serializer(kind, inputs).to_representation(inputs.wording)
        del document["version"]  # the hash of everything else
        version = sha256(packed(document))[:VERSION_LENGTH]
        document["version"] = version
        return Compiled(
            document=document,
            body=packed(document),
            summary=packed({name: document[name] for name in _field_names(kind.summary)}),
            version=version,
            sort_key=_sort_key(document, inputs.entry_id),
            name_key=_name_key(document, inputs.entry_id),
            facets=frozenset(_facets(kind, document)),
            problems=tuple(kind.guard(document, inputs)),
        )

    def _serializer(self, kind: published.PublishedKind, inputs: Inputs) -> Serializer[Any]:
        if kind.kind not in self._serializers:
            self._serializers[kind.kind] = kind.document(context=self._context)
        self._context["inputs"] = inputs
        return self._serializers[kind.kind]


def card_of(kind_name: str, entry_id: str, locale: str, wording: Json, *, is_reviewed: bool) -> Json:
    """The card by which other documents show an entry; made from its own live wording."""
    named = {**wording, "id": entry_id, "kind": kind_name, "content_locale": locale, "is_reviewed": is_reviewed}
    return {name: named[name] for name in _field_names(published.get(kind_name).card)}


def _field_names(serializer: type[Serializer[Any]]) -> list[str]:
    return list(serializer._declared_fields)


def _sort_key(document: Json, entry_id: str) -> str:
    rank = Urgency.values.index(document["urgency"]) if "urgency" in document else 0
    return f"{rank}\t{_name_key(document, entry_id)}"


def _name_key(document: Json, entry_id: str) -> str:
    return f"{document['name'].casefold()[:KEY_NAME_LENGTH]}\t{entry_id}"  # a tab sorts before every letter and space


def _facets(kind: published.PublishedKind, document: Json) -> Iterator[tuple[str, str, str]]:
    """(filter, value, target's UUID or nothing)."""
    for filter_ in kind.filters:
        for value in filter_.values(document):
            yield filter_.name, value, value if filter_.target else ""
