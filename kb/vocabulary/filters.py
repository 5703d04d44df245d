"""Filters that many kinds share, and ways to pick a facet's values from a compiled document."""

from collections.abc import Callable, Iterable
from typing import Any

from kb.documents import Json
from kb.enums import ReviewStatus, Urgency
from kb.published import Filter
from kb.vocabulary.enums import (
    BodyRegion,
)


def value_of(field: str) -> Callable[[Json], list[str]]:
    """A facet from one field: text, or true and false."""
    return lambda document: [_text(document[field])] if document[field] not in ("", None) else []


def values_of(field: str) -> Callable[[Json], list[str]]:
    return lambda document: list(document[field])


def ids_of(field: str, card: str = "", **having: Iterable[str]) -> Callable[[Json], list[str]]:
    """A facet from the cards in a list; with `having`, only of rows whose columns have one of these values."""

    def pick(document: Json) -> list[str]:
        rows = [row for row in document[field] if all(row[column] in allowed for column, allowed in having.items())]
        return [row[card]["id"] if card else row["id"] for row in rows]

    return pick


def related_of(kind: str) -> Callable[[Json], list[str]]:
    """A facet from “see also”."""
    return lambda document: [card["id"] for card in document["related"] if card["kind"] == kind]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _red_flag_ids(document: Json) -> list[str]:
    return [flag["id"] for group in document["when_to_get_help"].values() for flag in group["red_flags"]]


def _codes(document: Json) -> list[str]:
    return sorted({code["code"] for code in document["codes"]})


REVIEW_STATUS = Filter(
    name="review_status",
    help="Whether clinicians vouch for the exact words.",
    values=lambda document: [document["review"]["status"]],
    choices=ReviewStatus,
)
URGENCY = Filter(name="urgency", help="How soon to act.", values=value_of("urgency"), choices=Urgency)
RED_FLAG = Filter(name="red_flag", help="Shows this red flag.", values=_red_flag_ids, target="red_flag")
SOURCE = Filter(name="source", help="Rests on this source.", values=ids_of("sources"), target="source")
CODE = Filter(
    name="code",
    help="Is cross-referenced to this code (ICD-10-CM or MeSH).",
    values=_codes,
    pattern=r"^[A-Z0-9.]{2,20}$",
)
CLINICAL_FILTERS = (URGENCY, REVIEW_STATUS, RED_FLAG, SOURCE)
BODY_REGION = Filter(name="body_region", help="Is felt here.", values=values_of("body_regions"), choices=BodyRegion)

CLINICAL_SUMMARY = ("summary", "urgency", "review")
