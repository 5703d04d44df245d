"""The first page is a desk, and every number on it leads to a list of that length. All pages in one list."""

import datetime
import re
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conditions.models import Condition
from kb import editing, queues, releases, review
from kb.admin.home import ago
from kb.editing import said
from kb.enums import ReleaseState
from kb.models.editing import Release
from kb.models.entry import Entry
from tests import factories, story
from tests.desk import Desk, at_desk, list_url, url
from tests.factories import ENTRY_FACTORIES, ConditionFactory, PersonFactory, SymptomFactory

HOME = "/admin/"
EVERYTHING = "/admin/kb/entry/"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def writing(therapist: User) -> Desk:
    return at_desk(therapist)


@pytest.fixture
def reviewing(editor: User) -> Desk:
    return at_desk(editor)


@pytest.fixture
def page(house: dict[str, Entry]) -> Condition:
    condition: Condition = ConditionFactory(slug="sore-hip", name="Sore hip")
    story.go_live(condition.red_flags.get().red_flag)
    return condition


def shown(desk: Client, address: str = HOME) -> str:
    response = desk.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def trays(html: str) -> list[str]:
    return re.findall(r'<h2 id="tray-\w+">([^<]+)</h2>', html)


def counts(html: str) -> dict[str, int]:
    """Of each pile that holds something, by its queue."""
    found = re.findall(r'href="/admin/kb/entry/\?queue=(\w+)">[^<]+<span class="count">(\d+)</span>', html)
    return {name: int(count) for name, count in found}


def rows(html: str) -> int:
    return html.count('<th class="field-name">')


# The desk


def test_whoever_writes_sees_their_own_pages_first_and_whoever_decides_what_waits_for_them(writing, reviewing):
    assert trays(shown(writing))[0] == "Your own pages"
    assert trays(shown(reviewing))[0] == "For you to decide"
    assert "Waiting for your review" not in shown(writing)


def test_a_clear_desk_says_what_would_stand_there_and_how_to_begin(writing, reviewing):
    html = shown(writing)
    assert "Your desk is clear. Nothing waits for you." in html
    assert "You have no drafts." in html
    assert "until you send it for review" in html
    assert counts(html) == {}
    assert "Nothing waits for your review." in shown(reviewing)
    assert "No release has failed." in shown(reviewing)


def test_a_returned_page_stands_there_with_its_note(page, therapist, editor, writing):
    revision = story.save(page)
    review.submit(revision, by=therapist, at=timezone.now())
    review.send_back(revision, by=editor, at=timezone.now(), note="Name a <source>.")
    html = shown(writing)
    assert "1 page came back to you" in html
    assert "Name a &lt;source&gt;." in html
    assert "returned by editor, just now" in html


def test_every_number_leads_to_a_list_of_that_length(page, therapist, editor, writing, reviewing):
    for number in range(6):
        revision = story.save(ConditionFactory(name=f"Page {number}", basis="general"))
        if number % 2 and story.edit(Condition.objects.get(name=f"Page {number}"), basis="stated") is not None:
            revision = story.save(Condition.objects.get(name=f"Page {number}"))
            review.submit(revision, by=therapist, at=story.NOW)
    for desk in (writing, reviewing):
        found = counts(shown(desk))
        assert found
        for name, count in found.items():
            assert rows(shown(desk, f"{EVERYTHING}?queue={name}")) == count, name


def test_a_failed_release_lies_on_top_with_its_first_reason(page, editor, reviewing):
    review.approve(story.save(page), by=editor, at=story.NOW)
    release = releases.prepare("Spring", by=editor, at=story.NOW)
    Release.objects.filter(pk=release.pk).update(
        state=ReleaseState.FAILED, problems="It was refused.\nAnd more.", publish_at=story.NOW
    )
    html = shown(reviewing)
    assert "1 release could not be published and 1 page approved and not released." in html
    assert "It was refused." in html
    assert html.index("Releases that could not be published") < html.index("Approved, not released")
    assert f"/admin/kb/release/?state__exact={ReleaseState.FAILED}" in html


def test_the_menu_to_write_a_new_page_offers_every_kind(writing):
    menu = re.search(r'<details class="write">.*?</details>', shown(writing), re.DOTALL)
    assert menu
    assert all(list_url(kind, "add") in menu[0] for kind in ENTRY_FACTORIES)


def test_what_went_live_lately_stands_there(page, writing, editor):
    story.go_live(page)
    html = shown(writing)
    assert "What went live" in html
    assert "A release</a>" in html


def test_somebody_without_a_role_sees_no_pages_and_is_told_whom_to_ask(page):
    html = shown(at_desk(PersonFactory(username="nobody")))
    assert trays(html) == []
    assert "Ask whoever made your account for a role" in html
    assert "Sore hip" not in html


def test_an_administrator_alone_sees_people_and_no_pages(page):
    story.save(page)
    html = shown(at_desk(PersonFactory(username="robin", group="Administrator")))
    assert trays(html) == []
    assert "People" in html
    assert "Sore hip" not in html


@pytest.mark.parametrize("pages", [2, 50])
def test_the_desk_costs_the_same_few_queries_with_many_pages(
    house, therapist, reviewing, pages, django_assert_max_num_queries
):
    for number in range(pages):
        review.submit(story.save(SymptomFactory(name=f"Page {number}")), by=therapist, at=story.NOW)
    shown(reviewing)  # its checks have looked at each wording now
    # session, person, rights twice; all entries, the few that are shown, who saved, steps, approvals, revisions;
    # releases: their numbers, those of each state that has some (3), what went live lately
    with django_assert_max_num_queries(15):
        shown(reviewing)


def test_times_are_said_as_a_colleague_would(db):
    now = story.NOW
    assert ago(now - datetime.timedelta(seconds=30), now) == "just now"
    assert ago(now - datetime.timedelta(minutes=5), now) == "5 minutes ago"
    assert ago(now - datetime.timedelta(hours=1), now) == "1 hour ago"
    assert ago(now - 3 * DAY, now) == "3 days ago"
    assert ago(now - 30 * DAY, now) == "on 30 January 2026"


# All pages in one list


def test_pages_of_all_kinds_stand_in_one_list_and_lead_to_their_own_forms(page, writing):
    story.save(page)
    symptom = SymptomFactory(name="Limping")
    story.save(symptom)
    html = shown(writing, EVERYTHING)
    assert url(page) in html
    assert url(symptom) in html
    assert reverse("admin:kb_entry_add") not in html
    assert writing.get(reverse("admin:kb_entry_add")).status_code == 403


def test_a_page_is_found_by_another_name_for_it(page, writing):
    story.save(story.edit(page, synonyms=["Coxalgia"]))
    assert "Sore hip" in shown(writing, f"{EVERYTHING}?q=coxalgia")
    assert rows(shown(writing, f"{EVERYTHING}?q=something-else")) == 0


def test_filters_work_together(page, writing, reviewing):
    story.go_live(page)
    story.save(story.edit(page, summary="Changed."))
    draft = SymptomFactory(name="Limping")
    story.save(draft)
    assert rows(shown(writing, f"{EVERYTHING}?live=yes&kind=condition&status=live_with_changes&queue=changed")) == 1
    assert rows(shown(writing, f"{EVERYTHING}?live=no&kind=condition")) == 0
    assert rows(shown(writing, f"{EVERYTHING}?live=no&queue=my_drafts")) == 1


@pytest.mark.parametrize("query", ["queue=unknown", "queue=to_review", "kind=unknown", "status=unknown", "live=maybe"])
def test_a_made_up_filter_shows_no_more_than_a_real_one(page, writing, query):
    story.save(page)
    assert writing.get(f"{EVERYTHING}?{query}").status_code in (200, 302)
    if query == "queue=to_review":
        assert rows(shown(writing, f"{EVERYTHING}?{query}")) == 0


def test_an_empty_queue_says_what_would_stand_in_it(writing):
    html = shown(writing, f"{EVERYTHING}?queue=returned")
    assert "Nothing was returned to you." in html
    assert "Returned to you</h1>" in html


@pytest.mark.parametrize("address", [EVERYTHING, "/admin/conditions/condition/"])
def test_a_live_page_that_nobody_vouches_for_says_so_in_every_list(page, reviewing, address):
    story.go_live(page)
    assert "Unreviewed" not in shown(reviewing, f"{address}?q=sore").replace("Live and never reviewed", "")
    page.documents.update(approval=None)  # as a starter pack leaves it
    html = shown(reviewing, f"{address}?q=sore")
    assert '<span class="badge badge-unreviewed">Unreviewed</span>' in html


def test_a_page_in_review_whose_older_text_is_live_says_both(page, therapist, reviewing):
    story.go_live(page)
    review.submit(story.save(story.edit(page, summary="Changed.")), by=therapist, at=story.NOW)
    html = shown(reviewing, f"{EVERYTHING}?q=sore")
    assert "badge-in-review" in html
    assert "badge-live" in html


def many(kind: str, number: int) -> None:
    one = said(story.save(ENTRY_FACTORIES[kind]()))
    made: dict[uuid.UUID, Any] = {
        uuid.uuid4(): one | {"slug": f"page-{n}", "name": f"Page {n}"} | ({"region": "GB"} if "region" in one else {})
        for n in range(number)
    }
    editing.write(kind, made, by=None, at=story.NOW)


@pytest.mark.parametrize("pages", [2, 50])
@pytest.mark.parametrize("queue", ["", *(queue.name for queue in queues.QUEUES)])
def test_all_pages_cost_the_same_few_queries(house, reviewing, queue, pages, django_assert_max_num_queries):
    many("source", pages)
    address = f"{EVERYTHING}?queue={queue}" if queue else EVERYTHING
    shown(reviewing, address)
    # session, person, rights twice; newest wordings for the checks; how many, how many in all; the page, its facts, who
    # saved; what a bulk action could choose
    with django_assert_max_num_queries(14):
        shown(reviewing, address)


@pytest.mark.parametrize("kind", sorted(set(ENTRY_FACTORIES) - {"contact_route"}))
def test_each_kinds_list_costs_the_same_few_queries(house, reviewing, kind, django_assert_max_num_queries):
    many(kind, 50)
    with django_assert_max_num_queries(14):
        shown(reviewing, list_url(kind))


def test_nothing_on_these_pages_is_what_the_policy_would_block(page, writing, reviewing):
    story.save(page)
    for address in (HOME, EVERYTHING, url(page, "used"), "/admin/kb/step/"):
        html = shown(reviewing, address)
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", html), address


def test_lists_of_sources_stay_in_their_own_kind(house, writing):
    factories.SourceFactory(name="A trial")
    assert rows(shown(writing, f"{EVERYTHING}?kind=source")) == 1
