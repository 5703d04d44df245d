"""The editing half of a kind: its model, and which columns and rows make up its wording."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, TextChoices

from kb.models.entry import Entry

Wording = dict[str, Any]
Place = tuple[str | int, ...]
"""The way to a part of a wording: ("figures", 2, "population"); () is all of it."""


class Level(TextChoices):
    """What a finding asks of the people on the desk."""

    ERROR = "error", "Must be mended"
    WARNING = "warning", "Please look"


@dataclass(frozen=True)
class Finding:
    """What a check found in a wording: what is wrong, and what to do about it, a sentence each."""

    level: Level
    place: Place
    reason: str
    mend: str

    @property
    def is_error(self) -> bool:
        return self.level == Level.ERROR


def error(place: Place, reason: str, mend: str) -> Finding:
    return Finding(Level.ERROR, place, reason, mend)


def warning(place: Place, reason: str, mend: str) -> Finding:
    return Finding(Level.WARNING, place, reason, mend)


@dataclass(frozen=True)
class Rows:
    """One list in a wording: the rows that point at the entry through `related_name`."""

    related_name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Kind:
    """What an editor can say about one sort of content.

    `columns` are the model's own fields, in the order in which a pack file shows them; `rows` are its lists.
    `findings` looks at a whole wording for what is wrong with this sort of content; `kb.quality` does so for any.
    `needs_live` names lists of links that must lead to at least one page that readers have.
    """

    name: str
    model: type[Entry]
    columns: tuple[str, ...]
    rows: dict[str, Rows] = field(default_factory=dict)
    findings: Callable[[Wording], Iterable[Finding]] = lambda wording: ()
    needs_live: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()

    def row_model(self, name: str) -> type[Model]:
        model: type[Model] = self.owner_relation(name).related_model
        return model

    def owner_column(self, name: str) -> str:
        """The row's foreign key to the entry that owns it."""
        return str(self.owner_relation(name).field.name)

    def owner_relation(self, name: str) -> Any:
        return self.model._meta.get_field(self.rows[name].related_name)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    if kind.name in _kinds:
        raise ValueError(f"The kind {kind.name} is registered twice.")
    _kinds[kind.name] = kind
    return kind


def unregister(name: str) -> None:
    """For tests that bring a kind of their own."""
    del _kinds[name]


def get(name: str) -> Kind:
    return _kinds[name]


def all_kinds() -> list[Kind]:
    return list(_kinds.values())
