"""What is wrong with a wording that rests on sources or advises a reader: no source, no warning sign, no certainty."""

import re
from collections.abc import Iterator

from kb.enums import Basis
from kb.kinds import Finding, Place, Wording, error, warning
from kb.vocabulary.enums import Certainty, EvidenceLevel
from kb.vocabulary.models import unknown_kinds

LONGEST_SUMMARY = 300
ADD_A_SOURCE = "Add one, or mark it “needs clinical review”."

# 999, 0800 1111 or (020) 7946-0018; not 24-48 hours, 1,000 or 10.250.
TELEPHONE_NUMBER = re.compile(r"(?<![\d.,])(?:\+?\d{3,}(?![.,]?\d)|\+?\(?\d(?:[ ()-]{0,2}\d){6,})")


def sourced_findings(wording: Wording) -> Iterator[Finding]:
    """For every kind whose statements rest on sources."""
    if _is_bare(wording):
        yield warning(("sources",), "It names no source.", ADD_A_SOURCE)
    yield from _row_findings(wording)


def summarised_findings(wording: Wording) -> Iterator[Finding]:
    """The same, for kinds that begin with a summary."""
    yield from sourced_findings(wording)
    yield from _summary_findings(wording)


def clinical_findings(wording: Wording) -> Iterator[Finding]:
    """For the kinds that advise a reader. These lack neither a warning sign nor a source when they go live."""
    if not wording["red_flags"]:
        yield error(("red_flags",), "It names no red flag.", "Add the warning signs that a reader must check first.")
    if _is_bare(wording):
        yield error(("sources",), "It names no source.", ADD_A_SOURCE)
    yield from _row_findings(wording)
    yield from _summary_findings(wording)


def red_flag_findings(wording: Wording) -> Iterator[Finding]:
    yield from sourced_findings(wording)
    if TELEPHONE_NUMBER.search(wording["action"]):
        yield warning(
            ("action",),
            "This seems to hold a telephone number, which is right in one country only.",
            "Take it out: apps show the number of the reader’s own region.",
        )


def disclaimer_findings(wording: Wording) -> Iterator[Finding]:
    yield from sourced_findings(wording)
    for unknown in unknown_kinds(wording["applies_to"]):
        yield error(("applies_to",), unknown, "Correct the word, or take it out.")


def _row_findings(wording: Wording) -> Iterator[Finding]:
    for place, row in _rows(wording):
        if "basis" in row and _is_bare(row):
            yield warning((*place, "sources"), "It names no source.", ADD_A_SOURCE)
        if "certainty" in row:
            yield from _evidence_findings(place, row)


def _evidence_findings(place: Place, row: Wording) -> Iterator[Finding]:
    if row["level"] == EvidenceLevel.NOT_STATED:
        yield warning((*place, "level"), "It does not say what kind of evidence this is.", "Choose its kind.")
    if row["certainty"] in ("", Certainty.NOT_GRADED):
        yield warning(
            (*place, "certainty"),
            "It does not say how sure this evidence lets one be.",
            "Choose a certainty, or leave it if nobody has graded it.",
        )


def _summary_findings(wording: Wording) -> Iterator[Finding]:
    if len(wording["summary"]) > LONGEST_SUMMARY:
        yield warning(
            ("summary",),
            f"The summary has {len(wording['summary']):,} characters; lists have room for {LONGEST_SUMMARY}.",
            "Keep one or two short sentences and move the rest into the text.",
        )


def _is_bare(said: Wording) -> bool:
    return said["basis"] != Basis.STATED and not said["sources"] and not said["needs_clinical_review"]


def _rows(wording: Wording) -> Iterator[tuple[Place, Wording]]:
    for name, value in wording.items():
        if isinstance(value, list):
            yield from (((name, index), row) for index, row in enumerate(value) if isinstance(row, dict))
