"""Every view for everybody: axe in light and dark on a phone and a desk, no sideways scrolling, large enough to tap."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import COLOURS, assert_open_to_all
from tests.pocket.reader import PHONE, WIDE, Reader

VIEWS = {
    "": "Running injuries, explained",
    "search": "Search",
    "help": "When to get help",
    "settings": "Settings",
    "about": "About this app",
    "condition": "Conditions",
    "region/groin": "Groin",
    "condition/hip-bursitis": "Hip bursitis",
    "symptom/limp": "Limp",
    "treatment/corticosteroid-injection": "Corticosteroid injection",
    "exercise/clamshell": "Clamshell",
    "prevention-strategy/gradual-load": "Build up step by step",
    "guide/when-to-seek-care": None,
    "question/how-long-does-a-runners-hip-take-to-heal": None,
    "red-flag/bone-stress-pattern": "Signs of a stress fracture",
    "body-structure/hip-bones": None,
    "provider/the-royal-treatment-therapy-and-performance": None,
    "source/mellor-2018": None,
    "disclaimer/adults-only": "For adults only",
    "contact-route/united-kingdom": "United Kingdom",
    "condition/nowhere": "This page is not here",
}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What is tapped again and again: the places, the rows of lists, the choices, the buttons.
TO_TAP = (
    "#nav a, .brand, .card, .tile, .worried, .go, .contents a, .options label, button, .eyebrow a, input[type=search]"
)
TOO_SMALL = """
selector => [...document.querySelectorAll(selector)].filter((part) => part.checkVisibility())
    .map((part) => ({ words: part.innerText, box: part.getBoundingClientRect() }))
    .filter(({ box }) => box.height < 44).map(({ words, box }) => `${words} ${box.height}`)
"""


def shown(reader: Reader, place: str) -> Page:
    reader.goes_to(place)
    if VIEWS[place]:
        reader.sees_heading(VIEWS[place])
    if place == "search":
        reader.page.get_by_label("Words to look for").fill("hip")
        expect(reader.main.locator(".card").first).to_be_visible()
    return reader.page


@pytest.fixture
def untouched(looking: Reader) -> Iterator[Reader]:
    looking.opens("no-page-of-the-table")
    yield looking
    looking.page.set_viewport_size(PHONE)
    looking.page.emulate_media(color_scheme="light")
    looking.page.evaluate("localStorage.clear()")


@pytest.mark.parametrize("place", VIEWS, ids=lambda place: place or "home")
def test_nobody_is_kept_out(untouched: Reader, place):
    page = shown(untouched, place)
    for size in (PHONE, WIDE):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")
        assert_open_to_all(page, f"{place} in light at {size}")
        page.emulate_media(color_scheme="dark")
        assert_open_to_all(page, f"{place} in dark at {size}", only=COLOURS)


def test_the_largest_text_fits_on_the_smallest_phone(untouched: Reader):
    untouched.opens("settings")
    untouched.chooses("Largest")
    for place in VIEWS:
        page = shown(untouched, place)
        assert page.evaluate(SIDEWAYS) == 0, place


def test_a_finger_finds_what_is_to_be_tapped(untouched: Reader):
    for place in VIEWS:
        assert shown(untouched, place).evaluate(TOO_SMALL, TO_TAP) == [], place


def test_colours_and_size_hold_over_a_restart(untouched: Reader):
    untouched.opens("settings")
    untouched.chooses("Dark")
    untouched.chooses("Larger")
    untouched.starts_anew()
    assert untouched.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert untouched.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20.8px"
    expect(untouched.page.get_by_label("Dark")).to_be_checked()


def test_only_choices_are_kept_besides_the_copy(untouched: Reader):
    """Nothing about a person: not what they looked for, nor what they read."""
    untouched.searches("cannot walk")
    untouched.opens("settings")
    untouched.chooses("United Kingdom")
    kept = untouched.page.evaluate("Object.fromEntries(Object.entries(localStorage))")
    assert kept == {"stride-kb-pocket": '{"region":"GB","size":1,"colours":"system"}'}
    assert untouched.page.evaluate("[sessionStorage.length, document.cookie]") == [0, ""]
    assert "walk" not in untouched.page.url
