"""Which live documents hold a word, and where. An index never changes: news make another one that shares most of it."""

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from kb.search.english import STOP_WORDS
from kb.search.families import family
from kb.search.terms import Terms, read_terms
from kb.search.words import words

RANKS = 4
"""Name, synonyms, summary, text: the places of a word, the best first. A document stands in the best one only."""

Places = dict[str, "array[int]"]
NOWHERE: "array[int]" = array("I")


@dataclass(frozen=True, slots=True)
class Page:
    """A live document, as far as search shows it."""

    id: UUID
    kind: str
    slug: str
    name: str
    synonyms: tuple[str, ...]
    titles: tuple[str, ...]
    """Name and synonyms, as `title_of` makes them."""
    summary: str
    urgency: str
    stored: bytes

    @property
    def order(self) -> tuple[str, UUID]:
        return self.name.casefold(), self.id

    @property
    def passages(self) -> tuple[str, ...]:
        return read_terms(self.stored).passages


@dataclass(frozen=True)
class Change:
    """A document as it is now: its terms, or None if it is no longer live."""

    id: UUID
    kind: str
    slug: str
    stored: bytes | None


class Index:
    """Documents by number; for each rank the numbers of those that hold a word there."""

    def __init__(
        self, pages: list[Page | None], numbers: dict[UUID, int], ranks: tuple[Places, ...], titles: Places
    ) -> None:
        self.pages = pages
        self.numbers = numbers
        self.ranks = ranks
        self.titles = titles

    @classmethod
    def of(cls, changes: Iterable[Change]) -> "Index":
        pages: list[Page | None] = []
        ranks: list[defaultdict[str, list[int]]] = [defaultdict(list) for _ in range(RANKS)]
        titles: defaultdict[str, list[int]] = defaultdict(list)
        for change in changes:
            if change.stored is None:
                continue
            terms = read_terms(change.stored)
            number = len(pages)
            page = _page(change, terms)
            pages.append(page)
            for places, held in zip(ranks, terms.words, strict=True):
                for word in held.split():
                    places[word].append(number)
            for title in set(page.titles):
                titles[title].append(number)
        numbers = {page.id: number for number, page in enumerate(pages) if page}
        return cls(pages, numbers, tuple(map(_in_little_space, ranks)), _in_little_space(titles))

    def __len__(self) -> int:
        return len(self.numbers)

    def page(self, number: int) -> Page:
        """One whose number stands in a place of words: it is live."""
        page = self.pages[number]
        assert page is not None
        return page

    def changed(self, changes: Iterable[Change]) -> "Index":
        """The index after these changes. What did not change is shared with this one, which stays as it is."""
        news = [change for change in changes if not self._says_the_same(change)]
        if len(self.pages) + len(news) > 2 * len(self) + 1000:
            return self._afresh(news)
        gone = {self.numbers[change.id] for change in news if change.id in self.numbers}
        come = [change for change in news if change.stored is not None]
        pages, numbers = list(self.pages), dict(self.numbers)
        for change in news:
            numbers.pop(change.id, None)
        for number in gone:
            pages[number] = None
        fresh = Index.of(come)
        first = len(pages)
        pages += fresh.pages
        numbers |= {pk: first + number for pk, number in fresh.numbers.items()}
        left = Index.of(_change(page) for page in (self.pages[number] for number in gone) if page)
        ranks = tuple(
            _merged(places, leaving, coming, gone, first)
            for places, leaving, coming in zip(self.ranks, left.ranks, fresh.ranks, strict=True)
        )
        return Index(pages, numbers, ranks, _merged(self.titles, left.titles, fresh.titles, gone, first))

    def _says_the_same(self, change: Change) -> bool:
        if change.id not in self.numbers:
            return change.stored is None
        page = self.pages[self.numbers[change.id]]
        return page is not None and page.stored == change.stored and page.slug == change.slug

    def _afresh(self, news: list[Change]) -> "Index":
        held = {page.id: _change(page) for page in self.pages if page}
        return Index.of((held | {change.id: change for change in news}).values())

    # What is known of words

    @cached_property
    def known(self) -> set[str]:
        """Every word of a live document."""
        return set().union(*self.ranks)

    @cached_property
    def vocabulary(self) -> list[str]:
        """The same in order."""
        return sorted(self.known)

    @cached_property
    def families(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word in self.vocabulary:
            found.setdefault(family(word), []).append(word)
        return found

    @cached_property
    def by_length(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for word in self.vocabulary:
            found.setdefault(len(word), []).append(word)
        return found

    @cached_property
    def sorted_titles(self) -> list[str]:
        return sorted(self.titles)

    def prepare(self) -> None:
        """Works out what is known of words, so that the first who asks need not wait for it."""
        _ = self.by_length, self.families, self.sorted_titles

    def spread(self, word: str) -> int:
        """How many documents hold it."""
        return sum(len(places.get(word, NOWHERE)) for places in self.ranks)

    def is_title_word(self, word: str) -> bool:
        return word in self.ranks[0] or word in self.ranks[1]


def title_of(text: str) -> str:
    """A name or a question by which to find the same name, or one that begins so."""
    found = [word.text for word in words(text)]
    return " ".join([word for word in found if word not in STOP_WORDS] or found)


def _page(change: Change, terms: Terms) -> Page:
    assert change.stored is not None
    return Page(
        id=change.id,
        kind=change.kind,
        slug=change.slug,
        name=terms.name,
        synonyms=terms.synonyms,
        titles=tuple(map(title_of, (terms.name, *terms.synonyms))),
        summary=terms.summary,
        urgency=terms.urgency,
        stored=change.stored,
    )


def _change(page: Page) -> Change:
    return Change(page.id, page.kind, page.slug, page.stored)


def _in_little_space(places: dict[str, list[int]]) -> Places:
    return {word: array("I", numbers) for word, numbers in places.items()}


def _merged(places: Places, leaving: Places, coming: Places, gone: set[int], first: int) -> Places:
    """`leaving` and `coming` name the words that are touched; those that come are numbered from `first`."""
    merged = dict(places)
    for word in leaving:
        stay = array("I", (number for number in places[word] if number not in gone))
        if stay:
            merged[word] = stay
        else:
            del merged[word]
    for word, numbers in coming.items():
        merged[word] = merged.get(word, NOWHERE) + array("I", (first + number for number in numbers))
    return merged
