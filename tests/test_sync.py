"""/sync: what changed since a phone last asked, and what it is told when that cannot be said."""

import base64
import datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from kb import published
from kb.api.cursors import SyncCursor, read_sync_cursor
from kb.enums import Severity, TombstoneReason
from kb.models.published import Feed
from kb.publishing import verify
from tests import story
from tests.factories import ConditionFactory, ConditionSymptomFactory, SymptomFactory, TreatmentFactory
from tests.phone import NOT_ARRAYS, DigestMismatch, Json, Phone

ALL_KINDS = tuple(sorted(kind.kind for kind in published.all_kinds()))


@pytest.fixture
def link(house: Any) -> Any:
    """A live condition that shows a live symptom; another condition and a treatment that it does not show."""
    shown = ConditionSymptomFactory()
    story.go_live(shown.symptom, shown.condition, ConditionFactory(name="Another one"), TreatmentFactory())
    return shown


def ask(reader: Client, query: str = "") -> Json:
    response = story.get(reader, f"/sync{query}")
    assert response.status_code == 200, response.content
    page: Json = response.json_body
    return page


def changed(page: Json) -> set[str]:
    """The ids of the documents that came."""
    return {document["id"] for name in page if name not in NOT_ARRAYS for document in page[name]}


def refusal(reader: Client, query: str) -> tuple[int, str, str]:
    response = story.get(reader, f"/sync{query}")
    return response.status_code, response.json_body["type"], response.json_body.get("parameter", "")


def cursor(**changes: Any) -> str:
    feed = Feed.objects.get()
    said = {"feed_id": feed.feed_id, "mark": feed.mark, "seq": feed.head, "locale": "en", "kinds": ()}
    return SyncCursor(**(said | changes)).encoded()


def test_a_renamed_symptom_costs_a_phone_only_the_documents_that_show_it(link, reader):
    since = ask(reader)["cursor"]
    story.go_live(story.edit(link.symptom, name="Sore groin"))
    page = ask(reader, f"?since={since}")
    assert changed(page) == {str(link.symptom.pk), str(link.condition.pk)}
    assert page["deleted"] == []


def test_nothing_changed_costs_a_phone_one_304(link, reader):
    first = reader.get("/api/v1")
    again = reader.get("/api/v1", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    page = ask(reader, f"?since={ask(reader)['cursor']}")
    assert (changed(page), page["deleted"], page["has_more"]) == (set(), [], False)
    story.go_live(story.edit(link.symptom, name="Sore groin"))
    assert reader.get("/api/v1", headers={"if-none-match": first.headers["ETag"]}).status_code == 200


def test_an_empty_feed_has_nothing_to_tell(db, reader):
    page = ask(reader)
    assert (changed(page), page["deleted"], page["has_more"]) == (set(), [], False)
    assert ask(reader, f"?since={page['cursor']}")["has_more"] is False


def test_what_went_live_for_the_first_time_reaches_a_phone_that_had_nothing(db, house, reader, link):
    since = cursor(mark="", seq=0)
    assert changed(ask(reader, f"?since={since}")) == changed(ask(reader))


@pytest.mark.parametrize("reason", [TombstoneReason.WITHDRAWN, TombstoneReason.SAFETY, TombstoneReason.OUTDATED])
def test_a_withdrawal_leaves_a_tombstone_with_its_reason(link, reader, reason):
    since = ask(reader)["cursor"]
    story.withdraw(link.symptom, reason)
    page = ask(reader, f"?since={since}")
    assert page["deleted"] == [{"kind": "symptom", "id": str(link.symptom.pk), "reason": reason, "replaced_by": None}]
    assert changed(page) == {str(link.condition.pk)}


def test_a_merge_leaves_a_tombstone_that_leads_on(link, reader):
    survivor = SymptomFactory()
    story.go_live(survivor)
    since = ask(reader)["cursor"]
    story.merge(link.symptom, into=survivor)
    (tombstone,) = ask(reader, f"?since={since}")["deleted"]
    assert (tombstone["reason"], tombstone["replaced_by"]) == ("merged", str(survivor.pk))


def test_who_holds_nothing_is_told_of_no_tombstones(link, reader):
    story.withdraw(link.symptom)
    assert ask(reader)["deleted"] == []


def test_who_follows_some_kinds_hears_of_their_deletions_and_of_no_others(link, reader):
    conditions, symptoms = (ask(reader, f"?kind={kind}")["cursor"] for kind in ("condition", "symptom"))
    story.withdraw(link.symptom)
    assert ask(reader, f"?since={conditions}")["deleted"] == []
    assert [gone["id"] for gone in ask(reader, f"?since={symptoms}")["deleted"]] == [str(link.symptom.pk)]
    assert changed(ask(reader, f"?since={symptoms}")) == set()


def test_pages_are_as_long_as_asked_for_and_only_the_last_says_so(link, reader):
    pages = [ask(reader, "?limit=2")]
    while pages[-1]["has_more"]:
        pages.append(ask(reader, f"?since={pages[-1]['cursor']}&limit=2"))
    assert [len(changed(page)) for page in pages[:-1]] == [2] * (len(pages) - 1)
    assert set().union(*map(changed, pages)) == changed(ask(reader))


def test_a_phone_can_check_what_it_holds(link, reader):
    phone = Phone(lambda path: (200, ask(reader, path.removeprefix("/sync"))))
    phone.sync()
    digests = ask(reader)["state_digest"]
    assert {name: phone.copy.digest(name) for name in digests} == digests
    assert digests["conditions"]["count"] == 2
    assert verify() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"feed_id": UUID("00000000-0000-4000-8000-000000000000")},
        {"mark": "0" * 16},
        {"seq": 10**9},
        {"mark": "", "seq": 1},
        {"kinds": ("bone",)},
    ],
    ids=[
        "another feed",
        "an edition nobody knows",
        "a number beyond the head",
        "a number without an edition",
        "a kind that was taken out",
    ],
)
def test_a_cursor_from_another_history_asks_for_a_resync(link, reader, changes):
    assert refusal(reader, f"?since={cursor(**changes)}")[:2] == (410, "/docs/problems#resync-required")


@pytest.mark.parametrize(
    "text", ["x", "%F0%9F%8F%83", "a" * 3000, "MSA", base64.urlsafe_b64encode(b"2 x y z").decode()]
)
def test_a_cursor_that_nobody_made_is_refused_by_its_name(link, reader, text):
    assert refusal(reader, f"?since={text}") == (400, "/docs/problems#bad-parameter", "since")


@pytest.mark.parametrize("kinds", [("symptom", "condition"), ("symptom", "symptom"), ("symptom", "")])
def test_a_cursor_of_kinds_that_no_answer_names_is_refused(link, reader, kinds):
    assert refusal(reader, f"?since={cursor(kinds=kinds)}")[0] == 400


def test_a_cursor_is_not_mixed_with_other_kinds(link, reader):
    since = ask(reader, "?kind=symptom")["cursor"]
    assert read_sync_cursor(since, ALL_KINDS).kinds == ("symptom",)
    assert changed(ask(reader, f"?since={since}&kind=symptom")) == set()
    assert refusal(reader, f"?since={since}&kind=condition") == (400, "/docs/problems#bad-parameter", "since")
    assert "other kinds" in story.get(reader, f"/sync?since={since}&kind=condition").json_body["detail"]


def test_who_follows_all_kinds_follows_a_new_one_too(link, reader, monkeypatch):
    every = published.all_kinds()
    with monkeypatch.context() as before:
        before.setattr(published, "all_kinds", lambda: [kind for kind in every if kind.kind != "treatment"])
        since = ask(reader)["cursor"]
    treatment = TreatmentFactory()
    story.go_live(treatment)
    assert str(treatment.pk) in changed(ask(reader, f"?since={since}"))


def test_a_cursor_survives_releases_of_other_kinds(link, reader):
    since = ask(reader, "?kind=treatment")["cursor"]
    story.go_live(story.edit(link.symptom, name="Sore groin"))
    page = ask(reader, f"?since={since}")
    assert (changed(page), page["deleted"]) == (set(), [])
    assert page["cursor"] != since


def test_a_cursor_of_a_later_version_asks_for_a_resync(link, reader):
    later = base64.urlsafe_b64encode(f"2 {'0' * 32} of another shape".encode()).decode().rstrip("=")
    assert refusal(reader, f"?since={later}")[0] == 410


def test_no_cache_answers_a_phone_that_asks_because_something_changed(link, reader):
    page = story.get(reader, "/sync")
    assert page.headers["Cache-Control"] == "public, no-cache"
    assert page.json_body["edition"] == story.get(reader, "").json_body["edition"]
    again = story.get(reader, "/sync", **{"if-none-match": page.headers["ETag"]})
    assert (again.status_code, again.headers["Cache-Control"]) == (304, "public, no-cache")
    lost = story.get(reader, f"/sync?since={cursor(mark='0' * 16)}", **{"if-none-match": "*"})
    assert (lost.status_code, lost.headers["Cache-Control"]) == (410, "no-store")


def test_a_phone_with_a_damaged_copy_takes_everything_again(link, reader):
    phone = Phone(lambda path: (200, ask(reader, path.removeprefix("/sync"))))
    phone.sync()
    phone.copy.documents["conditions"].clear()
    story.go_live(story.edit(link.symptom, name="Sore groin"))
    phone.sync()
    assert phone.resyncs == 1
    assert phone.copy.digest("conditions") == ask(reader)["state_digest"]["conditions"]


def test_a_phone_whose_copy_never_comes_right_gives_up_and_keeps_the_old_one(link, reader):
    def wrong(path: str) -> tuple[int, Json]:
        page = ask(reader, path.removeprefix("/sync"))
        page["state_digest"]["symptoms"]["digest"] = "0" * 64
        return 200, page

    phone = Phone(wrong)
    with pytest.raises(DigestMismatch):
        phone.sync()
    assert phone.copy.documents == {}


def test_a_phone_that_is_told_to_start_again_twice_waits(link, reader):
    asked = []

    def lost(path: str) -> tuple[int, Json]:
        asked.append(path)
        return 410, {}

    with pytest.raises(ConnectionError):
        Phone(lost).sync()
    assert len(asked) == 2


def test_a_change_of_safety_in_a_red_flag_warns_on_the_articles_that_show_it(link, reader):
    phone = Phone(lambda path: (200, story.get(reader, path).json_body), kinds=("condition",))
    phone.sync()
    flag = link.condition.red_flags.get().red_flag
    later = story.NOW + datetime.timedelta(hours=1)
    release = story.prepare(story.edit(flag, action="Stop at once."), severity=Severity.SAFETY, summary="Stop at once.")
    story.publish_release(release, at=later)
    phone.read_notices()
    assert phone.warnings() == {str(link.condition.pk): "changed"}
    phone.sync()
    assert phone.warnings() == {}
