"""Ways through the app: addresses, back, the keyboard, and a newer version of the app itself."""

import re
import time
from contextlib import suppress

from playwright.sync_api import Error, Page, Route, expect

from tests.pocket.reader import LONGEST_WAIT, Reader

PLACES = 60
FOCUSED = "document.activeElement.textContent.trim()"


def tabs_to(page: Page, words: str) -> None:
    """With the keyboard alone."""
    for _ in range(PLACES):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(words):
            return
    raise AssertionError(f"Tab never comes to “{words}”")


def test_somebody_with_a_keyboard_finds_reads_and_returns(looking: Reader):
    page = looking.page
    looking.opens()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Skip to the page"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    tabs_to(page, "Groin")
    page.keyboard.press("Enter")
    looking.sees_heading("Groin")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    tabs_to(page, "Hip impingement")
    page.keyboard.press("Enter")
    looking.sees_heading("Hip impingement")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert page.title() == "Hip impingement · Stride KB"
    tabs_to(page, "What helps")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What helps")).to_be_focused()
    looking.goes_back()
    looking.goes_back()
    looking.sees_heading("Groin")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_somebody_with_a_keyboard_searches_and_chooses_their_region(looking: Reader):
    page = looking.page
    looking.opens()
    tabs_to(page, "Search")
    page.keyboard.press("Enter")
    looking.sees_heading("Search")
    page.keyboard.press("Tab")
    page.keyboard.type("limp")
    expect(page.locator("#said")).to_contain_text("found")
    tabs_to(page, "Limp")
    page.keyboard.press("Enter")
    looking.sees_heading("Limp")
    tabs_to(page, "Choose your region")
    page.keyboard.press("Enter")
    looking.sees_heading("Settings")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("United Kingdom")).to_be_checked()
    expect(page.get_by_label("United Kingdom")).to_be_focused()
    looking.sees("Call 999")
    page.evaluate("localStorage.clear()")


def test_back_leads_to_the_place_on_the_page(looking: Reader):
    page = looking.page
    looking.opens("source")
    page.evaluate("scrollTo(0, 900)")
    looking.main.locator(".card").nth(12).click()
    expect(page.locator("#title")).not_to_have_text("Sources")
    looking.stands_at(0)
    looking.goes_back()
    looking.sees_heading("Sources")
    looking.stands_at(900)


def test_an_address_leads_to_a_section(looking: Reader):
    looking.opens("condition/hip-bursitis/exercises")
    expect(looking.page.get_by_role("heading", name="Exercises", exact=True)).to_be_in_viewport()
    looking.taps("What it is")
    looking.goes_back()
    expect(looking.page.get_by_role("heading", name="Exercises", exact=True)).to_be_in_viewport()


def test_what_was_found_is_still_there_after_back(looking: Reader):
    looking.searches("stress")
    looking.taps_card("Hip stress fracture")
    looking.sees_heading("Hip stress fracture")
    looking.goes_back()
    expect(looking.page.get_by_label("Words to look for")).to_have_value("stress")
    looking.sees("Hip stress fracture")


def test_a_newer_app_is_taken_with_a_button(phone):
    reader = with_an_older_app(phone())
    with reader.page.expect_navigation():
        reader.presses("Use it now")
    has_the_newer_app(reader)


def test_a_newer_app_is_taken_at_the_next_start(phone):
    reader = with_an_older_app(phone())
    reader.starts_anew()
    has_the_newer_app(reader)


NEWS_ON_THE_WAY = """
() => {
    addEventListener("popstate", () => document.dispatchEvent(new Event("visibilitychange")), { once: true });
    location.hash = "#/condition/hip-bursitis";
}
"""


def test_news_that_come_while_a_page_is_made_leave_its_reader_at_the_heading(phone):
    """Without a network each look at the page draws it anew."""
    reader = phone()
    reader.opens()
    reader.page.context.set_offline(True)
    reader.page.evaluate(NEWS_ON_THE_WAY)
    reader.sees_heading("Hip bursitis")
    expect(reader.page.get_by_role("heading", level=1)).to_be_focused()


def with_an_older_app(reader: Reader) -> Reader:
    """One that differs in the name of its cache only, and that has found out that there is another."""

    def older(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(r'"[0-9a-f]{12}"', '"older"', answer.text()))

    reader.page.context.route("**/app/sw.js", older)
    reader.opens()
    reader.is_ready_for_no_network()
    assert caches(reader) == ["pocket-older"]
    reader.page.context.unroute("**/app/sw.js")
    reader.page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => null)")
    expect(reader.page.get_by_text("A newer version of this app is here.")).to_be_visible()
    reader.sees("By kind")
    return reader


def has_the_newer_app(reader: Reader) -> None:
    reader.sees("By kind")
    expect(reader.page.get_by_text("A newer version of this app is here.")).to_be_hidden()
    until = time.monotonic() + LONGEST_WAIT / 1000
    while len(found := caches(reader)) != 1 or found == ["pocket-older"]:
        assert time.monotonic() < until, f"the older app is still there, or the newer one is not: {found}"
        reader.page.wait_for_timeout(20)


def caches(reader: Reader) -> list[str]:
    with suppress(Error):  # the page is just starting anew
        return reader.page.evaluate("caches.keys()")
    return []
