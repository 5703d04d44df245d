"""Hears what goes wrong behind a test: in the browser's console, in its scripts, on the network, in the server."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError

from tests.browser.server import Desk


class Watch:
    """What is heard fails the test, unless the test said before that it expects it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.heard: list[str] = []
        self.expected: list[str] = []
        self.contexts: list[BrowserContext] = []
        self._ears = {"console": self._console, "weberror": self._script, "request": self._request}
        self.read_up_to = len(desk.complaints())

    def listens_to(self, context: BrowserContext) -> None:
        self.contexts.append(context)
        for event, hear in self._ears.items():
            context.on(event, hear)

    def stops(self) -> None:
        for context in self.contexts:
            for event, hear in self._ears.items():
                context.remove_listener(event, hear)

    def expects(self, words: str) -> None:
        """Something that holds these words will be heard in this test, and is right: a 403 that is provoked, say."""
        self.expected.append(words)

    def unexpected(self) -> list[str]:
        """What was heard and nobody expected."""
        for page in self._pages():
            page.evaluate("0")  # events come in order, so those before this answer have been heard after it
        said = self.desk.complaints()[self.read_up_to :]
        heard = [*self.heard, *([f"server: {said}"] if said else [])]
        return [line for line in heard if not any(words in line for words in self.expected)]

    def take_pictures(self, folder: Path) -> list[Path]:
        """What somebody would see now."""
        paths = [folder / f"page-{number}.png" for number, _ in enumerate(self._pages())]
        for path, page in zip(paths, self._pages(), strict=True):
            page.screenshot(path=path)
        return paths

    def _pages(self) -> list[Page]:
        return [page for context in self.contexts for page in context.pages]

    # A policy that forbids something says so in the console, as an error.

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.heard.append(f"console of {message.page.url if message.page else '?'}: {message.text}")

    def _script(self, error: WebError) -> None:
        self.heard.append(f"script of {error.page.url if error.page else '?'}: {error.error}")

    def _request(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme not in ("data", "blob") and where.hostname != "127.0.0.1":
            self.heard.append(f"request that leaves this machine: {request.url}")
