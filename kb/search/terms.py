"""What the search keeps of a document: its own words, without those of the entries that it shows.

It is stored when the document's own wording goes live, so that an index is made without reading whole documents, and
the thousands that only show a renamed symptom keep theirs.
"""

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from kb import markdown
from kb.canonical import packed
from kb.published import PublishedKind
from kb.search.english import STOP_WORDS
from kb.search.words import words_in

Json = dict[str, Any]

VERSION = b"1"
"""The first byte of stored terms. Raise it when the same document would make others; old ones are then made anew."""

LEADS = ("summary", "text")
"""The field that tells in a sentence what a document is about: of these the first that it has."""

LEFT_OUT = {"slug", "urgency_text", "codes"}
"""The text about urgency says nearly the same everywhere; codes bring words of other people's systems."""

NO_URGENCY = "none"
MARKUP = re.compile(r"[*_\[\]\\`<>#&~|]|^\s*(?:[-+]|\d+[.)])\s", re.MULTILINE)


@dataclass(frozen=True)
class Terms:
    """`words` are, for name, synonyms, summary and text, those found there first: each once, with spaces between."""

    name: str
    synonyms: tuple[str, ...]
    summary: str
    urgency: str
    passages: tuple[str, ...]
    words: tuple[str, ...]


def terms_of(kind: PublishedKind, document: Json) -> bytes:
    """The terms of a compiled document, as they are stored."""
    lead = next((name for name in LEADS if name in document), "")
    passages = [passage for text in _own_texts(kind, document, lead) for passage in _passages(text)]
    synonyms = document.get("synonyms", [])
    summary = document.get(lead, "")
    terms = {
        "name": document["name"],
        "synonyms": synonyms,
        "summary": summary,
        "urgency": document.get("urgency", NO_URGENCY),
        "passages": passages,
        "words": list(_words([document["name"]], synonyms, [summary], passages)),
    }
    return VERSION + zlib.compress(packed(terms))


def read_terms(stored: bytes) -> Terms:
    terms = json.loads(zlib.decompress(stored[1:]))
    several = {name: tuple(terms[name]) for name in ("synonyms", "passages", "words")}
    return Terms(**(terms | several))


def are_current(stored: bytes | None) -> bool:
    """Whether this program made them; an older or newer one may see other words in the same document."""
    return stored is not None and stored[:1] == VERSION


def _own_texts(kind: PublishedKind, document: Json, lead: str) -> Iterator[str]:
    """What stands in the entry's own wording: cards, house texts and enumerations are left out."""
    told_already = {"name", "synonyms", lead, *LEFT_OUT, *kind.not_searched}
    fields = {name: field for name, field in kind.document._declared_fields.items() if name not in told_already}
    yield from _texts_in(fields, document)


def _texts_in(fields: dict[str, Any], values: Json) -> Iterator[str]:
    for name, field in fields.items():
        yield from _texts(field, values.get(name))


def _texts(field: Any, value: Any) -> Iterator[str]:
    if isinstance(field, serializers.ListSerializer | serializers.ListField):
        for item in value or ():
            yield from _texts(field.child, item)
    elif isinstance(field, serializers.Serializer):
        if value and "kind" not in field._declared_fields:  # a card
            yield from _texts_in(field._declared_fields, value)
    elif type(field) is serializers.CharField and value:
        yield value


def _passages(text: str) -> Iterator[str]:
    """Paragraphs and list items, without markup."""
    plain = markdown.plain(text) if MARKUP.search(text) else text
    for line in plain.splitlines():
        if line.strip():
            yield line.strip()


def _words(*fields: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for rank, texts in enumerate(fields):
        found = set().union(*map(words_in, texts)) - seen
        if rank >= len(fields) - 2:
            found -= STOP_WORDS
        seen |= found
        yield " ".join(sorted(found))
