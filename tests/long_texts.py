"""Texts that would take minutes if nothing bounded the work on them: for the tests, and for `bench.writing`."""

TWO_MEGABYTES = 2_000_000

LONG_TEXTS = {
    "all words": (" ".join(f"w{n}" for n in range(300_000)), " ".join(f"v{n}" for n in range(300_000))),
    "every second word": ("a " * 1_000_000, "a b " * 500_000),
    "one line of many": (
        "same line\n" * 200_000,
        "same line\n" * 100_000 + "another\n" + "same line\n" * 100_000,
    ),
    "a line here and there": (
        "".join(f"line {n} of a long text\n" for n in range(80_000)),
        "".join(f"line {n} of {'a' if n % 50 else 'another'} long text\n" for n in range(80_000)),
    ),
}
"""Pairs to compare."""

FILLERS = {
    "words": "A plain sentence of words. ",
    "brackets": "[",
    "half links": "[a](",
    "half pictures": "![[",
    "nested lists": "- ",
    "nested quotations": ">",
    "stars": "*a **b ",
    "underscores": "_",
    "half tags": "<a ",
    "less than": "<",
    "ampersands": "&",
    "codes": "&#1",
    "backslashes": "\\",
    "tables": "a|b\n-|-\n",
    "lists": "1. a\n",
    "comments": "<![CDATA[",
    "empty lines": "\n",
}
"""What two megabytes of Markdown can be made of."""
