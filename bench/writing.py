"""`python -m bench.writing`: what typing and comparing two megabytes costs, and the checks of a page. Seconds of CPU.

Limits: 5 s for a text of any sort read as Markdown in all three ways, 3 s to compare two, 2 ms to check a page.
"""

import bench.configured  # isort: skip  # noqa: F401  models need Django set up

import sys
import time
from collections.abc import Callable
from typing import Any

from kb import kinds, markdown, quality
from kb.differences import Effort, text_runs
from kb.wording import completed
from tests.long_texts import FILLERS, LONG_TEXTS, TWO_MEGABYTES

CHECKED = 500


def main() -> int:
    within = [
        *(_measured(f"read two megabytes of {name}", 5, _read, _long(piece)) for name, piece in FILLERS.items()),
        *(_measured(f"compare: {name}", 3, text_runs, old, new, Effort()) for name, (old, new) in LONG_TEXTS.items()),
        _measured(f"check {CHECKED} pages", CHECKED * 0.002, _check),
    ]
    return 0 if all(within) else 1


def _measured(what: str, limit: float, work: Callable[..., Any], *given: Any) -> bool:
    started = time.process_time()
    work(*given)
    seconds = time.process_time() - started
    print(f"{what}: {seconds:.2f} s (limit {limit:g} s)")
    return seconds < limit


def _long(piece: str) -> str:
    return piece * (TWO_MEGABYTES // len(piece))


def _read(text: str) -> None:
    markdown.html(text)
    markdown.outside_the_subset(text)
    markdown.plain(text)


def _check() -> None:
    kind = kinds.get("condition")
    page = completed(kind, {"overview": "A plain sentence about the hip. " * 60})
    for _ in range(CHECKED):
        quality.findings(kind, page)


if __name__ == "__main__":
    sys.exit(main())
