"""What people do in front of a screen, as short sentences, so that a journey reads like a story."""

import datetime
import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.desk_pages import KINDS

Json = dict[str, Any]
# More presses of Tab than any page has places for the keyboard to stop at.
PLACES = 400
# Seconds.
LONGEST_WAIT = 60
IS_FOCUSED = "node => node === document.activeElement"


class Person:
    """Somebody at the desk. They know a page by its name and a field by its label, and no address."""

    def __init__(self, name: str, page: Page) -> None:
        self.name, self.page = name, page

    # Finding

    def goes_home(self) -> None:
        self.page.goto("/admin/")

    def opens(self, name: str, kind: str = "condition") -> None:
        """The page of this name, found in the list of its kind."""
        self.page.goto(KINDS[kind])
        self.takes_from_list(name)

    def takes_from_list(self, name: str) -> None:
        """Searches the list that is open, and opens the page of this name."""
        self.searches(name)
        self.page.locator("#result_list").get_by_role("link", name=name, exact=True).click()
        self.sees_heading(name)

    def searches(self, words: str) -> None:
        self.search_box().fill(words)
        self.page.get_by_role("button", name="Search").click()

    def takes_from_desk(self, pile: str, name: str) -> None:
        """A paper from one of the piles of the first page."""
        self.goes_home()
        self.pile(pile).get_by_role("link", name=name, exact=True).click()
        self.sees_heading(name)

    def pile(self, label: str) -> Locator:
        return self.page.locator("article.pile").filter(has=self.page.get_by_role("heading", name=label))

    def opens_pile(self, label: str) -> None:
        """All of it, as a list."""
        self.goes_home()
        self.pile(label).get_by_role("heading").get_by_role("link").click()
        self.sees_heading(label)

    def begins(self, kind: str) -> None:
        """An empty form for a new page."""
        self.page.goto(f"{KINDS[kind]}add/")

    def search_box(self) -> Locator:
        return self.page.locator("#searchbar")

    def has_room_for_the_preview(self) -> None:
        self.page.set_viewport_size({"width": 1440, "height": 900})

    # Writing

    def field(self, label: str) -> Locator:
        """By its label, with or without the colon that Django puts behind it."""
        return self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}:?\s*$")).first

    def writes(self, label: str, text: str) -> None:
        self.field(label).fill(text)

    def chooses(self, label: str, option: str) -> None:
        self.field(label).select_option(label=option)

    def ticks(self, label: str) -> None:
        self.page.get_by_label(label, exact=True).check()

    def links(self, label: str, name: str, *, within: Locator | None = None) -> None:
        """Types into a link field and takes the page of this name from what it offers."""
        place = self.page if within is None else within
        place.get_by_role("combobox", name=label).first.click()
        self.page.keyboard.type(name)
        self.page.locator(".select2-results__option", has_text=re.compile(f"^{re.escape(name)}")).first.click()

    def adds(self, what: str, name: str, **chosen: str) -> None:
        """A row that links to the page of this name: `adds("Symptom", "Stiffness", Typicality="common")`."""
        rows = self.page.locator(".inline-group").filter(has=self.page.locator(".add-row", has_text=what))
        rows.locator(".list-body").first.evaluate("list => { list.open = true; }")
        rows.locator(".add-row a").click()
        row = rows.locator(".inline-related:not(.empty-form)").last
        self.links(what, name, within=row)
        for label, option in chosen.items():
            row.get_by_label(f"{label}:").select_option(label=option)

    def saves(self) -> None:
        self.presses_button("Save")
        self.is_told("is saved as revision")

    def submits(self, note: str) -> None:
        """The page that is open, as it was saved."""
        self.follows("Send for review…")
        self._sends(note)

    def saves_and_submits(self, note: str) -> None:
        self.presses_button("Save, then send for review…")
        self._sends(note)

    def _sends(self, note: str) -> None:
        self.writes("A note for the clinical editor", note)
        self.has_read_the_warnings()
        self.presses_button("Send for review")
        self.is_told("is with the clinical editors now")

    def presses_button(self, name: str) -> None:
        self.button(name).click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def follows(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    # Deciding

    def returns(self, note: str) -> None:
        self.follows("Return with a note…")
        self.writes("What should be mended", note)
        self.presses_button("Return with this note")
        self.is_told("is returned")

    def approves(self) -> None:
        """The newest wording of the page that is open, in one's own name. Readers notice nothing."""
        self.follows("Approve…")
        self.has_read_the_warnings()
        self.presses_button("Approve")
        self.sees_badge("Approved")

    def approves_and_publishes(self, what: str = "Approve…") -> None:
        """The same, and live at once."""
        self.follows(what)
        self.has_read_the_warnings()
        self.presses_button("Approve and publish now")
        self.is_told("is live")

    def withdraws(self, reason: str) -> None:
        self.follows("Withdraw…")
        self.page.get_by_label(reason, exact=True).check()
        self.has_read_the_warnings()
        self.presses_button("Withdraw")
        self.is_told("is withdrawn")

    def merges_into(self, name: str) -> None:
        self.follows("Merge…")
        self.links("Into which page", name)
        self.presses_button("Show what would happen")
        self.has_read_the_warnings()
        self.presses_button("Merge")
        self.is_told("is merged into")

    # Releasing

    def begins_release(self, title: str) -> None:
        self.page.goto("/admin/kb/release/add/")
        self.writes("What is it about", title)
        self.presses_button("Begin")
        self.sees_heading(title)

    def puts_in(self, *names: str) -> None:
        """Approved pages, ticked in the list of those that wait."""
        for name in names:
            self.page.locator(".waiting").filter(has_text=name).get_by_role("checkbox").check()
        self.presses_button("Put in")
        self.is_told("Put in:")

    def publishes(self) -> None:
        self._has_looked()
        self.presses_button("Publish now")
        self.is_told("is live")

    def schedules(self, *, seconds: int) -> None:
        """For so many seconds from now."""
        self._has_looked()
        at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
        self.writes("Publish at", at.strftime("%Y-%m-%dT%H:%M:%S"))
        self.presses_button("Publish at this time")
        self.is_told("It goes live by itself on")

    def _has_looked(self) -> None:
        for box in self.page.get_by_label("I have looked at the remarks above").all():
            box.check()

    def has_read_the_warnings(self) -> None:
        """Ticks that they have, where there are any."""
        for box in self.page.get_by_label(re.compile("^ *I have read (this|these)")).all():
            box.check()

    # Signing in

    def signs_in(self, password: str) -> None:
        self.writes("Username", self.name)
        self.writes("Password", password)
        self.presses_button("Log in")

    # With the keyboard only

    def signs_in_with_the_keyboard(self, password: str) -> None:
        self.goes_home()
        self.types(self.name)  # the cursor waits in the first field
        self.presses("Tab")
        self.types(password)
        self.presses("Enter")
        self.sees(f"Signed in as {self.name}")

    def opens_with_the_keyboard(self, kinds: str, name: str) -> None:
        """From the first page through the list of a kind to one page."""
        self.tabs_to(self.page.get_by_role("link", name=kinds, exact=True).first)
        self.presses("Enter")
        self.tabs_to(self.search_box())
        self.types(name)
        self.presses("Enter")
        self.tabs_to(self.page.locator("#result_list").get_by_role("link", name=name, exact=True))
        self.presses("Enter")
        self.sees_heading(name)

    def tabs_to(self, place: Locator) -> None:
        """Presses Tab until the place has the focus; a place that Tab does not reach fails the test."""
        place.wait_for()
        for _ in range(PLACES):
            if place.evaluate(IS_FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {place}")

    def types(self, text: str) -> None:
        """In the place of what stands there."""
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def presses(self, key: str) -> None:
        self.page.keyboard.press(key)

    # Seeing

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def sees_heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", name=text).first).to_be_visible()

    def sees_value(self, label: str, text: str) -> None:
        expect(self.field(label)).to_have_value(text)

    def sees_badge(self, text: str) -> None:
        expect(self.page.locator(".standing .badge", has_text=re.compile(f"^{re.escape(text)}$"))).to_be_visible()

    def is_told(self, text: str) -> None:
        """In the line at the top, after something was done."""
        expect(self.page.locator(".messagelist")).to_contain_text(text)

    def is_refused(self, text: str) -> None:
        expect(self.page.get_by_role("alert").first).to_contain_text(text)


@dataclass
class Answer:
    status: int
    body: Any


@dataclass
class Phone:
    """Asks the public API as an app does, and notes the `head` that it polled."""

    port: int
    heads: list[int] = field(default_factory=list)

    def waits_for_more_than(self, head: int) -> int:
        """Polls as an app does, only oftener, until there is something new."""
        until = time.monotonic() + LONGEST_WAIT
        while self.polls() <= head:
            assert time.monotonic() < until, f"nothing new since {head}"
            time.sleep(0.1)
        return self.heads[-1]

    def polls(self) -> int:
        """Asks how far the content has come."""
        self.heads.append(self.reads("")["head"])
        return self.heads[-1]

    def reads(self, path: str) -> Json:
        """What stands at `/api/v1` + path."""
        answer = self.asks(path)
        assert answer.status == 200, f"{path}: {answer.status} {answer.body}"
        body: Json = answer.body
        return body

    def asks(self, path: str) -> Answer:
        """The same, whatever the status."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1{path}", timeout=10) as response:
                return Answer(response.status, json.loads(response.read()))
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, json.loads(refused.read()))
