"""The network between a device and the server: it counts what passes, and breaks as real ones do."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
NOT_PASSED_ON = {"host", "connection", "accept-encoding"}
NOT_PASSED_BACK = {"connection", "transfer-encoding", "content-length", "date", "server"}
LONGEST_HOLD = 30
GOING_AWAY = 0.3
"""Seconds between the last byte and the end: a browser throws away what nobody had time to read."""


@dataclass
class Asked:
    """What a device asked for, and the status that it got."""

    path: str
    query: str
    status: int
    headers: dict[str, str]


@dataclass
class Network:
    """`with network.down():`, `with network.breaking("/snapshots/", after=1000):` and so on; else it only passes on."""

    server: int
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    page_size: int = 500
    """Of /sync, whatever the device asks for: with smaller ones it has more pages to wait for."""
    _breaks: dict[str, int] = field(default_factory=dict)
    _holds: dict[str, threading.Event] = field(default_factory=dict)
    _first: int = 0
    _held: threading.Event = field(default_factory=threading.Event)
    _instead: tuple[int, dict[str, str], bytes] | None = None
    _edits: list[Callable[[str, Json], Json]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        """What was asked since the last time that somebody looked, and its status."""
        told = [f"{asked.path.removeprefix('/api/v1') or '/'} {asked.status}" for asked in self.asked]
        self.asked.clear()
        return told

    @contextmanager
    def down(self) -> Iterator[None]:
        with self.breaking("/", after=0):
            yield

    @contextmanager
    def breaking(self, path: str, *, after: int) -> Iterator[None]:
        """Answers to paths that begin so break off after so many bytes; after none, nothing is answered at all."""
        self._breaks["/api/v1" + path.rstrip("/")] = after
        try:
            yield
        finally:
            self._breaks.clear()

    @contextmanager
    def holding(self, path: str, *, but: int = 0) -> Iterator[Callable[[], None]]:
        """Answers to such paths, but for the first ones, wait until the end. Gives a function that waits for that."""
        release = self._holds["/api/v1" + path] = threading.Event()
        self._first = but
        self._held.clear()
        try:
            yield self._wait
        finally:
            self._holds.clear()
            release.set()

    @contextmanager
    def editing(self, edit: Callable[[str, Json], Json]) -> Iterator[None]:
        """What a later version of the server would say: `edit(path, body)` for each JSON."""
        self._edits.append(edit)
        try:
            yield
        finally:
            self._edits.clear()

    @contextmanager
    def answering(self, status: int, headers: dict[str, str], body: bytes = b"") -> Iterator[None]:
        """Instead of the server, as a proxy before it does, or the Wi-Fi of a hotel."""
        self._instead = (status, headers, body)
        try:
            yield
        finally:
            self._instead = None

    def waits_for(self, times: int, path: str) -> None:
        """Until it was asked for so often."""
        give_up = time.monotonic() + LONGEST_HOLD
        while sum(asked.path == f"/api/v1{path}" for asked in self.asked) < times:
            assert time.monotonic() < give_up, f"{path} was not asked for"
            time.sleep(0.02)

    def _wait(self) -> None:
        assert self._held.wait(LONGEST_HOLD), "nobody asked for it"

    # How it works

    def pass_on(self, handler: BaseHTTPRequestHandler) -> None:
        split = urlsplit(handler.path)
        limit = self._limit_of(split.path)
        if handler.command != "OPTIONS":
            self._hold(split.path)
        if limit == 0:
            return
        status, headers, body = self._from_server(handler)
        if self._instead and handler.command != "OPTIONS":
            status, headers, body = self._instead
            headers = headers | {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
        if handler.command != "OPTIONS":
            self.asked.append(Asked(split.path, split.query, status, dict(handler.headers.items())))
        if self._edits and status == 200 and headers.get("content-type") == "application/json":
            body = json.dumps(self._edits[0](split.path, json.loads(body))).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if status not in (204, 304):
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:limit])
        if limit is not None:
            time.sleep(GOING_AWAY)

    def _from_server(self, handler: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server, timeout=30)
        path = handler.path.replace("limit=500", f"limit={self.page_size}")
        passed = {name: value for name, value in handler.headers.items() if name.lower() not in NOT_PASSED_ON}
        connection.request(handler.command, path, headers=passed)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders() if name.lower() not in NOT_PASSED_BACK}
        body = answer.read()
        connection.close()
        return answer.status, headers, body

    def _limit_of(self, path: str) -> int | None:
        return next((after for start, after in self._breaks.items() if path.startswith(start)), None)

    def _hold(self, path: str) -> None:
        for start, release in list(self._holds.items()):
            if path.startswith(start) and self._first:
                self._first -= 1
            elif path.startswith(start):
                self._held.set()
                release.wait(LONGEST_HOLD)


@contextmanager
def before(server: int) -> Iterator[Network]:
    """A network in front of the server at this port."""
    network = Network(server)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                network.pass_on(self)
            except ConnectionError:
                self.close_connection = True  # the device has gone away

        do_OPTIONS = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        network.port = listening.server_port
        thread = threading.Thread(target=listening.serve_forever, args=[0.02], daemon=True)
        thread.start()
        yield network
        listening.shutdown()
        thread.join()
