"""What is wrong with a wording, looked at alone: errors block its release, warnings ask. And how hard it is to read.

Adds to what each kind looks for itself (`Kind.findings`) what holds for every text. Whatever readers get as prose is
looked at: the text columns that the kind's document shows. Pure; what needs the rest of the library is in `kb.checks`.
"""

import heapq
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import BaseValidator
from django.db.models import CharField, Model, TextField

from kb import markdown, published
from kb.kinds import Finding, Kind, Level, Place, Wording, error, warning
from kb.reading import Count, counted, sentences_of
from kb.wording import field_of

__all__ = ["Finding", "HardSentence", "Level", "Place", "Reading", "findings", "place_name", "reading", "sentence"]

HIGHEST_GRADE = 8.0
FEWEST_WORDS = 20
"""A page with fewer has no reading grade worth telling."""
LONG_TEXT = 40
"""A text of this many words is graded alone, too."""
LONG_SENTENCE = 8
"""A shorter one is a fragment, whose grade says nothing."""
MOST_EXAMPLES = 3
LONGEST_PAGE = 100_000
"""Characters of readers' text. What is longer is a book, and is not looked at before it is divided."""

# A text without any of these holds nothing but the subset. Markdown is asked about the others only, for it is slow.
MAY_BE_OUTSIDE = re.compile(r"[#<>|`~\[&\t\r]| {4}|^[-=*_+ \d.)]+$", re.MULTILINE)

PASTED = {
    "bullets that are not list items": re.compile(r"^[ \t]*[•·▪◦‣●○■□➢✓\uf000-\uf0ff]", re.MULTILINE),
    "hidden hyphens or marks": re.compile("[\u00ad\u200b\u2060\ufeff]"),
    "spaces that do not break": re.compile("\u00a0[ \u00a0]| \u00a0"),
}
MAY_BE_PASTED = re.compile("[•·▪◦‣●○■□➢✓\uf000-\uf0ff\u00ad\u200b\u2060\ufeff\u00a0]")


@dataclass(frozen=True)
class HardSentence:
    place: Place
    text: str
    grade: float


@dataclass(frozen=True)
class Reading:
    """How readers' text reads: its Flesch-Kincaid grade, its length, and the hardest sentences above the limit."""

    grade: float
    words: int
    hardest: tuple[HardSentence, ...]

    @property
    def is_hard(self) -> bool:
        return self.words >= FEWEST_WORDS and _is_hard(self.grade)


def findings(kind: Kind, wording: Wording) -> list[Finding]:
    """All that this wording alone can tell, errors first."""
    found = [*kind.findings(wording), *_malformed(kind, wording), *_prose_findings(kind, wording)]
    return sorted(found, key=lambda finding: not finding.is_error)


def reading(kind: Kind, wording: Wording) -> Reading:
    prose = list(prose_of(kind, wording))
    total = sum((counted(text) for _, text in prose), Count())
    hard = (sentence for place, text in prose for sentence in _hard_sentences(place, text))
    hardest = heapq.nlargest(MOST_EXAMPLES, hard, key=lambda sentence: sentence.grade)
    return Reading(max(0.0, total.grade), total.words, tuple(hardest))


def sentence(kind: Kind, finding: Finding) -> str:
    """The finding on one line, with its place where the reason does not name it."""
    is_named = not finding.place or finding.place in [(name,) for name in kind.rows]
    where = "" if is_named else f"{place_name(kind, finding.place)}: "
    return f"{where}{finding.reason} {finding.mend}"


def place_name(kind: Kind, place: Place) -> str:
    """In the words of the form: “figure 3, population”."""
    if not place:
        return "the whole page"
    name = str(place[0])
    if name not in kind.rows:
        return str(field_of(kind.model, name).verbose_name)
    model = kind.row_model(name)
    if len(place) == 1:
        return str(model._meta.verbose_name_plural)
    row = f"{model._meta.verbose_name} {int(place[1]) + 1}"
    column = str(field_of(model, str(place[2])).verbose_name) if len(place) > 2 else ""
    return f"{row}, {column}" if column not in ("", model._meta.verbose_name) else row


def prose_of(kind: Kind, wording: Wording) -> Iterator[tuple[Place, str]]:
    """Every text that readers get as Markdown, with its place."""
    return _said(wording, _prose_columns(kind))


# Where to look: worked out once a kind

Columns = tuple[tuple[str, tuple[str, ...]], ...]
"""(list, its columns); the entry's own columns under the name ""."""


@cache
def _prose_columns(kind: Kind) -> Columns:
    """What is not in the document (notes for editors) readers do not read."""
    shown = published.get(kind.name).document().fields

    def fields_of(name: str) -> Any:
        return shown if not name else getattr(getattr(shown.get(name), "child", None), "fields", ())

    return _columns(kind, lambda name, column, field: type(field) is TextField and column in fields_of(name))


@cache
def _shaped_columns(kind: Kind) -> Columns:
    """Those whose text must have a shape: a DOI, an address, a region."""
    return _columns(kind, lambda name, column, field: isinstance(field, CharField) and bool(_shapes(field)))


def _columns(kind: Kind, is_wanted: Callable[[str, str, Any], bool]) -> Columns:
    def wanted(name: str, model: type[Model], columns: Iterable[str]) -> tuple[str, tuple[str, ...]]:
        return name, tuple(column for column in columns if is_wanted(name, column, field_of(model, column)))

    rows = (wanted(name, kind.row_model(name), rows.columns) for name, rows in kind.rows.items())
    return tuple(some for some in (wanted("", kind.model, kind.columns), *rows) if some[1])


def _shapes(field: Any) -> list[Any]:
    """Without those that only limit a length."""
    return [validator for validator in field.validators if not isinstance(validator, BaseValidator)]


def _said(wording: Wording, wanted: Columns) -> Iterator[tuple[Place, str]]:
    """The texts in these columns that are not empty."""
    for name, columns in wanted:
        for index, row in enumerate(wording[name] if name else [wording]):
            for column in columns:
                if row[column]:
                    yield ((name, index, column) if name else (column,)), row[column]


# What to look for


def _malformed(kind: Kind, wording: Wording) -> Iterator[Finding]:
    for place, text in _said(wording, _shaped_columns(kind)):
        model = kind.row_model(str(place[0])) if len(place) > 1 else kind.model
        for validate in _shapes(field_of(model, str(place[-1]))):
            try:
                validate(text)
            except ValidationError as refused:
                yield error(place, f"“{_shortened(text)}” cannot be right.", " ".join(refused.messages))


def _prose_findings(kind: Kind, wording: Wording) -> Iterator[Finding]:
    total = Count()
    prose = list(prose_of(kind, wording))
    if sum(len(text) for _, text in prose) > LONGEST_PAGE:
        yield error((), f"The page has more than {LONGEST_PAGE:,} characters.", "Make several pages of it.")
        return
    for place, text in prose:
        count = counted(text)
        total += count
        if count.words >= LONG_TEXT and _is_hard(count.grade):
            yield _too_hard(place, "This text", count)
        yield from _text_findings(place, text)
    if total.words >= FEWEST_WORDS and _is_hard(total.grade):
        yield _too_hard((), "The page", total)


def _too_hard(place: Place, what: str, count: Count) -> Finding:
    return warning(
        place,
        f"{what} reads at grade {count.grade:.1f}. Most readers are at ease up to {HIGHEST_GRADE:g}.",
        "Split long sentences and use everyday words.",
    )


def _text_findings(place: Place, text: str) -> Iterator[Finding]:
    if len(text) > markdown.LONGEST:
        yield error(
            place,
            f"This text has {len(text):,} characters; apps show {markdown.LONGEST:,} at most.",
            "Make several pages of it, or cut it.",
        )
        return
    outside = markdown.outside_the_subset(text) if MAY_BE_OUTSIDE.search(text) else []
    if outside:
        yield error(
            place,
            f"Apps do not show {_listed(outside)}, which this text holds.",
            "Keep to paragraphs, lists, *emphasis*, and links to web or mail addresses.",
        )
    if MAY_BE_PASTED.search(text):
        pasted = [what for what, looks_so in PASTED.items() if looks_so.search(text)]
        if pasted:
            yield warning(
                place,
                f"It seems to be pasted from another program: it holds {_listed(pasted)}.",
                "Begin list items with “- ” and type such places anew.",
            )


def _hard_sentences(place: Place, text: str) -> Iterator[HardSentence]:
    for sentence, count in sentences_of(text):
        if count.words >= LONG_SENTENCE and _is_hard(count.grade):
            yield HardSentence(place, sentence, count.grade)


def _is_hard(grade: float) -> bool:
    """As people see it, with one decimal."""
    return round(grade, 1) > HIGHEST_GRADE


def _listed(phrases: list[str]) -> str:
    """“a heading, HTML and more”."""
    some = phrases if len(phrases) <= MOST_EXAMPLES else [*phrases[:MOST_EXAMPLES], "more"]
    return " and ".join(filter(None, [", ".join(some[:-1]), some[-1]]))


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
