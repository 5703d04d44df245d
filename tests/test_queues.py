"""What waits for whom, through the whole life of a page: in SQL, the same on the desk and in its lists."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from conditions.models import Condition
from kb import editing, piles, queues, releases, review
from kb.enums import ReleaseState
from kb.models.editing import Release
from kb.models.entry import Entry
from tests import story
from tests.factories import ConditionFactory, PersonFactory, SourceFactory

TODAY = story.NOW.date()
DAY = datetime.timedelta(days=1)
House = dict[str, Entry]


@pytest.fixture
def other_editor(db: None) -> User:
    return PersonFactory(username="other-editor", group="Clinical editor")


@pytest.fixture
def page(house: House) -> Condition:
    """Not saved by anybody yet; its red flag is live."""
    condition: Condition = ConditionFactory(slug="sore-hip", name="Sore hip")
    story.go_live(condition.red_flags.get().red_flag)
    return condition


def again(person: User) -> User:
    """Without the rights that Django remembers of them."""
    return User.objects.get(pk=person.pk)


def waits(entry: Entry, person: User, *, today: datetime.date = TODAY) -> set[str]:
    """The names of the queues in which the entry stands for this person, less what checks find."""
    entries = queues.with_facts(Entry.objects.order_by())
    found = (queue for queue in queues.QUEUES if queue is not queues.QUALITY)
    return {
        queue.name
        for queue in found
        if queue.pick(entries, person=again(person), today=today).filter(pk=entry.pk).exists()
    }


def test_a_page_stands_in_the_right_queues_through_its_whole_life(page, therapist, editor, other_editor):
    assert waits(page, therapist) == set()

    first = story.save(page)
    assert waits(page, therapist) == {"my_drafts"}
    assert waits(page, editor) == set()

    review.submit(first, by=therapist, at=story.NOW)
    assert waits(page, therapist) == {"sent"}
    assert waits(page, editor) == waits(page, other_editor) == {"to_review"}

    review.send_back(first, by=editor, at=story.NOW, note="Name a source.")
    assert waits(page, therapist) == {"returned", "my_drafts"}
    assert waits(page, editor) == set()

    second = story.save(story.edit(page, summary="A better sentence."))
    assert waits(page, therapist) == {"my_drafts"}
    review.submit(second, by=therapist, at=story.NOW)
    review.take_back(second, by=therapist, at=story.NOW)
    assert waits(page, therapist) == {"my_drafts"}
    review.submit(second, by=therapist, at=story.NOW)

    review.approve(second, by=editor, at=story.NOW, next_review_on=TODAY + 400 * DAY)
    assert waits(page, therapist) == waits(page, editor) == waits(page, other_editor) == {"approved"}

    release = releases.prepare("All", by=editor, at=story.NOW)
    releases.put_in(release, second)
    releases.publish_now(release, by=editor, at=story.NOW)
    assert waits(page, therapist) == waits(page, editor) == set()
    assert waits(page, editor, today=TODAY + 339 * DAY) == set()
    assert waits(page, editor, today=TODAY + 340 * DAY) == waits(page, therapist, today=TODAY + 500 * DAY) == {"due"}

    story.save(story.edit(page, summary="Changed again."))
    assert waits(page, therapist) == {"my_drafts", "changed"}
    assert waits(page, editor) == {"changed"}

    story.withdraw(page)
    assert waits(page, editor) == set()
    assert waits(page, therapist) == {"my_drafts"}


def test_an_editor_does_not_review_what_they_wrote_part_of(page, therapist, editor, other_editor):
    story.save(page)
    changed = story.save(story.edit(page, summary="The editor mends it."), by=editor)
    review.submit(changed, by=therapist, at=story.NOW)
    assert waits(page, editor) == {"sent"}
    assert waits(page, other_editor) == {"to_review"}
    assert waits(page, therapist) == {"sent"}


def test_an_editor_who_wrote_before_the_last_approval_may_review_again(page, therapist, editor, other_editor):
    review.approve(story.save(page, by=editor), by=other_editor, at=story.NOW)
    newer = story.save(story.edit(page, summary="The therapist changes it."))
    review.submit(newer, by=therapist, at=story.NOW)
    assert waits(page, editor) == {"to_review"}


def test_an_editor_does_not_review_their_own_words_that_somebody_restored(page, therapist, editor, other_editor):
    story.save(page)
    own = story.save(story.edit(page, summary="In the editor's words."), by=editor)
    theirs = story.save(story.edit(page, summary="In the therapist's words."))
    review.approve(theirs, by=other_editor, at=story.NOW)
    restored = editing.restore(own, by=therapist, at=story.NOW)
    review.submit(restored, by=therapist, at=story.NOW)
    assert waits(page, other_editor) == {"to_review"}
    assert waits(page, editor) == set()
    assert editor.pk in review.writers(restored)


def test_a_therapist_has_no_queue_of_reviews(page, therapist, other_editor):
    newest = story.save(page, by=other_editor)
    review.submit(newest, by=other_editor, at=story.NOW)
    assert waits(page, therapist) == set()
    assert "to_review" not in piles.desk_of(again(therapist), today=TODAY).piles


def test_a_live_page_that_is_approved_anew_waits_for_its_release(page, therapist, editor):
    story.go_live(page)
    assert waits(page, editor) == set()
    live = page.revisions.get()
    review.approve(live, by=editor, at=story.NOW + DAY)
    assert waits(page, editor) == {"approved"}
    release = releases.prepare("Renewed", by=editor, at=story.NOW)
    releases.put_in(release, live)
    releases.publish_now(release, by=editor, at=story.NOW)
    assert waits(page, editor) == set()


def test_the_starter_pack_waits_for_a_clinician(house, therapist, editor):
    source = SourceFactory(name="A source")
    story.go_live(source)
    unvouched = story.save(source)
    source.documents.update(approval=None)  # as a starter pack leaves it
    assert unvouched.approvals.exists()
    assert waits(source, editor) == {"unreviewed", "approved"}
    assert waits(source, therapist) == {"approved"}


def test_numbers_on_the_desk_are_the_lengths_of_the_lists(page, therapist, editor):
    for number in range(piles.FEW + 3):
        revision = story.save(ConditionFactory(name=f"Page {number}"))
        if number % 2:
            review.submit(revision, by=therapist, at=story.NOW)
    for person in (therapist, editor):
        desk = piles.desk_of(again(person), today=TODAY)
        entries = queues.with_facts(Entry.objects.order_by())
        for queue in queues.for_person(again(person)):
            picked = queue.pick(entries, person=again(person), today=TODAY)
            ordered = [entry.pk for entry in picked.order_by(*queue.order_by, "pk")]
            pile = desk.piles[queue.name]
            assert pile.count == len(ordered), queue.name
            assert [waiting.entry.pk for waiting in pile.first] == ordered[: piles.FEW], queue.name
    assert piles.desk_of(again(therapist), today=TODAY).piles["my_drafts"].count == 4
    assert piles.desk_of(again(editor), today=TODAY).piles["to_review"].count == 3


def test_a_returned_page_carries_the_note_and_who_wrote_it(page, therapist, editor):
    revision = story.save(page)
    review.submit(revision, by=therapist, at=story.NOW)
    review.send_back(revision, by=editor, at=story.NOW + DAY, note="Name a source.")
    (waiting,) = piles.desk_of(again(therapist), today=TODAY).piles["returned"].first
    assert (waiting.note, waiting.by, waiting.at) == ("Name a source.", editor, story.NOW + DAY)


def test_what_checks_find_waits_until_it_is_mended(page, therapist):
    bare = story.edit(page, basis="general")
    story.save(bare)
    pile = piles.desk_of(again(therapist), today=TODAY).piles["quality"]
    assert "Sore hip" in [waiting.entry.name for waiting in pile.first]
    assert "It names no source." in next(w.note for w in pile.first if w.entry.pk == page.pk)
    story.save(story.edit(page, basis="stated"))
    pile = piles.desk_of(again(therapist), today=TODAY).piles["quality"]
    assert page.pk not in [waiting.entry.pk for waiting in pile.first]


def test_the_desk_looks_through_a_large_pack_bit_by_bit(page, therapist, monkeypatch):
    editing.forget_findings()
    monkeypatch.setattr(piles, "AT_ONCE", 2)
    for number in range(3):
        story.save(ConditionFactory(name=f"Page {number}", basis="general"))
    first = piles.desk_of(again(therapist), today=TODAY).piles["quality"]
    assert first.unseen > 0
    while piles.desk_of(again(therapist), today=TODAY).piles["quality"].unseen:
        pass
    assert piles.desk_of(again(therapist), today=TODAY).piles["quality"].count >= 3


def test_the_desk_costs_the_same_few_queries_however_much_waits(
    page, therapist, editor, other_editor, django_assert_max_num_queries
):
    for number in range(12):
        revision = story.save(ConditionFactory(name=f"Page {number}"))
        if number % 2:
            review.submit(revision, by=therapist, at=story.NOW)
            if number % 4 == 1:
                review.approve(revision, by=editor, at=story.NOW)
    piles.desk_of(again(editor), today=TODAY)
    person = again(editor)
    # rights twice, all entries with their queues, the few that are shown, who saved, steps, approvals, their revisions
    with django_assert_max_num_queries(8):
        piles.desk_of(person, today=TODAY)


def test_releases_lie_by_their_state(page, editor, therapist):
    revision = story.save(page)
    review.approve(revision, by=editor, at=story.NOW)
    titles: dict[str, Any] = {}
    for title in ("being prepared", "to come", "refused"):
        titles[title] = releases.prepare(title, by=editor, at=story.NOW)
        releases.put_in(titles[title], revision)
    releases.schedule(titles["to come"], publish_at=story.NOW + DAY, by=editor, at=story.NOW)
    Release.objects.filter(pk=titles["refused"].pk).update(state=ReleaseState.FAILED, problems="Why.\nAnd more.")
    lie = {name: [str(release) for release in pile.first] for name, pile in piles.release_piles().items()}
    assert lie == {"failed": ["refused"], "scheduled": ["to come"], "preparing": ["being prepared"]}
    assert piles.release_piles()["failed"].first[0].pages == 1
