"""`make screenshots`: the pocket app as docs/images/ shows it, on a phone and on a desk."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.pocket.reader import PHONE, WIDE, Reader
from tests.serving import BASE_DIR

IMAGES = BASE_DIR / "docs" / "images"
TREATMENTS = "condition/hip-impingement/helps"
# name → place, size, colours
PICTURES = {
    "home": ("", PHONE, "light"),
    "article": ("condition/hip-stress-fracture", PHONE, "light"),
    "treatments": (TREATMENTS, PHONE, "light"),
    "careful": ("condition/hip-impingement/careful", PHONE, "light"),
    "search": ("search", PHONE, "light"),
    "dark": ("condition/hip-stress-fracture", PHONE, "dark"),
    "help": ("help", PHONE, "light"),
    "article-wide": ("condition/hip-stress-fracture", WIDE, "light"),
}


@pytest.fixture
def somebody_in_britain(phone) -> Reader:
    reader = phone(device_scale_factor=2, reduced_motion="reduce")
    reader.opens("settings")
    reader.chooses("United Kingdom")
    return reader


def test_pictures(somebody_in_britain: Reader) -> None:
    reader, page = somebody_in_britain, somebody_in_britain.page
    for name, (place, size, colours) in PICTURES.items():
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=colours)
        reader.opens(place)
        if place == "search":
            page.get_by_label("Words to look for").fill("sore hip")
            expect(reader.main.locator(".card").first).to_be_visible()
        page.mouse.move(0, 0)
        take(page, IMAGES / f"pocket-{name}.png")


def take(page, path: Path) -> None:
    page.screenshot(path=path, animations="disabled", caret="hide")
