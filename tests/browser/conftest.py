"""A real server, a real browser, and the people in front of it. Nothing here touches this process's own database.

Everything ends with this folder's tests: while Playwright is at work, its event loop runs in this thread, and Django
refuses to use a database there, as the other tests need to.
"""

from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from config import environment
from tests.browser import chromium, server
from tests.browser.axe import assert_open_to_all
from tests.browser.desk_pages import KINDS, api_path
from tests.browser.people import Person, Phone
from tests.browser.server import Desk
from tests.browser.watch import Watch

MISSING = pytest.StashKey[str]()
# On a busy machine a page may take a while; a wait ends as soon as what it waits for is there.
LONGEST_WAIT = 60_000
# A preview beside the form takes half of a page's time, so most windows have no room for it.
WITHOUT_PREVIEW = {"width": 1180, "height": 800}


ONCE = pytest.mark.skip(reason="the same on either database, and it ran on SQLite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    is_postgres = bool(environment.text("DATABASE_URL"))
    for item in items:
        if __package__ in item.nodeid.replace("/", "."):
            item.add_marker(pytest.mark.browser)
            if is_postgres and "test_journeys" not in item.nodeid:
                item.add_marker(ONCE)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if MISSING in config.stash:
        terminalreporter.section("no browser", red=True, bold=True)
        terminalreporter.line(f"The browser tests were skipped: {config.stash[MISSING]}.")
        terminalreporter.line("Install Chromium (on Debian and Ubuntu: apt install chromium), then run them again.")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: Any) -> Generator[None, Any, Any]:
    """After the test's own last line: did anything go wrong behind it? A failure comes with pictures."""
    watch = pyfuncitem.funcargs.get("watch")
    if watch is None:
        return (yield)
    try:
        outcome = yield
        problems = watch.unexpected()
        assert not problems, "the test passed, but behind it:\n" + "\n".join(problems)
    except Exception:
        folder = pyfuncitem.config._tmp_path_factory.mktemp("pictures")
        for path in watch.take_pictures(folder):
            pyfuncitem.add_report_section("call", "picture", str(path))
        raise
    return outcome


@pytest.fixture(scope="package")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """One process for all tests; each person has a window without history in it."""
    with sync_playwright() as playwright:
        try:
            started = chromium.launch(playwright)
        except chromium.NoBrowser as reason:
            request.config.stash[MISSING] = str(reason)
            pytest.skip(f"no browser: {reason}")
        expect.set_options(timeout=LONGEST_WAIT)
        yield started
        started.close()


@pytest.fixture(scope="package")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The starter pack, and people who can sign in."""
    with server.standing(tmp_path_factory.mktemp("desk"), url=environment.text("DATABASE_URL")) as started:
        yield started


@pytest.fixture(scope="package")
def ids(desk: Desk) -> dict[str, str]:
    """Kind → the id of its first live entry in the starter pack: what the paths of `desk_pages` name."""
    phone = Phone(desk.port)
    return {kind: phone.reads(f"{api_path(kind)}?limit=1")["items"][0]["id"] for kind in KINDS}


@pytest.fixture
def watch(desk: Desk) -> Iterator[Watch]:
    """Fails the test for every error that it did not expect: `watch.expects("403")`."""
    started = Watch(desk)
    yield started
    started.stops()


@pytest.fixture
def window(browser: Browser, desk: Desk, watch: Watch) -> Iterator[Callable[..., Page]]:
    """A browser in which nothing was done before: `window("therapist", color_scheme="dark")`; “” is not signed in."""
    opened: list[BrowserContext] = []

    def open_window(name: str = "", **options: Any) -> Page:
        opened.append(new_context(browser, desk, name, **options))
        watch.listens_to(opened[-1])
        return opened[-1].new_page()

    yield open_window
    for context in opened:
        context.close()


def new_context(browser: Browser, desk: Desk, name: str, **options: Any) -> BrowserContext:
    """A browser of one person: nothing in it but their being signed in."""
    options = {"viewport": WITHOUT_PREVIEW, "locale": "en-GB", "timezone_id": "UTC"} | options
    context = browser.new_context(base_url=desk.address, **options)
    context.set_default_timeout(LONGEST_WAIT)
    if name:
        context.add_cookies(desk.cookies_of(name))
    return context


@pytest.fixture(scope="package")
def browsers(browser: Browser, desk: Desk) -> Iterator[Callable[[str], BrowserContext]]:
    """Each person's own, kept with what it has loaded: a page opens twice as fast in it."""
    kept: dict[str, BrowserContext] = {}

    def browser_of(name: str) -> BrowserContext:
        if name not in kept:
            kept[name] = new_context(browser, desk, name)
        return kept[name]

    yield browser_of
    for context in kept.values():
        context.close()


@pytest.fixture
def person(browsers: Callable[[str], BrowserContext], watch: Watch) -> Iterator[Callable[[str], Person]]:
    """Somebody in front of a new tab of their own browser."""
    tabs: list[Page] = []

    def sits_down(name: str) -> Person:
        watch.listens_to(browsers(name))
        tabs.append(browsers(name).new_page())
        return Person(name, tabs[-1])

    yield sits_down
    for tab in tabs:
        tab.close()


@pytest.fixture
def therapist(person: Callable[[str], Person]) -> Person:
    """Writes. Knows the desk by what stands on it."""
    return person("therapist")


@pytest.fixture
def editor(person: Callable[[str], Person]) -> Person:
    """Approves and publishes."""
    return person("editor")


@pytest.fixture
def colleague(person: Callable[[str], Person]) -> Person:
    """A second therapist."""
    return person("colleague")


@pytest.fixture
def as_phone(desk: Desk) -> Phone:
    """Somebody with the app: no account, no cookie."""
    return Phone(desk.port)


@pytest.fixture(scope="module")
def standing_pages(browsers: Callable[[str], BrowserContext]) -> Iterator[Callable[[str], Page]]:
    """For tests that only look: each person's one tab, kept for the whole module."""
    pages: dict[str, Page] = {}

    def page_of(name: str) -> Page:
        if name not in pages:
            pages[name] = browsers(name).new_page()
        return pages[name]

    yield page_of
    for page in pages.values():
        page.close()


@pytest.fixture(scope="module")
def worked_on(standing_pages: Callable[[str], Page], ids: dict[str, str]) -> dict[str, str]:
    """What the paths of the table name, after a day's work: a condition with a newer draft, a withdrawn question."""
    therapist, editor = Person("therapist", standing_pages("therapist")), Person("editor", standing_pages("editor"))
    therapist.page.goto(f"{KINDS['condition']}{ids['condition']}/change/")
    therapist.writes("Summary", "A summary that waits to be read by somebody else.")
    therapist.saves()
    editor.page.goto(f"{KINDS['question']}{ids['question']}/change/")
    editor.withdraws("Withdrawn because it is out of date")
    return ids | {"withdrawn": ids["question"]}


@pytest.fixture
def look(standing_pages: Callable[[str], Page], watch: Watch) -> Callable[[str], Page]:
    """`look("editor")`: the window of somebody who only looks."""

    def page_of(name: str) -> Page:
        page = standing_pages(name)
        watch.listens_to(page.context)
        return page

    return page_of


@pytest.fixture
def axe() -> Callable[..., None]:
    """`axe(page)` fails when something on the page as it stands now keeps people out."""
    return assert_open_to_all
