"""A wording as people read it: names of parts, labels of choices, names of link targets. Asks the database nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import BooleanField, CharField, Model, TextField, UniqueConstraint

from kb import wording
from kb.kinds import Kind, Wording
from kb.models.fields import LinesField

Names = Mapping[str, str]
"""UUID of an entry, as text → its name. The caller loads all that the wordings link to in one query."""

UNKNOWN_TARGET = "a page that is gone"
EMPTY = "empty"
TITLE_LENGTH = 90


class Sort(StrEnum):
    """How a part is read: as prose, as one short value, as a set of names, as a list of statements and links."""

    TEXT = "text"
    VALUE = "value"
    ITEMS = "items"
    ROWS = "rows"


@dataclass(frozen=True)
class Part:
    """What one column or list says. `text` holds prose and values, `items` sets, `rows` the parts of each row."""

    key: str
    label: str
    sort: Sort
    text: str = ""
    items: tuple[str, ...] = ()
    rows: tuple["RowSaid", ...] = ()


@dataclass(frozen=True)
class RowSaid:
    title: str
    parts: tuple[Part, ...]

    @property
    def shows_its_title(self) -> bool:
        """Whether its parts hold the whole of the text whose beginning it is called by."""
        return any(part.key == "text" for part in self.parts)


def parts(kind: Kind, said: Wording, names: Names) -> list[Part]:
    """All that a wording says, in the order of its kind; what is empty is left out."""
    found = columns_said(kind.model, kind.columns, said, names)
    for key in kind.rows:
        rows = tuple(row_said(kind, key, row, names) for row in said[key])
        if rows:
            found.append(Part(key, part_name(kind, key), Sort.ROWS, rows=rows))
    return found


def row_said(kind: Kind, key: str, row: Wording, names: Names) -> RowSaid:
    """One row of a list: what it is called, and what it says besides."""
    columns = [column for column in kind.rows[key].columns if column not in _in_title(kind, key)]
    return RowSaid(
        title_of(kind, key, row, names), tuple(columns_said(kind.row_model(key), columns, row, names, only_set=True))
    )


def columns_said(
    model: type[Model], columns: Iterable[str], said: Wording, names: Names, *, only_set: bool = False
) -> list[Part]:
    """What these columns say. `only_set` leaves out those that say what they would say anyhow."""
    found = []
    for column in columns:
        field, value = wording.field_of(model, column), said[column]
        if value in (None, "", []) or (only_set and value == wording.default_of(model, column)):
            continue
        sort = sort_of(field)
        found.append(
            Part(
                column,
                str(field.verbose_name),
                sort,
                text="" if sort == Sort.ITEMS else shown(field, value, names),
                items=tuple(items_of(field, value, names)) if sort == Sort.ITEMS else (),
            )
        )
    return found


def part_name(kind: Kind, key: str) -> str:
    """What people call a column or a list."""
    if key in kind.rows:
        return str(kind.row_model(key)._meta.verbose_name_plural)
    return str(wording.field_of(kind.model, key).verbose_name)


def title_of(kind: Kind, key: str, row: Wording, names: Names) -> str:
    """A row is called by what it links to, or else by how its text begins."""
    model = kind.row_model(key)
    said = [shown(wording.field_of(model, column), row[column], names) for column in _named_by(kind, key)]
    title = " ".join(" ".join(said).split())
    return title if len(title) <= TITLE_LENGTH else f"{title[: TITLE_LENGTH - 1].rstrip()}…"


def sort_of(field: Any) -> Sort:
    if field.many_to_many or isinstance(field, LinesField):
        return Sort.ITEMS
    if isinstance(field, CharField | TextField) and not field.choices:
        return Sort.TEXT
    return Sort.VALUE


def shown(field: Any, value: Any, names: Names) -> str:
    """One value in words: the label of a choice, the name of a link's target, yes or no."""
    if value is None or value == "":
        return EMPTY if sort_of(field) == Sort.VALUE else ""
    if field.is_relation:
        return names.get(value, UNKNOWN_TARGET)
    if isinstance(field, BooleanField):
        return "yes" if value else "no"
    return str(_label(field, value))


def items_of(field: Any, values: list[str], names: Names) -> list[str]:
    if field.is_relation:
        return sorted((names.get(value, UNKNOWN_TARGET) for value in values), key=str.casefold)
    return [str(_label(field, value)) for value in values]


def identity(kind: Kind, key: str) -> tuple[str, ...]:
    """The columns that tell one row of a list from another, if it has such: the treatment that it links to."""
    model, owner = kind.row_model(key), kind.owner_column(key)
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and owner in constraint.fields and constraint.condition is None:
            return tuple(column for column in constraint.fields if column != owner)
    return ()


def _named_by(kind: Kind, key: str) -> tuple[str, ...]:
    columns = kind.rows[key].columns
    return identity(kind, key) or (("text",) if "text" in columns else columns[:1])


def _in_title(kind: Kind, key: str) -> tuple[str, ...]:
    """A long text is cut in the title, so it stands below once more."""
    model = kind.row_model(key)
    return tuple(
        column for column in _named_by(kind, key) if not isinstance(wording.field_of(model, column), TextField)
    )


def _label(field: Any, value: Any) -> Any:
    return dict(field.flatchoices).get(value, value)
