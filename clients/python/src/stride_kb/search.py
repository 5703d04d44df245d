"""The search on the device: words of the copy, in memory, made once after each sync."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from stride_kb.copy import Row

Json = dict[str, Any]
PLACES = ("name", "synonym", "summary", "text")
"""The places of a word, the best first."""

# What stands in every article, and what is other entries' or nobody's words.
NOT_ITS_OWN = {"when_to_get_help", "urgency_text", "disclaimers", "sources", "review", "last_change", "codes"}
TYPING_ERRORS_FROM = 5
WORD = re.compile(r"[^\W_]+")
APOSTROPHE = re.compile("['’ʼ]s\\b|['’ʼ]")


@dataclass(frozen=True)
class Hit:
    """`matched`: name, synonym, summary or text: where the words stand, or the weakest of them."""

    kind: str
    id: str
    slug: str
    name: str
    summary: str
    urgency: str | None
    matched: str


class Index:
    def __init__(self, rows: list[Row]) -> None:
        self._rows = [(row, row.json) for row in rows]
        self._words: defaultdict[str, dict[int, int]] = defaultdict(dict)
        for number, (_, document) in enumerate(self._rows):
            for place, texts in enumerate(_texts(document)):
                for word in (word for text in texts for word in words_of(text)):
                    self._words[word].setdefault(number, place)

    def search(self, query: str, is_wanted: Callable[[Row], bool]) -> list[Hit]:
        """Those in which every word stands, or, where none is such, most of them; the last word may be unfinished."""
        words = words_of(query)
        scores = [self._scores(word, is_last=number == len(words)) for number, word in enumerate(words, 1)]
        found = []
        for number in _with_most(scores):
            row, document = self._rows[number]
            if is_wanted(row):
                own = [each[number] for each in scores if number in each]
                found.append((_hit(row, document, PLACES[int(max(own))]), sum(own)))
        return [hit for hit, _ in sorted(found, key=lambda one: _order(*one))]

    def _scores(self, wanted: str, *, is_last: bool) -> dict[int, float]:
        """Number → the best place of the word there. Typing errors are looked for in words that nobody wrote."""
        same = [word for word in self._words if word == wanted or (is_last and word.startswith(wanted))]
        best: dict[int, float] = {}
        for word in same or [word for word in self._words if _is_near(word, wanted)]:
            more = 0 if word == wanted else 0.5  # so that the word itself goes before longer ones
            for number, place in self._words[word].items():
                best[number] = min(best.get(number, len(PLACES)), place + more)
        return best


def _with_most(scores: list[dict[int, float]]) -> list[int]:
    """One word of two says too little, and so does half of a sentence."""
    counts = Counter(number for each in scores for number in each)
    most = max(counts.values(), default=0)
    is_enough = most == len(scores) or (most >= 2 and most > len(scores) / 2)
    return [number for number, times in counts.items() if times == most] if is_enough else []


def words_of(text: str) -> list[str]:
    """Without case, accents and possessives."""
    letters = (letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return WORD.findall(APOSTROPHE.sub("", "".join(letters).lower()))


def _texts(document: Json) -> tuple[list[str], ...]:
    """By place. A text has a space or begins with a capital letter; values of enumerations, ids and days do not."""
    lead = document.get("summary", document.get("text"))
    rest = {name: value for name, value in document.items() if name not in ("name", "synonyms", "summary", "text")}
    others = [text for text in _inside(rest) if " " in text or text[:1].isupper()]
    return list(_strings(document["name"])), list(_strings(document.get("synonyms"))), list(_strings(lead)), others


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict) and not value.keys() >= {"kind", "slug", "content_locale"}:  # another entry's card
        yield from _inside(value)


def _inside(fields: Json) -> Iterator[str]:
    for name, value in fields.items():
        if name not in NOT_ITS_OWN:
            yield from _strings(value)


def _is_near(word: str, wanted: str) -> bool:
    """One letter more, less or other, or two that changed places."""
    if len(wanted) < TYPING_ERRORS_FROM or abs(len(word) - len(wanted)) > 1:
        return False
    start = next((at for at, pair in enumerate(zip(word, wanted, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return True
    a, b = word[start:], wanted[start:]
    is_swapped = a[2:] == b[2:] and a[:2] == b[1::-1]
    return is_swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]


def _order(hit: Hit, score: float) -> tuple[Any, ...]:
    """What has nothing to tell in a sentence, such as a source, comes last; of two names the shorter one first."""
    return (not hit.summary, PLACES.index(hit.matched), score, len(hit.name), hit.name.casefold(), hit.id)


def _hit(row: Row, document: Json, matched: str) -> Hit:
    summary = str(document.get("summary", document.get("text", "")))
    return Hit(row.kind, row.id, row.slug, document["name"], summary, document.get("urgency"), matched)
