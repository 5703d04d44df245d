"""Text as words, and where they stand."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

LETTER = "[^\\W_][\u0300-\u036f]*"
# A letter alone is no word: X-ray and RED-S are one each, warm-up is two.
WORD = re.compile(f"(?:{LETTER}[-‐‑])?(?:{LETTER})+(?:['’ʼ](?:{LETTER})+)*(?:[-‐‑]{LETTER}(?!{LETTER}))?")
POSSESSIVE = re.compile("['’ʼ]s$")
JOINTS = re.compile("['’ʼ‐‑-]")
LONGEST = 40
"""Of a longer word only so many characters are looked at."""


class Word(NamedTuple):
    """A word as it is looked up, and where it stands in its text: offsets in characters."""

    text: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """In their order. Without case, accents and possessives; what hyphens join are several words."""
    for match in WORD.finditer(text):
        yield Word(_plain(match[0]), match.start(), match.end())


def words_in(text: str) -> set[str]:
    return {_plain(word) for word in WORD.findall(text)}


def _plain(word: str) -> str:
    if word.isascii() and word.isalnum():  # nearly all of them
        return word[:LONGEST].lower()
    word = JOINTS.sub("", POSSESSIVE.sub("", word.casefold()))
    if not word.isascii():
        word = "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
    return word[:LONGEST]
