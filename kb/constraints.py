"""What the database would refuse, found before it is asked: which entry, which row, which rule.

The database itself names only the constraint, and only for the first row that breaks one.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import CheckConstraint, Model, Q, UniqueConstraint, Value

from kb.cleaning import Problem
from kb.kinds import Kind, Wording
from kb.models.entry import Entry
from kb.models.published import Slug
from kb.wording import batches, entry_of, field_of, links, rows_of

Place = tuple[str | int, ...]
Key = tuple[Any, ...]
Owner = tuple[UUID, str]


def objections(kind: Kind, pk: UUID, wording: Wording) -> list[Problem]:
    """Why this entry cannot say this wording, which was sound once: others may have taken a name or a value since."""
    slug = wording["slug"]
    taken = Entry.objects.filter(kind=kind.name, slug=slug).exclude(pk=pk)
    once_live = Slug.objects.filter(kind=kind.name, slug=slug).exclude(entry=pk)
    found = []
    if taken.exists() or once_live.exists():
        found.append(Problem(("slug",), f"“{slug}” belongs to another page now."))
    targets = {UUID(target) for _, target in links(kind, wording)}
    for some in batches(sorted(targets)):
        targets -= set(Entry.objects.filter(pk__in=some).values_list("pk", flat=True))
    if targets - {pk}:
        found.append(Problem((), "It links to a page that does not exist any more."))
    return [*found, *Constraints({pk}).problems(kind, pk, wording, found)]


def only_once(kind: Kind) -> set[str]:
    """Columns whose value no two entries of this kind may share, besides the short name."""
    return {columns[-1] for _, columns, _ in _uniques(kind.model)}


class Constraints:
    """Checks the wordings of one load, which may share no unique value among themselves or with any other entry."""

    def __init__(self, loaded: set[UUID]) -> None:
        self._loaded = loaded
        self._answers: dict[tuple[str, str], bool] = {}
        self._owners: dict[str, dict[Key, Owner]] = {}

    def problems(self, kind: Kind, pk: UUID, wording: Wording, found: list[Problem]) -> Iterator[Problem]:
        """`found` are problems that are known already: their columns hold stand-ins, so nothing is said of these."""
        places = [problem.place for problem in found]
        entry = entry_of(kind, pk, wording)
        yield from self._checks(entry, (), places)
        yield from self._entry_uniques(entry, places)
        for name in kind.rows:
            seen: set[Key] = set()
            for index, row in enumerate(rows_of(kind, pk, name, wording)):
                yield from self._checks(row, (name, index), places)
                yield from self._row_uniques(row, (name, index), places, seen)

    def _checks(self, row: Model, place: Place, wrong: list[Place]) -> Iterator[Problem]:
        for constraint in row._meta.constraints:
            if not isinstance(constraint, CheckConstraint) or not isinstance(constraint.condition, Q):
                continue
            columns = constraint.condition.referenced_base_fields
            if not _is_wrong(place, columns, wrong) and not self._holds(constraint.name, constraint.condition, row):
                yield Problem(place, _message(constraint))

    def _entry_uniques(self, entry: Entry, wrong: list[Place]) -> Iterator[Problem]:
        for name, columns, condition in _uniques(type(entry)):
            key = _key(entry, columns)
            if _is_wrong((), columns, wrong) or None in key or not self._applies(name, condition, entry):
                continue
            if name not in self._owners:
                self._owners[name] = self._others(type(entry), columns, condition)
            owner, slug = self._owners[name].setdefault(key, (entry.pk, entry.slug))
            if owner != entry.pk:
                yield Problem((columns[-1],), f"“{key[-1]}” belongs to “{slug}” already.")

    def _others(self, model: type[Model], columns: Key, condition: Q | None) -> dict[Key, Owner]:
        """Who has which value, among the entries that this load leaves alone."""
        rows = model._default_manager.filter(condition or Q()).values_list("pk", "slug", *columns)
        return {tuple(key): (pk, slug) for pk, slug, *key in rows if pk not in self._loaded}

    def _row_uniques(self, row: Model, place: Place, wrong: list[Place], seen: set[Key]) -> Iterator[Problem]:
        """Rows belong to one entry and are written all together, so only their neighbours can be in the way."""
        for name, columns, condition in _uniques(type(row)):
            key = (name, *_key(row, columns))
            if _is_wrong(place, columns, wrong) or None in key or not self._applies(name, condition, row):
                continue
            if key in seen:
                yield Problem((*place, columns[-1]), "This stands here twice.")
            seen.add(key)

    def _applies(self, name: str, condition: Q | None, row: Model) -> bool:
        return condition is None or self._holds(name, condition, row)

    def _holds(self, name: str, condition: Q, row: Model) -> bool:
        """Asks the database, which knows best what its rules mean; the same question only once."""
        fields = [field_of(type(row), column) for column in sorted(condition.referenced_base_fields)]
        values = {field.name: field.value_from_object(row) for field in fields}
        question = (name, repr(values))
        if question not in self._answers:
            self._answers[question] = condition.check({f.name: Value(values[f.name], f) for f in fields})
        return self._answers[question]


def _uniques(model: type[Model]) -> Iterator[tuple[str, Key, Q | None]]:
    """The model's own: (name, columns, condition). What its parent has, slugs, is for the pack to check."""
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields:
            yield constraint.name, tuple(constraint.fields), constraint.condition
    for field in model._meta.local_fields:
        if field.unique and not field.primary_key:
            yield f"{model._meta.label}.{field.name}", (field.name,), None


def _key(row: Model, columns: Key) -> Key:
    return tuple(field_of(type(row), column).value_from_object(row) for column in columns)


def _is_wrong(place: Place, columns: Iterable[Any], wrong: list[Place]) -> bool:
    """Whether there is a problem already with one of these columns, or with all of the row or list."""
    depth = len(place)
    return any(other == place[: len(other)] or (other[:depth] == place and other[depth] in columns) for other in wrong)


def _message(constraint: CheckConstraint) -> str:
    """Constraints are named so that their names can be read, where they have no better message."""
    own = constraint.violation_error_message
    if own and own != constraint.default_violation_error_message:
        return str(own)
    return f"This breaks the rule “{constraint.name.replace('_', ' ')}”."
