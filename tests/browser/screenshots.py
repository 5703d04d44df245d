"""`make screenshots`: the desk's main pages as docs/images/ shows them, at both widths, light and dark."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk_pages import PAGES, DeskPage
from tests.serving import BASE_DIR

IMAGES = BASE_DIR / "docs" / "images"
SIZES = {"": {"width": 1440, "height": 900}, "-phone": {"width": 390, "height": 844}}
SCHEMES = {"": "light", "-dark": "dark"}
SHOWN = [row for row in PAGES if row.picture]


@pytest.mark.parametrize("row", SHOWN, ids=[row.picture for row in SHOWN])
def test_picture(row: DeskPage, look: Callable[[str], Page], worked_on: dict[str, str]) -> None:
    page = look(row.who)
    page.goto(row.address(worked_on))
    for width, size in SIZES.items():
        page.set_viewport_size(size)
        if page.locator("aside.preview").is_visible():
            expect(page.locator(".preview-status")).to_have_text("Preview is up to date")
        for scheme, colours in SCHEMES.items():
            page.emulate_media(color_scheme=colours, reduced_motion="reduce")
            _take(page, IMAGES / f"{row.picture}{width}{scheme}.png")


def _take(page: Page, path: Path) -> None:
    page.evaluate("document.fonts.ready.then(() => null)")
    page.screenshot(path=path, animations="disabled", caret="hide")
