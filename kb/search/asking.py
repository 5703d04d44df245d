"""What somebody typed, understood with the words of live documents: and with no others, so that drafts stay unseen."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import islice

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from kb.search.english import STOP_WORDS
from kb.search.families import family
from kb.search.index import Index
from kb.search.words import words

MOST_WORDS = 12
MOST_ENDINGS = 48
"""So many words are tried for a word that is still being typed."""
MOST_CORRECTIONS = 4
"""So many words of a question are corrected; looking through the vocabulary is what costs most."""
SHORTEST_CORRECTED = 5
"""Among shorter words nearly every one has a neighbour that means something else: heat, head."""
TWO_ERRORS_FROM = 8

# How sure it is, in tenths, that a word of a document is the one that was meant.
SAME, BEGUN, GUESSED = 10, 5, 6


@dataclass(frozen=True)
class Asked:
    """One word of a question, and the words of documents that may be meant by it, each with how sure that is."""

    typed: str
    accepts: dict[str, int]
    guesses: tuple[str, ...] = ()

    @property
    def best(self) -> str:
        """The word to look for in names."""
        return self.typed if self.typed in self.accepts or not self.guesses else self.guesses[0]


@dataclass(frozen=True)
class Question:
    """`asides` are words that say little, such as when: they decide between documents that hold the others."""

    asked: list[Asked]
    asides: list[str]


def understood(index: Index, text: str) -> Question:
    """At most so many words; those that say little count in full only if there are no others."""
    found = list(dict.fromkeys(_joined(index, [word.text for word in words(text)])))
    telling = [word for word in found if word not in STOP_WORDS]
    used = (telling or found)[:MOST_WORDS]
    begun = found[-1] if found and (len(found[-1]) > 1 or len(used) == 1) else ""
    asked = [_asked(index, word, is_begun=word == begun) for word in used]
    return Question(_mended(index, asked), [word for word in found if word not in used][:MOST_WORDS])


def _joined(index: Index, found: list[str]) -> list[str]:
    """clam shell: two words, of which no document holds the first or the second, that are one."""
    joined: list[str] = []
    for word in found:
        one = joined[-1] + word if joined else ""
        if one in index.known and (joined[-1] not in index.known or word not in index.known):
            joined[-1] = one
        else:
            joined.append(word)
    return joined


def _asked(index: Index, word: str, *, is_begun: bool) -> Asked:
    accepts = dict.fromkeys(_endings(index, word), BEGUN) if is_begun else {}
    accepts |= dict.fromkeys(index.families.get(family(word), ()), SAME)
    return Asked(word, accepts)


def _endings(index: Index, start: str) -> list[str]:
    """Words that begin so; if there are many, those that most names and documents hold."""
    vocabulary = index.vocabulary
    first, last = bisect_left(vocabulary, start), bisect_left(vocabulary, start + "\U0010ffff")
    if last - first <= MOST_ENDINGS:
        return vocabulary[first:last]
    found = islice(vocabulary, first, last)
    return nsmallest(MOST_ENDINGS, found, key=lambda word: (not index.is_title_word(word), -index.spread(word), word))


def _mended(index: Index, asked: list[Asked]) -> list[Asked]:
    """Words that no live document holds: taken apart, or read as the words that are nearest to them."""
    mended: list[Asked] = []
    corrections = 0
    for word in asked:
        if word.accepts:
            mended.append(word)
            continue
        halves = _halves(index, word.typed)
        if halves:
            mended += [_asked(index, half, is_begun=False) for half in halves]
        else:
            corrections += 1
            mended.append(_corrected(index, word) if corrections <= MOST_CORRECTIONS else word)
    return mended[:MOST_WORDS]


def _halves(index: Index, word: str) -> tuple[str, str] | None:
    """warmup: two words that stand together in a name."""
    for cut in range(2, len(word) - 1):
        start, end = word[:cut], word[cut:]
        together = f"{start} {end}"
        if index.is_title_word(start) and index.is_title_word(end) and _begins_a_title(index, together):
            return start, end
    return None


def _begins_a_title(index: Index, text: str) -> bool:
    place = bisect_left(index.sorted_titles, text)
    return index.sorted_titles[place : place + 1] != [] and index.sorted_titles[place].startswith(text)


def _corrected(index: Index, asked: Asked) -> Asked:
    guesses = list(_nearest(index, asked.typed))
    accepts = {word: GUESSED for guess in guesses for word in index.families[family(guess)]}
    return replace(asked, accepts=accepts, guesses=tuple(guesses))


def _nearest(index: Index, word: str) -> Iterator[str]:
    """The words at the least distance, those that begin alike first. Short words and numbers are left as they are."""
    if len(word) < SHORTEST_CORRECTED or any(letter.isdigit() for letter in word):
        return
    errors = 2 if len(word) >= TWO_ERRORS_FROM else 1
    found: list[tuple[int, str]] = []
    for length in range(len(word) - errors, len(word) + errors + 1):
        candidates = index.by_length.get(length, [])
        near = extract(word, candidates, scorer=OSA.distance, processor=None, limit=None, score_cutoff=errors)
        found += [(distance, candidate) for candidate, distance, _ in near]
    if not found:
        return
    least = min(distance for distance, _ in found)
    nearest = [candidate for distance, candidate in found if distance == least and not candidate.isdigit()]
    alike = [candidate for candidate in nearest if candidate[0] == word[0]] or nearest
    yield from nsmallest(3, alike, key=lambda candidate: (-index.spread(candidate), candidate))
