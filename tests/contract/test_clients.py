"""The generated clients against the production server: every operation and problem type, the sync loop, later values.

`make clients` makes them. Where that was not done, these tests are skipped; in CI they fail.
"""

import base64
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from django.conf import settings

from clients import compiled, generate
from clients.redocly import NODE
from kb.api import problems
from tests.serving import Started, environment, running

HERE = Path(__file__).parent
CONTRACT = json.loads((settings.BASE_DIR / "docs" / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = {get["operationId"] for item in CONTRACT["paths"].values() for get in item.values()}
FAULTS = ("server-error", "not-ready")
STORY = "from tests import story; from kb.models.entry import Entry; from kb.enums import TombstoneReason; "
WITHDRAW = "story.withdraw(Entry.objects.get(kind='treatment', slug='rest'), TombstoneReason.SAFETY)"
RENAME = "story.go_live(story.edit(Entry.objects.get(kind='condition', slug='hip-impingement'), name='Pinched hip'))"
IN_CI = bool(os.environ.get("CI"))

pytestmark = pytest.mark.skipif(not generate.is_made() and not IN_CI, reason="no clients of today: run `make clients`")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("installation") / "data"


@pytest.fixture(scope="module")
def server(folder) -> Iterator[Started]:
    # So that `localhost` is a name that it does not know.
    with running(folder, ALLOWED_HOSTS="127.0.0.1") as started:
        yield started


@pytest.fixture(scope="module", params=["typescript", "python"])
def ask(request, server) -> Any:
    """Runs one of the client's programs and gives what it told."""
    assert generate.is_made(), "Run `make clients`."
    return {"typescript": in_typescript, "python": in_python}[request.param](f"http://127.0.0.1:{server.port}")


def in_typescript(address: str) -> Any:
    compiled.typescript(HERE / "run.ts")
    (program,) = (generate.MADE / "typescript-run").rglob("run.js")

    def run(what: str, **given: Any) -> Any:
        command = [str(NODE), str(program), address, what, json.dumps(given)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def in_python(address: str) -> Any:
    """A process of its own, since the client is not installed here."""
    compiled.python(HERE / "client_in_python.py")

    def run(what: str, **given: Any) -> Any:
        command = [sys.executable, str(HERE / "client_in_python.py"), address, what, json.dumps(given)]
        variables = os.environ | {"PYTHONPATH": str(generate.MADE / "python")}
        done = subprocess.run(command, capture_output=True, text=True, env=variables, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_every_operation_gives_just_what_the_server_said(ask, server):
    told = ask("operations")
    assert set(told) == OPERATIONS
    (newest, *_) = server.get("/api/v1/snapshots")["items"]
    assert told.pop("downloadSnapshot") == newest["sha256"]
    for path, item in CONTRACT["paths"].items():
        operation = item["get"]["operationId"]
        if operation in told:
            assert told[operation] == server.get(_asked(path, operation, told)), operation


def test_a_list_in_a_query_is_repeated_and_a_right_copy_costs_a_304(ask):
    told = ask("filters")
    assert set(told["tissues"]) == {"bone", "bursa"}
    assert told["names"] == sorted(told["names"])
    assert told["again"] == 304


def test_what_a_later_version_adds_is_survived(ask):
    told = ask("later")
    assert (told["tissue"], told["name"]) == ("skin", True)


def test_an_app_syncs_goes_on_after_a_release_and_ends_with_the_right_digest(ask, server, folder):
    first = ask("sync", copy={})
    assert (first["wrong"], first["pages"] > 2) == ([], True)
    publish(folder, RENAME if _name(server) != "Pinched hip" else RENAME.replace("Pinched", "Nipped"))
    second = ask("sync", copy=first["copy"], cursor=first["cursor"])
    assert (second["wrong"], second["pages"]) == ([], 1)
    assert second["copy"] != first["copy"]
    assert ask("sync", copy={})["copy"] == second["copy"]


def test_every_problem_arrives_as_a_typed_object(ask, server, folder):
    if "rest" in {item["slug"] for item in server.get("/api/v1/treatments?limit=200")["items"]}:
        publish(folder, WITHDRAW)
    snapshot = server.get("/api/v1/snapshots")["items"][0]["name"]
    told = ask(
        "problems", gone="rest", foreign=foreign(server.get("/api/v1/sync?limit=1")["cursor"]), snapshot=snapshot
    )
    told |= {"server-error": _with(folder, NO_NOTICE, ask), "not-ready": _with(folder, NO_FEED, ask)}
    expected = {type_.name: type_.status for type_ in problems.ALL}
    assert {name: problem["status"] for name, problem in told.items()} == expected
    assert {name: problem["type"].partition("#")[2] for name, problem in told.items()} == {n: n for n in expected}
    assert told["gone"]["reason"] == "safety"
    assert told["bad-parameter"]["parameter"] in ("limit", "locale")


# Faults that only somebody with the database in hand can make, and undo

NO_NOTICE = (
    "UPDATE kb_edition SET notice = 'no JSON' || notice WHERE notice <> ''",
    "UPDATE kb_edition SET notice = substr(notice, 8) WHERE notice LIKE 'no JSON%'",
)
NO_FEED = ("ALTER TABLE kb_feed RENAME TO kb_feed_away", "ALTER TABLE kb_feed_away RENAME TO kb_feed")


def _with(folder: Path, fault: tuple[str, str], ask: Any) -> Any:
    (path,) = folder.glob("*.sqlite3")
    for_now, undo = fault
    with sqlite3.connect(path) as connection:
        connection.execute(for_now)
    try:
        return ask("faults")["fault"]
    finally:
        with sqlite3.connect(path) as connection:
            connection.execute(undo)


def publish(folder: Path, what: str) -> None:
    """What editors do meanwhile, in a process beside the server."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", STORY + what]
    variables = environment(folder)
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def foreign(cursor: str) -> str:
    """The same cursor from another installation."""
    version, feed_id, rest = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).split(b" ", 2)
    return base64.urlsafe_b64encode(b" ".join((version, feed_id[::-1], rest))).decode().rstrip("=")


def _asked(path: str, operation: str, told: Any) -> str:
    """What the program asked for, as a path."""
    if "{slug_or_id}" in path:
        return path.replace("{slug_or_id}", told[operation]["slug"])
    queries = {
        "getIndex": "",
        "getVocabulary": "?locale=en",
        "searchContent": "?q=runner%27s+hip&kind=condition&kind=symptom&limit=3",
        "syncContent": "?kind=question&kind=source&limit=3",
        "listNotices": "",
        "listSnapshots": "",
    }
    return path + queries.get(operation, "?limit=2")


def _name(server: Started) -> str:
    with urlopen(f"http://127.0.0.1:{server.port}/api/v1/conditions/hip-impingement", timeout=10) as answer:
        return str(json.loads(answer.read())["name"])
