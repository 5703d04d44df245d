"""What the checks found, for people to read: in the words of the form, with the way to the field."""

from collections.abc import Iterable
from dataclasses import dataclass

from kb.kinds import Finding, Kind, Place
from kb.quality import place_name


@dataclass(frozen=True)
class Shown:
    """One finding. `anchor` is the id of the form's part, empty for the whole page."""

    where: str
    anchor: str
    reason: str
    mend: str


@dataclass(frozen=True)
class Findings:
    errors: list[Shown]
    warnings: list[Shown]

    def __len__(self) -> int:
        return len(self.errors) + len(self.warnings)


def shown(kind: Kind, found: Iterable[Finding]) -> Findings:
    """As `admin/entry/findings.html` wants them."""
    findings = Findings([], [])
    for finding in found:
        listed = findings.errors if finding.is_error else findings.warnings
        where = place_name(kind, finding.place)
        listed.append(Shown(where[:1].upper() + where[1:], anchor(kind, finding.place), finding.reason, finding.mend))
    return findings


def anchor(kind: Kind, place: Place) -> str:
    """A row leads to its list: while somebody types, rows may stand in another order than in the wording."""
    if not place:
        return ""
    name = str(place[0])
    return f"{kind.rows[name].related_name}-group" if name in kind.rows else f"id_{name}"
