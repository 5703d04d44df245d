"""What changed between two wordings of one kind: words within text, choices, links, and rows of lists."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from django.db.models import Model

from kb import wording
from kb.kinds import Kind, Wording
from kb.readable import (
    Names,
    Part,
    Sort,
    identity,
    items_of,
    part_name,
    row_said,
    shown,
    sort_of,
    title_of,
)

EFFORT = 2_000_000
"""Pairs of words that may be compared for one page: some tenths of a second. A text that would cost more is compared by
lines first, and what is left shown as replaced."""

ALIKE = 0.4
"""Two sentences that share this part of their words are one sentence that was changed."""

MOST_PAIRS = 10_000
UNCHANGED_SHOWN = 160
CHANGED_SHOWN = 20_000

WORDS = re.compile(r"\s+|[.,;:!?()\[\]“”„\"]|[^\s.,;:!?()\[\]“”„\"]+")


class How(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Run:
    """A stretch of text: the same, added or removed. Or left out, because it is long: `text` says how much."""

    how: How
    text: str


@dataclass(frozen=True)
class Change:
    """What became of one column or list. `sort` says which of the other fields speak."""

    key: str
    label: str
    sort: Sort
    runs: tuple[Run, ...] = ()
    old: str = ""
    new: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    rows: tuple["RowChange", ...] = ()

    @property
    def is_reordered_only(self) -> bool:
        return self.sort == Sort.ITEMS and not self.added and not self.removed


@dataclass(frozen=True)
class RowChange:
    """What became of one row. Places count from one; `parts` is what an added or removed row says besides its title."""

    how: How
    title: str
    was: int | None
    place: int | None
    is_moved: bool = False
    changes: tuple[Change, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def shows_its_title(self) -> bool:
        """Whether what it shows holds the text already that it is called by."""
        return "text" in {*(change.key for change in self.changes), *(part.key for part in self.parts)}


@dataclass
class Effort:
    left: int = field(default=EFFORT)

    def allows(self, old: list[str], new: list[str]) -> bool:
        cost = len(old) * len(new)
        if cost > self.left:
            return False
        self.left -= cost
        return True


def compare(kind: Kind, old: Wording, new: Wording, names: Names) -> list[Change]:
    """Every part in which two wordings differ, in the order of the kind. `names` covers the links of both."""
    effort = Effort()
    changes = _columns(kind.model, kind.columns, old, new, names, effort)
    for key in kind.rows:
        if old[key] != new[key]:
            rows = tuple(_row_changes(kind, key, old[key], new[key], names, effort))
            changes.append(Change(key, part_name(kind, key), Sort.ROWS, rows=rows))
    return changes


def changed_parts(kind: Kind, old: Wording, new: Wording) -> list[str]:
    """The names of the columns and lists in which two wordings differ."""
    return [part_name(kind, key) for key in (*kind.columns, *kind.rows) if old.get(key) != new.get(key)]


def pairs(kind: Kind, key: str, old: list[Wording], new: list[Wording]) -> list[tuple[int, int]]:
    """Which row of a list became which: by what it links to, or else by its words. (old index, new index)."""
    columns = identity(kind, key)
    if columns:
        places = {_identity(row, columns): index for index, row in enumerate(old)}
        found = [(places.pop(_identity(row, columns), None), index) for index, row in enumerate(new)]
        return [(was, index) for was, index in found if was is not None]
    same = _same_rows(old, new)
    return sorted([*same, *_alike_rows(old, new, same)], key=lambda pair: pair[1])


def moved(paired: list[tuple[int, int]]) -> set[int]:
    """New indexes of rows that changed their order: the fewest whose moving explains it."""
    in_order = sorted(paired, key=lambda pair: pair[1])
    stayed = _longest_rise([was for was, _ in in_order])
    return {index for was, index in in_order if was not in stayed}


def text_runs(old: str, new: str, effort: Effort) -> list[Run]:
    """Word by word. What is the same or removed makes up the old text, what is the same or added the new one."""
    return _joined(_by_words(old, new, effort))


# Columns


def _columns(
    model: type[Model], columns: Iterable[str], old: Wording, new: Wording, names: Names, effort: Effort
) -> list[Change]:
    return [
        _column(wording.field_of(model, column), column, old[column], new[column], names, effort)
        for column in columns
        if old[column] != new[column]
    ]


def _column(column: Any, key: str, old: Any, new: Any, names: Names, effort: Effort) -> Change:
    label, sort = str(column.verbose_name), sort_of(column)
    if sort == Sort.TEXT:
        return Change(key, label, sort, runs=tuple(_shortened(text_runs(old or "", new or "", effort))))
    if sort == Sort.ITEMS:
        return Change(
            key,
            label,
            sort,
            added=tuple(items_of(column, [item for item in new if item not in set(old)], names)),
            removed=tuple(items_of(column, [item for item in old if item not in set(new)], names)),
        )
    return Change(key, label, sort, old=shown(column, old, names), new=shown(column, new, names))


# Rows


def _row_changes(
    kind: Kind, key: str, old: list[Wording], new: list[Wording], names: Names, effort: Effort
) -> Iterator[RowChange]:
    """Those of the new list in its order; then those that are gone."""
    paired = pairs(kind, key, old, new)
    were, out_of_order = {index: was for was, index in paired}, moved(paired)
    for index, row in enumerate(new):
        if index not in were:
            yield _whole_row(kind, key, row, names, How.ADDED, place=index + 1)
        else:
            yield from _row_change(kind, key, old, new, (were[index], index), index in out_of_order, names, effort)
    stayed = set(were.values())
    for was, row in enumerate(old):
        if was not in stayed:
            yield _whole_row(kind, key, row, names, How.REMOVED, was=was + 1)


def _whole_row(
    kind: Kind,
    key: str,
    row: Wording,
    names: Names,
    how: How,
    *,
    was: int | None = None,
    place: int | None = None,
) -> RowChange:
    said = row_said(kind, key, row, names)
    return RowChange(how, said.title, was, place, parts=said.parts)


def _row_change(
    kind: Kind,
    key: str,
    old: list[Wording],
    new: list[Wording],
    pair: tuple[int, int],
    is_moved: bool,
    names: Names,
    effort: Effort,
) -> Iterator[RowChange]:
    was, index = pair
    columns = kind.rows[key].columns
    changes = tuple(_columns(kind.row_model(key), columns, old[was], new[index], names, effort))
    if changes or is_moved:
        how = How.CHANGED if changes else How.MOVED
        title = title_of(kind, key, new[index], names)
        yield RowChange(how, title, was + 1, index + 1, is_moved, changes)


def _identity(row: Wording, columns: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[column] for column in columns)


def _same_rows(old: list[Wording], new: list[Wording]) -> list[tuple[int, int]]:
    free: dict[str, list[int]] = {}
    for was, row in enumerate(old):
        free.setdefault(repr(sorted(row.items())), []).append(was)
    found = []
    for index, row in enumerate(new):
        waiting = free.get(repr(sorted(row.items())))
        if waiting:
            found.append((waiting.pop(0), index))
    return found


def _alike_rows(old: list[Wording], new: list[Wording], taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of the rows that are left, the most alike first."""
    were, are = {was for was, _ in taken}, {index for _, index in taken}
    left = {was: _words_of(row) for was, row in enumerate(old) if was not in were}
    right = {index: _words_of(row) for index, row in enumerate(new) if index not in are}
    if len(left) * len(right) > MOST_PAIRS:
        return []
    ranked = sorted(
        (-_likeness(left[was], right[index]), abs(was - index), was, index) for was in left for index in right
    )
    found = []
    for unlikeness, _, was, index in ranked:
        if -unlikeness >= ALIKE and was in left and index in right:
            del left[was], right[index]
            found.append((was, index))
    return found


def _words_of(row: Wording) -> frozenset[str]:
    text = row["text"] if "text" in row else " ".join(value for value in row.values() if isinstance(value, str))
    return frozenset(text.casefold().split())


def _likeness(some: frozenset[str], others: frozenset[str]) -> float:
    """Of all their words, the part that both have: 0 to 1."""
    return 2 * len(some & others) / max(len(some) + len(others), 1)


def _longest_rise(numbers: list[int]) -> set[int]:
    """The longest part of a sequence of different numbers that only rises."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(ends, number)
        before[number] = ends[at - 1] if at else None
        ends[at : at + 1] = [number]
    rise: set[int] = set()
    last: int | None = ends[-1] if ends else None
    while last is not None:
        rise.add(last)
        last = before[last]
    return rise


# Text


def _by_words(old: str, new: str, effort: Effort, *, may_cut: bool = True) -> Iterator[Run]:
    """Most edits are small: what is the same at both ends costs nothing, whatever the length of the text."""
    left, right = WORDS.findall(old), WORDS.findall(new)
    start, end = _same_ends(left, right)
    yield Run(How.SAME, "".join(left[:start]))
    left_end, right_end = len(left) - end, len(right) - end
    before, after = left[start:left_end], right[start:right_end]
    if effort.allows(before, after):
        yield from _matched(before, after)
    elif may_cut:
        yield from _by_lines("".join(before), "".join(after), effort)
    else:
        yield from (Run(How.REMOVED, "".join(before)), Run(How.ADDED, "".join(after)))
    yield Run(How.SAME, "".join(left[left_end:]))


def _same_ends(left: list[str], right: list[str]) -> tuple[int, int]:
    shorter = min(len(left), len(right))
    start = next((index for index in range(shorter) if left[index] != right[index]), shorter)
    rest = shorter - start
    return start, next((index for index in range(rest) if left[-1 - index] != right[-1 - index]), rest)


def _matched(left: list[str], right: list[str]) -> Iterator[Run]:
    for how, i, i_end, j, j_end in SequenceMatcher(None, left, right).get_opcodes():
        if how == "equal":
            yield Run(How.SAME, "".join(left[i:i_end]))
        else:
            yield from (Run(How.REMOVED, "".join(left[i:i_end])), Run(How.ADDED, "".join(right[j:j_end])))


def _by_lines(old: str, new: str, effort: Effort) -> Iterator[Run]:
    """Lines that stand once in each text hold the two together; between them, word by word as long as effort lasts."""
    left, right = old.splitlines(keepends=True), new.splitlines(keepends=True)
    i = j = 0
    for i_next, j_next in [*_anchors(left, right), (len(left), len(right))]:
        yield from _by_words("".join(left[i:i_next]), "".join(right[j:j_next]), effort, may_cut=False)
        i, j = i_next, j_next


def _anchors(left: list[str], right: list[str]) -> list[tuple[int, int]]:
    lefts, rights = Counter(left), Counter(right)
    places = {line: index for index, line in enumerate(right) if rights[line] == 1}
    found = [(i, places[line]) for i, line in enumerate(left) if lefts[line] == 1 and line in places]
    stayed = _longest_rise([j for _, j in found])
    return [(i, j) for i, j in found if j in stayed]


def _joined(runs: Iterable[Run]) -> list[Run]:
    """Few long stretches, not many short ones: a lone space between two changed words belongs to the change."""
    joined: list[Run] = []
    removed = added = ""
    for run in runs:
        if run.how == How.REMOVED:
            removed += run.text
        elif run.how == How.ADDED:
            added += run.text
        elif removed and added and not run.text.strip():
            removed, added = removed + run.text, added + run.text
        elif run.text:
            joined += [*_changed(removed, added), run]
            removed = added = ""
    return _same_together([*joined, *_changed(removed, added)])


def _changed(removed: str, added: str) -> list[Run]:
    """The space that both end with has not changed."""
    tail = removed[len(removed.rstrip()) :]
    if tail and added.endswith(tail) and added[: -len(tail)] == added.rstrip():
        removed, added = removed.rstrip(), added.rstrip()
    else:
        tail = ""
    runs = (Run(How.REMOVED, removed), Run(How.ADDED, added), Run(How.SAME, tail))
    return [run for run in runs if run.text]


def _same_together(runs: list[Run]) -> list[Run]:
    together: list[Run] = []
    for run in runs:
        if together and run.how == together[-1].how == How.SAME:
            together[-1] = Run(How.SAME, together[-1].text + run.text)
        else:
            together.append(run)
    return together


def _shortened(runs: list[Run]) -> Iterator[Run]:
    """Long stretches that did not change are left out, all but the words beside a change."""
    for index, run in enumerate(runs):
        is_first, is_last = index == 0, index == len(runs) - 1
        if run.how == How.SAME and len(run.text) > 3 * UNCHANGED_SHOWN:
            if not is_first:
                yield Run(How.SAME, run.text[:UNCHANGED_SHOWN].rsplit(" ", 1)[0])
            yield Run(How.LEFT_OUT, "unchanged text")
            if not is_last:
                yield Run(How.SAME, run.text[-UNCHANGED_SHOWN:].split(" ", 1)[-1])
        elif len(run.text) > CHANGED_SHOWN:
            yield Run(run.how, run.text[:CHANGED_SHOWN])
            yield Run(How.LEFT_OUT, f"{len(run.text) - CHANGED_SHOWN:,} more characters")
        else:
            yield run
