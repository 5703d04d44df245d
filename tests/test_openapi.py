"""The contract describes every answer that the server gives, and no other: both are asked about everything here."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from unittest.mock import patch
from urllib.parse import quote
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, transaction
from django.test import Client, override_settings
from django.urls import get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # jsonschema ships no types
from openapi_spec_validator import validate

from kb import published, releases, shelf, snapshots
from kb.api import parameters, problems
from kb.api.cursors import SyncCursor
from kb.api.problems import PROBLEM_JSON
from kb.enums import Severity, TombstoneReason
from kb.loading import load_starter
from kb.models.entry import Entry
from kb.models.published import Document, Facet, Feed
from tests import story
from tests.conftest import PACK
from tests.factories import ENTRY_FACTORIES, PersonFactory, TreatmentFactory

Json = dict[str, Any]
DOCS = settings.BASE_DIR / "docs"
EXAMPLES = DOCS / "examples.json"
CONTRACT: Json = json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))
SCHEMAS: Json = CONTRACT["components"]["schemas"]
OPERATIONS = {get["operationId"]: (path, get) for path, item in CONTRACT["paths"].items() for get in item.values()}
KINDS = {kind.kind: kind for kind in published.all_kinds()}

TYPES = {
    str(status): sorted(type_.name for type_ in problems.ALL if type_.status == status)
    for status in sorted({type_.status for type_ in problems.ALL})
}
EXAMPLE_QUERIES = {"searchContent": "?q=runner%27s+hip&limit=2", "syncContent": "?limit=1"}
WRONG_QUERIES = {
    "searchContent": ("", "q=", "q=%00", "q=" + "x" * 201, "q=hip&kind=bone", "q=hip&limit=51", "q=hip&q=knee"),
    "syncContent": ("since=", "since=x", "since=%F0%9F%8F%83", "kind=bone", "limit=0", "limit=501", "since=a&since=b"),
}
FEED_ID = UUID("5afe0000-0000-4000-8000-000000000001")
UNSAFE_ID = UUID("5afe0000-0000-4000-8000-000000000002")
FOR_PHONES = {"syncContent", "listSnapshots", "downloadSnapshot", "listNotices", "searchContent"}
SINGLE = {"getIndex", "getVocabulary", *FOR_PHONES}
NOWHERE = "00000000-0000-4000-8000-000000000000"
READER = Client(raise_request_exception=False)
NO_SHA256 = "5afe" * 16
READERS = ("views", "sync", "search", "snapshots", "notices")
A_FAULT = patch("kb.api.parameters.read_pairs", side_effect=ZeroDivisionError)


@dataclass(frozen=True)
class Answer:
    """What the server said to one request that belongs to an operation."""

    operation: str
    request: str
    status: str
    headers: Any
    media_type: str
    body: Any

    def __str__(self) -> str:
        return f"{self.request} → {self.status}"


@dataclass(frozen=True)
class Asked:
    """All that was asked of an installation with the starter pack."""

    examples: Json
    answers: list[Answer]


pytestmark = pytest.mark.django_db  # so that there is a database for the module's fixture


# The installation


@pytest.fixture(scope="module")
def asked(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Asked]:
    """The starter pack goes live; then one entry of each kind is renamed, one merged and one withdrawn."""
    installed = override_settings(
        REPORT_UNSAFE_CONTENT="mailto:kb@example.org", SNAPSHOTS_DIR=tmp_path_factory.mktemp("snapshots")
    )
    with django_db_blocker.unblock(), _rolled_back(), installed:
        Feed.objects.update(feed_id=FEED_ID)
        _begin()
        good = {operation: [_ask(operation, _example_path(operation))] for operation in OPERATIONS}
        _make_history()
        bad = {operation: list(_ask_wrongly(operation)) for operation in OPERATIONS}
        answers = [answer for operation in OPERATIONS for answer in _ask_everything(operation)]
        yield Asked(
            examples={operation: _examples(good[operation] + bad[operation]) for operation in OPERATIONS},
            answers=[*answers, *(answer for some in (*good.values(), *bad.values()) for answer in some)],
        )


@contextmanager
def _rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _begin() -> None:
    """The starter pack and a page that is withdrawn again. Marks, which are random, are the same each time."""
    PersonFactory(username="therapist", group="Therapist")
    PersonFactory(username="editor", group="Clinical editor")
    marks = (f"{number:016x}" for number in count(1))
    with patch("kb.publishing.secrets.token_hex", lambda length: next(marks)):
        load_starter(PACK, at=story.NOW)
        flags = [_first("red_flag").entry.redflag]
        unsafe = TreatmentFactory(id=UNSAFE_ID, slug="unsafe-one", name="An unsafe treatment", red_flags=flags)
        story.go_live(unsafe)
        releases.withdraw(
            unsafe,
            by=story.person("editor"),
            at=story.NOW,
            reason=TombstoneReason.SAFETY,
            severity=Severity.SAFETY,
            summary="An unsafe treatment was withdrawn. Do not use it.",
        )
    snapshots.make(at=story.NOW)


def _make_history() -> None:
    survivors = {kind: _first(kind).entry for kind in KINDS}
    made = {fate: {kind: _entry(kind, fate) for kind in ENTRY_FACTORIES} for fate in ("renamed", "merged", "withdrawn")}
    story.go_live(*(entry for entries in made.values() for entry in entries.values()))
    story.go_live(*(story.edit(entry, slug=f"{entry.slug}-lately") for entry in made["renamed"].values()))
    for kind, entry in made["merged"].items():
        story.merge(entry, into=survivors[kind])
    for entry in made["withdrawn"].values():
        story.withdraw(entry)


def _entry(kind: str, fate: str) -> Any:
    region = {"renamed": "XA", "merged": "XB", "withdrawn": "XC"}[fate]  # each has one route at most
    more = {"region": region} if kind == "contact_route" else {}
    return ENTRY_FACTORIES[kind](slug=f"{fate}-{kind.replace('_', '-')}", **more)


def _first(kind: str) -> Document:
    return Document.objects.filter(kind=kind, gone_reason="").order_by("name_key")[0]


# Asking


def _ask(operation: str, path: str, method: str = "GET", host: str = "localhost", **headers: str) -> Answer:
    response: Any = READER.generic(method, path, SERVER_NAME=host, headers=headers)
    media_type = response.headers.get("Content-Type", "")
    content = b"".join(response.streaming_content) if response.streaming else response.content
    body: Any = json.loads(content) if content and "json" in media_type else content or None
    return Answer(operation, f"{method} {path}", str(response.status_code), response.headers, media_type, body)


@contextmanager
def _no_database() -> Iterator[None]:
    with ExitStack() as away:
        for module in READERS:
            closed = OperationalError("the server closed the connection")
            away.enter_context(patch(f"kb.api.{module}.reading", side_effect=closed))
        yield


def _kind(operation: str) -> published.PublishedKind | None:
    return next((kind for kind in KINDS.values() if operation in (f"list{kind.plural}", f"get{kind.singular}")), None)


def _path(operation: str, name: str = "") -> str:
    path = str(OPERATIONS[operation][0]).replace("{slug_or_id}", name)
    return path.replace("{name}", shelf.noted("en")[0].name) if "{name}" in path else path


def _is_document(operation: str) -> bool:
    return "{slug_or_id}" in OPERATIONS[operation][0]


def _example_path(operation: str) -> str:
    kind = _kind(operation)
    if kind is None:
        return _path(operation) + EXAMPLE_QUERIES.get(operation, "")
    return _path(operation, _first(kind.kind).slug) if _is_document(operation) else f"{_path(operation)}?limit=2"


def _examples(answers: list[Answer]) -> Json:
    """The answer by its status; of errors, the first of each type by the type's name."""
    examples: Json = {}
    for answer in sorted(answers, key=lambda answer: answer.status):
        if isinstance(answer.body, bytes):
            continue  # a file
        if answer.status == "200":
            examples["200"] = _as_everywhere(answer.body)
        elif answer.body is not None:
            examples.setdefault(answer.status, {}).setdefault(answer.body["type"].rpartition("#")[2], answer.body)
    return examples


def _as_everywhere(body: Any) -> Any:
    """What is compressed has other bytes where another zlib makes it, and so another name."""
    for item in body.get("items", []):
        if "sha256" in item:
            item |= {"sha256": NO_SHA256, "bytes": 100_000, "name": f"en-{NO_SHA256[:32]}.jsonl.gz"}
            item["href"] = f"/api/v1/snapshots/{item['name']}"
    return body


def _ask_wrongly(operation: str) -> Iterator[Answer]:
    """What goes wrong in each way, the most telling example of each status first."""
    whole = _example_path(operation)
    path = whole.partition("?")[0]
    yield _ask(operation, f"{path}?langauge=en" if _kind(operation) is None else f"{path}?locla=en")
    yield _ask(operation, path, accept="text/html")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        yield _ask(operation, path, method)
    for query in (
        "locale=en&locale=en",
        "locale=xx",
        "locale=%00",
        "%ff=1",
        "locale",
        "x=" + "y" * parameters.MAX_QUERY,
    ):
        yield _ask(operation, f"{path}?{query}")
    yield _ask(operation, path, host="somewhere-else.example")
    with _no_database():
        yield _ask(operation, whole)
    with A_FAULT:
        yield _ask(operation, whole)
    for query in WRONG_QUERIES.get(operation, ()):
        yield _ask(operation, f"{path}?{query}")
    if operation == "syncContent":
        elsewhere = SyncCursor(UUID(NOWHERE), "0" * 16, 1, "en", tuple(sorted(KINDS)))
        yield _ask(operation, f"{path}?since={elsewhere.encoded()}")
    if operation == "downloadSnapshot":
        yield _ask(operation, path, range="bytes=999999999-")
        yield _ask(operation, f"/api/v1/snapshots/en-{'0' * 32}.jsonl.gz")
    if _is_document(operation):
        yield from _ask_for_what_is_not_there(operation)
    elif _kind(operation):
        yield from _ask_for_lists_that_cannot_be(operation)


def _ask_for_what_is_not_there(operation: str) -> Iterator[Answer]:
    kind = _kind(operation)
    assert kind is not None
    for name in ("no-such-entry", NOWHERE, "-"):
        yield _ask(operation, _path(operation, name))
    for fate in ("merged", "withdrawn"):
        slug = f"{fate}-{kind.kind.replace('_', '-')}"
        yield _ask(operation, _path(operation, slug))
        yield _ask(operation, _path(operation, str(Entry.objects.get(kind=kind.kind, slug=slug).pk)))


def _ask_for_lists_that_cannot_be(operation: str) -> Iterator[Answer]:
    for query in ("limit=0", "limit=201", "limit=many", "limit=1&limit=2", "sort=best", "cursor=x", "id=1"):
        yield _ask(operation, f"{_path(operation)}?{query}")
    for parameter in OPERATIONS[operation][1]["parameters"]:
        if parameter["in"] == "query":
            yield _ask(operation, f"{_path(operation)}?{parameter['name']}=%3F")


def _ask_everything(operation: str) -> Iterator[Answer]:
    """Every list, filter and document, and each again by somebody who has it already."""
    kind = _kind(operation)
    if kind is None:
        yield from _ask_twice(operation, _example_path(operation))
        yield from _ask_what_else(operation)
    elif _is_document(operation):
        yield from _ask_for_documents(operation, kind)
    else:
        yield from _ask_for_lists(operation, kind)


def _ask_what_else(operation: str) -> Iterator[Answer]:
    """What answers of another shape, or with other things in it."""
    path = _path(operation)
    if operation == "searchContent":
        for question in ("hip", "labral taer", "runners", "zzzzz", "FAI", "hip&kind=symptom&kind=condition&limit=50"):
            yield _ask(operation, f"{path}?q={question.replace(' ', '+')}")
    elif operation == "syncContent":
        answer = _ask(operation, f"{path}?kind=source&kind=question")
        yield answer
        yield from _ask_twice(operation, f"{path}?since={answer.body['cursor']}")
        first = _ask(operation, f"{path}?limit=1&locale=en")
        yield first
        yield from _ask_twice(operation, f"{path}?since={first.body['cursor']}")
    elif operation == "downloadSnapshot":
        yield _ask(operation, path, range="bytes=5-9")


def _ask_twice(operation: str, path: str) -> Iterator[Answer]:
    answer = _ask(operation, path)
    yield answer
    yield _ask(operation, path, if_none_match=answer.headers["ETag"])


def _ask_for_documents(operation: str, kind: published.PublishedKind) -> Iterator[Answer]:
    for document in Document.objects.filter(kind=kind.kind, gone_reason=""):
        yield from _ask_twice(operation, _path(operation, document.slug))
        yield _ask(operation, _path(operation, f"{document.entry_id}?locale=en"))
    yield _ask(operation, _path(operation, f"renamed-{kind.kind.replace('_', '-')}?locale=en"))


def _ask_for_lists(operation: str, kind: published.PublishedKind) -> Iterator[Answer]:
    path = _path(operation)
    yield from _ask_twice(operation, f"{path}?limit=200")
    page = _ask(operation, f"{path}?limit=1&sort=name")
    while page.body["next"]:
        yield page
        page = _ask(operation, page.body["next"])
    yield page
    for parameter in OPERATIONS[operation][1]["parameters"]:
        for value in _values(kind, parameter):
            yield _ask(operation, f"{path}?{parameter['name']}={quote(value)}")


def _values(kind: published.PublishedKind, parameter: Json) -> set[str]:
    """Values that the contract allows: all of an enumeration, and those that the documents have."""
    schema = parameter["schema"].get("items", parameter["schema"])
    if schema.get("type") == "boolean":
        return {"true", "false"}
    if "$ref" in schema:
        return set(_named(schema)["enum"])
    if parameter["name"] == "id":
        return {str(_first(kind.kind).entry_id), NOWHERE}
    facets = Facet.objects.filter(document__kind=kind.kind, name=parameter["name"])
    slugs = Document.objects.filter(entry__in=[facet.target_id for facet in facets if facet.target_id])
    return {*facets.values_list("value", flat=True), *slugs.values_list("slug", flat=True)}


# Reading the contract


def _named(schema: Json) -> Json:
    found: Json = SCHEMAS[schema["$ref"].rpartition("/")[2]]
    return found


def _described(answer: Answer) -> Json | None:
    response: Json | None = OPERATIONS[answer.operation][1]["responses"].get(answer.status)
    return response


def _inside(schema: Json, place: str) -> Iterator[tuple[str, Json]]:
    """A schema and all those inside it, each with its place."""
    yield place, schema
    for name, inner in schema.get("properties", {}).items():
        yield from _inside(inner, f"{place}.{name}")
    for keyword in ("items", "additionalProperties", "not"):
        if isinstance(schema.get(keyword), dict):
            yield from _inside(schema[keyword], f"{place}[{keyword}]")
    for keyword in ("allOf", "oneOf", "anyOf"):
        for inner in schema.get(keyword, []):
            yield from _inside(inner, f"{place}[{keyword}]")


COMPONENTS = [found for name, schema in SCHEMAS.items() for found in _inside(schema, name)]
PARAMETERS = [
    found
    for name, (_, operation) in OPERATIONS.items()
    for parameter in operation["parameters"]
    for found in _inside(parameter["schema"], f"{name}?{parameter['name']}")
]


def _strict(schema: Any) -> Any:
    """As JSON Schema that knows null, and with nothing allowed that is not described."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _strict(value) for name, value in schema.items() if name != "nullable"}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        made["additionalProperties"] = False
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") is True else made


STRICT = {"components": {"schemas": _strict(SCHEMAS)}}
VALIDATORS = {
    name: Draft202012Validator(
        STRICT | {"$ref": f"#/components/schemas/{name}"}, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    for name in SCHEMAS
}


def _shown(operation: str, status: str, content: Json) -> list[Any]:
    """The examples of one answer: the body, or one problem of each type that has this status."""
    if status == "200":
        return [content["example"]]
    not_this = "gone" if operation == "syncContent" else "resync-required"
    assert list(content["examples"]) == [type_ for type_ in TYPES[status] if type_ != not_this]
    return [example["value"] for example in content["examples"].values()]


def _misfits(body: Any, content: Json) -> list[str]:
    validator = VALIDATORS[content["schema"]["$ref"].rpartition("/")[2]]
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(body)]


# The document


def test_the_committed_files_are_what_the_code_describes():
    call_command("export_openapi", check=True)


def test_the_description_is_made_without_a_warning():
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(public=True)
    assert not GENERATOR_STATS


def test_the_contract_is_openapi_3_0_3():
    assert CONTRACT["openapi"] == "3.0.3"
    validate(CONTRACT)


def test_every_address_under_the_api_is_an_operation_or_the_contract_itself():
    callbacks = [getattr(pattern, "callback", None) for pattern in get_resolver().url_patterns]
    views = {callback.view_class for callback in callbacks if callback and hasattr(callback, "cls")}
    not_described = {view.__name__ for view in views if view.schema is None}
    assert len(OPERATIONS) == len(views) - len(not_described) == 2 * len(KINDS) + len(SINGLE)
    assert not_described == {"SchemaView", "YamlSchemaView", "NothingHereView"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_says_what_it_is_for(name):
    path, operation = OPERATIONS[name]
    assert list(CONTRACT["paths"][path]) == ["get"]
    assert operation["summary"]
    assert operation["description"]
    assert set(operation["tags"]) <= {tag["name"] for tag in CONTRACT["tags"] if tag["description"]}
    assert all(parameter["description"] for parameter in operation["parameters"])


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_shows_an_example_of_each_answer_that_has_a_body(name):
    for status, response in OPERATIONS[name][1]["responses"].items():
        assert response["description"]
        if status in ("304", "308"):
            assert "content" not in response
        elif name == "downloadSnapshot" and status in ("200", "206"):
            assert response["content"] == {"application/gzip": {"schema": {"type": "string", "format": "binary"}}}
        else:
            [(media_type, content)] = response["content"].items()
            assert media_type == ("application/json" if status == "200" else PROBLEM_JSON)
            for example in _shown(name, status, content):
                assert _misfits(example, content) == [], status


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_declares_its_errors(name):
    expected = {"200", "304", "400", "405", "406", "500"}
    if name != "getVocabulary":  # it asks nothing of the database
        expected |= {"503"}
    if _is_document(name):
        expected |= {"308", "404", "410"}
    expected |= {"syncContent": {"410"}, "downloadSnapshot": {"206", "404", "416"}}.get(name, set())
    assert set(OPERATIONS[name][1]["responses"]) == expected


def test_every_list_parameter_is_repeated_to_give_several_values():
    for name, (_, operation) in OPERATIONS.items():
        for parameter in operation["parameters"]:
            if parameter["schema"].get("type") == "array":
                assert (parameter["style"], parameter["explode"]) == ("form", True), f"{name}?{parameter['name']}"


# The traps that generated clients fall into


def test_no_schema_is_untyped():
    """An untyped value becomes `Any`, which a Kotlin client cannot read."""
    untyped = [
        place
        for place, schema in [*COMPONENTS, *PARAMETERS]
        if not {"type", "$ref", "allOf"} & set(schema)
        or (schema.get("type") == "object" and not schema.get("properties") and "allOf" not in schema)
        or (schema.get("type") == "array" and not schema.get("items"))
    ]
    assert untyped == []


def test_no_schema_is_a_union():
    assert [place for place, schema in COMPONENTS if {"oneOf", "anyOf", "not"} & set(schema)] == []


def test_an_allof_is_only_there_to_describe_a_reference():
    for place, schema in [*COMPONENTS, *PARAMETERS]:
        if "allOf" in schema:
            assert len(schema["allOf"]) == 1, place
            assert set(schema) - {"allOf"} == {"description"}, place
        if "$ref" in schema:  # whatever stands beside a reference is ignored
            assert list(schema) == ["$ref"], place


def test_every_enumeration_has_a_name():
    inline = [place for place, schema in [*COMPONENTS, *PARAMETERS] if "enum" in schema and place not in SCHEMAS]
    assert inline == []


def test_no_enumeration_holds_null_or_nothing():
    """`NullEnum` and `BlankEnum` do not compile in Kotlin and Python clients."""
    for name, schema in SCHEMAS.items():
        if "enum" in schema:
            assert all(schema["enum"]), name
            assert (schema["type"], schema.get("nullable")) == ("string", None), name


def test_no_enumeration_takes_a_name_that_every_kotlin_enumeration_has():
    taken = {"entries", "name", "ordinal", "value", "values"}
    for name, schema in SCHEMAS.items():
        constants = schema.get("x-enum-varnames", schema.get("enum", []))
        assert not taken & set(constants), name
        assert len(set(constants)) == len(schema.get("enum", [])), name


def test_every_field_is_always_there_and_described():
    for place, schema in COMPONENTS:
        if schema.get("type") == "object" and "allOf" not in schema:
            assert sorted(schema["required"]) == sorted(schema["properties"]), place
            for name, field in schema["properties"].items():
                assert "$ref" in field or field["description"], f"{place}.{name}"


def test_no_field_is_marked_as_read_only_and_no_component_is_for_requests():
    """Some would be and some not, and generators then make two classes of one."""
    assert "readOnly" not in json.dumps(CONTRACT)
    assert "writeOnly" not in json.dumps(CONTRACT)
    assert [name for name in SCHEMAS if name.endswith(("Request", "Enum", "Serializer"))] == []


def test_every_component_is_used():
    text = json.dumps(CONTRACT)
    unused = [name for name in SCHEMAS if f'"#/components/schemas/{name}"' not in text]
    unused += [name for name in CONTRACT["components"]["headers"] if f'"#/components/headers/{name}"' not in text]
    assert unused == []


# The server and the contract


def test_the_examples_are_what_the_api_answers(asked):
    """After a change of the starter pack or the API: with UPDATE_EXAMPLES=1 this writes examples and contract anew."""
    if os.environ.get("UPDATE_EXAMPLES"):
        EXAMPLES.write_text(json.dumps(asked.examples, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        call_command("export_openapi")
    assert json.loads(EXAMPLES.read_text(encoding="utf-8")) == asked.examples


def test_every_answer_is_described(asked):
    assert {str(answer) for answer in asked.answers if _described(answer) is None} == set()


def test_every_body_is_exactly_what_the_contract_says(asked):
    wrong = []
    for answer in asked.answers:
        content = (_described(answer) or {}).get("content", {})
        if list(content) != ([answer.media_type] if answer.body is not None else []):
            wrong.append(f"{answer}: {answer.media_type}")
        elif content and not isinstance(answer.body, bytes):
            wrong += [f"{answer}: {misfit}" for misfit in _misfits(answer.body, content[answer.media_type])]
    assert wrong == []


def test_every_answer_has_the_headers_of_its_status(asked):
    headers = CONTRACT["components"]["headers"]
    for answer in asked.answers:
        for name, reference in (_described(answer) or {}).get("headers", {}).items():
            header = headers[reference["$ref"].rpartition("/")[2]]
            assert name in answer.headers or not header["required"], f"{answer}: {name}"


def test_everything_that_the_contract_describes_is_answered(asked):
    given = Counter((answer.operation, answer.status) for answer in asked.answers)
    declared = {(name, status) for name, (_, operation) in OPERATIONS.items() for status in operation["responses"]}
    assert declared - set(given) == set()


def test_the_merged_name_their_successor_in_a_link(asked):
    assert {answer.operation for answer in asked.answers if "Link" in answer.headers} == {
        name for name in OPERATIONS if _is_document(name)
    }


def test_the_vocabulary_lists_the_enumerations_of_the_contract(asked):
    listed = {
        item["name"]: [row["value"] for row in item["values"]] for item in _body(asked, "getVocabulary")["enumerations"]
    }
    assert listed == {name: schema["enum"] for name, schema in SCHEMAS.items() if "enum" in schema}


def test_the_index_tells_the_version_and_the_lists_of_the_contract(asked):
    index = _body(asked, "getIndex")
    assert index["api_version"] == CONTRACT["info"]["version"]
    listed = {path for name, (path, _) in OPERATIONS.items() if name[:4] == "list" and _kind(name)}
    assert {item["href"] for item in index["collections"]} == listed
    for_phones = {index["sync"], index["snapshots"], index["notices"], index["search"]}
    assert for_phones == {OPERATIONS[name][0] for name in FOR_PHONES - {"downloadSnapshot"}}


def _body(asked: Asked, operation: str) -> Json:
    return next(answer.body for answer in asked.answers if (answer.operation, answer.status) == (operation, "200"))
