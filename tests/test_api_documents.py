"""One document by slug or id: the stored bytes, their tags, and what is told of those that moved or went."""

import gzip
import json
from uuid import UUID

import pytest

from kb.canonical import canonical_json
from kb.enums import TombstoneReason
from kb.models.published import Document
from tests import story
from tests.factories import (
    BodyStructureFactory,
    CauseFactory,
    ConditionBodyStructureFactory,
    ConditionFactory,
    ConditionSymptomFactory,
    ConditionTreatmentFactory,
    RedFlagFactory,
    SourceFactory,
    SymptomFactory,
    TreatmentFactory,
)

pytestmark = pytest.mark.django_db

OTHER = '"0123456789abcdef0123456789abcdef"'


@pytest.fixture
def condition(house):
    condition = ConditionFactory(slug="labral-tear", name="Labral tear")
    story.go_live(condition)
    return condition


def test_slug_and_id_give_the_same_answer(condition, reader):
    by_slug = story.get(reader, "/conditions/labral-tear")
    by_id = story.get(reader, f"/conditions/{condition.pk}")
    assert by_slug.status_code == 200
    assert (by_slug.content, by_slug.headers) == (by_id.content, by_id.headers)


def test_what_is_served_is_what_is_stored_in_either_coding(condition, reader):
    row = Document.objects.get(entry=condition)
    plain = story.get(reader, "/conditions/labral-tear")
    packed = story.get(reader, "/conditions/labral-tear", **{"Accept-Encoding": "gzip, deflate, br"})
    assert plain.content == bytes(row.body or b"")
    assert packed.content == bytes(row.body_gzip or b"")
    assert gzip.decompress(packed.content) == plain.content
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert (plain.headers["ETag"], packed.headers["ETag"]) == (f'"{row.version}"', f'"{row.version}-gzip"')
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Content-Length"] == str(len(packed.content))


ACCEPTED = [
    ("gzip", True),
    ("GZIP", True),
    ("br;q=1.0, gzip;q=0.8", True),
    ("*", True),
    ("*;q=0, gzip", True),
    ("gzip ; q=0.001", True),
    ("", False),
    ("identity", False),
    ("gzip;q=0", False),
    ("gzip; q=0.000", False),
    ("*, gzip;q=0", False),
    ("gzip;q=nonsense", False),
    ("not-gzip", False),
    (";;,,=", False),
]


def test_gzip_is_sent_to_those_who_accept_it(condition, reader):
    for accepted, is_packed in ACCEPTED:
        response = story.get(reader, "/conditions/labral-tear", **{"Accept-Encoding": accepted})
        assert response.status_code == 200
        assert ("Content-Encoding" in response.headers) == is_packed, accepted


def test_a_whole_condition_looks_like_this(house, reader):
    source = SourceFactory(id=UUID(int=1), slug="review-2020", name="A review")
    symptom = SymptomFactory(id=UUID(int=2), slug="groin-pain", name="Groin pain")
    treatment = TreatmentFactory(id=UUID(int=3), slug="rest", name="Rest")
    structure = BodyStructureFactory(id=UUID(int=4), slug="labrum", name="Labrum")
    flag = RedFlagFactory(id=UUID(int=5), slug="fever", name="Fever")
    condition = ConditionFactory(
        id=UUID(int=6), slug="labral-tear", name="Labral tear", synonyms=["torn labrum"], red_flags=[flag]
    )
    condition.sources.add(source)
    cause = CauseFactory(condition=condition, text="Too much, too soon.")
    cause.sources.add(source)
    ConditionSymptomFactory(condition=condition, symptom=symptom, note="Often")
    ConditionTreatmentFactory(condition=condition, treatment=treatment, note="First")
    ConditionBodyStructureFactory(condition=condition, body_structure=structure)
    ConditionSymptomFactory(condition=condition)  # never published
    story.go_live(source, symptom, treatment, structure, condition, summary="It is new.")

    def card(kind: str, number: int, slug: str, name: str) -> story.Json:
        return {"id": str(UUID(int=number)), "kind": kind, "slug": slug, "name": name, "content_locale": "en"}

    def shown_flag(entry_id: object, slug: str, name: str, urgency: str, *, is_global: bool) -> story.Json:
        return {
            "id": str(entry_id),
            "kind": "red_flag",
            "slug": slug,
            "name": name,
            "content_locale": "en",
            "urgency": urgency,
            "is_global": is_global,
            "text": "You notice this.",
            "why": "It can be serious.",
            "action": "Ask for an urgent check.",
            "is_reviewed": True,
        }

    review = card("source", 1, "review-2020", "A review")
    everywhere = house["global_flag"].pk
    expected = {
        "id": str(UUID(int=6)),
        "kind": "condition",
        "slug": "labral-tear",
        "name": "Labral tear",
        "locale": "en",
        "content_locale": "en",
        "is_fallback": False,
        "translation_outdated": False,
        "last_change": {"at": "2026-03-01T12:00:00Z", "severity": "content", "summary": "It is new."},
        "basis": "stated",
        "sources": [review],
        "review": {
            "status": "reviewed",
            "role": "clinical_editor",
            "reviewed_on": "2026-03-01",
            "next_review_on": "2028-02-29",
            "stale_after": "2028-08-30",
            "needs_clinical_review": False,
            "note": "",
        },
        "summary": "One plain sentence.",
        "urgency": "self_care",
        "urgency_text": "",
        "when_to_get_help": {
            "emergency": {
                "urgency": "emergency",
                "action_code": "get_emergency_help",
                "action": "Call your local emergency number",
                "red_flags": [
                    shown_flag(everywhere, "cannot-bear-weight", "Cannot bear weight", "emergency", is_global=True)
                ],
            },
            "urgent": {
                "urgency": "urgent",
                "action_code": "get_urgent_check",
                "action": "Get medical help today",
                "red_flags": [shown_flag(UUID(int=5), "fever", "Fever", "urgent", is_global=False)],
            },
            "routine": {
                "urgency": "routine",
                "action_code": "book_appointment",
                "action": "Make an appointment",
                "red_flags": [],
            },
        },
        "disclaimers": [
            {
                "id": str(house["disclaimer"].pk),
                "kind": "disclaimer",
                "slug": "not-a-diagnosis",
                "name": "Not a diagnosis",
                "content_locale": "en",
                "text": "This is general information.",
                "is_reviewed": True,
            }
        ],
        "related": [],
        "synonyms": ["torn labrum"],
        "synonym_note": "",
        "body_regions": ["groin"],
        "tissue": "joint",
        "overview": "What it is.",
        "affects": [],
        "figures": [],
        "causes": [{"text": "Too much, too soon.", "basis": "general", "sources": [review]}],
        "risk_factors": [],
        "outlook": [],
        "complications": [],
        "cautions": [],
        "evidence": [],
        "symptoms": [
            {
                "symptom": card("symptom", 2, "groin-pain", "Groin pain"),
                "typicality": "common",
                "note": "Often",
                "basis": "general",
                "sources": [],
            }
        ],
        "treatments": [
            {
                "treatment": card("treatment", 3, "rest", "Rest"),
                "role": "recommended",
                "line": "not_stated",
                "evidence_level": "not_stated",
                "note": "First",
                "basis": "general",
                "sources": [],
            }
        ],
        "exercises": [],
        "prevention_strategies": [],
        "body_structures": [
            {
                "body_structure": card("body_structure", 4, "labrum", "Labrum"),
                "role": "primary",
                "note": "",
                "basis": "general",
                "sources": [],
            }
        ],
        "codes": [],
    }
    expected["version"] = Document.objects.get(entry=condition).version
    response = story.get(reader, "/conditions/labral-tear")
    assert response.json_body == expected
    assert response.content == canonical_json(expected)


# Conditional requests


def test_the_tag_that_was_sent_costs_no_second_body(condition, reader):
    first = story.get(reader, "/conditions/labral-tear")
    again = story.get(reader, "/conditions/labral-tear", **{"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    kept = ("ETag", "Cache-Control", "Vary")
    assert [again.headers[name] for name in kept] == [first.headers[name] for name in kept]
    assert not {"Content-Type", "Content-Length", "Content-Encoding"} & set(again.headers)


HELD = [
    '"{v}"',
    '"{v}-gzip"',
    'W/"{v}"',
    'W/"{v}-gzip"',
    f'{OTHER}, "{{v}}"',
    f'{OTHER},W/{OTHER},"{{v}}-gzip"',
    "*",
    f"{OTHER}, *",
    ", ".join(['""'] * 19 + ['"{v}"']),
]
NOT_HELD = [OTHER, "", '"', '""', "{v}", '"{v}', '"{V}"', '"{v}-br"', "\x00", "w/*", 'W/W/"{v}"', "é", "," * 5000]


def test_each_way_to_say_that_one_holds_it_is_understood(condition, reader):
    version = Document.objects.get(entry=condition).version
    for sent in HELD:
        response = story.get(reader, "/conditions/labral-tear", **{"If-None-Match": sent.replace("{v}", version)})
        assert response.status_code == 304, sent


def test_what_is_not_its_tag_gets_the_whole_document(condition, reader):
    version = Document.objects.get(entry=condition).version
    for sent in NOT_HELD:
        tag = sent.replace("{v}", version).replace("{V}", version.upper())
        response = story.get(reader, "/conditions/labral-tear", **{"If-None-Match": tag})
        assert response.status_code == 200, sent
        assert response.json_body["id"] == str(condition.pk)


def test_a_304_names_the_tag_that_a_200_would_have(condition, reader):
    for path in ("/conditions/labral-tear", "/conditions", "/questions", "", "/vocabulary", "/openapi.json"):
        for coding in ("gzip", "identity"):
            whole = story.get(reader, path, **{"Accept-Encoding": coding})
            kept = story.get(reader, path, **{"Accept-Encoding": coding, "If-None-Match": "*"})
            assert (kept.status_code, kept.headers["ETag"]) == (304, whole.headers["ETag"]), path


def test_a_changed_document_has_another_tag(condition, reader):
    old = story.get(reader, "/conditions/labral-tear").headers["ETag"]
    story.go_live(story.edit(condition, overview="New words."))
    response = story.get(reader, "/conditions/labral-tear", **{"If-None-Match": old})
    assert response.status_code == 200
    assert response.headers["ETag"] != old


def test_head_says_what_get_would_and_sends_no_body(condition, reader):
    story.go_live(story.edit(condition, slug="torn-labrum"))
    paths = [
        "/conditions/torn-labrum",
        "/conditions/labral-tear",
        "/conditions/none",
        "/conditions",
        "/conditions?a=b",
        "",
    ]
    for path in [*paths, "/vocabulary", "/openapi.yaml"]:
        for coding in ("gzip", "identity"):
            got = reader.get(f"/api/v1{path}", headers={"Accept-Encoding": coding})
            head = reader.head(f"/api/v1{path}", headers={"Accept-Encoding": coding})
            assert (head.status_code, head.headers) == (got.status_code, got.headers), path
            assert head.content == b""


# Moved and gone


def test_an_old_slug_leads_to_the_new_one_and_keeps_the_query(condition, reader):
    story.go_live(story.edit(condition, slug="torn-labrum"))
    response = story.get(reader, "/conditions/labral-tear?locale=en")
    assert response.status_code == 308
    assert response.headers["Location"] == "/api/v1/conditions/torn-labrum?locale=en"
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert story.get(reader, "/conditions/labral-tear").headers["Location"] == "/api/v1/conditions/torn-labrum"
    assert story.get(reader, "/conditions/torn-labrum").status_code == 200
    assert story.get(reader, f"/conditions/{condition.pk}").status_code == 200


def test_a_slug_of_long_ago_leads_straight_to_the_newest(condition, reader):
    for slug in ("second", "third"):
        story.go_live(story.edit(condition, slug=slug))
    assert story.get(reader, "/conditions/labral-tear").headers["Location"] == "/api/v1/conditions/third"


def test_an_unknown_parameter_is_refused_before_an_old_slug_is_followed(condition, reader):
    story.go_live(story.edit(condition, slug="torn-labrum"))
    assert story.get(reader, "/conditions/labral-tear?page=2").status_code == 400


@pytest.mark.parametrize("reason", [reason for reason in TombstoneReason if reason != TombstoneReason.MERGED])
def test_what_was_withdrawn_is_gone_with_its_reason(condition, reader, reason):
    story.withdraw(condition, reason)
    for name in ("labral-tear", str(condition.pk)):
        response = story.get(reader, f"/conditions/{name}")
        assert response.status_code == 410
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json_body == {
            "type": "/docs/problems#gone",
            "title": "This entry is no longer published",
            "status": 410,
            "detail": f"{reason.label}. Remove your copy of it.",
            "instance": f"/api/v1/conditions/{name}",
            "parameter": "",
            "reason": reason.value,
            "replaced_by": None,
        }
        assert "Link" not in response.headers
        assert "ETag" not in response.headers


def test_what_was_merged_is_gone_and_names_its_successor(house, reader):
    first, second, third = SymptomFactory(slug="first"), SymptomFactory(slug="second"), SymptomFactory(slug="third")
    story.go_live(first, second, third)
    story.merge(first, into=second)
    story.merge(second, into=third)
    for name in ("first", str(first.pk), "second"):
        response = story.get(reader, f"/symptoms/{name}")
        assert response.status_code == 410
        assert (response.json_body["reason"], response.json_body["replaced_by"]) == ("merged", str(third.pk))
        assert response.headers["Link"] == '</api/v1/symptoms/third>; rel="successor-version"'


def test_who_holds_the_last_words_of_something_withdrawn_is_told_that_it_is_gone(condition, reader):
    held = story.get(reader, "/conditions/labral-tear").headers["ETag"]
    story.withdraw(condition)
    tombstone = Document.objects.get(entry=condition).version
    for tag in (held, f'"{tombstone}"', "*"):
        assert story.get(reader, "/conditions/labral-tear", **{"If-None-Match": tag}).status_code == 410


def test_an_old_slug_of_something_withdrawn_is_gone_too(condition, reader):
    story.go_live(story.edit(condition, slug="torn-labrum"))
    story.withdraw(condition)
    assert story.get(reader, "/conditions/labral-tear").status_code == 410


# Not there


def test_a_draft_and_something_that_never_was_are_the_same_404(condition, reader):
    draft = ConditionFactory(slug="never-released")
    story.save(draft)
    answers = {}
    for name in ("never-released", "never-existed!".replace("!", ""), str(draft.pk), str(UUID(int=7))):
        response = story.get(reader, f"/conditions/{name}")
        response.json_body["instance"] = response.json_body["instance"].replace(name, "…")
        answers[name] = (
            response.status_code,
            dict(response.headers) | {"Content-Length": ""},
            json.dumps(response.json_body),
        )
    assert len(set(map(str, answers.values()))) == 1
    assert response.status_code == 404
    assert response.headers["Cache-Control"] == "public, max-age=60"


def test_an_id_or_slug_of_another_kind_is_not_found(condition, reader):
    assert story.get(reader, f"/symptoms/{condition.pk}").status_code == 404
    assert story.get(reader, "/symptoms/labral-tear").status_code == 404


def test_an_id_may_be_spelt_in_capitals_as_some_languages_do(condition, reader):
    right = story.get(reader, f"/conditions/{condition.pk}").content
    assert story.get(reader, f"/conditions/{str(condition.pk).upper()}").content == right


def test_an_id_without_hyphens_is_not_found_but_the_right_form_is_named(condition, reader):
    right = f"/api/v1/conditions/{condition.pk}"
    for name in (condition.pk.hex, condition.pk.hex.upper()):
        response = story.get(reader, f"/conditions/{name}")
        assert response.status_code == 404
        assert response.json_body["detail"].endswith(f"Did you mean {right}?")


@pytest.mark.parametrize(
    "name",
    [
        "%00",
        "labral-tear%00",
        "%",
        "%zz",
        "%ff%fe",
        "%ed%a0%80",
        "labral-tear%0a",
        "%0a",
        "labral%20tear",
        "labral-tear%2f",
        "..%2f..%2fetc%2fpasswd",
        "%25",
        "a" * 81,
        "a" * 20_000,
        "Labral-Tear",
        "labral-tear.json",
        "labral-tear;a=b",
        "٣",
        "-",
        "{00000000-0000-0000-0000-000000000001}",
        "' OR 1=1 --",
        "\U0001f9b5",
    ],
)
def test_a_name_that_cannot_be_is_not_found(reader, name):
    response = reader.generic("GET", f"/api/v1/conditions/{name}")
    assert response.status_code == 404
    problem = json.loads(response.content)
    assert problem["type"] == "/docs/problems#not-found"
    assert len(response.content) < 1500
