"""The npm package in Chromium, with its own IndexedDB: an app's page that a test can ask things."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.packages.device import Device

Json = dict[str, Any]
PAGE = """<!doctype html><meta charset="utf-8"><title>An app</title><link rel="icon" href="data:,">
<script type="module">
import * as kb from './dist/index.js';
window.begin = async options => {
    window.heard = [];
    window.store = await kb.open({ ...options, onNotices: warnings => heard.push(warnings) });
};
window.outcome = async promise => {
    try {
        return { report: await promise };
    } catch (error) {
        return { failed: error.name, retryAfter: error.retryAfter ?? null };
    }
};
</script>"""
FULL = """() => {
    const { put } = IDBObjectStore.prototype;
    let left = 2;
    IDBObjectStore.prototype.put = function (...given) {
        if (this.name === 'documents' && left-- === 0) throw new DOMException('full', 'QuotaExceededError');
        return put.apply(this, given);
    };
}"""
# All documents are written, and the transaction is kept from its end.
STUCK = """() => {
    const { clear } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.clear = function () {
        if (this.name !== 'parts') return clear.apply(this);
        const again = () => { window.isStuck = true; this.get(1).onsuccess = again; };
        again();
    };
}"""
DAMAGE = """name => new Promise(resolve => {
    indexedDB.open(name).onsuccess = ({ target: { result: db } }) => {
        const writing = db.transaction('documents', 'readwrite');
        const all = writing.objectStore('documents').getAllKeys();
        all.onsuccess = () => writing.objectStore('documents').delete(all.result[0]);
        writing.oncomplete = () => { db.close(); resolve(); };
    };
})"""


class BrowserDevice(Device):
    """One database in a browser. What it tells has the names of the Python package."""

    def __init__(self, context: BrowserContext, app: str, address: str, name: str, **options: str) -> None:
        self.context, self.app = context, app
        self.options = {"baseUrl": address, "name": name} | options
        self.page = self.starts()

    def starts(self) -> Page:
        """The app, opened on this device."""
        page = self.context.new_page()
        page.goto(self.app)
        page.wait_for_function("() => window.begin")
        page.evaluate("options => begin(options)", self.options)
        self.page = page
        return page

    def restarts(self) -> None:
        self.page.close()
        self.starts()

    def is_killed_in_a_sync(self, wait: Callable[[], None]) -> None:
        """The tab is closed while a request is under way."""
        self.begins_to_sync()
        wait()
        self.restarts()

    def is_killed_while_it_writes(self) -> None:
        self.page.evaluate(STUCK)
        self.begins_to_sync()
        self.page.wait_for_function("() => window.isStuck")
        self.restarts()

    def second(self) -> "BrowserDevice":
        """Another tab of the same app."""
        return BrowserDevice(self.context, self.app, self.options["baseUrl"], self.options["name"])

    def closes(self) -> None:
        self.page.close()

    def sync(self) -> Json:
        return _named(self.page.evaluate("() => outcome(store.sync())"))

    def begins_to_sync(self) -> None:
        self.page.evaluate("() => { window.stop = new AbortController(); window.going = outcome(store.sync(stop)); }")

    def ends_sync(self) -> Json:
        return _named(self.page.evaluate("() => window.going"))

    def cancels(self) -> None:
        self.page.evaluate("() => stop.abort()")

    def state(self) -> Json:
        return _named(self.page.evaluate("() => store.state"))

    def warnings(self) -> dict[str, Json]:
        found = self.page.evaluate("async () => { await store.refresh(); return [...store.warnings]; }")
        return {pk: _named(warning) for pk, warning in found}

    def heard(self) -> list[list[Json]]:
        """What the hook was called with, each time."""
        return [[_named(warning) for warning in told] for told in self.page.evaluate("() => heard")]

    def get(self, kind: str, slug_or_id: str) -> Json | None:
        return self.page.evaluate("given => store.get(...given)", [kind, slug_or_id])

    def gone(self, kind: str, slug_or_id: str) -> Json | None:
        found = self.page.evaluate("given => store.gone(...given)", [kind, slug_or_id])
        return found and _named(found)

    def documents(self, kind: str) -> list[Json]:
        return self.page.evaluate("kind => store.list(kind)", kind)

    def versions(self, kinds: tuple[str, ...]) -> dict[str, str]:
        ask = "async kinds => (await Promise.all(kinds.map(k => store.list(k)))).flat().map(d => [d.id, d.version])"
        return dict(self.page.evaluate(ask, list(kinds)))

    def urgent(self, kind: str) -> list[str]:
        """The names of a kind that are urgent, by the list's own filter."""
        ask = "async kind => (await store.list(kind, { where: d => d.urgency === 'urgent' })).map(d => d.name)"
        return self.page.evaluate(ask, kind)

    def showing(self, pk: str) -> list[Json]:
        return self.page.evaluate("id => store.showing(id)", pk)

    def search(self, words: str, **options: Any) -> list[Json]:
        return self.page.evaluate("given => store.search(...given)", [words, options])

    def vocabulary(self) -> Json | None:
        return self.page.evaluate("() => store.vocabulary()")

    def about(self) -> Json | None:
        return self.page.evaluate("() => store.about()")

    def forgets(self) -> None:
        self.page.evaluate("() => store.forget()")

    def has_no_locks(self) -> None:
        """As in older browsers."""
        self.page.evaluate("() => Object.defineProperty(navigator, 'locks', { value: undefined })")

    def storage_is_full(self) -> None:
        """After two documents of the next sync; until a restart."""
        self.page.evaluate(FULL)

    def is_damaged(self) -> None:
        """A document is lost from the storage."""
        self.page.evaluate(DAMAGE, self.options["name"])


def _named(found: Json) -> Json:
    """`isReplaced` → `is_replaced`, so that tests say one thing of both packages."""
    names = {name: re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in found}
    return {names[name]: _named(value) if isinstance(value, dict) else value for name, value in found.items()}


@contextmanager
def app_of(folder: Path) -> Iterator[str]:
    """Serves a page that imports `dist`; its address. It comes from another origin than the API, as most apps do."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=[0.02], daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}/"
        listening.shutdown()
        thread.join()
