"""A new kind of content needs its own package and nothing else: `tests/toy` goes from a pack to readers and back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, modify_settings, override_settings
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import validate

from kb import kinds, loading, published
from kb.models.entry import Entry
from kb.publishing import Refused, verify
from tests import story

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("installed")]

PACK = Path(__file__).parent / "toy" / "pack"


@pytest.fixture(scope="module")
def installed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """All that an operator does for a new app: a line in INSTALLED_APPS, and its tables. Undone for the other tests."""
    app = modify_settings(INSTALLED_APPS={"append": "tests.toy"})
    with django_db_blocker.unblock(), app, override_settings(ROOT_URLCONF="tests.toy.urls"):
        models = list(apps.get_app_config("toy").get_models())
        with connection.schema_editor() as editor:
            for model in models:
                editor.create_model(model)
        yield
        with connection.schema_editor() as editor:
            for model in reversed(models):
                editor.delete_model(model)
        admin.site.unregister(kinds.get("drill").model)
        kinds.unregister("drill")
        published.unregister("drill")


@pytest.fixture
def drill(therapist: User, editor: User) -> Entry:
    """The pack's drill and what it works on, live."""
    loading.load(PACK, by=None, at=story.NOW)
    entries = {entry.slug: entry for entry in Entry.objects.all()}
    story.go_live(entries["calf"], entries["ankling"])
    return entries["ankling"]


def test_it_loads_from_a_pack_as_a_draft_and_dumps_to_the_same_bytes(reader, tmp_path):
    made = loading.load(PACK, by=None, at=story.NOW)
    assert [revision.entry.slug for revision in made] == ["calf", "ankling"]
    assert story.slugs(reader, "/drills") == []
    loading.dump(tmp_path, title="Running drills")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in PACK.iterdir()
    }


def test_its_quality_rules_hold_a_release_back(therapist, editor):
    loading.load(PACK, by=None, at=story.NOW)
    drill: Any = kinds.get("drill").model._default_manager.get()
    drill.targets.all().delete()
    with pytest.raises(Refused, match="Ankling: It works on nothing"):
        story.go_live(drill)


def test_readers_get_its_list_and_its_document(drill, reader):
    (item,) = story.get(reader, "/drills").json_body["items"]
    assert (item["slug"], item["minutes"], item["review"]["status"]) == ("ankling", 5, "reviewed")
    whole = story.get(reader, "/drills/ankling").json_body
    assert whole["how"] == "Take short steps and roll from heel to toe."
    assert [(row["body_structure"]["slug"], row["note"]) for row in whole["body_structures"]] == [
        ("calf", "It springs you forward.")
    ]
    assert story.get(reader, f"/drills/{drill.pk}").content == story.get(reader, "/drills/ankling").content
    assert verify() == []


def test_its_filters_work(drill, reader):
    assert story.slugs(reader, "/drills?body_structure=calf&review_status=reviewed") == ["ankling"]
    assert story.slugs(reader, "/drills?body_structure=knee") == []
    assert story.get(reader, "/drills?bodystructure=calf").status_code == 400


def test_renaming_what_it_shows_recompiles_it(drill, reader):
    before = story.get(reader, "/drills/ankling")
    story.go_live(story.edit(Entry.objects.get(slug="calf"), name="Calf"))
    after = story.get(reader, "/drills/ankling")
    assert after.json_body["body_structures"][0]["body_structure"]["name"] == "Calf"
    assert before.headers["ETag"] != after.headers["ETag"]


def test_its_old_slug_leads_to_the_new_one(drill, reader):
    story.go_live(story.edit(drill, slug="ankle-roll"))
    moved = story.get(reader, "/drills/ankling")
    assert (moved.status_code, moved.headers["Location"]) == (308, "/api/v1/drills/ankle-roll")


def test_it_can_be_withdrawn(drill, reader):
    story.withdraw(drill)
    assert story.get(reader, "/drills/ankling").status_code == 410
    assert story.slugs(reader, "/drills") == []
    assert verify() == []


def test_the_index_names_it(reader):
    collections = story.get(reader, "").json_body["collections"]
    assert {"kind": "drill", "href": "/api/v1/drills", "description": "Running drills."} in collections


def test_the_contract_gains_its_part_and_nothing_else_changes():
    schema = json.loads(json.dumps(SchemaGenerator(urlconf="tests.toy.urls").get_schema(public=True)))
    committed = json.loads((Path(settings.BASE_DIR) / "docs" / "openapi.json").read_text())
    added = {path for path in schema["paths"] if path not in committed["paths"]}
    assert added == {"/api/v1/drills", "/api/v1/drills/{slug_or_id}"}
    assert {schema["paths"][path]["get"]["operationId"] for path in added} == {"listDrills", "getDrill"}
    del schema["paths"]["/api/v1/sync"]["get"]["responses"], committed["paths"]["/api/v1/sync"]["get"]["responses"]
    for path, described in committed["paths"].items():
        assert schema["paths"][path] == described
    for name in ("SyncPage", "StateDigest"):
        assert schema["components"]["schemas"][name]["properties"].pop("drills")
        schema["components"]["schemas"][name]["required"].remove("drills")
    for name, described in committed["components"]["schemas"].items():
        gained = schema["components"]["schemas"][name]
        assert gained == described


@pytest.mark.parametrize("path", ["/drills/ankling", "/drills", "/sync"])
def test_answers_that_carry_a_field_that_goes_away_say_so(drill, reader, path):
    """In a list only `minutes` does; both go away in the two others, and the earlier days count."""
    expected = ("@1767225600", "Wed, 01 Jul 2026" if path == "/drills" else "Mon, 01 Jun 2026")
    answer = story.get(reader, path)
    same = reader.get(f"/api/v1{path}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (answer.status_code, same.status_code) == (200, 304)
    for each in (answer, same):
        assert (each.headers["Deprecation"], each.headers["Sunset"]) == (expected[0], f"{expected[1]} 00:00:00 GMT")
        assert each.headers["Link"] == '</docs>; rel="deprecation"; type="text/html"'


@pytest.mark.parametrize("path", ["/body-structures/calf", "/body-structures", "/drills/nothing", ""])
def test_other_answers_speak_of_nothing_that_goes_away(drill, reader, path):
    assert not {"Deprecation", "Sunset", "Link"} & set(story.get(reader, path).headers)


def test_the_contract_marks_the_field_that_goes_away_and_the_headers_that_say_so():
    schema = json.loads(json.dumps(SchemaGenerator(urlconf="tests.toy.urls").get_schema(public=True)))
    validate(schema)
    marked = {
        f"{name}.{field}"
        for name, described in schema["components"]["schemas"].items()
        for field, about in described.get("properties", {}).items()
        if about.get("deprecated")
    }
    assert marked == {"Drill.minutes", "DrillSummary.minutes", "Drill.how"}
    about = schema["components"]["schemas"]["DrillSummary"]["properties"]["minutes"]["description"]
    fate = "Deprecated since 2026-01-01; it may be gone from 2026-07-01 on. Read `how` instead: it says how long."
    assert about == f"Null: as long as one likes. {fate}"
    told = {
        (operation["get"]["operationId"], status)
        for operation in schema["paths"].values()
        for status, response in operation["get"]["responses"].items()
        if {"Deprecation", "Sunset", "Link"} <= set(response["headers"])
    }
    assert told == {(name, status) for name in ("getDrill", "listDrills", "syncContent") for status in ("200", "304")}
    assert {"Deprecation", "Sunset"} <= set(schema["components"]["headers"])


def test_the_desk_has_a_form_for_it(admin_client: Client):
    form = admin_client.get("/admin/toy/drill/add/", SERVER_NAME="localhost")
    assert form.status_code == 200
    assert "how to do it" in form.content.decode().lower()
