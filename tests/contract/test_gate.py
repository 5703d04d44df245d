"""`make check` refuses what would break apps that were built on the last release, and lets through what would not."""

import copy
import json
from typing import Any

import pytest
import yaml

from clients import redocly, released

Json = dict[str, Any]
CONTRACT: Json = json.loads(released.NOW.read_text(encoding="utf-8"))


@pytest.fixture
def refused(tmp_path):
    """What the gate says of the contract after a change."""

    def ask(change: Any, *deliberate: Json) -> list[str]:
        changed = copy.deepcopy(CONTRACT)
        change(changed)
        described, meant = tmp_path / "openapi.json", tmp_path / "deliberate.yaml"
        described.write_text(json.dumps(changed), encoding="utf-8")
        meant.write_text(yaml.safe_dump(list(deliberate)), encoding="utf-8")
        return released.refusals(now=described, deliberate=meant)

    return ask


@pytest.fixture
def without_redocly(monkeypatch):
    """Where it has nothing to add, each answer of it would cost a second."""
    monkeypatch.setattr(redocly, "breaks", lambda released, now: [])


def schema(contract: Json, name: str) -> Json:
    found: Json = contract["components"]["schemas"][name]
    return found


def without_a_field(contract: Json) -> None:
    del schema(contract, "Condition")["properties"]["tissue"]
    schema(contract, "Condition")["required"].remove("tissue")


def with_a_higher_version(contract: Json) -> None:
    major, minor, _ = contract["info"]["version"].split(".")
    contract["info"]["version"] = f"{major}.{int(minor) + 1}.0"


def test_the_contract_as_it_is_breaks_nothing(refused):
    assert refused(lambda contract: None) == []


def test_a_field_removed_is_refused(refused):
    assert "Field `Condition.tissue` was removed or renamed." in refused(without_a_field)


@pytest.mark.parametrize(("enumeration", "value"), [("Tissue", "nerve"), ("Typicality", "rare")])
def test_an_enum_value_removed_is_refused(refused, enumeration, value):
    """Whether apps send it, as a filter, or only receive it: their code names it."""
    said = refused(lambda contract: schema(contract, enumeration)["enum"].remove(value))
    assert f"Value `{value}` of `{enumeration}` was removed or renamed." in said


def test_an_operation_renamed_is_refused(refused):
    def rename(contract: Json) -> None:
        contract["paths"]["/api/v1/conditions"]["get"]["operationId"] = "conditionsList"

    assert "Operation `listConditions` was removed or renamed." in refused(rename)


def test_a_component_renamed_is_refused(refused):
    """Nothing changes on the wire, but no app that names the class compiles."""

    def rename(contract: Json) -> None:
        text = json.dumps(contract).replace('/SymptomCard"', '/SymptomTile"').replace('"SymptomCard"', '"SymptomTile"')
        contract |= json.loads(text)

    assert "Component `SymptomCard` was removed or renamed." in refused(rename)


def test_what_would_surprise_an_app_at_run_time_is_refused(refused):
    changes: dict[str, Json] = {
        "components/schemas/Condition/properties/overview": {"type": "integer"},
        "components/schemas/Condition/properties/summary": {"nullable": True},
        "components/schemas/Condition/properties/name": {"maxLength": 9999},
        "components/schemas/Symptom": {"required": ["name"]},
        "paths//api/v1/search/get/parameters/1": {"required": True},
        "paths//api/v1/search/get/parameters/2/schema": {"maximum": 5},
        "servers/0": {"url": "/elsewhere"},
    }

    def change(contract: Json) -> None:
        for place, changed in changes.items():
            _at(contract, place).update(changed)
        responses = contract["paths"]["/api/v1/conditions"]["get"]["responses"]
        del responses["304"], responses["200"]["headers"]["ETag"], contract["paths"]["/api/v1/vocabulary"]

    said = "\n".join(refused(change))
    for word in (
        "overview",
        "string | null",
        "9999",
        "Symptom",
        "`kind`",
        "<= 5",
        "/elsewhere",
        "304",
        "ETag",
        "vocabulary",
    ):
        assert word in said, said


def test_what_is_added_or_said_better_is_let_through(refused):
    def improve(contract: Json) -> None:
        schema(contract, "Condition")["properties"]["history"] = {"type": "string", "description": "New."}
        schema(contract, "Condition")["required"].append("history")
        schema(contract, "Condition")["description"] = "Said better."
        schema(contract, "Condition")["properties"]["overview"]["deprecated"] = True
        schema(contract, "Tissue")["enum"].append("skin")
        contract["paths"]["/api/v1/skins"] = {"get": contract["paths"]["/api/v1"]["get"] | {"operationId": "listSkins"}}

    assert refused(improve) == []


def test_what_breaks_on_purpose_is_written_down_with_a_reason_and_a_higher_version(refused, without_redocly):
    def change(contract: Json) -> None:
        without_a_field(contract)
        schema(contract, "Tissue")["enum"].remove("nerve")

    def change_and_say_so(contract: Json) -> None:
        change(contract)
        with_a_higher_version(contract)

    field, value = rows = [{"change": said, "reason": "It harmed readers."} for said in refused(change)]
    assert refused(change_and_say_so, *rows) == []
    assert refused(change_and_say_so, value) == [field["change"]]
    assert refused(change_and_say_so, field | {"reason": ""}, value) == [field["change"]]
    (said,) = refused(change, *rows)
    assert "version" in said


def test_a_line_about_a_change_that_is_none_is_refused(refused, without_redocly):
    (said,) = refused(with_a_higher_version, {"change": "Field `Condition.name` was removed.", "reason": "None."})
    assert "nothing breaks so" in said


def test_at_a_release_the_description_becomes_the_promise(tmp_path):
    now, kept, deliberate = (tmp_path / name for name in ("now.json", "kept.json", "deliberate.yaml"))
    now.write_text(json.dumps(CONTRACT), encoding="utf-8")
    assert released.keep(now, kept, deliberate) == ""
    assert redocly.breaks(kept, now) == []
    changed = copy.deepcopy(CONTRACT)
    without_a_field(changed)
    now.write_text(json.dumps(changed), encoding="utf-8")
    assert "major" in released.keep(now, kept, deliberate)
    with_a_higher_version(changed)
    now.write_text(json.dumps(changed), encoding="utf-8")
    assert released.keep(now, kept, deliberate) == ""
    assert "tissue" not in json.loads(kept.read_text())["components"]["schemas"]["Condition"]["properties"]


def test_redocly_reads_the_description_strictly(tmp_path):
    planted: dict[str, tuple[str, Json]] = {
        "operation-summary": ("paths//api/v1/get", {"summary": ""}),
        "operation-operationId-unique": ("paths//api/v1/search/get", {"operationId": "listConditions"}),
        "no-unused-components": ("components/schemas/Unused", {"type": "string"}),
        "no-invalid-media-type-examples": (
            "paths//api/v1/get/responses/200/content/application~1json/example",
            {"head": "many"},
        ),
    }
    contract = copy.deepcopy(CONTRACT)
    for place, change in planted.values():
        _at(contract, place).update(change)
    (tmp_path / "openapi.json").write_text(json.dumps(contract), encoding="utf-8")
    said = "\n".join(redocly.complaints(tmp_path / "openapi.json"))
    for rule in planted:
        assert rule in said, said


def _at(contract: Any, place: str) -> Any:
    """The part that a path leads to. The addresses of the API begin with a second slash."""
    first, _, address = place.partition("//")
    if address:
        path, _, rest = address.partition("/get")
        return _inside(contract[first][f"/{path}"], f"get{rest}")
    return _inside(contract, place)


def _inside(part: Any, place: str) -> Any:
    for step in place.split("/"):
        name = step.replace("~1", "/")
        part = part[int(name)] if isinstance(part, list) else part.setdefault(name, {})
    return part
