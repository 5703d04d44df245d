"""When two words count as the same: forms of one word, in whichever English."""

from functools import lru_cache

import snowballstemmer

from kb.search.english import SPELLINGS

_stemmer = snowballstemmer.stemmer("english")


@lru_cache(maxsize=100_000)
def family(word: str) -> str:
    """The same for all that count as one word: clicks and clicking, oedema and edema."""
    for british, american in SPELLINGS:
        word = british.sub(american, word)
    return str(_stemmer.stemWord(word))
