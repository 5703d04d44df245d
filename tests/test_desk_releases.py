"""Releases on the desk: gathered, looked at, published now or at a time, given up, rolled back. By editors only."""

import datetime
import re

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from kb import due, editing, releases, review
from kb.enums import ReleaseOrigin, ReleaseState, ReviewRole, Severity, TombstoneReason
from kb.models.editing import Release, Step
from tests import story
from tests.desk import at_desk, errors, url
from tests.factories import ConditionFactory, ConditionSymptomFactory, PersonFactory, SourceFactory, SymptomFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/kb/release/"


@pytest.fixture
def page(house, therapist, editor):
    """Approved, and released by nobody yet."""
    return approved(SourceFactory(name="A good source"), editor)


@pytest.fixture
def begun(reviewing):
    """An empty release that the editor has begun."""
    reviewing.post(f"{LIST}add/", {"title": "Spring clean"})
    return Release.objects.latest("pk")


def approved(entry, editor, **changes):
    revision = story.save(story.edit(entry, **changes) if changes else entry)
    review.approve(revision, by=editor, at=story.NOW)
    return entry


def address(release, page="change"):
    return reverse(f"admin:kb_release_{page}", args=[release.pk])


def read(desk, release, page="change"):
    response = desk.get(address(release, page))
    assert response.status_code == 200
    return response.content.decode()


def seen_on(html):
    return re.search(r'name="seen" value="(\w+)"', html)[1]


def press(desk, release, do, *, seen="", page="change", **fields):
    """Opens the page and presses one of its buttons, unless `seen` is what was opened before."""
    seen = seen or seen_on(read(desk, release, page))
    response = desk.post(address(release, page), {"seen": seen, "do": do, **fields}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def put_in(desk, release, *entries):
    return press(desk, release, "put_in", revisions=[editing.newest_revision(entry).pk for entry in entries])


def described(**changes):
    return {"title": "Spring clean", "severity": "content", "summary": "", **changes}


def in_an_hour():
    return timezone.localtime(timezone.now() + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")


def now(release):
    return Release.objects.get(pk=release.pk)


def says(html, text):
    return text in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).replace("&#x27;", "'")


# Gathering


def test_an_editor_gathers_what_is_approved_and_a_phone_gets_it(reviewing, begun, page, house, reader):
    assert says(read(reviewing, begun), "Nothing is in it yet")
    html = put_in(reviewing, begun, page)
    assert says(html, "Revision 1 goes live")
    assert says(html, "New for readers 1")
    assert says(html, "Each phone receives 1 document, about 1 kB in all.")
    html = press(reviewing, begun, "publish", **described(summary="A new source."))
    assert says(html, "“Spring clean” is live. Apps see it within a minute.")
    found = story.get(reader, f"/sources/{page.slug}").json_body
    assert found["last_change"]["summary"] == "A new source."


def test_what_is_approved_and_in_no_release_is_offered_once(reviewing, begun, page, editor):
    other = releases.prepare("Another one", by=editor, at=story.NOW)
    releases.put_in(other, editing.newest_revision(page))
    html = read(reviewing, begun)
    assert says(html, "A good source source, revision 1; also in “Another one”")
    put_in(reviewing, begun, page)
    assert f'name="revisions" value="{editing.newest_revision(page).pk}"' not in read(reviewing, begun)


def test_what_is_live_and_approved_anew_is_offered_too(reviewing, begun, editor, house):
    condition = ConditionFactory(name="Read again")
    story.go_live(condition)
    assert "Read again" not in read(reviewing, begun)
    review.approve(editing.newest_revision(condition), by=editor, at=story.NOW, role=ReviewRole.PHYSICIAN)
    assert says(read(reviewing, begun), "Read again condition, revision 1")
    assert says(put_in(reviewing, begun, condition), "Changed 1 Read again")
    press(reviewing, begun, "publish", **described(has_looked="on"))
    assert story.document(condition)["review"]["role"] == "physician"


def test_any_other_page_is_looked_up_and_goes_in_with_its_newest_wording(reviewing, begun, house):
    draft = SourceFactory(name="A draft")
    story.save(draft)
    html = press(reviewing, begun, "put_in", entry=str(draft.pk))
    assert begun.items.get().entry_id == draft.pk
    assert says(html, "not approved yet: read and approve it")
    assert f"{url(draft, 'approve')}?revision=1" in html
    assert says(html, "A draft: this wording has not been approved.")
    assert f'<a href="{url(draft)}">A draft</a>: this wording' in html, "the problem leads to its page"
    assert 'value="publish"' not in html


def test_pressing_put_in_with_nothing_chosen_says_what_to_do(reviewing, begun, page):
    assert says(press(reviewing, begun, "put_in"), "Tick a page, or look one up by its name.")


def test_a_page_that_was_never_saved_cannot_go_in(reviewing, begun, house):
    html = press(reviewing, begun, "put_in", entry=str(SourceFactory(name="Nothing").pk))
    assert says(html, "Nothing: nothing has been saved yet.")


def test_a_newer_wording_is_told_and_taken(reviewing, begun, page, editor):
    put_in(reviewing, begun, page)
    approved(page, editor, name="A better source")
    html = read(reviewing, begun)
    assert says(html, "A newer wording exists: revision 2, saved by therapist")
    press(reviewing, begun, f"take_newest {begun.items.get().pk}")
    assert begun.items.get().revision.number == 2


def test_a_page_is_taken_out_again(reviewing, begun, page):
    put_in(reviewing, begun, page)
    item = begun.items.get()
    seen = seen_on(read(reviewing, begun))
    assert says(press(reviewing, begun, f"take_out {item.pk}", seen=seen), "is no longer in this release")
    assert says(press(reviewing, begun, f"take_out {item.pk}", seen=seen), "It is not in this release any more.")
    for nonsense in ("take_out", "take_out x", "take_out 9999999999999999999"):
        assert says(press(reviewing, begun, nonsense), "It is not in this release any more.")


def test_a_withdrawal_goes_in_with_its_reason(reviewing, begun, page):
    story.go_live(page)
    assert says(press(reviewing, begun, "put_in_removal", entry=str(page.pk)), "This field is required.")
    html = press(reviewing, begun, "put_in_removal", entry=str(page.pk), reason="outdated")
    assert says(html, "Withdrawn because it is out of date")
    assert says(html, "Gone: apps are told to remove it 1")
    press(reviewing, begun, "publish", **described())
    assert not story.is_live(page)


def test_what_is_sent_again_because_a_card_changed_is_told(reviewing, begun, house, editor):
    symptom = SymptomFactory(name="Sore", red_flags=[house["global_flag"]])
    condition = ConditionFactory(name="Hip trouble")
    ConditionSymptomFactory(condition=condition, symptom=symptom)
    story.go_live(symptom, condition)
    approved(symptom, editor, name="Very sore")
    html = put_in(reviewing, begun, symptom)
    assert says(html, "Changed 1 Very sore")
    assert says(html, "Sent again, because it shows something that changes 1 Hip trouble")


# What is asked


def test_safety_needs_a_line_for_app_users_and_keeps_what_was_typed(reviewing, begun, page):
    put_in(reviewing, begun, page)
    html = press(reviewing, begun, "publish", **described(title="Recall", severity="safety"))
    assert says(html, "Say in one line what was unsafe")
    assert 'value="Recall"' in html
    assert now(begun).state == ReleaseState.DRAFT
    press(reviewing, begun, "publish", **described(severity="safety", summary="Stop using it."))
    assert (now(begun).state, now(begun).severity) == (ReleaseState.PUBLISHED, Severity.SAFETY)


def test_what_was_refused_keeps_what_was_typed_and_changes_nothing(reviewing, begun, page, editor):
    put_in(reviewing, begun, page)
    html_before = seen_on(read(reviewing, begun))
    story.go_live(page)
    html = press(reviewing, begun, "publish", seen=html_before, **described(title="New words", summary="A line."))
    assert says(html, "it has changed since this release was prepared")
    assert says(html, "Something else went live meanwhile.")
    assert 'value="A line."' in html
    assert now(begun).title == "Spring clean", "not even the title"
    press(reviewing, begun, "prepare_again")
    assert not releases.rehearse(begun, at=timezone.now()).problems


def test_remarks_of_the_checks_are_asked_about_first(reviewing, begun, house, editor):
    hard = "Immunohistochemical characterisation necessitates multidisciplinary interdepartmental collaboration. " * 8
    page = approved(SymptomFactory(name="Long words", red_flags=[house["global_flag"]], summary=hard), editor)
    html = put_in(reviewing, begun, page)
    assert "to look at" in html
    html = press(reviewing, begun, "publish", **described())
    assert says(html, "Look at the remarks first, then tick this.")
    press(reviewing, begun, "publish", **described(has_looked="on"))
    assert story.is_live(page)


def test_saving_the_description_publishes_nothing(reviewing, begun, page):
    put_in(reviewing, begun, page)
    press(reviewing, begun, "describe", **described(title="Summer", summary="Soon."))
    assert (now(begun).title, now(begun).summary, now(begun).state) == ("Summer", "Soon.", ReleaseState.DRAFT)


def test_the_enter_key_saves_and_does_not_publish(reviewing, begun, page):
    html = put_in(reviewing, begun, page)
    after_the_fields = html[html.index('name="summary"') :]
    assert re.findall(r'name="do" value="(\w+)"', after_the_fields) == ["describe", "schedule", "publish"]


# At a time


def test_a_time_is_chosen_in_the_zone_of_the_desk(reviewing, begun, page):
    put_in(reviewing, begun, page)
    day = (timezone.now() + datetime.timedelta(days=30)).strftime("%Y-%m-%d")
    with override_settings(TIME_ZONE="Asia/Tokyo"):
        assert says(read(reviewing, begun), "A time of Asia/Tokyo, where it is now")
        html = press(reviewing, begun, "schedule", **described(publish_at=f"{day}T09:00"))
        assert says(html, "09:00 JST")
    release = now(begun)
    assert (release.state, release.publish_at.isoformat()) == (ReleaseState.SCHEDULED, f"{day}T00:00:00+00:00")
    assert says(reviewing.get(LIST).content.decode(), "00:00 UTC")


@pytest.mark.parametrize(
    ("publish_at", "answer"),
    [
        ("", "Choose the day and the hour."),
        ("2020-01-01T09:00", "Choose a time in the future, within the next year."),
        ("9999-12-31T23:59", "Choose a time in the future, within the next year."),
        ("soon", "Enter a valid date/time."),
    ],
)
def test_a_time_that_cannot_be_is_refused_in_words(reviewing, begun, page, publish_at, answer):
    put_in(reviewing, begun, page)
    assert says(press(reviewing, begun, "schedule", **described(publish_at=publish_at)), answer)
    assert now(begun).state == ReleaseState.DRAFT


@override_settings(TIME_ZONE="Europe/Berlin")
def test_an_hour_that_the_clocks_leave_out_is_refused_in_words(reviewing, begun, page):
    put_in(reviewing, begun, page)
    html = press(reviewing, begun, "schedule", **described(publish_at="2027-03-28T02:30"))
    assert says(html, "couldn’t be interpreted in time zone Europe/Berlin")


def test_a_scheduled_release_is_opened_again_and_does_not_go_live(reviewing, begun, page):
    put_in(reviewing, begun, page)
    html = press(reviewing, begun, "schedule", **described(publish_at=in_an_hour()))
    assert says(html, "Goes live by itself on")
    assert 'value="take_out' not in html
    press(reviewing, begun, "reopen")
    assert due.publish_due(at=timezone.now() + datetime.timedelta(days=1)) == []
    assert 'value="take_out' in read(reviewing, begun)


def test_a_scheduled_release_is_published_early(reviewing, begun, page):
    put_in(reviewing, begun, page)
    press(reviewing, begun, "schedule", **described(publish_at=in_an_hour()))
    press(reviewing, begun, "publish")
    assert story.is_live(page)


def test_a_failed_release_says_why_when_and_what_to_do(reviewing, begun, page, editor):
    put_in(reviewing, begun, page)
    press(reviewing, begun, "schedule", **described(publish_at=in_an_hour()))
    story.go_live(page)
    due.publish_due(at=timezone.now() + datetime.timedelta(days=1))
    html = read(reviewing, begun)
    for part in (
        "Failed It was to go live on",
        "Why it did not go live on",
        "A good source: it has changed since this release was prepared",
        "Open it again, mend what is named here",
        "Could not be published,",
    ):
        assert says(html, part)
    press(reviewing, begun, "reopen")
    html = press(reviewing, begun, "prepare_again")
    assert says(html, "Phones receive nothing new")


def test_cancelling_asks_first_and_keeps_the_reason(reviewing, begun, page):
    put_in(reviewing, begun, page)
    assert says(read(reviewing, begun, "cancel"), "is given up for good")
    html = press(reviewing, begun, "", page="cancel", note="Next month instead.")
    assert now(begun).state == ReleaseState.CANCELLED
    assert says(html, "Cancelled by editor")
    assert says(html, "Next month instead.")
    assert says(press(reviewing, begun, "reopen"), "Only a scheduled or failed release can be opened again.")


# Two tabs, a double click, a stale page


def test_a_double_click_publishes_once_and_says_so(reviewing, begun, page):
    put_in(reviewing, begun, page)
    seen = seen_on(read(reviewing, begun))
    press(reviewing, begun, "publish", seen=seen, **described())
    html = press(reviewing, begun, "publish", seen=seen, **described())
    assert says(html, "This release is published already. Nothing more was done.")
    assert Step.objects.filter(release=begun).count() == 1


@pytest.mark.parametrize("do", ["publish", "describe", "schedule", "put_in", "prepare_again"])
def test_a_page_that_is_out_of_date_does_nothing(reviewing, begun, page, house, do):
    put_in(reviewing, begun, page)
    seen = seen_on(read(reviewing, begun))
    releases.put_in_removal(begun, house["disclaimer"], reason=TombstoneReason.OUTDATED)
    before = releases.fingerprint(now(begun))
    fields = described(title="Mine", publish_at=in_an_hour()) | {"revisions": [editing.newest_revision(page).pk]}
    html = press(reviewing, begun, do, seen=seen, **fields)
    assert says(html, "Somebody changed this release after you opened the page. Nothing was done.")
    assert releases.fingerprint(now(begun)) == before


def test_the_form_of_a_release_that_was_scheduled_meanwhile_is_told_so(reviewing, begun, page, editor):
    put_in(reviewing, begun, page)
    seen = seen_on(read(reviewing, begun))
    at = timezone.now()
    releases.schedule(begun, publish_at=at + datetime.timedelta(hours=1), by=editor, at=at)
    for do in ("describe", "schedule", "put_in"):
        fields = described(publish_at=in_an_hour()) | {"revisions": [editing.newest_revision(page).pk]}
        assert says(press(reviewing, begun, do, seen=seen, **fields), "Somebody changed this release")


@pytest.mark.parametrize("seen", ["", "nonsense"])
def test_a_post_that_saw_nothing_does_nothing(reviewing, begun, page, seen):
    put_in(reviewing, begun, page)
    response = reviewing.post(address(begun), {"do": "publish", "seen": seen, **described()})
    assert says(errors(response), "Nothing was done")
    assert not story.is_live(page)


# Back


def test_a_release_is_rolled_back_on_a_page_that_shows_what_comes_back(reviewing, begun, page, editor, house):
    story.go_live(page)
    new = approved(SourceFactory(name="Brand new"), editor)
    approved(page, editor, name="A worse source")
    put_in(reviewing, begun, page, new)
    assert "roll-back" not in read(reviewing, begun)
    press(reviewing, begun, "publish", **described())
    html = read(reviewing, begun, "roll_back")
    assert says(html, "Revision 1 goes live, as “A good source”")
    assert says(html, "Withdrawn: it was not there before")
    assert says(html, "Gone: apps are told to remove it 1 Brand new")
    html = press(reviewing, begun, "", page="roll_back")
    assert says(html, "Roll back: Spring clean")
    back = Release.objects.latest("pk")
    assert back != begun
    press(reviewing, back, "publish", **described(title=back.title))
    assert story.document(page)["name"] == "A good source"
    assert not story.is_live(new)


def test_a_roll_back_to_what_was_never_approved_leads_to_its_approval(reviewing, editor, therapist, begun):
    source = SourceFactory(name="As it came")
    starter = Release.objects.create(title="Starter", origin=ReleaseOrigin.STARTER, created_at=story.NOW)
    releases.put_in(starter, editing.save(source, by=None, at=story.NOW))
    story.publish_release(starter)
    assert "roll-back" not in read(reviewing, starter)
    put_in(reviewing, begun, approved(source, editor, name="Better"))
    press(reviewing, begun, "publish", **described())
    html = read(reviewing, begun, "roll_back")
    assert says(html, "This wording was never approved. Read and approve it")
    assert f"{url(source, 'approve')}?revision=1" in html


def test_what_cannot_be_rolled_back_says_why_and_offers_nothing(reviewing, begun, page, editor):
    put_in(reviewing, begun, page)
    assert says(read(reviewing, begun, "roll_back"), "Only a release that editors published can be rolled back.")
    press(reviewing, begun, "publish", **described())
    story.go_live(story.edit(page, name="Changed again"))
    html = read(reviewing, begun, "roll_back")
    assert says(html, "it has changed again since. Roll back the later release first.")
    assert 'type="submit" value="Prepare' not in html


# Who may


def test_a_therapist_looks_at_a_release_and_finds_no_button(writing, reviewing, begun, page):
    put_in(reviewing, begun, page)
    html = read(writing, begun)
    assert says(html, "A clinical editor can publish it: editor.")
    assert says(html, "New for readers 1")
    assert 'name="do"' not in html
    assert "New release" not in writing.get(LIST).content.decode()


@pytest.mark.parametrize(
    "do",
    [
        "publish",
        "describe",
        "schedule",
        "put_in",
        "put_in_removal",
        "prepare_again",
        "reopen",
        "take_out 1",
        "nonsense",
    ],
)
def test_each_forged_press_of_a_therapist_is_refused(writing, reviewing, begun, page, do):
    put_in(reviewing, begun, page)
    forged = {"do": do, "seen": releases.fingerprint(now(begun)), **described(publish_at=in_an_hour())}
    assert writing.post(address(begun), forged).status_code == 403
    for other in ("cancel", "roll_back"):
        assert writing.get(address(begun, other)).status_code == 403
        assert writing.post(address(begun, other), forged).status_code == 403
    assert writing.post(f"{LIST}add/", {"title": "Mine"}).status_code == 403
    assert (now(begun).state, Release.objects.filter(title="Mine").count()) == (ReleaseState.DRAFT, 0)


def test_a_reader_is_sent_to_the_door(begun, page):
    stranger = Client()
    for where in (LIST, f"{LIST}add/", address(begun), address(begun, "cancel"), address(begun, "roll_back")):
        assert stranger.get(where).status_code == 302
        assert stranger.post(where, {"do": "publish"}).status_code == 302


def test_somebody_without_a_role_sees_no_release(begun, page):
    nobody = at_desk(PersonFactory(username="nobody"))
    assert nobody.get(LIST).status_code == 403
    assert nobody.get(address(begun)).status_code == 403


def test_nothing_else_of_djangos_pages_stands_open(reviewing, begun, page):
    assert reviewing.get(address(begun, "delete")).status_code == 403
    assert reviewing.get(address(begun, "history")).headers["Location"] == f"{address(begun)}#record"
    assert reviewing.post(address(begun), {"do": "delete"}).status_code == 403


@pytest.mark.parametrize("page", ["", "cancel/", "roll-back/", "change/"])
def test_a_release_that_does_not_exist_leads_back_to_the_desk(reviewing, house, page):
    for pk in ("999999", "nonsense"):
        assert reviewing.get(f"{LIST}{pk}/{page}").status_code == 302


# The list


def test_the_list_tells_state_time_and_what(reviewing, begun, page):
    put_in(reviewing, begun, page)
    press(reviewing, begun, "schedule", **described(publish_at=in_an_hour()))
    html = reviewing.get(LIST, {"state__exact": "scheduled"}).content.decode()
    row = re.search(r"<tbody>\s*<tr><th.*</tr>", html)[0]
    cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.split(r"</t[dh]>", row)]
    assert cells[:4] == ["Spring clean", "Scheduled", "1 page", "Content"]
    assert re.fullmatch(r"goes live on \d+ \w+ \d{4}, \d\d:\d\d UTC", cells[4])
    assert not says(reviewing.get(LIST, {"state__exact": "failed"}).content.decode(), "Spring clean")


def test_a_page_costs_the_same_few_queries_however_much_is_in_it(
    reviewing, begun, house, editor, django_assert_max_num_queries
):
    for how_many in (2, 40):
        put_in(reviewing, begun, *[approved(SourceFactory(), editor) for _ in range(how_many)])
        with django_assert_max_num_queries(45):
            read(reviewing, begun)
