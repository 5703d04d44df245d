"""What somebody with the app does, as short sentences."""

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

LONGEST_WAIT = 15_000
PHONE = {"width": 360, "height": 800}
WIDE = {"width": 1280, "height": 900}
HOME = "Running injuries, explained"

NOTE_POLLS = """
window.polls = [];
const ask = window.fetch;
window.fetch = (...given) => {
    if (new Request(...given).url.endsWith("/api/v1")) polls.push(Date.now());
    return ask(...given);
};
"""

GO = """
place => new Promise((done) => {
    new MutationObserver(() => done()).observe(document.querySelector("main"), { childList: true });
    setTimeout(done, 1000); // where both pages are the same, nothing changes
    location.hash = `#/${place}`;
})
"""

Json = dict[str, Any]


class Reader:
    """Knows the pages by what stands on them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.locator("main")

    # Going somewhere

    def opens(self, place: str = "") -> None:
        """An address of the app, as from a bookmark; the first time, waits until everything has come."""
        self.page.goto("about:blank")  # else only the part after # changes, and the old page is still to be seen
        self.page.goto(f"/app/#/{place}")
        expect(self.page.locator("main h1")).to_be_visible()
        expect(self.page.locator("#fetching")).to_have_count(0)

    def goes_to(self, place: str) -> None:
        """From another page of the app."""
        self.page.evaluate(GO, place)

    def is_ready_for_no_network(self) -> None:
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")

    def loses_the_network(self) -> None:
        self.page.context.set_offline(True)

    def has_the_network_again(self) -> None:
        self.page.context.set_offline(False)

    def starts_anew(self) -> None:
        self.page.reload()

    def taps(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def taps_card(self, name: str) -> None:
        self.main.locator("a.card, a.tile").filter(has=self.page.get_by_text(name, exact=True)).click()

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def chooses(self, name: str) -> None:
        self.page.get_by_label(name, exact=True).check()

    def goes_back(self) -> None:
        self.page.go_back()

    def searches(self, words: str) -> None:
        self.taps("Search")
        self.page.get_by_label("Words to look for").fill(words)

    def asks_for_news(self) -> None:
        self.opens("about")
        self.presses("Check for news now")
        expect(self.page.locator("#said")).to_have_text(re.compile("Nothing is new|brought up to date"))

    def opens_on_a_clock_of_ours(self) -> Callable[[], list[float]]:
        """It runs until everything has come, then stands still: on a slow machine no minute is longer.

        Gives the minutes between questions whether anything is new.
        """
        self.page.clock.install()
        self.page.add_init_script(NOTE_POLLS)
        self.opens()
        self.page.clock.pause_at(self.page.evaluate("Date.now()") / 1000 + 1)
        return lambda: self.page.evaluate("polls.map((at, number) => (at - (polls[number - 1] ?? at)) / 60000)")

    def lets_pass(self, *, seconds: int) -> None:
        """In small steps, so that what is on its way can arrive before the next is due."""
        for _ in range(seconds // 5):
            self.page.clock.run_for(5000)
            self.page.evaluate("fetch('/healthz').then(() => null)")  # as long as an answer takes

    # Seeing

    def sees_heading(self, name: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

    def sees(self, words: str | re.Pattern[str]) -> None:
        expect(self.main).to_contain_text(words)

    def sees_nothing_of(self, words: str | re.Pattern[str]) -> None:
        expect(self.main).not_to_contain_text(words)

    def section(self, name: str) -> Locator:
        """By the title that a reader sees."""
        return self.main.locator("section").filter(has=self.page.get_by_role("heading", level=2, name=name, exact=True))

    def group(self, level: str) -> Locator:
        return self.main.locator(f".group.{level}")

    def stands_at(self, top: int) -> None:
        """How far down the page; waits, since a page scrolls when it is there."""
        until = time.monotonic() + LONGEST_WAIT / 1000
        while self.page.evaluate("scrollY") != top:
            assert time.monotonic() < until, f"at {self.page.evaluate('scrollY')}, not at {top}"
            self.page.wait_for_timeout(20)

    def is_told(self) -> str:
        """What interrupted the reader."""
        alert = self.page.get_by_role("alert")
        expect(alert).to_be_visible()
        return alert.inner_text()


def with_answers(reader: Reader, change: Any) -> None:
    """`change(page)` alters what /sync answers; there is no snapshot, so everything comes that way."""

    def altered(route: Route) -> None:
        answer = route.fetch()
        body: Json = answer.json()
        change(body)
        route.fulfill(response=answer, json=body)

    reader.page.route("**/api/v1/snapshots*", lambda route: route.fulfill(json={"items": []}))
    reader.page.route(re.compile(r"/api/v1/sync\?"), altered)
