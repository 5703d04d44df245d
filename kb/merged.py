"""Links of a draft to what was merged meanwhile, led on to what it became."""

import uuid
from typing import Any

from kb.kinds import Kind, Wording
from kb.models.published import Document
from kb.readable import identity
from kb.wording import batches, field_of, links

Survivors = dict[str, str]


def led_on(kind: Kind, pk: uuid.UUID, said: Wording, *, locale: str) -> Wording:
    """The wording with each such link led on; the same object if there is none.

    Where the page links to both, the row stays for its writer to settle: what it says may stand nowhere else.
    """
    survivors = _survivors({target for _, target in links(kind, said)}, locale)
    survivors = {merged: into for merged, into in survivors.items() if into != str(pk)}
    if not survivors:
        return said
    columns = {column: _led(kind.model, column, said[column], survivors) for column in kind.columns}
    return columns | {name: _rows(kind, name, said[name], survivors) for name in kind.rows}


def _survivors(targets: set[str], locale: str) -> Survivors:
    """Merged entry → what it became, where readers can see that. A tombstone names the end of a chain of merges."""
    found: Survivors = {}
    live = Document.objects.filter(locale=locale, gone_reason="")
    for some in batches(sorted(targets)):
        merged = Document.objects.filter(entry__in=some, locale=locale, replaced_by__in=live.values("entry"))
        found |= {str(entry): str(into) for entry, into in merged.values_list("entry_id", "replaced_by_id")}
    return found


def _rows(kind: Kind, name: str, rows: list[Wording], survivors: Survivors) -> list[Wording]:
    model, unique = kind.row_model(name), identity(kind, name)
    taken = [[row[column] for column in unique] for row in rows]
    led = []
    for row in rows:
        there = {column: _led(model, column, row[column], survivors) for column in row}
        key = [there[column] for column in unique]
        is_free = not unique or key not in taken or key == [row[column] for column in unique]
        led.append(there if is_free else row)
        if is_free:
            taken.append(key)
    return led


def _led(model: Any, column: str, value: Any, survivors: Survivors) -> Any:
    field = field_of(model, column)
    if not field.is_relation or not value:
        return value
    if field.many_to_many:
        return sorted({survivors.get(target, target) for target in value})
    return survivors.get(value, value)
