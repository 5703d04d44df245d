"""What a phone finds in a fresh installation: the starter content, whole, safe and marked as unreviewed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from kb import loading, releases, review
from kb.canonical import canonical_json
from kb.editing import newest_revision
from kb.models.editing import Release
from kb.models.entry import Entry
from kb.models.published import Document
from kb.publishing import verify
from tests import story

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]

HIP_PAIN = Path(settings.BASE_DIR) / "content" / "hip-pain"
CLINICAL = {"condition", "symptom", "treatment", "exercise", "prevention_strategy", "guide", "question"}


@pytest.fixture(scope="module")
def starter(django_db_setup: None, django_db_blocker: Any) -> Iterator[Release]:
    """Loaded once for all tests of this module; each of them still undoes what it changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield loading.load_starter(HIP_PAIN, at=story.NOW)
        transaction.set_rollback(True)


def in_the_pack(file: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load((HIP_PAIN / file).read_text(encoding="utf-8"))
    return entries


def documents() -> list[dict[str, Any]]:
    return [json.loads(bytes(body)) for body in Document.objects.values_list("body", flat=True) if body]


def test_it_holds_seven_conditions_the_stress_fracture_first(reader: Client):
    page = story.get(reader, "/conditions").json_body
    first = page["items"][0]
    assert (first["slug"], first["urgency"]) == ("hip-stress-fracture", "urgent")
    assert sorted(item["slug"] for item in page["items"]) == [
        "hip-bursitis",
        "hip-flexor-strain",
        "hip-impingement",
        "hip-osteoarthritis",
        "hip-stress-fracture",
        "hip-tendonitis",
        "labral-tear",
    ]
    assert page["next"] is None


def test_every_entry_of_the_pack_is_live_and_nothing_else(starter):
    files = [path for path in HIP_PAIN.glob("*.yaml") if path.name not in ("pack.yaml", "facts.yaml")]
    said = {entry["id"] for path in files for entry in in_the_pack(path.name)}
    assert {document["id"] for document in documents()} == said
    assert starter.items.count() == len(said)


def test_every_stored_byte_is_canonical(starter):
    for document in Document.objects.all():
        for stored in (document.body, document.summary, document.card):
            assert bytes(stored) == canonical_json(json.loads(bytes(stored)))


def test_hip_impingement_is_whole(reader: Client):
    shown = story.get(reader, "/conditions/hip-impingement").json_body
    (said,) = [entry for entry in in_the_pack("conditions.yaml") if entry["slug"] == "hip-impingement"]
    for listed, target, *attributes in (
        ("symptoms", "symptom", "typicality"),
        ("treatments", "treatment", "role", "line", "evidence_level"),
        ("prevention_strategies", "prevention_strategy"),
        ("exercises", "exercise", "role", "line"),
        ("body_structures", "body_structure", "role"),
    ):
        assert said[listed], f"the pack names no {listed}"
        assert [(row[target]["slug"], row["note"], *[row[name] for name in attributes]) for row in shown[listed]] == [
            (row[target], row.get("note", ""), *[row.get(name, "not_stated") for name in attributes])
            for row in said[listed]
        ]


def test_hip_impingement_shows_its_red_flags_and_those_that_stand_everywhere(reader: Client):
    shown = story.get(reader, "/conditions/hip-impingement").json_body["when_to_get_help"]
    slugs = {flag["slug"] for group in shown.values() for flag in group["red_flags"]}
    (said,) = [entry for entry in in_the_pack("conditions.yaml") if entry["slug"] == "hip-impingement"]
    everywhere = {flag["slug"] for flag in in_the_pack("red-flags.yaml") if flag.get("is_global")}
    assert slugs == {row["red_flag"] for row in said["red_flags"]} | everywhere
    assert everywhere
    assert all(group["action"] for group in shown.values())


def test_hip_impingement_names_the_ages_and_the_doubtful_figure_as_what_they_are(reader: Client):
    shown = story.get(reader, "/conditions/hip-impingement").json_body
    assert [(row["age_min"], row["age_max"]) for row in shown["affects"] if "20s to 40s" in row["text"]] == [(20, 49)]
    figures = [(row["value_low"], row["value_high"], row["unit"], row["confidence"]) for row in shown["figures"]]
    assert (10, 15, "percent", "low") in figures


def test_home_remedies_are_the_treatments_whose_setting_is_home(reader: Client):
    home = {entry["slug"] for entry in in_the_pack("treatments.yaml") if entry["setting"] == "home"}
    assert set(story.slugs(reader, "/treatments?setting=home")) == home
    assert {"rest", "ice", "compression", "elevation"} <= home


def test_a_list_of_what_helps_never_shows_what_harms(reader: Client):
    assert "hip-stress-fracture" not in story.slugs(reader, "/conditions?treatment=corticosteroid-injection")
    assert story.slugs(reader, "/conditions?treatment_avoid=corticosteroid-injection") == ["hip-stress-fracture"]
    assert story.slugs(reader, "/conditions?treatment=corticosteroid-injection") != []


def test_every_document_says_that_nobody_reviewed_it():
    reviews = [document["review"] for document in documents() if document["kind"] != "source"]
    assert {(said["status"], said["role"], said["reviewed_on"]) for said in reviews} == {("unreviewed", "nobody", None)}
    assert all("review" in document for document in documents() if document["kind"] != "source")


def test_every_document_that_advises_carries_its_safety_fields():
    advice = [document for document in documents() if document["kind"] in CLINICAL]
    assert len(advice) > 50
    for document in advice:
        assert document["disclaimers"], document["slug"]
        assert any(group["red_flags"] for group in document["when_to_get_help"].values()), document["slug"]
        assert document["urgency"] in ("emergency", "urgent", "routine", "self_care")


def test_approving_a_document_changes_what_it_says_of_its_review(reader: Client, editor: User):
    releases.approve_and_publish(Entry.objects.get(slug="hip-impingement"), by=editor, at=story.NOW)
    said = story.get(reader, "/conditions/hip-impingement").json_body["review"]
    assert (said["status"], said["role"], said["reviewed_on"]) == ("partly_reviewed", "clinical_editor", "2026-03-01")
    assert story.get(reader, "/conditions/labral-tear").json_body["review"]["status"] == "unreviewed"
    assert story.slugs(reader, "/conditions?review_status=partly_reviewed") == ["hip-impingement"]


def test_a_document_is_reviewed_when_its_red_flags_and_disclaimers_are_too(reader: Client, editor: User):
    release = Release.objects.create(title="First review", created_at=story.NOW)
    for entry in Entry.objects.filter(kind__in=["red_flag", "disclaimer"]) | Entry.objects.filter(
        slug="hip-impingement"
    ):
        revision = newest_revision(entry)
        assert revision is not None
        review.approve(revision, by=editor, at=story.NOW)
        releases.put_in(release, revision)
    story.publish_release(release)
    assert story.get(reader, "/conditions/hip-impingement").json_body["review"]["status"] == "reviewed"
    assert story.get(reader, "/conditions/labral-tear").json_body["review"]["status"] == "unreviewed"


def test_the_published_tables_are_what_the_pack_makes():
    assert verify() == []
