"""The published half of a kind: its public names, its documents, its filters. Knows no model of the working copy."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import TextChoices
from rest_framework.serializers import Serializer

Json = dict[str, Any]
FLAG = "^(true|false)$"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One query parameter of a list. `values` picks the facet values from a compiled document: live entries only.

    With `target`, the values are ids of entries of that kind, and readers may give a slug or an id.
    """

    name: str
    help: str
    values: Callable[[Json], Iterable[str]]
    target: str = ""
    choices: type[TextChoices] | None = None
    pattern: str = ""

    @property
    def is_flag(self) -> bool:
        """True or false: it may be given once, where every other filter can be repeated."""
        return self.pattern == FLAG


@dataclass(frozen=True, kw_only=True)
class Deprecation:
    """A field that goes away: from which day on apps are told so, from which day on it may be gone, what to use."""

    field: str
    since: date
    sunset: date
    instead: str


def no_problems(document: Json, inputs: Any) -> list[str]:
    return []


@dataclass(frozen=True, kw_only=True)
class PublishedKind:
    """What readers meet of one sort of content.

    `path`, `singular` and `plural` make URLs, operation ids and component names: conditions, Condition, Conditions.
    `document`, `summary` and `card` are serializers; `summary`'s fields are a part of `document`'s.
    `has_house_texts`: house texts stand in its documents. `is_house`: its live entries are house texts, which every
    compile is given.
    `guard` looks at a document and its inputs, and names what would hurt a reader if it went out.
    `unique` names a filter: no two live entries may have the same value of it.
    `not_searched` names fields whose text nobody would look for. `is_reference`: people seldom look for such an entry
    itself, so search shows it after the others. `deprecations` are of fields of `document`.
    """

    kind: str
    path: str
    singular: str
    plural: str
    description: str
    document: type[Serializer]
    summary: type[Serializer]
    card: type[Serializer]
    filters: tuple[Filter, ...] = ()
    has_house_texts: bool = False
    is_house: bool = False
    guard: Callable[[Json, Any], list[str]] = no_problems
    unique: str = ""
    not_searched: tuple[str, ...] = ()
    is_reference: bool = False
    deprecations: tuple[Deprecation, ...] = ()


_kinds: dict[str, PublishedKind] = {}


def register(kind: PublishedKind) -> PublishedKind:
    if kind.kind in _kinds:
        raise ValueError(f"The kind {kind.kind} is registered twice.")
    _kinds[kind.kind] = kind
    return kind


def unregister(name: str) -> None:
    """For tests that bring a kind of their own."""
    del _kinds[name]


def get(name: str) -> PublishedKind:
    return _kinds[name]


def all_kinds() -> list[PublishedKind]:
    return list(_kinds.values())
