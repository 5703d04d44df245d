"""What must be said of documents of the copy until a sync brings the newer ones."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stride_kb.copy import ID, Position, Replacement, Row, replacement

Json = dict[str, Any]


@dataclass(frozen=True)
class SafetyWarning:
    """`action` is one of the API's `NoticeAction`; `changed` also for articles that show what a notice tells of.

    `is_hidden`: withdrawn or merged, so show this warning only, and never the words that are held. `because`: what the
    notice tells of: this document, or one that it shows. `summary`: the release in a line; may be empty.
    """

    id: str
    kind: str
    slug: str
    name: str
    action: str
    summary: str
    at: str
    replaced_by: Replacement | None
    is_hidden: bool
    because: Replacement

    @property
    def weight(self) -> int:
        """What hides goes before what warns, what a notice tells of before what shows it."""
        return 2 * self.is_hidden + (self.because.id == self.id)


def news_for(position: Position, looked: Json | None) -> list[Json]:
    """Notices that tell of something which the copy does not have yet."""
    if not looked or not position.cursor:
        return []
    is_other = looked["feed"] != position.feed
    return [notice for notice in looked["items"] if is_other or notice["head"] > position.head]


def warnings_of(notices: list[Json], rows: list[Row]) -> dict[str, SafetyWarning]:
    """By document id. The newest notice is the first, and wins over others of its weight."""
    found: dict[str, SafetyWarning] = {}
    by_id = {row.id: row for row in rows}
    shown = {row.id: set(ID.findall(row.body)) for row in rows}
    changed = {row.id: datetime.fromisoformat(row.json["last_change"]["at"]) for row in rows}
    for notice in notices:
        at = datetime.fromisoformat(notice["at"])
        older = [row for row in rows if changed[row.id] < at]
        for told in notice["documents"]:
            for row in older:
                if told["id"] in shown[row.id]:  # its own id, too
                    warning = _warning(row, told, notice, by_id)
                    if row.id not in found or warning.weight > found[row.id].weight:
                        found[row.id] = warning
    return found


def _warning(row: Row, told: Json, notice: Json, by_id: dict[str, Row]) -> SafetyWarning:
    is_itself, became = row.id == told["id"], told["replaced_by"]
    action = told["action"] if is_itself else "changed"
    return SafetyWarning(
        id=row.id,
        kind=row.kind,
        slug=row.slug,
        name=row.json["name"],
        action=action,
        summary=notice["summary"],
        at=notice["at"],
        replaced_by=replacement(became, row.kind, by_id.get(became)) if is_itself and became else None,
        is_hidden=action != "changed",
        because=Replacement(told["kind"], told["id"], told["slug"], told["name"]),
    )
