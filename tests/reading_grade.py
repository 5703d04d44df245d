"""The Flesch-Kincaid reading grade: how many years of school a text asks for."""

import re
from collections.abc import Iterable

WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9'.,%/-]*")
SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)*]*\s+")
MARKUP = re.compile(r"[*_`]|^\s*(?:[-+]|\d+\.)\s", re.MULTILINE)

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


def reading_grade(texts: Iterable[str]) -> float:
    """Of several texts as one. The end of a text or line ends a sentence too."""
    sentences = [words for text in texts for words in _sentences(text) if words]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    word = word.lower()
    if word in ABBREVIATIONS or word in SYLLABLES:
        return ABBREVIATIONS.get(word) or SYLLABLES[word]
    if "-" in word or "/" in word:
        return sum(syllables(part) for part in re.split("[-/]", word) if part)
    letters = re.sub(r"[^a-z]", "", word)
    if any(character.isdigit() for character in word) or not letters:
        return 1
    return max(1, _vowel_groups(letters) - _silent(letters))


def _sentences(text: str) -> list[list[str]]:
    lines = MARKUP.sub("", text.replace("’", "'")).splitlines()
    sentences = [sentence for line in lines for sentence in SENTENCE_END.split(line)]
    return [[word.strip(".,'%") for word in WORD.findall(sentence)] for sentence in sentences]


def _vowel_groups(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word))
    # Two vowels that are spoken apart (ra-di-o, us-u-al), but not so in -tion, -cial, qua-, gua-.
    apart = re.sub(r"(?<=[csgtx])i(?=[aou])|(?<=[qg])u(?=a)", "", word)
    return groups + len(re.findall(r"i[aou]|ua|eo|[^aeiou]ier$|[^aeiou]iest$|[aeoy]ing$|sm$", apart))


def _silent(word: str) -> int:
    silent = len(re.findall(r"(?<=[aeiouy][^aeiouy])e(?=(?:ment|ly|ful|less|ness)s?$)", word))
    if re.search(r"[^aeiouyl]e$|[aeiouy]le$|[gq]ue$", word):
        return silent + 1
    if re.search(r"[^aeiouydt]ed$", word):
        return silent + 1
    if re.search(r"[^aeiouyszxcgl]es$|[aeiouy]les$", word) and not re.search(r"(?:sh|ch)es$", word):
        return silent + 1
    return silent
