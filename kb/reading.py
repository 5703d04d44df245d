"""The Flesch-Kincaid reading grade: how many years of school a text asks for."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

WORD = re.compile(r"[^\W_][\w'.,%/-]*")
SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)*]*\s+")
MARKUP = re.compile(r"[*_`\[]|\]\([^()\s]*\)|^[ \t]*(?:[-+]|\d{1,9}\.)\s", re.MULTILINE)
LONGEST_WORD = 60
"""What is longer is no word that anybody reads aloud."""

# Words of this field that the rules below count wrongly.
SYLLABLES = {
    "cushion": 2,
    "cushioning": 3,
    "cushions": 2,
    "diabetes": 4,
    "exercises": 4,
    "femoroacetabular": 8,
    "fluid": 2,
    "gluteal": 3,
    "menopause": 3,
    "osteoarthritis": 6,
    "people": 2,
    "physio": 3,
    "react": 2,
    "something": 2,
    "sometimes": 2,
}
ABBREVIATIONS = {"fai": 3, "gp": 2, "gps": 2, "gtps": 4, "icd": 3, "mri": 3, "nhs": 3, "uk": 2, "us": 1}

_NO_LETTER = re.compile(r"[^a-z]")
_DIGIT = re.compile(r"\d")
_VOWELS = re.compile(r"[aeiouy]+")
# Two vowels that are spoken apart (ra-di-o, us-u-al), but not so in -tion, -cial, qua-, gua-.
_TOGETHER = re.compile(r"(?<=[csgtx])i(?=[aou])|(?<=[qg])u(?=a)")
_APART = re.compile(r"i[aou]|ua|eo|[^aeiou]ier$|[^aeiou]iest$|[aeoy]ing$|sm$")
_SILENT_INSIDE = re.compile(r"(?<=[aeiouy][^aeiouy])e(?=(?:ment|ly|ful|less|ness)s?$)")
_SILENT_END = re.compile(r"[^aeiouyl]e$|[aeiouy]le$|[gq]ue$|[^aeiouydt]ed$")
_SILENT_ES = re.compile(r"[^aeiouyszxcgl]es$|[aeiouy]les$")
_SPOKEN_ES = re.compile(r"(?:sh|ch)es$")


@dataclass(frozen=True)
class Count:
    """How long a text is, in what the reading grade is made of."""

    sentences: int = 0
    words: int = 0
    syllables: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.sentences + other.sentences, self.words + other.words, self.syllables + other.syllables)

    @property
    def grade(self) -> float:
        if not self.words:
            return 0.0
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59


def reading_grade(texts: Iterable[str]) -> float:
    """Of several texts as one. The end of a text or line ends a sentence too."""
    return sum(map(counted, texts), Count()).grade


def counted(text: str) -> Count:
    sentences = words = spoken = 0
    for sentence in _sentences(text):
        found = WORD.findall(sentence)
        if found:
            sentences += 1
            words += len(found)
            spoken += sum(map(syllables, found))
    return Count(sentences, words, spoken)


def sentences_of(text: str) -> Iterator[tuple[str, Count]]:
    """Each sentence without markup, with its own count."""
    for sentence in _sentences(text):
        count = counted(sentence)
        if count.words:
            yield sentence.strip(), count


@lru_cache(maxsize=50_000)
def syllables(word: str) -> int:
    word = word[:LONGEST_WORD].lower().strip(".,'%")
    if word in ABBREVIATIONS or word in SYLLABLES:
        return ABBREVIATIONS.get(word) or SYLLABLES[word]
    if "-" in word or "/" in word:
        return sum(syllables(part) for part in re.split("[-/]", word) if part)
    letters = _NO_LETTER.sub("", unicodedata.normalize("NFD", word))
    if _DIGIT.search(word) or not letters:
        return 1
    return max(1, _vowel_groups(letters) - _silent(letters))


def _sentences(text: str) -> Iterator[str]:
    for line in MARKUP.sub("", text.replace("’", "'")).splitlines():
        if line:
            yield from SENTENCE_END.split(line)


def _vowel_groups(word: str) -> int:
    return len(_VOWELS.findall(word)) + len(_APART.findall(_TOGETHER.sub("", word)))


def _silent(word: str) -> int:
    silent = len(_SILENT_INSIDE.findall(word))
    ends = _SILENT_END.search(word) or (_SILENT_ES.search(word) and not _SPOKEN_ES.search(word))
    return silent + 1 if ends else silent
