"""The documents that answer a question best. By their text alone: nothing about the reader goes in."""

from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum
from heapq import nlargest, nsmallest
from math import log2
from uuid import UUID

from kb import published
from kb.search.asking import BEGUN, Asked, Question
from kb.search.index import NOWHERE, Index, Page

WEIGHTS = (12, 10, 4, 1)
"""Of a word in name, synonyms, summary, text."""
MOST_POSTINGS = 20_000
"""So many places of words are looked at for one question, the rarest words first."""
ASIDE = 480
"""What a word that says little adds, if it stands in the name: less than half of what a word worth asking for does."""
CANDIDATES = 100
REFERENCE = 16
"""The names of sources count for less than the texts of pages."""
Points = dict[int, int]


class Tier(IntEnum):
    """How the whole question stands in a document's names; within one, points decide."""

    EXACT_NAME = 0
    EXACT_SYNONYM = 1
    NAME_BEGINS = 2
    SYNONYM_BEGINS = 3
    IN_NAME = 4
    IN_SYNONYM = 5
    ELSEWHERE = 6


@dataclass(frozen=True)
class Scored:
    """One word of the question: what it is worth in each document that holds it."""

    asked: Asked
    rarity: int
    points: Points


def best(index: Index, question: Question, *, kinds: Collection[str], limit: int) -> list[Page]:
    """The best documents of these kinds, the best first; the same for everybody who asks the same."""
    asked = question.asked
    scored = _scored(index, asked)
    wanted = _of_kinds(index, _totals(index, scored, question.asides), kinds)
    candidates = _most(index, wanted) | (_by_title(index, asked) & wanted.keys())
    order = [(_place(index, number, scored, asked, wanted[number]), number) for number in candidates]
    return [index.page(number) for _, number in nsmallest(limit, order)]


def _totals(index: Index, scored: list[Scored], asides: list[str]) -> Points:
    totals: Points = {}
    for word in scored:
        for number, points in word.points.items():
            totals[number] = totals.get(number, 0) + word.rarity * points
    for aside in asides:
        for number in index.ranks[0].get(aside, ()):
            if number in totals:
                totals[number] += ASIDE
    return totals


def _scored(index: Index, asked: list[Asked]) -> list[Scored]:
    """The rarest words first. When enough was looked at, common words add nothing, or only where they say most."""
    left = MOST_POSTINGS
    scored = []
    for word in sorted(asked, key=lambda word: (_spread(index, word.accepts), word.typed)):
        ranks = range(len(index.ranks))
        while ranks and _spread(index, word.accepts, ranks) > left:
            ranks = ranks[:-1]
        left -= _spread(index, word.accepts, ranks)
        points = _points(index, word, ranks)
        if points:
            scored.append(Scored(word, round(16 * log2(1 + len(index) / len(points))), points))
    return scored


def _spread(index: Index, accepts: Iterable[str], ranks: Iterable[int] | None = None) -> int:
    chosen = index.ranks if ranks is None else [index.ranks[rank] for rank in ranks]
    return sum(len(places[word]) for places in chosen for word in accepts if word in places)


def _points(index: Index, asked: Asked, ranks: Iterable[int]) -> Points:
    """What the word is worth in each document: by its best place there, and by how surely it is the word meant."""
    worth = [(WEIGHTS[rank] * sureness, word, rank) for rank in ranks for word, sureness in asked.accepts.items()]
    points: Points = {}
    for value, word, rank in sorted(worth):
        numbers = index.ranks[rank].get(word)
        if numbers:
            points.update(dict.fromkeys(numbers, value))
    return points


def _of_kinds(index: Index, totals: Points, kinds: Collection[str]) -> Points:
    if not kinds:
        return totals
    return {number: points for number, points in totals.items() if index.page(number).kind in kinds}


def _most(index: Index, totals: Points) -> set[int]:
    """Those with the most points; among equals the first by name, so that chance decides nothing."""
    if len(totals) <= CANDIDATES:
        return set(totals)
    least = nlargest(CANDIDATES, totals.values())[-1]
    above = {number for number, points in totals.items() if points > least}
    equal = (number for number, points in totals.items() if points == least)
    return above.union(nsmallest(CANDIDATES - len(above), equal, key=lambda number: index.page(number).order))


def _by_title(index: Index, asked: list[Asked]) -> set[int]:
    """Documents whose name or synonym is the question, or begins with it."""
    title = " ".join(word.best for word in asked)
    found = set(index.titles.get(title, NOWHERE))
    place = bisect_left(index.sorted_titles, title)
    for begun in index.sorted_titles[place : place + CANDIDATES]:
        if begun.startswith(title):
            found.update(index.titles[begun])
    return found


def _place(
    index: Index, number: int, scored: list[Scored], asked: list[Asked], points: int
) -> tuple[int, int, tuple[str, UUID]]:
    page = index.page(number)
    share = sum(word.rarity for word in scored if number in word.points) / sum(word.rarity for word in scored)
    tier = _tier(page, asked)
    if published.get(page.kind).is_reference:
        tier, points = max(tier, Tier.ELSEWHERE), points // REFERENCE
    return tier, -round(points * share * share), page.order


def _tier(page: Page, asked: list[Asked]) -> Tier:
    name, *synonyms = page.titles
    tiers = [_tier_in(name, asked)]
    tiers += [Tier(tier + 1) for synonym in synonyms if (tier := _tier_in(synonym, asked)) < Tier.ELSEWHERE]
    return min(tiers)


def _tier_in(title: str, asked: list[Asked]) -> Tier:
    """As if the title were a name."""
    held = list(dict.fromkeys(title.split()))
    if not all(any(word in one.accepts for word in held) for one in asked):
        return Tier.ELSEWHERE
    pairs = list(zip(held, asked, strict=False))
    if len(held) < len(asked) or not all(word in one.accepts for word, one in pairs):
        return Tier.IN_NAME
    is_whole = len(held) == len(asked) and all(one.accepts[word] > BEGUN for word, one in pairs)
    return Tier.EXACT_NAME if is_whole else Tier.NAME_BEGINS
