"""Nobody is kept out of any page of the desk: not by colours, not by width, not by what a screen reader cannot name."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.urls import URLResolver, resolve
from playwright.sync_api import Page, expect

from config import environment
from kb import kinds
from tests.browser.axe import COLOURS
from tests.browser.desk_pages import KINDS, NOT_PAGES, PAGES, DeskPage
from tests.browser.people import Person

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# A look takes a second or two. `make torture` sets this; every other run looks at each template once, and less often.
IS_THOROUGH = environment.flag("EVERY_PAGE")
SEEN = [row for row in PAGES if IS_THOROUGH or not row.is_like_another]
OVERHANG = "document.scrollingElement.scrollWidth - window.innerWidth"
OPEN_ALL = "for (const list of document.querySelectorAll('main details')) { list.open = true; }"


@pytest.mark.parametrize("row", SEEN, ids=[row.name for row in SEEN])
def test_nobody_is_kept_out(row: DeskPage, look: Callable[[str], Page], worked_on, axe):
    page = look(row.who)
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    answer = page.goto(row.address(worked_on))
    assert answer is not None
    assert answer.status == 200
    if page.locator("aside.preview").is_visible():
        expect(page.locator(".preview-status")).to_have_text("Preview is up to date")
    axe(page, f"“{row.name}”, wide and light")
    if row.has_lists:
        page.evaluate(OPEN_ALL)
    if row.has_lists and IS_THOROUGH:
        axe(page, f"“{row.name}”, all lists open")
    page.emulate_media(color_scheme="dark")
    if IS_THOROUGH:
        axe(page, f"“{row.name}”, dark", only=COLOURS)
    page.set_viewport_size(NARROW)
    axe(page, f"“{row.name}”, narrow and dark")
    assert page.evaluate(OVERHANG) <= 0, "on a phone it must not scroll sideways"
    if IS_THOROUGH:
        page.emulate_media(color_scheme="light")
        axe(page, f"“{row.name}”, narrow and light", only=COLOURS)


def test_nobody_is_kept_out_after_signing_out(window, axe):
    leaver = Person("leaver", window("leaver"))
    leaver.goes_home()
    leaver.presses_button("Log out")
    leaver.sees("Log in again")
    axe(leaver.page)


def test_every_kind_and_every_page_is_in_the_table():
    models = {kind.name: kind.model._meta for kind in kinds.all_kinds()}
    assert {name: f"/admin/{meta.app_label}/{meta.model_name}/" for name, meta in models.items()} == KINDS
    in_the_table = {_view_of(row.path.split("?")[0]) for row in PAGES}
    missing = {_of_any_kind(name) for name in _names(admin.site.urls[0])} - in_the_table - NOT_PAGES
    assert not missing, "give each of these a line in tests/browser/desk_pages.py"


def _names(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns)
        else:
            yield pattern.name or ""


def _view_of(path: str) -> str:
    """The name of the view behind a path, with “kind” in the place of a kind."""
    return _of_any_kind(resolve(path.replace("{", "").replace("}", "")).url_name or "")


def _of_any_kind(name: str) -> str:
    for kind in kinds.all_kinds():
        meta = kind.model._meta
        name = name.replace(f"{meta.app_label}_{meta.model_name}_", "kind_")
    return name
