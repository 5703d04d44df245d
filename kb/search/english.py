"""What the search knows of English: how Britain and America spell, and which words say nothing alone."""

import re

_LITTLE = (
    "a about after again all also am an and any are as at be been before being but by can could did do does doing for "
    "from get gets getting got had has have having he her here hers him his how i if im in into is it its ive just "
    "like me more most much my need no not of off on only or our out over own same she should so some such than that "
    "the their them then there these they this those through to too under until us very was we were what when "
    "where which while who why will with would you your yours"
)
STOP_WORDS = frozenset(_LITTLE.split())
"""Left out of a question that has other words, and looked up in names and synonyms only."""

SPELLINGS = tuple(
    (re.compile(british), american)
    for british, american in (
        ("ae", "e"),  # anaemia, orthopaedic, haematoma
        ("^oe|(?<=rrh)oe|(?<=pn)oe|(?<=^f)oe(?=t)", "e"),  # oedema, diarrhoea, dyspnoea, foetus; never shoe or toe
        ("(behavi|neighb|flav|fav|col|lab|tum)our", r"\1or"),
        ("is(?=(?:e[drs]?|ing|ations?)$)", "iz"),  # stabilise, immobilisation
        ("ys(?=(?:e[drs]?|ing)$)", "yz"),  # paralyse
        ("^(cent|fib|met|kilomet|lit)re", r"\1er"),
        ("^programme", "program"),
        ("^manoeuvre", "maneuver"),
        ("^tendonit", "tendinit"),
        ("^(?:runner|jog|jogger|jogging)s?$", "run"),
    )
)
"""Each British spelling becomes the American one, on both sides, before words are compared; and who jogs runs."""
