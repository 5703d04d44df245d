"""How the server hands the app out: kept for ever or asked for anew, one strict policy, and small."""

import gzip
import re
from http.client import HTTPConnection, HTTPResponse

import pytest
from django.test import RequestFactory

from config import app, pocket
from tests.browser.server import Desk

MOST_SCRIPT = 150_000
ASSETS = sorted(path.name for path in (pocket.BUILD / "app" / "assets").glob("*") if path.suffix != ".gz")


def asks(house: Desk, path: str, **headers: str) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", house.port, timeout=10)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip", **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_the_address_without_a_slash_leads_to_the_app(house):
    answer = asks(house, "/app")
    assert (answer.status, answer.headers["Location"]) == (302, "app/")


@pytest.mark.parametrize("path", ["", "sw.js", "manifest.webmanifest"])
def test_what_decides_about_the_version_is_asked_for_each_time(house, path):
    answer = asks(house, f"/app/{path}")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
    again = asks(house, f"/app/{path}", **{"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize("name", ASSETS)
def test_what_has_a_hash_in_its_name_is_kept_for_ever(house, name):
    answer = asks(house, f"/app/assets/{name}")
    assert re.search(r"-[\w-]{8}\.\w+$", name)
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["ETag"]


@pytest.mark.parametrize("path", ["", "sw.js", "manifest.webmanifest", *(f"assets/{name}" for name in ASSETS)])
def test_everything_comes_with_the_strict_policy(house, path):
    policy = asks(house, f"/app/{path}").headers["Content-Security-Policy"]
    assert policy == pocket.POLICY
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_nothing_is_written_into_the_page():
    text = (pocket.BUILD / "app" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=|https?://", text) == []


def test_the_script_is_small():
    scripts = [path for path in (pocket.BUILD / "app").rglob("*.js")]
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) < MOST_SCRIPT


def test_the_other_static_files_are_served_as_before(house):
    answer = asks(house, "/static/kb/docs.css")
    assert answer.headers["Cache-Control"] == "max-age=60, public"
    assert answer.headers["Content-Security-Policy"] is None


def test_where_it_is_not_built_a_page_says_how():
    answer = app.not_built(RequestFactory().get("/app/"))
    assert answer.status_code == 404
    assert "make app" in answer.content.decode()
