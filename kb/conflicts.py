"""Two people changed one page from the same start. Which parts differ, and one wording that keeps the work of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kb import wording
from kb.differences import moved, pairs
from kb.kinds import Kind, Wording
from kb.models.fields import LinesField
from kb.readable import Names, Sort, identity, part_name, sort_of, title_of


class Choice(StrEnum):
    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True)
class Sides:
    """What both began with, what they saved, what I typed. Without a known start every difference is one of both."""

    start: Wording | None
    theirs: Wording
    mine: Wording


@dataclass(frozen=True)
class Dispute:
    """One part in which their wording and mine differ. `clashes` names what cannot be kept twice: mine stands there."""

    key: str
    label: str
    changed_by: Choice
    may_keep_both: bool = False
    clashes: tuple[str, ...] = ()

    @property
    def default(self) -> Choice | None:
        """Who alone changed a part keeps it; what both changed, people decide."""
        return None if self.changed_by == Choice.BOTH else self.changed_by


@dataclass(frozen=True)
class _Merged:
    """A row of the list that keeps both, and where it stood in each; None where it did not."""

    row: Wording
    theirs: int | None
    mine: int | None


def disputes(kind: Kind, sides: Sides, names: Names) -> list[Dispute]:
    """Every part on which two people do not agree, in the order of the kind."""
    found = []
    for key in (*kind.columns, *kind.rows):
        if _same(kind, key, sides.theirs[key], sides.mine[key]):
            continue
        dispute = Dispute(key, part_name(kind, key), _changed_by(kind, key, sides))
        if dispute.changed_by == Choice.BOTH and _is_list(kind, key):
            clashes = _both_rows(kind, key, sides, names)[1] if key in kind.rows else []
            dispute = Dispute(key, dispute.label, Choice.BOTH, True, tuple(clashes))
        found.append(dispute)
    return found


def settled(kind: Kind, sides: Sides, choices: Mapping[str, Choice]) -> Wording:
    """One wording of two: each part as chosen; a part without a choice says the same on both sides."""
    merged: Wording = {}
    for key in (*kind.columns, *kind.rows):
        choice = choices.get(key, Choice.THEIRS)
        if choice == Choice.BOTH and key in kind.rows:
            merged[key] = _both_rows(kind, key, sides, {})[0]
        elif choice == Choice.BOTH:
            start = sides.start[key] if sides.start else []
            merged[key] = _both_items(_column(kind, key), start, sides.theirs[key], sides.mine[key])
        else:
            merged[key] = (sides.mine if choice == Choice.MINE else sides.theirs)[key]
    return merged


def _changed_by(kind: Kind, key: str, sides: Sides) -> Choice:
    if sides.start is None:
        return Choice.BOTH
    if _same(kind, key, sides.start[key], sides.theirs[key]):
        return Choice.MINE
    return Choice.THEIRS if _same(kind, key, sides.start[key], sides.mine[key]) else Choice.BOTH


def _same(kind: Kind, key: str, one: Any, other: Any) -> bool:
    """Check boxes come back in another order, which is no change."""
    if key not in kind.rows and isinstance(_column(kind, key), LinesField) and _column(kind, key).choices:
        return set(one) == set(other)
    return bool(one == other)


def _column(kind: Kind, key: str) -> Any:
    return wording.field_of(kind.model, key)


def _is_list(kind: Kind, key: str) -> bool:
    return key in kind.rows or sort_of(_column(kind, key)) == Sort.ITEMS


# Keeping both


def _both_items(field: Any, start: list[str], theirs: list[str], mine: list[str]) -> list[str]:
    """Gone is what one of them took away; there is what either of them added."""
    kept = [item for item in mine if item in theirs or item not in start]
    kept += [item for item in theirs if item not in start and item not in mine]
    return sorted(kept) if field.many_to_many else kept


def _both_rows(kind: Kind, key: str, sides: Sides, names: Names) -> tuple[list[Wording], list[str]]:
    """The rows of both, and which columns of which links could not be kept twice."""
    start = sides.start[key] if sides.start else []
    theirs, mine = sides.theirs[key], sides.mine[key]
    in_theirs, in_mine = dict(pairs(kind, key, start, theirs)), dict(pairs(kind, key, start, mine))
    merged: list[_Merged] = []
    clashes: list[str] = []
    for was, row in enumerate(start):
        merged += _from_start(kind, key, (row, theirs, mine), (in_theirs.get(was), in_mine.get(was)), names, clashes)
    new_theirs = [index for index in range(len(theirs)) if index not in in_theirs.values()]
    new_mine = [index for index in range(len(mine)) if index not in in_mine.values()]
    merged += _new_rows(kind, key, (theirs, mine), (new_theirs, new_mine), names, clashes)
    only_they_moved = bool(moved(list(in_theirs.items()))) and not moved(list(in_mine.items()))
    return [item.row for item in _in_order(merged, theirs_first=only_they_moved)], clashes


def _from_start(
    kind: Kind,
    key: str,
    rows: tuple[Wording, list[Wording], list[Wording]],
    places: tuple[int | None, int | None],
    names: Names,
    clashes: list[str],
) -> list[_Merged]:
    """A row that both began with. Who removed it has their way, unless the other changed it."""
    row, theirs, mine = rows
    at_theirs, at_mine = places
    if at_theirs is None and at_mine is None:
        return []
    if at_theirs is None:
        assert at_mine is not None
        return [] if mine[at_mine] == row else [_Merged(mine[at_mine], None, at_mine)]
    if at_mine is None:
        return [] if theirs[at_theirs] == row else [_Merged(theirs[at_theirs], at_theirs, None)]
    return _one_or_two(kind, key, (row, theirs[at_theirs], mine[at_mine]), (at_theirs, at_mine), names, clashes)


def _new_rows(
    kind: Kind,
    key: str,
    rows: tuple[list[Wording], list[Wording]],
    new: tuple[list[int], list[int]],
    names: Names,
    clashes: list[str],
) -> list[_Merged]:
    """What each of them added; the same link added by both is one."""
    (theirs, mine), (new_theirs, new_mine) = rows, new
    found: list[_Merged] = []
    left = list(new_mine)
    for at_theirs in new_theirs:
        row = theirs[at_theirs]
        at_mine = next((index for index in left if _is_same_row(kind, key, row, mine[index])), None)
        if at_mine is None:
            found.append(_Merged(row, at_theirs, None))
        else:
            left.remove(at_mine)
            found += _one_or_two(kind, key, (None, row, mine[at_mine]), (at_theirs, at_mine), names, clashes)
    return [*found, *(_Merged(mine[index], None, index) for index in left)]


def _is_same_row(kind: Kind, key: str, one: Wording, other: Wording) -> bool:
    columns = identity(kind, key)
    return all(one[column] == other[column] for column in columns) if columns else one == other


def _one_or_two(
    kind: Kind,
    key: str,
    rows: tuple[Wording | None, Wording, Wording],
    places: tuple[int, int],
    names: Names,
    clashes: list[str],
) -> list[_Merged]:
    """One row with the changes of both. A sentence that both changed becomes two; a link can stand only once."""
    start, theirs, mine = rows
    row, clashing = _both_columns(kind, key, start, theirs, mine)
    if clashing and not identity(kind, key):
        return [_Merged(theirs, places[0], None), _Merged(mine, None, places[1])]
    if clashing:
        labels = [str(wording.field_of(kind.row_model(key), column).verbose_name) for column in clashing]
        clashes.append(f"{title_of(kind, key, mine, names)} ({', '.join(labels)})")
    return [_Merged(row, *places)]


def _both_columns(
    kind: Kind, key: str, start: Wording | None, theirs: Wording, mine: Wording
) -> tuple[Wording, list[str]]:
    row, clashing = dict(mine), []
    for column in kind.rows[key].columns:
        field = wording.field_of(kind.row_model(key), column)
        if theirs[column] == mine[column] or (start and start[column] == theirs[column]):
            continue
        if start and start[column] == mine[column]:
            row[column] = theirs[column]
        elif sort_of(field) == Sort.ITEMS:
            row[column] = _both_items(field, start[column] if start else [], theirs[column], mine[column])
        else:
            clashing.append(column)
    return row, clashing


def _in_order(merged: list[_Merged], *, theirs_first: bool) -> list[_Merged]:
    """In the order of one of them; what only the other has comes after its neighbour there."""
    first, second = ("theirs", "mine") if theirs_first else ("mine", "theirs")
    ordered = sorted(
        (item for item in merged if getattr(item, first) is not None), key=lambda item: getattr(item, first)
    )
    others = sorted((item for item in merged if getattr(item, first) is None), key=lambda item: getattr(item, second))
    for item in others:
        before = [
            index
            for index, other in enumerate(ordered)
            if getattr(other, second) is not None and getattr(other, second) < getattr(item, second)
        ]
        ordered.insert(before[-1] + 1 if before else 0, item)
    return ordered
