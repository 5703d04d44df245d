"""A wording: all that an entry says in one locale, as plain JSON; what working copy, revision and pack file share.

Shape: a mapping of a kind's columns and lists, as its `Kind` names them. A link is the target's UUID as text. Every key
is always there. `read` makes a wording from the working copy, `write` puts one back; `kb.cleaning` checks what comes
from outside.
"""

import datetime
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import CharField, Model
from django.db.models.functions import Cast

from kb.canonical import clean_text
from kb.kinds import Kind, Rows, Wording
from kb.models.entry import Entry


def read(kind: Kind, entry: Entry) -> Wording:
    """The working copy's wording. `entry` must be the kind's own child row, not the bare Entry."""
    wording = values_of(entry, kind.columns)
    for name, rows in kind.rows.items():
        owned = kind.row_model(name)._default_manager.filter(**{kind.owner_column(name): entry.pk})
        listed = owned.prefetch_related(*_lists(kind.row_model(name), rows.columns))
        wording[name] = [values_of(row, rows.columns) for row in listed]
    return wording


def values_of(row: Model, columns: Iterable[str], chosen: Mapping[str, Iterable[Model]] | None = None) -> Wording:
    """These columns of a row, which need not be saved: then `chosen` says what its lists of links lead to."""
    return {column: _to_json(row, column, chosen) for column in columns}


def write(kind: Kind, wordings: dict[uuid.UUID, Wording], versions: dict[uuid.UUID, int]) -> None:
    """Makes the working copies say exactly this; creates those that are not there. `versions` are their edit versions.

    Wordings must be clean. Runs a fixed number of queries a list, however many entries there are, and one for each
    entry.
    """
    _park_slugs(wordings)
    Entry.objects.bulk_create(
        [
            Entry(pk=pk, kind=kind.name, slug=wording["slug"], name=wording["name"], edit_version=versions[pk])
            for pk, wording in wordings.items()
        ],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["slug", "name", "edit_version"],
        batch_size=500,
    )
    entries = [entry_of(kind, pk, wording) for pk, wording in wordings.items()]
    _take_away(kind, list(wordings))
    for entry in entries:
        entry.save_base(raw=True, force_insert=True)  # the parent row is written above, all at once
    _write_lists(kind.model, entries, list(wordings.values()), kind.columns)
    for name, rows in kind.rows.items():
        _write_rows(kind, name, rows, wordings)


def completed(kind: Kind, wording: Wording) -> Wording:
    """Revisions outlive models: a column or list that came later says its default in a wording from before."""
    for column in kind.columns:
        if column not in wording:
            wording[column] = default_of(kind.model, column)
    for name, rows in kind.rows.items():
        for row in wording.setdefault(name, []):
            for column in rows.columns:
                if column not in row:
                    row[column] = default_of(kind.row_model(name), column)
    return wording


def links(kind: Kind, wording: Wording) -> Iterator[tuple[str, str]]:
    """Every link of a wording as (place, target's UUID): ("symptoms.symptom", "6b1c…")."""
    for column in kind.columns:
        yield from ((column, target) for target in _targets(kind.model, column, wording[column]))
    for name, rows in kind.rows.items():
        model = kind.row_model(name)
        for row in wording[name]:
            for column in rows.columns:
                yield from ((f"{name}.{column}", target) for target in _targets(model, column, row[column]))


def field_of(model: type[Model], column: str) -> Any:
    """The column's field. Not typed, because it may be a value, a link or a list of links."""
    return model._meta.get_field(column)


def default_of(model: type[Model], column: str) -> Any:
    """What a column says when nothing is said."""
    field = field_of(model, column)
    return [] if field.many_to_many else field.get_default()


def batches(keys: list[Any], size: int = 500) -> Iterator[list[Any]]:
    """In parts that fit into one statement on any database."""
    return (keys[start : start + size] for start in range(0, len(keys), size))


def entry_of(kind: Kind, pk: uuid.UUID, wording: Wording) -> Entry:
    """The kind's row as this wording has it, not saved."""
    entry = kind.model(**{"pk": pk, "entry_ptr_id": pk, "kind": kind.name})
    _fill(entry, kind.columns, wording)
    return entry


def rows_of(kind: Kind, pk: uuid.UUID, name: str, wording: Wording) -> list[Model]:
    """One list's rows as this wording has them, not saved."""
    model, owner = kind.row_model(name), kind.owner_column(name)
    made = [model(**{f"{owner}_id": pk, "position": position}) for position in range(len(wording[name]))]
    for row, values in zip(made, wording[name], strict=True):
        _fill(row, kind.rows[name].columns, values)
    return made


def _to_json(row: Model, column: str, chosen: Mapping[str, Iterable[Model]] | None) -> Any:
    field = field_of(type(row), column)
    if field.many_to_many:
        targets = getattr(row, column).all() if chosen is None else chosen.get(column, ())
        return sorted(str(target.pk) for target in targets)
    value = field.value_from_object(row)
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [clean_text(line) for line in value]
    return str(value) if isinstance(value, uuid.UUID | datetime.date) else value


def _lists(model: type[Model], columns: Iterable[str]) -> list[str]:
    return [column for column in columns if field_of(model, column).many_to_many]


def _fill(row: Model, columns: Iterable[str], values: Wording) -> None:
    for column in columns:
        field = field_of(type(row), column)
        if not field.many_to_many:
            setattr(row, field.attname, field.to_python(values[column]))


def _park_slugs(wordings: dict[uuid.UUID, Wording]) -> None:
    """Two entries may swap their slugs, which are unique at every moment. No entry can be called like an id.

    Only those that change: a changed key locks out whoever links to the entry at the same time.
    """
    stored: dict[uuid.UUID, str] = {}
    for some in batches(list(wordings)):
        stored |= Entry.objects.filter(pk__in=some).values_list("pk", "slug")
    for some in batches([pk for pk, slug in stored.items() if slug != wordings[pk]["slug"]]):
        Entry.objects.filter(pk__in=some).update(slug=Cast("pk", CharField(max_length=80)))


def _take_away(kind: Kind, pks: list[uuid.UUID]) -> None:
    """Two entries may also swap another value that only one can have. What points at them waits for the commit."""
    for some in batches(pks):
        rows = kind.model._base_manager.filter(pk__in=some)
        rows._raw_delete(rows.db)


def _write_rows(kind: Kind, name: str, rows: Rows, wordings: dict[uuid.UUID, Wording]) -> None:
    model, owner = kind.row_model(name), kind.owner_column(name)
    for some in batches(list(wordings)):
        model._default_manager.filter(**{f"{owner}__in": some}).delete()
    made = [row for pk, wording in wordings.items() for row in rows_of(kind, pk, name, wording)]
    said = [values for wording in wordings.values() for values in wording[name]]
    model._default_manager.bulk_create(made, batch_size=500)
    _write_lists(model, made, said, rows.columns)


def _write_lists(model: type[Model], owners: list[Any], said: list[Wording], columns: Iterable[str]) -> None:
    for column in _lists(model, columns):
        field = field_of(model, column)
        through = field.remote_field.through
        source, target = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
        for some in batches([owner.pk for owner in owners]):
            through._default_manager.filter(**{f"{source}__in": some}).delete()
        through._default_manager.bulk_create(
            [
                through(**{source: owner.pk, target: uuid.UUID(pk)})
                for owner, values in zip(owners, said, strict=True)
                for pk in values[column]
            ],
            batch_size=1000,
        )


def _targets(model: type[Model], column: str, value: Any) -> list[str]:
    field = field_of(model, column)
    if not field.is_relation or not value:
        return []
    return list(value) if field.many_to_many else [value]
