"""Whatever is asked, the answer is one that the contract names; and a server or contract that lies is found out."""

import json
import sqlite3

import pytest

from config import environment
from tests import fuzz
from tests.serving import running

ONCE = pytest.mark.skipif(bool(environment.text("DATABASE_URL")), reason="the harness is the same on both databases")
CONTRACT = json.loads(fuzz.CONTRACT.read_text(encoding="utf-8"))


def test_three_thousand_questions_get_no_answer_that_is_not_in_the_contract(own_database, tmp_path):
    found = fuzz.run(tmp_path / "fuzz", 3000, database=own_database)
    assert found.problems == []
    assert found.requests >= 3000
    assert found.operations == {get["operationId"] for item in CONTRACT["paths"].values() for get in item.values()}
    assert set(found.statuses) >= {"200", "304", "400", "404", "405", "410"}


def no_404(contract):
    del contract["paths"]["/api/v1/conditions/{slug_or_id}"]["get"]["responses"]["404"]


def a_number_for_a_name(contract):
    contract["components"]["schemas"]["Condition"]["properties"]["name"] = {"type": "integer"}


def a_bound_that_the_server_keeps_closer(contract):
    parameters = contract["paths"]["/api/v1/conditions"]["get"]["parameters"]
    next(parameter for parameter in parameters if parameter["name"] == "limit")["schema"]["maximum"] = 10**6


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz") / "data"
    with running(folder) as started:
        fuzz.withdraw_something(folder)
        yield started, folder


@ONCE
@pytest.mark.parametrize(
    ("lie", "operation", "said"),
    [
        (no_404, "getCondition", "Undocumented status code"),
        (a_number_for_a_name, "getCondition", "Response violates schema"),
        (a_bound_that_the_server_keeps_closer, "listConditions", "Schema-valid request rejected"),
    ],
)
def test_a_contract_that_says_something_else_is_found_out(server, tmp_path, lie, operation, said):
    contract = json.loads(json.dumps(CONTRACT))
    lie(contract)
    (tmp_path / "openapi.json").write_text(json.dumps(contract), encoding="utf-8")
    assert said in asked(server, tmp_path / "openapi.json", operation)


@ONCE
def test_a_server_that_fails_is_found_out(server):
    (path,) = server[1].glob("*.sqlite3")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE kb_edition SET notice = 'no JSON' || notice WHERE notice <> ''")
    assert "Server error" in asked(server, fuzz.CONTRACT, "listNotices")


def asked(server, contract, operation):
    """What was found of one operation."""
    found = fuzz.Found()
    only = f"--include-operation-id={operation}"
    fuzz.ask(f"http://127.0.0.1:{server[0].port}", found, contract, only, examples=20)
    return "\n".join(found.problems)
