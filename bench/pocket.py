"""`python -m bench.pocket [TIMES]`: how long the pocket app takes on a phone that has its copy, and what it weighs.

Starts a server, a Chromium at the size of a phone and, with a fourth of this machine's speed, one like an old phone.
Each number is the median over some starts without a network; the time runs from the start of the page until its red
flags can be read.
"""

import gzip
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from config import pocket
from tests.browser import chromium
from tests.serving import running

PLACES = {
    "the first page": "",
    "an article": "condition/hip-bursitis",
    "search": "search",
    "the longest list": "source",
}
READABLE = "main .help, main .tiles, main form, main .cards"
# The first frame after the words are in the page.
SHOWN = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
SLOWER = 4


def main(times: int) -> int:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data") as server,
        sync_playwright() as playwright,
    ):
        browser = chromium.launch(playwright)
        rows = [(name, *measured(browser, server.port, place, times)) for name, place in PLACES.items()]
        browser.close()
    print(f"{'ms from the copy, median of ' + str(times):34}{'this machine':>14}{f'{SLOWER} times slower':>18}")
    for name, quick, slow in rows:
        print(f"{name:34}{quick:14.0f}{slow:18.0f}")
    print(f"\n{'bytes, gzipped':34}")
    for path in sorted((pocket.BUILD / "app").rglob("*")):
        if path.suffix in (".js", ".css", ".html"):
            print(f"{path.name:34}{len(gzip.compress(path.read_bytes())):14,}")
    return 0


def measured(browser: Browser, port: int, place: str, times: int) -> tuple[float, float]:
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/app/")
    page.wait_for_selector("main .tiles")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    context.set_offline(True)
    quick = [started(page, port, place) for _ in range(times)]
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    slow = [started(page, port, place) for _ in range(times)]
    context.close()
    return median(quick), median(slow)


def started(page: Page, port: int, place: str) -> float:
    page.goto("about:blank")
    page.goto(f"http://127.0.0.1:{port}/app/#/{place}")
    page.wait_for_selector(READABLE)
    found: float = page.evaluate(SHOWN)
    return found


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7))
