"""Errors have one shape, and every answer under /api has the same manners: any origin, no cookies, read-only."""

import json
import logging

import pytest
from django.db import OperationalError, connection
from django.test import Client

from kb import published
from kb.api import problems
from kb.models.published import Feed
from tests import story
from tests.factories import ConditionFactory

pytestmark = pytest.mark.django_db

MEMBERS = {"type", "title", "status", "detail", "instance", "parameter", "reason", "replaced_by"}
# Those that the address alone decides. Any other would be given to readers who asked rightly.
CACHEABLE = {"bad-parameter", "not-found", "gone"}
SINGLES = ["", "/vocabulary", "/openapi.json", "/openapi.yaml"]
LISTS = [f"/{kind.path}" for kind in published.all_kinds()]
DOCUMENTS = [f"{path}/anything" for path in LISTS]
A_SNAPSHOT = f"/snapshots/en-{'0' * 32}.jsonl.gz"
FOR_PHONES = ["/sync", "/search?q=hip", "/snapshots", "/notices", A_SNAPSHOT]
FROM_THE_DATABASE = ["", *LISTS, *DOCUMENTS, *FOR_PHONES]
READERS = ("views", "sync", "search", "snapshots", "notices")


def check_problem(response, status: int, name: str) -> story.Json:
    """The problem, after looking at all that problems have in common."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    body: story.Json = json.loads(response.content)
    type_ = next(type_ for type_ in problems.ALL if type_.name == name)
    assert set(body) == MEMBERS
    assert (body["type"], body["title"], body["status"]) == (f"/docs/problems#{name}", type_.title, status)
    assert response.headers["Cache-Control"] == ("public, max-age=60" if name in CACHEABLE else "no-store")
    assert not {"ETag", "Set-Cookie", "Vary"} & set(response.headers)
    return body


# The request


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_the_api_is_read_only(reader, method):
    for path in [*SINGLES, *LISTS[:2], *DOCUMENTS[:2], *FOR_PHONES, "/nothing/here", "/conditions/"]:
        response = reader.generic(method, f"/api/v1{path}", data=b'{"name": "x"}', content_type="application/json")
        check_problem(response, 405, "method-not-allowed")
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_method_in_disguise_is_still_the_method(reader):
    response = reader.post("/api/v1/conditions", headers={"X-HTTP-Method-Override": "GET"})
    check_problem(response, 405, "method-not-allowed")
    disguised = {"X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/admin/", "X-Rewrite-URL": "/admin/"}
    assert story.get(reader, "/conditions", **disguised).json_body == {"items": [], "next": None}


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "image/*", "x", "/", "application/json-seq", ",", "\x00"]
)
def test_who_does_not_accept_json_is_told(reader, accept):
    for path in ("", "/conditions", "/conditions/anything", "/nothing", *FOR_PHONES[:-1]):
        problem = check_problem(story.get(reader, path, Accept=accept), 406, "not-acceptable")
        assert problem["detail"] == "Ask for application/json."


@pytest.mark.parametrize(
    "accept",
    ["*/*", "application/*", "application/json", "text/html, application/json;q=0.1", "application/json; indent=4"],
)
def test_who_accepts_json_gets_it(reader, accept):
    response = story.get(reader, "/conditions", Accept=accept)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.content == b'{"items":[],"next":null}'


def test_the_yaml_contract_is_there_for_who_accepts_yaml(reader):
    for accept in ("application/yaml", "*/*"):
        response = story.get(reader, "/openapi.yaml", Accept=accept)
        assert response.headers["Content-Type"] == "application/yaml"
    assert check_problem(story.get(reader, "/openapi.yaml", Accept="application/json"), 406, "not-acceptable")
    assert story.get(reader, "/openapi.json", Accept="application/json").status_code == 200


@pytest.mark.parametrize("format_", ["api", "admin", "json", "xml", "html"])
def test_there_is_no_other_renderer(reader, format_):
    check_problem(story.get(reader, f"/conditions?format={format_}"), 400, "bad-parameter")
    check_problem(story.get(reader, f"/conditions.{format_}"), 404, "not-found")


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("/api/v1/", "/api/v1"),
        ("/api/", "/api"),
        ("/api/v1/conditions/", "/api/v1/conditions"),
        ("/api/v1/conditions/labral-tear/", "/api/v1/conditions/labral-tear"),
        ("/api/v1/conditions///", "/api/v1/conditions"),
    ],
)
def test_a_slash_at_the_end_is_not_found_and_the_right_path_is_named(reader, path, right):
    problem = check_problem(reader.get(path), 404, "not-found")
    assert problem["detail"] == f"There is nothing at this path. Did you mean {right}?"
    assert problem["instance"] == path


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/v2/conditions",
        "/api/v1/condition",
        "/api/v1/CONDITIONS",
        "/api/v1//conditions",
        "/api/v1/conditions/a/b",
        "/api/v1/entries",
        "/api/v1/revisions/1",
        "/api/v1/../../admin",
        "/api/v1/%2e%2e/admin",
        "/api/v1/%00",
        "/api/v1/%0a",
        "/api/v1/%0d%0aX-Injected:%20yes",
        "/api/v1/%ff",
        "/api/v1/%",
        "/api/v1/" + "a" * 20_000,
        "/api/v1" + "/a" * 5000,
    ],
)
def test_an_unknown_path_is_not_found(reader, path):
    response = reader.generic("GET", path)
    problem = check_problem(response, 404, "not-found")
    assert len(problem["instance"]) <= 300
    assert "Start at /api/v1." in problem["detail"]
    assert "X-Injected" not in response.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:evil", "a b", "", "localhost@evil.example", "[::1", "x" * 5000]
)
def test_a_made_up_host_is_refused(host):
    response = Client(SERVER_NAME="").get("/api/v1", headers={"Host": host})
    check_problem(response, 400, "bad-request")
    assert "evil" not in response.content.decode()


def test_no_address_in_an_answer_comes_from_the_host(house, reader):
    story.go_live(ConditionFactory(), ConditionFactory())
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    for path in ("", "/conditions?limit=1"):
        assert story.get(reader, path, **forwarded).content == story.get(reader, path).content


# The server


def test_before_the_feed_is_there_nothing_is_ready(reader, caplog):
    Feed.objects.all().delete()
    for path in FROM_THE_DATABASE:
        response = story.get(reader, path)
        check_problem(response, 503, "not-ready")
        assert response.headers["Retry-After"] == "10"
    assert len(caplog.records) == len(FROM_THE_DATABASE)
    assert reader.get("/readyz").status_code == 503
    assert reader.get("/healthz").status_code == 200
    assert story.get(reader, "/vocabulary").status_code == 200


def test_a_database_that_does_not_answer_is_said_without_its_words_and_logged_once(reader, caplog, monkeypatch):
    def away() -> None:
        raise OperationalError('connection to server at "10.0.0.5" failed:\n password for user "secret"')

    for module in READERS:
        monkeypatch.setattr(f"kb.api.{module}.reading", away)
    for path in FROM_THE_DATABASE:
        caplog.clear()
        response = story.get(reader, path)
        check_problem(response, 503, "not-ready")
        assert b"secret" not in response.content
        assert [(record.levelno, record.exc_info) for record in caplog.records] == [(logging.ERROR, None)]
        assert "10.0.0.5" in caplog.text
        assert caplog.text.count("\n") == 1


def test_who_holds_a_list_is_not_told_that_it_is_right_while_the_database_is_away(house, reader):
    held = story.get(reader, "/conditions").headers["ETag"]
    Feed.objects.all().delete()
    check_problem(story.get(reader, "/conditions", **{"If-None-Match": held}), 503, "not-ready")


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_not_there_makes_nothing_ready(reader, tmp_path, monkeypatch):
    with story.public_connection() as public:
        public.close()
        public.settings_dict["NAME"] = (
            str(tmp_path / "no" / "where") if public.vendor == "sqlite" else "no_such_database"
        )
        monkeypatch.setattr(public, "ensure_connection", lambda: _connect(public))
        for path in ("", "/conditions", "/conditions/anything", *FOR_PHONES):
            check_problem(story.get(reader, path), 503, "not-ready")
        assert reader.get("/readyz").status_code == 503
        assert reader.get("/healthz").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_on_postgresql_a_reader_without_its_rights_makes_nothing_ready(reader):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    with connection.cursor() as cursor:
        cursor.execute("REVOKE SELECT ON kb_feed FROM stride_kb_reader")
    try:
        assert reader.get("/readyz").status_code == 503
        check_problem(story.get(reader, ""), 503, "not-ready")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("GRANT SELECT ON kb_feed TO stride_kb_reader")
    assert reader.get("/readyz").status_code == 200


def test_a_fault_of_ours_is_a_problem_too_and_says_nothing_of_itself(monkeypatch, caplog):
    def fault(connection: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("kb.api.views.queries.feed", fault)
    response = Client(SERVER_NAME="localhost", raise_request_exception=False).get("/api/v1")
    check_problem(response, 500, "server-error")
    assert b"secret" not in response.content
    assert "secret" in caplog.text


# Manners


@pytest.mark.parametrize(
    "cookie", ["sessionid=", "sessionid=short", "csrftoken=x; messages=y", "=", ";;", "sessionid=\xe9"]
)
def test_cookies_are_neither_read_nor_set(reader, cookie):
    plain, with_cookie = story.get(reader, "/conditions"), story.get(reader, "/conditions", Cookie=cookie)
    assert (with_cookie.content, with_cookie.headers) == (plain.content, plain.headers)
    assert not with_cookie.cookies


def test_an_editor_who_is_signed_in_gets_what_everybody_gets(editor, reader):
    desk = Client(SERVER_NAME="localhost")
    desk.force_login(editor)
    for path in ("", "/conditions", "/conditions/anything", "/nothing"):
        own, plain = story.get(desk, path), story.get(reader, path)
        assert (own.content, own.headers) == (plain.content, plain.headers)
        assert not own.cookies


def test_any_origin_may_read_every_answer(house, reader):
    condition, gone = ConditionFactory(slug="old"), ConditionFactory(slug="gone")
    story.go_live(condition, gone)
    story.go_live(story.edit(condition, slug="new"))
    story.withdraw(gone)
    statuses = set()
    for path in ["", "/conditions", "/conditions/new", "/conditions/old", "/conditions/gone", "/conditions/x", "?a=b"]:
        for headers in ({}, {"If-None-Match": "*"}, {"Accept": "text/html"}, {"Origin": "https://app.example"}):
            response = story.get(reader, path, **headers)
            statuses.add(response.status_code)
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
            assert "Access-Control-Allow-Credentials" not in response.headers
            assert "Cookie" not in response.headers.get("Vary", "")
    assert statuses == {200, 304, 308, 400, 404, 406, 410}


def test_a_browser_that_asks_first_is_told_what_it_may(reader):
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    for path in [*SINGLES, *LISTS, *DOCUMENTS, "/nothing"]:
        response = reader.options(f"/api/v1{path}", headers=asked | {"Access-Control-Request-Headers": "If-None-Match"})
        assert (response.status_code, response.content) == (204, b"")
        assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert response.headers["Access-Control-Allow-Headers"] == "Accept, If-None-Match"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert not {"Content-Type", "Content-Length"} & set(response.headers)


def test_nothing_outside_the_api_is_opened_to_other_origins(reader):
    for path in ("/docs", "/healthz", "/readyz", "/admin/login/"):
        assert "Access-Control-Allow-Origin" not in reader.get(path).headers


def test_each_type_of_problem_is_explained_where_its_address_leads(reader):
    page = reader.get("/docs/problems").content.decode()
    assert all(f'id="{type_.name}"' in page for type_ in problems.ALL)


def test_ready_means_that_readers_can_be_answered(house, reader, monkeypatch):
    assert json.loads(reader.get("/readyz").content) == {"status": "ready", "head": story.head()}
    assert reader.get("/readyz").headers["Cache-Control"] == "no-store"
    monkeypatch.setattr("config.health.COMPILER_VERSION", 0)
    assert reader.get("/readyz").status_code == 503


def _connect(database) -> None:
    """What ensure_connection does, past the guard that keeps tests to their own database."""
    if database.connection is None:
        with database.wrap_database_errors:
            database.connect()
