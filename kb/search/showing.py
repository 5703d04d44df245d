"""What is shown of a page that was found: where its words stand, as offsets in characters and never as HTML."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter

from kb.enums import FoundIn
from kb.search.asking import Asked
from kb.search.index import Page
from kb.search.words import words, words_in

LONGEST_PASSAGE = 240
BEFORE = 60
"""Characters of a long passage that stand before the first word that was found."""
MOST_PASSAGES = 400
CUT = "…"


@dataclass(frozen=True)
class Highlight:
    """The characters from `start` up to `end` of one field of the answer."""

    field: str
    start: int
    end: int


@dataclass(frozen=True)
class Shown:
    """`matched` names the field in which the most words of the question stand."""

    page: Page
    matched: str
    matched_text: str
    highlights: list[Highlight]


def shown(page: Page, asked: list[Asked]) -> Shown:
    matched, text = _matched(page, asked)
    fields = {"name": page.name, "summary": page.summary, "matched_text": text}
    highlights = [
        Highlight(field, start, end) for field, value in fields.items() for start, end in _spans(value, asked)
    ]
    return Shown(page, matched, text, highlights)


def _matched(page: Page, asked: list[Asked]) -> tuple[str, str]:
    """The field, and its text where that is not in the answer already."""
    name, summary = _held(page.name, asked), _held(page.summary, asked)
    synonym, synonym_text = _fullest(page.synonyms, asked)
    if synonym > name and synonym >= summary:
        return FoundIn.IN_SYNONYM, synonym_text
    if max(name, summary) < len(asked):
        passage, passage_text = _fullest(page.passages[:MOST_PASSAGES], asked)
        if passage > max(name, summary):
            return FoundIn.IN_TEXT, _excerpt(passage_text, asked)
    return (FoundIn.IN_NAME if name >= summary else FoundIn.IN_SUMMARY), ""


def _fullest(texts: Iterable[str], asked: list[Asked]) -> tuple[int, str]:
    """The first of those in which the most words stand, and how many."""
    return max(((_held(text, asked), text) for text in texts), key=itemgetter(0), default=(0, ""))


def _held(text: str, asked: list[Asked]) -> int:
    found = words_in(text)
    return sum(not found.isdisjoint(one.accepts) for one in asked)


def _spans(text: str, asked: list[Asked]) -> Iterator[tuple[int, int]]:
    for word in words(text):
        if any(word.text in one.accepts for one in asked):
            yield word.start, word.end


def _excerpt(passage: str, asked: list[Asked]) -> str:
    """A long passage is cut between words, so that the first word that was found stands in it."""
    if len(passage) <= LONGEST_PASSAGE:
        return passage
    first, first_end = next(_spans(passage, asked))
    begin = 0 if first <= BEFORE else passage.find(" ", first - BEFORE, first) + 1 or first
    limit = begin + LONGEST_PASSAGE
    end = len(passage) if limit >= len(passage) else max(passage.rfind(" ", begin, limit), first_end)
    return (CUT if begin else "") + passage[begin:end] + (CUT if end < len(passage) else "")
