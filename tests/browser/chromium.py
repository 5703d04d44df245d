"""Which Chromium to drive: the system's; else Debian's, when we may install it; else the one that Playwright brings."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",  # root may not have one, and only our own pages are opened
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",  # as on a phone; they would take 15 of its 390 pixels
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing leaves this machine
)
LONGEST_INSTALLATION = 600


class NoBrowser(Exception):
    """There is none and none can be had."""


def launch(playwright: Playwright) -> Browser:
    """A running browser."""
    found = _of_the_system()
    if found:
        return _started(playwright, found)
    with _one_at_a_time():
        found = _of_the_system() or _from_debian()
        if not found:
            _from_playwright()
    return _started(playwright, found)


@contextmanager
def opened() -> Iterator[Browser]:
    """A browser for tests, which are skipped where none can be had; in CI they fail."""
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except NoBrowser as reason:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no browser: {reason}")
        yield browser
        browser.close()


def _started(playwright: Playwright, executable: str | None) -> Browser:
    try:
        return playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
    except Error as error:
        raise NoBrowser(f"{executable or 'Playwright’s Chromium'} does not start: {_last_line(str(error))}") from error


def _of_the_system() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _from_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, "timeout": LONGEST_INSTALLATION}
    for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        try:
            subprocess.run(["apt-get", *step], capture_output=True, check=False, **quiet)
        except subprocess.TimeoutExpired:
            return None
    return _of_the_system()


def _from_playwright() -> None:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_INSTALLATION, check=False)
    except subprocess.TimeoutExpired as error:
        raise NoBrowser(f"`playwright install chromium` took longer than {LONGEST_INSTALLATION} s") from error
    if run.returncode:
        raise NoBrowser(f"`playwright install chromium` failed: {_last_line(run.stderr or run.stdout)}")


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it says nothing")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """The runs on SQLite and on PostgreSQL stand side by side, and must not install side by side."""
    with (Path(tempfile.gettempdir()) / "stride-kb-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
