"""What keeps people with a screen reader, a keyboard or weak eyes out of a page, as axe-core finds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": STANDARDS},
    "rules": {"target-size": {"enabled": True}},  # off unless asked for
    "resultTypes": ["violations"],
    "preload": False,  # it would write styles into the page, which the desk's policy forbids
}
# The rules whose answer depends on light and dark.
COLOURS = ("color-contrast", "link-in-text-block")
# (rule, part of the node's HTML, reason that somebody who meets the barrier would accept)
EXCEPTIONS: tuple[tuple[str, str, str], ...] = ()

# Ends whatever is on its way, a change of colours for one: half-way through nothing has a colour of its own.
SETTLE = """
for (const animation of document.getAnimations()) {
    if (Number.isFinite(animation.effect.getComputedTiming().endTime)) { animation.finish(); }
}
"""

HEIGHT = "document.scrollingElement.scrollHeight"


def assert_open_to_all(page: Page, where: str = "", *, only: tuple[str, ...] = ()) -> None:
    """No rule of WCAG 2.2 AA and of good practice (or none of those named) is broken on the page as it stands now."""
    options = OPTIONS | {"runOnly": {"type": "rule", "values": only}} if only else OPTIONS
    with _unrolled(page):
        page.evaluate(SETTLE)
        violations = Axe().run(page, options=options).response["violations"]
    barriers = [_told(rule, node) for rule in violations for node in rule["nodes"] if not _is_excepted(rule, node)]
    assert not barriers, f"{len(barriers)} barriers on {where or page.url}\n\n" + "\n\n".join(barriers)


@contextmanager
def _unrolled(page: Page) -> Iterator[None]:
    """In a window as high as the page: else the bar at its bottom hides half a field, and axe calls that small."""
    size = page.viewport_size
    assert size
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], page.evaluate(HEIGHT))})
    yield
    page.set_viewport_size(size)


def _is_excepted(rule: dict[str, Any], node: dict[str, Any]) -> bool:
    return any(rule["id"] == name and part in node["html"] for name, part, _ in EXCEPTIONS)


def _told(rule: dict[str, Any], node: dict[str, Any]) -> str:
    target = " ".join(str(step) for step in node["target"])
    lines = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}",
        f"  at   {target}",
        f"  is   {node['html'][:300]}",
        f"  mend {_how_to_mend(node)}",
    ]
    return "\n".join(lines)


def _how_to_mend(node: dict[str, Any]) -> str:
    return "\n       ".join(node["failureSummary"].splitlines())
