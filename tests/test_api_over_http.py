"""The API through the real server, as an installation runs it: what goes over the wire is what HTTP allows."""

import gzip
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

START_WITHIN = 120


@pytest.fixture(scope="module")
def port(tmp_path_factory) -> Iterator[int]:
    """A server with the starter pack, in a data folder of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("installation")
    installed = {"DATA_DIR": str(folder), "PORT": str(number), "DJANGO_SETTINGS_MODULE": "config.settings"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "config.server", "run", "--setup"],
            cwd=settings.BASE_DIR,
            env=os.environ | installed,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(number, server, folder / "log")
            yield number
        finally:
            server.terminate()
            server.wait(timeout=30)
    said = (folder / "log").read_text()
    assert "Traceback" not in said, said


def ask(port: int, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers less the date, body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, headers={"Host": "localhost"} | headers)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders() if name.lower() != "date"}
        return response.status, found, response.read()
    finally:
        connection.close()


def talk(port: int, sent: bytes) -> bytes:
    """All that the server says to these bytes, until it hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(sent)
        said = b""
        while some := connection.recv(65536):
            said += some
    return said


@pytest.fixture
def condition(port) -> str:
    """The path of a live condition."""
    items = json.loads(ask(port, "GET", "/api/v1/conditions?limit=1")[2])["items"]
    return f"/api/v1/conditions/{items[0]['slug']}"


def test_the_starter_pack_is_there_and_the_server_ready(port):
    status, _, body = ask(port, "GET", "/readyz")
    assert (status, json.loads(body)["status"]) == (200, "ready")
    index = json.loads(ask(port, "GET", "/api/v1")[2])
    assert all(ask(port, "GET", kind["href"])[0] == 200 for kind in index["collections"])


def test_head_has_the_headers_of_get_and_no_body(port, condition):
    for path in (
        condition,
        "/api/v1/conditions",
        "/api/v1",
        "/api/v1/openapi.json",
        "/api/v1/nothing",
        f"{condition}?a=b",
    ):
        for coding in ("identity", "gzip"):
            got = ask(port, "GET", path, **{"Accept-Encoding": coding})
            head = ask(port, "HEAD", path, **{"Accept-Encoding": coding})
            assert head[:2] == got[:2]
            assert head[2] == b""
            assert got[1]["content-length"] == str(len(got[2]))


def test_the_packed_body_is_the_plain_one(port, condition):
    plain = ask(port, "GET", condition)
    packed = ask(port, "GET", condition, **{"Accept-Encoding": "gzip"})
    assert packed[1]["content-encoding"] == "gzip"
    assert gzip.decompress(packed[2]) == plain[2]


def test_a_304_and_a_204_have_nothing_that_speaks_of_a_body(port, condition):
    for path in (condition, "/api/v1/conditions", "/api/v1", "/api/v1/vocabulary"):
        tag = ask(port, "GET", path)[1]["etag"]
        status, headers, body = ask(port, "GET", path, **{"If-None-Match": tag})
        assert (status, headers["etag"], body) == (304, tag, b"")
        assert not {"content-type", "content-length", "content-encoding", "transfer-encoding"} & set(headers)
        status, headers, body = ask(port, "OPTIONS", path, Origin="https://app.example")
        assert (status, body) == (204, b"")
        assert not {"content-type", "content-length", "transfer-encoding"} & set(headers)


def test_no_cookie_is_set_whatever_is_sent(port, condition):
    for path in (condition, "/api/v1/conditions", "/api/v1/nothing"):
        headers = ask(port, "GET", path, Cookie="sessionid=; csrftoken=x")[1]
        assert "set-cookie" not in headers
        assert headers.get("vary", "Accept-Encoding") == "Accept-Encoding"
        assert headers["access-control-allow-origin"] == "*"


def test_requests_in_one_go_are_answered_in_their_order(port, condition):
    """Bad ones among good ones, and answers without a body: nobody gets somebody else's bytes."""
    asked = [
        ("GET", condition, "", 200),
        ("HEAD", condition, "", 200),
        ("GET", "/api/v1/conditions?limit=0", "", 400),
        ("GET", condition, "If-None-Match: *", 304),
        ("OPTIONS", condition, "", 204),
        ("GET", "/api/v1/conditions/%00", "", 404),
        ("POST", "/api/v1/conditions", "Content-Length: 2\r\n\r\n{}", 405),
        ("GET", "/api/v1/conditions/", "", 404),
        ("GET", condition, "Accept: text/html", 406),
        ("GET", "/api/v1", "", 200),
    ]
    sent = b""
    for number, (method, path, more, _) in enumerate(asked):
        head, _, body = more.partition("\r\n\r\n")
        last = "Connection: close" if number == len(asked) - 1 else "X-Number: 1"
        lines = [line for line in (f"{method} {path} HTTP/1.1", "Host: localhost", last, head) if line]
        sent += ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
    assert _statuses(talk(port, sent), [method for method, *_ in asked]) == [status for *_, status in asked]


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET /api/v1\r\n\r\n",
        b"GET /api/v1 HTTP/1.1\r\n\r\n",
        b"GET /api/v1 HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET /api/v1 HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
        b"GET /api/v1 HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET /api/v1 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET /api/v1/conditions?urgency=\xff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /api/v1/\xff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /api/v1?" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /api/v1?" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"POST /api/v1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /api/v1/conditions HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_a_request_that_is_none_is_refused_and_the_next_one_answered(port, sent):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: connection.recv(65536), b""))
    assert said == b"" or said.split(b" ")[1][:1] == b"4", said[:200]
    assert ask(port, "GET", "/api/v1")[0] == 200


def test_two_hundred_ids_go_through(port):
    ids = [item["id"] for item in json.loads(ask(port, "GET", "/api/v1/red-flags?limit=200")[2])["items"]]
    query = "&".join(f"id={pk}" for pk in (ids * 200)[:200])
    status, _, body = ask(port, "GET", f"/api/v1/red-flags?{query}")
    assert (status, len(json.loads(body)["items"])) == (200, len(ids))


def test_a_connection_is_kept_for_the_next_request(port, condition):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for method, path, status in (("HEAD", condition, 200), ("GET", "/api/v1/x", 404), ("GET", condition, 200)):
        connection.request(method, path, headers={"Host": "localhost"})
        kept = connection.sock
        response = connection.getresponse()
        response.read()
        assert response.status == status
        assert connection.sock is kept
    connection.close()


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_WITHIN
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        try:
            if ask(port, "GET", "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def _statuses(said: bytes, methods: list[str]) -> list[int]:
    """Reads one answer after another, each as long as it says; what is left over would be somebody else's."""
    found = []
    for method in methods:
        head, _, said = said.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split(" ")[1])
        length = next((int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")), 0)
        if method != "HEAD" and status not in (204, 304):
            said = said[length:]
        found.append(status)
    assert said == b""
    return found
