"""The second of two editors to save one page: what each of them changed, part by part, and which of it shall stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kb import conflicts, differences, kinds, wording
from kb.admin.standing import name_of, names_of
from kb.canonical import canonical_json, sha256
from kb.conflicts import Choice, Dispute, Sides
from kb.differences import Change
from kb.editing import NotWritten, locked, newest_revision, require_sound, said
from kb.kinds import Kind, Wording
from kb.models.editing import Revision

PREFIX = "conflict-"
SEEN = "conflict-seen"
"""What the page sends back: the revision of theirs that was on screen, and a choice for each part."""

LABELS = {Choice.THEIRS: "Take theirs", Choice.MINE: "Keep mine", Choice.BOTH: "Keep both"}


@dataclass(frozen=True)
class Panel:
    """One part on which the two do not agree, as the page shows it. A change is None where that side left it alone.

    `theirs_print` and `mine_print` tell at the next save whether a side says something else by then.
    """

    dispute: Dispute
    theirs: Change | None
    mine: Change | None
    theirs_print: str
    mine_print: str
    choice: Choice | None
    is_changed_again: bool

    @property
    def name(self) -> str:
        return PREFIX + self.dispute.key

    @property
    def options(self) -> list[tuple[Choice, str, bool]]:
        """Value, label, chosen?"""
        choices = [Choice.THEIRS, Choice.MINE, *([Choice.BOTH] if self.dispute.may_keep_both else [])]
        return [(choice, LABELS[choice], choice == self.choice) for choice in choices]


@dataclass
class Conflict:
    """Somebody saved the entry after this form was opened: `theirs`. `start` is what both began with, where known.

    `panels` are empty while the form holds errors, because nobody can say then what it says; `changes` are theirs.
    `kept` are choices made before, which the page sends on unseen meanwhile.
    """

    kind: Kind
    theirs: Revision
    start: Revision | None
    panels: list[Panel] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    merged: Wording | None = None

    @property
    def saved_by(self) -> str:
        return name_of(self.theirs.saved_by)

    @property
    def note(self) -> str:
        return f"Merged with revision {self.theirs.number} by {self.saved_by}"[:300]

    def show_theirs(self, data: Mapping[str, Any]) -> None:
        """As much as can be said while the form has errors of its own."""
        theirs = said(self.theirs)
        start = said(self.start) if self.start else wording.completed(self.kind, {})
        self.changes = differences.compare(self.kind, start, theirs, names_of(self.kind, start, theirs))
        self.kept = [(name, str(data[name])) for name in data if name.startswith(PREFIX)]

    def settle(self, mine: Wording, data: Mapping[str, Any]) -> None:
        """Makes one wording of theirs and mine, if every choice is made by somebody who has seen theirs."""
        sides = Sides(said(self.start) if self.start else None, said(self.theirs), mine)
        self.panels = _panels(self.kind, sides, data)
        has_seen = str(data.get(SEEN)) == str(self.theirs.pk)
        undecided = [panel.dispute.label for panel in self.panels if panel.choice is None]
        if self.panels and (undecided or not has_seen):
            self.undecided = undecided if has_seen else []
            return
        choices = {panel.dispute.key: panel.choice for panel in self.panels if panel.choice}
        merged = conflicts.settled(self.kind, sides, choices)
        try:
            require_sound(self.kind, self.theirs.entry_id, merged)
        except NotWritten as refused:
            self.problems = refused.problems
        else:
            self.merged = merged


def found(entry: Any, kind_name: str, seen_version: int | None, seen_revision: int | None) -> Conflict | None:
    """Whether somebody saved since. Holds the entry until this save is committed."""
    stored = locked(entry)
    newest = newest_revision(stored)
    if newest is None or stored.edit_version == seen_version or newest.pk == seen_revision:
        return None
    start = Revision.objects.filter(pk=seen_revision or 0, entry=stored).first()
    return Conflict(kinds.get(kind_name), newest, start)


def typed(kind: Kind, form: Any, formsets: Iterable[Any]) -> Wording:
    """What a valid form with its lists says. Nothing is written."""
    wanted = _values(form, kind.columns)
    lists = {formset.model: formset for formset in formsets}
    for name, rows in kind.rows.items():
        listed = lists.get(kind.row_model(name))
        wanted[name] = [_values(row, rows.columns) for row in listed.staying_forms()] if listed is not None else []
    return wanted


def _values(form: Any, columns: tuple[str, ...]) -> Wording:
    """Text that came back without its last space has not changed."""
    values = wording.values_of(form.instance, columns, form.cleaned_data)
    for column in columns:
        before = form.initial.get(column)
        if isinstance(before, str) and column in form.fields and column not in form.changed_data:
            values[column] = before
    return values


def _panels(kind: Kind, sides: Sides, data: Mapping[str, Any]) -> list[Panel]:
    start = sides.start or wording.completed(kind, {})
    names = names_of(kind, start, sides.theirs, sides.mine)
    theirs = {change.key: change for change in differences.compare(kind, start, sides.theirs, names)}
    mine = {change.key: change for change in differences.compare(kind, start, sides.mine, names)}
    panels = []
    for dispute in conflicts.disputes(kind, sides, names):
        key = dispute.key
        theirs_print, mine_print = _print(sides.theirs[key]), _print(sides.mine[key])
        chosen = _chosen(dispute, data, has_typed=data.get(f"{PREFIX}{key}-mine") != mine_print)
        shown_before = data.get(f"{PREFIX}{key}-theirs")
        panels.append(
            Panel(
                dispute,
                theirs.get(key),
                mine.get(key),
                theirs_print,
                mine_print,
                choice=chosen or dispute.default,
                is_changed_again=shown_before is not None and shown_before != theirs_print,
            )
        )
    return panels


def _chosen(dispute: Dispute, data: Mapping[str, Any], *, has_typed: bool) -> Choice | None:
    """Who typed in a part after giving it up is asked again, so that nothing they typed goes unasked."""
    posted = data.get(PREFIX + dispute.key)
    allowed = [Choice.MINE]
    allowed += [] if has_typed else [Choice.THEIRS]
    allowed += [Choice.BOTH] if dispute.may_keep_both else []
    return next((choice for choice in allowed if choice == posted), None)


def _print(value: Any) -> str:
    return sha256(canonical_json(value))[:16]
