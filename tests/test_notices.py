"""Notices warn before a phone syncs: of what was withdrawn, and of words that changed for safety."""

import datetime
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kb.enums import Severity, TombstoneReason
from kb.loading import load_starter
from kb.models.published import Edition, Feed
from kb.publishing import recompile
from tests import story
from tests.conftest import PACK
from tests.factories import ConditionFactory, ConditionSymptomFactory, SymptomFactory
from tests.phone import Phone

pytestmark = pytest.mark.django_db
FOR_SAFETY = {"severity": Severity.SAFETY, "summary": "Stop at once."}
LATER = story.NOW + datetime.timedelta(hours=1)


def notices(reader) -> list[story.Json]:
    response = story.get(reader, "/notices")
    assert response.status_code == 200, response.content
    return response.json_body["items"]


def told(reader) -> list[list[tuple[str, str]]]:
    """Of each notice, what happened to which name."""
    return [[(document["action"], document["name"]) for document in notice["documents"]] for notice in notices(reader)]


@pytest.fixture
def condition(house):
    condition = ConditionFactory(slug="sore-hip", name="Sore hip")
    story.go_live(condition)
    return condition


@pytest.mark.parametrize(
    ("reason", "action"),
    [
        (TombstoneReason.WITHDRAWN, "withdrawn"),
        (TombstoneReason.SAFETY, "withdrawn_for_safety"),
        (TombstoneReason.OUTDATED, "withdrawn_as_outdated"),
    ],
)
def test_a_withdrawal_is_told_with_its_reason_whatever_its_severity(condition, reader, reason, action):
    story.withdraw(condition, reason)
    edition = Edition.objects.latest("release_id")
    assert notices(reader) == [
        {
            "edition": edition.mark,
            "head": story.head(),
            "at": "2026-03-01T12:00:00Z",
            "severity": "content",
            "summary": "",
            "documents": [
                {
                    "action": action,
                    "kind": "condition",
                    "id": str(condition.pk),
                    "slug": "sore-hip",
                    "name": "Sore hip",
                    "replaced_by": None,
                }
            ],
        }
    ]


def test_a_safety_release_tells_what_it_rewords_and_not_what_is_only_compiled_again(condition, reader):
    symptom = SymptomFactory(name="Ache")
    story.go_live(symptom)
    ConditionSymptomFactory(condition=condition, symptom=symptom)
    story.go_live(condition)
    story.go_live(story.edit(symptom, name="Sharp ache"), **FOR_SAFETY)
    assert story.document(condition)["symptoms"][0]["symptom"]["name"] == "Sharp ache", "it was compiled again"
    [notice] = notices(reader)
    assert (notice["severity"], notice["summary"]) == ("safety", "Stop at once.")
    assert told(reader) == [[("changed", "Sharp ache")]]


def test_an_ordinary_release_tells_nothing(condition, reader):
    story.go_live(story.edit(condition, summary="Other words."))
    assert notices(reader) == []


def test_a_page_in_a_safety_release_whose_words_are_the_same_is_not_told(condition, reader):
    release = story.prepare(**FOR_SAFETY)
    from_before = condition.revisions.latest("number")
    story.releases.put_in(release, from_before)
    symptom = SymptomFactory(name="New")
    other = story.save(symptom)
    story.review.approve(other, by=story.person("editor"), at=story.NOW)
    story.releases.put_in(release, other)
    story.publish_release(release)
    assert told(reader) == [[("changed", "New")]]


def test_a_merge_is_told_only_if_it_is_for_safety(condition, reader):
    other, third = ConditionFactory(name="Other"), ConditionFactory(name="Third")
    story.go_live(other, third)
    story.merge(other, into=condition)
    assert notices(reader) == []
    story.releases.merge(
        third, into=condition, by=story.person("editor"), at=story.NOW, severity=Severity.SAFETY, summary="Look there."
    )
    assert told(reader) == [[("merged", "Third")]]
    assert notices(reader)[0]["documents"][0]["replaced_by"] == str(condition.pk)


def test_a_notice_says_for_ever_what_it_said_when_it_was_published(condition, reader):
    story.go_live(story.edit(condition, name="Safer"), **FOR_SAFETY)
    before = notices(reader)
    story.go_live(story.edit(condition, name="Other name", slug="other-slug"))
    assert notices(reader) == before
    story.withdraw(condition)
    assert notices(reader)[1:] == before
    recompile(by=None, at=story.NOW)
    assert notices(reader)[1:] == before


def test_the_newest_come_first_and_fifty_at_most(condition, reader, monkeypatch):
    for number in range(4):
        story.go_live(story.edit(condition, name=f"Name {number}"), **FOR_SAFETY)
    assert [documents[0][1] for documents in told(reader)] == ["Name 3", "Name 2", "Name 1", "Name 0"]
    monkeypatch.setattr("kb.api.notices.MOST", 2)
    assert [documents[0][1] for documents in told(reader)] == ["Name 3", "Name 2"]


def test_the_starter_content_and_a_recompile_warn_of_nothing(db, reader):
    load_starter(PACK, at=story.NOW)
    recompile(by=None, at=story.NOW)
    assert Feed.objects.get().head > 0
    assert notices(reader) == []


def test_a_draft_and_a_refused_release_warn_of_nothing(condition, reader):
    before = story.get(reader, "/notices").content
    story.save(story.edit(condition, name="Secret"))
    release = story.prepare(condition, ConditionFactory(red_flags=[]), severity=Severity.SAFETY, summary="Secret")
    with pytest.raises(story.releases.Refused):
        story.publish_release(release)
    assert story.get(reader, "/notices").content == before


def test_another_release_does_not_send_the_notices_again(condition, reader):
    story.withdraw(condition)
    tag = story.get(reader, "/notices").headers["ETag"]
    story.go_live(SymptomFactory())
    assert story.get(reader, "/notices", **{"If-None-Match": tag}).status_code == 304
    story.go_live(SymptomFactory(), **FOR_SAFETY)
    assert story.get(reader, "/notices", **{"If-None-Match": tag}).status_code == 200


def test_the_notices_are_tiny_and_take_one_statement(condition, reader):
    story.withdraw(condition)
    with CaptureQueriesContext(connection) as asked:
        response = story.get(reader, "/notices")
    assert len([query for query in asked if "kb_edition" in query["sql"]]) == 1
    assert len(response.content) < 500
    assert response.headers["Cache-Control"] == "public, max-age=60, stale-if-error=86400"


@pytest.mark.parametrize("query", ["locale=xx", "local=en", "limit=1", "locale=en&locale=en"])
def test_a_wrong_parameter_is_told(reader, query):
    assert story.get(reader, f"/notices?{query}").status_code == 400


# A phone


@pytest.fixture
def phone(condition, reader):
    def get(path):
        response = reader.get(f"/api/v1{path}")
        return response.status_code, json.loads(response.content)

    phone = Phone(get)
    phone.sync()
    return phone


def test_a_phone_hides_what_was_withdrawn_before_it_syncs(condition, phone):
    assert str(condition.pk) in phone.shown()
    story.releases.withdraw(condition, by=story.person("editor"), at=LATER, reason=TombstoneReason.SAFETY)
    phone.read_notices()
    assert phone.warnings() == {str(condition.pk): "withdrawn_for_safety"}
    assert str(condition.pk) not in phone.shown()
    phone.sync()
    assert phone.warnings() == {}


def test_a_phone_warns_of_words_that_changed_and_shows_them(condition, phone):
    story.publish_release(story.prepare(story.edit(condition, summary="Stop."), **FOR_SAFETY), at=LATER)
    phone.read_notices()
    assert phone.warnings() == {str(condition.pk): "changed"}
    assert str(condition.pk) in phone.shown()
    phone.sync()
    assert phone.warnings() == {}


def test_a_phone_shows_what_came_back_after_it_was_withdrawn(condition, phone):
    story.releases.withdraw(condition, by=story.person("editor"), at=LATER, reason=TombstoneReason.SAFETY)
    story.publish_release(story.prepare(condition), at=LATER + datetime.timedelta(hours=1))
    phone.sync()
    phone.read_notices()
    assert str(condition.pk) in phone.shown()


def test_a_phone_goes_on_hiding_what_a_later_notice_only_changed(condition, phone):
    story.releases.withdraw(condition, by=story.person("editor"), at=LATER, reason=TombstoneReason.SAFETY)
    again = LATER + datetime.timedelta(hours=1)
    story.publish_release(story.prepare(story.edit(condition, summary="Stop."), **FOR_SAFETY), at=again)
    phone.read_notices()
    assert [len(notice["documents"]) for notice in phone.notices] == [1, 1]
    assert phone.warnings() == {str(condition.pk): "withdrawn_for_safety"}
    phone.sync()
    assert str(condition.pk) in phone.shown()


def test_a_phone_hides_what_was_changed_and_then_withdrawn(condition, phone):
    story.publish_release(story.prepare(story.edit(condition, summary="Stop."), **FOR_SAFETY), at=LATER)
    again = LATER + datetime.timedelta(hours=1)
    story.releases.withdraw(condition, by=story.person("editor"), at=again, reason=TombstoneReason.SAFETY)
    phone.read_notices()
    assert [len(notice["documents"]) for notice in phone.notices] == [1, 1]
    assert phone.warnings() == {str(condition.pk): "withdrawn_for_safety"}
