"""The pocket app as `make run` serves it, a real browser, and editors who publish meanwhile.

`make app` builds it. Where that was not done since its sources changed, these tests are skipped; in CI they fail.
"""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from config import environment, pocket
from tests.browser import chromium
from tests.browser.server import Desk
from tests.browser.watch import Watch
from tests.packages.editors import Editors, at_desk
from tests.pocket.reader import LONGEST_WAIT, PHONE, Reader
from tests.serving import BASE_DIR, running

APP = BASE_DIR / "clients" / "pocket"
MADE_FROM = [*APP.glob("*.*"), *(APP / "src").rglob("*.*"), *(BASE_DIR / "clients/typescript/src").glob("*.ts")]
SKIPPED = pytest.StashKey[bool]()
IN_CI = bool(os.environ.get("CI"))
NOT_BUILT = "the pocket app is not built from today's sources: run `make app`"
ONCE = pytest.mark.skip(reason="the same on either database, and it ran on SQLite")


def is_built() -> bool:
    page = pocket.BUILD / "app" / "index.html"
    return page.exists() and page.stat().st_mtime >= max(source.stat().st_mtime for source in MADE_FROM)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if __package__ in item.nodeid.replace("/", "."):
            item.add_marker(pytest.mark.browser)
            if environment.text("DATABASE_URL"):
                item.add_marker(ONCE)
            elif not is_built() and not IN_CI:
                item.add_marker(pytest.mark.skip(reason=NOT_BUILT))
                item.config.stash[SKIPPED] = True


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if SKIPPED in config.stash:
        terminalreporter.section("no pocket app", red=True, bold=True)
        terminalreporter.line(f"The tests of the pocket app were skipped: {NOT_BUILT}.")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: Any) -> Generator[None, Any, Any]:
    """After the test's own last line: did anything go wrong behind it?"""
    outcome = yield
    watch = pyfuncitem.funcargs.get("watch")
    problems = watch.unexpected() if watch else []
    assert not problems, "the test passed, but behind it:\n" + "\n".join(problems)
    return outcome


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One installation for all tests; each of them publishes changes to pages of its own."""
    assert is_built(), NOT_BUILT
    folder: Path = tmp_path_factory.mktemp("pocket") / "data"
    with running(folder, REPORT_UNSAFE_CONTENT="mailto:editors@kb.example") as server:
        yield Desk(folder, server.port, {})


@pytest.fixture(scope="package")
def editors(house: Desk) -> Iterator[Editors]:
    with at_desk(house.folder) as sitting:
        yield sitting


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    # Lets a test answer for the server also when the browser looks for a newer service worker.
    os.environ["PW_EXPERIMENTAL_SERVICE_WORKER_NETWORK_EVENTS"] = "1"
    expect.set_options(timeout=LONGEST_WAIT)
    with chromium.opened() as started:
        yield started


@pytest.fixture
def watch(house: Desk) -> Iterator[Watch]:
    """Fails the test for whatever stands in the console or leaves this machine, unless it said `watch.expects(…)`."""
    started = Watch(house)
    yield started
    started.stops()


@pytest.fixture
def phone(browser: Browser, house: Desk, watch: Watch) -> Iterator[Callable[..., Reader]]:
    """Somebody whose phone has never seen the app."""
    opened: list[BrowserContext] = []

    def new(**options: Any) -> Reader:
        options = {"viewport": PHONE, "locale": "en-GB", "timezone_id": "UTC"} | options
        opened.append(browser.new_context(base_url=house.address, **options))
        opened[-1].set_default_timeout(LONGEST_WAIT)
        watch.listens_to(opened[-1])
        return Reader(opened[-1].new_page())

    yield new
    for context in opened:
        context.close()


@pytest.fixture(scope="module")
def standing(browser: Browser, house: Desk) -> Iterator[Reader]:
    """For tests that only look: one phone with the whole copy, kept for the module."""
    context = browser.new_context(base_url=house.address, viewport=PHONE, locale="en-GB", timezone_id="UTC")
    context.set_default_timeout(LONGEST_WAIT)
    reader = Reader(context.new_page())
    reader.opens()
    yield reader
    context.close()


@pytest.fixture
def looking(standing: Reader, watch: Watch) -> Reader:
    watch.listens_to(standing.page.context)
    return standing
