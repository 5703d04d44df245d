"""Approval: somebody else, for exactly this wording. Code refuses it first, and the database refuses it too."""

import datetime

import pytest
from django.db import DatabaseError, transaction

from kb import editing, releases, review
from kb.desk import Status, with_status
from kb.enums import ReleaseOrigin, ReviewRole
from kb.models.editing import Approval, Release, Revision
from kb.models.entry import Entry
from kb.publishing import Refused
from tests import story
from tests.factories import ConditionFactory, ContactRouteFactory, DisclaimerFactory, PersonFactory

pytestmark = pytest.mark.django_db


def test_nobody_approves_what_they_wrote(editor):
    revision = story.save(ConditionFactory(), by=editor)
    with pytest.raises(Refused, match="somebody else must approve"):
        review.approve(revision, by=editor, at=story.NOW)


def test_a_therapist_approves_nothing(therapist, editor):
    revision = story.save(ConditionFactory(), by=editor)
    with pytest.raises(Refused, match="Only a clinical editor"):
        review.approve(revision, by=therapist, at=story.NOW)


def test_nobody_approves_a_text_that_they_touched_since_the_last_approval(therapist, editor):
    condition = ConditionFactory()
    story.save(condition, by=editor)
    newest = story.save(story.edit(condition, overview="The therapist's last word"), by=therapist)
    with pytest.raises(Refused):
        review.approve(newest, by=editor, at=story.NOW)


def test_who_wrote_before_the_last_approval_may_approve_again(therapist, editor):
    condition = ConditionFactory()
    colleague = PersonFactory(username="colleague", group="Clinical editor")
    review.approve(story.save(condition, by=editor), by=colleague, at=story.NOW)
    newest = story.save(story.edit(condition, overview="New"), by=therapist)
    assert review.approve(newest, by=editor, at=story.NOW).sha256 == newest.sha256


@pytest.mark.parametrize("number", [0, 1])
def test_the_database_refuses_an_approval_by_a_writer_too(therapist, editor, number):
    condition = ConditionFactory()
    story.save(condition, by=editor)
    newest = story.save(story.edit(condition, overview="New"), by=therapist)
    with pytest.raises(DatabaseError, match="a writer may not approve"), transaction.atomic():
        _approve_behind_the_codes_back(newest, [therapist, editor][number])


def test_the_database_refuses_an_approval_of_another_wording(therapist, editor):
    revision = story.save(ConditionFactory(), by=therapist)
    revision.sha256 = "0" * 64
    with pytest.raises(DatabaseError, match="another wording"), transaction.atomic():
        _approve_behind_the_codes_back(revision, editor)


def test_the_database_refuses_to_change_a_revision_or_an_approval(therapist, editor):
    revision = story.save(ConditionFactory(), by=therapist)
    review.approve(revision, by=editor, at=story.NOW)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Revision.objects.update(body="{}")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Approval.objects.update(note="Looks fine")


def test_saving_the_same_wording_again_makes_no_revision(therapist):
    condition = ConditionFactory()
    first = story.save(condition)
    assert story.save(condition).pk == first.pk
    assert Entry.objects.get(pk=condition.pk).edit_version == 1


def test_the_one_button_refuses_a_wording_that_nobody_has_read(house, therapist, editor):
    condition = ConditionFactory()
    seen = story.save(condition, by=therapist)
    story.save(story.edit(condition, overview="Saved a moment later"), by=therapist)
    with pytest.raises(Refused, match="newer wording"):
        releases.approve_and_publish(condition, by=editor, at=story.NOW, revision=seen)


def test_review_status_rises_from_unreviewed_through_partly_reviewed_to_reviewed(therapist, editor):
    condition, house = _unreviewed_starter()
    assert story.document(condition)["review"]["status"] == "unreviewed"
    before = story.document(condition)
    releases.approve_and_publish(condition, by=editor, at=story.NOW, role=ReviewRole.PHYSIOTHERAPIST)
    after = story.document(condition)
    assert {name for name in after if after[name] != before[name]} == {"review", "version"}
    assert (after["review"]["status"], after["review"]["role"]) == ("partly_reviewed", "physiotherapist")
    for text in house:
        releases.approve_and_publish(text, by=editor, at=story.NOW)
    assert story.document(condition)["review"]["status"] == "reviewed"


def test_a_starter_is_refused_once_anything_is_live(house):
    release = story.prepare(ConditionFactory())
    release.origin = ReleaseOrigin.STARTER
    release.save()
    with pytest.raises(Refused, match="empty installation"):
        story.publish_release(release)


def test_status_is_worked_out_from_what_happened(house, therapist, editor):
    condition = ConditionFactory()
    assert _status(condition) == Status.NEW
    revision = story.save(condition, by=therapist)
    assert _status(condition) == Status.DRAFT
    review.approve(revision, by=editor, at=story.NOW)
    assert _status(condition) == Status.APPROVED
    story.go_live(condition)
    assert _status(condition) == Status.LIVE
    changed = story.save(story.edit(condition, overview="New"), by=therapist)
    assert _status(condition) == Status.LIVE_WITH_CHANGES
    review.submit(changed, by=therapist, at=story.NOW, note="Please look at the overview.")
    assert _status(condition) == Status.IN_REVIEW
    review.send_back(changed, by=editor, at=story.NOW, note="Which overview?")
    assert _status(condition) == Status.RETURNED
    story.withdraw(condition)
    assert _status(condition) == Status.RETURNED, "the newest wording waits for its writer, whatever readers have"
    once_approved = ConditionFactory()
    story.go_live(once_approved)
    story.withdraw(once_approved)
    assert _status(once_approved) == Status.WITHDRAWN
    review.approve(changed, by=editor, at=story.NOW)
    assert _status(condition) == Status.APPROVED


def _status(entry):
    return with_status(Entry.objects.filter(pk=entry.pk)).get().status


def _unreviewed_starter():
    """A condition and its house texts, live as a starter pack is: approved by nobody."""
    condition = ConditionFactory()
    flag = condition.red_flags.get().red_flag
    house = [ContactRouteFactory(), DisclaimerFactory(applies_to=["condition"]), flag]
    release = Release.objects.create(title="Starter", origin=ReleaseOrigin.STARTER, created_at=story.NOW)
    for entry in [condition, *house]:
        releases.put_in(release, editing.save(entry, by=None, at=story.NOW))
    story.publish_release(release)
    return condition, house


def _approve_behind_the_codes_back(revision, person):
    Approval.objects.create(
        revision=revision,
        sha256=revision.sha256,
        approved_by=person,
        approved_at=story.NOW,
        role="physician",
        next_review_on=story.NOW.date(),
    )


def test_a_revision_says_what_the_working_copy_says(therapist):
    condition = ConditionFactory(name="A name")
    assert editing.said(story.save(condition))["name"] == "A name"


def test_a_review_date_beyond_reason_is_refused(therapist, editor):
    revision = story.save(ConditionFactory(), by=therapist)
    with pytest.raises(Refused, match="no later than"):
        review.approve(revision, by=editor, at=story.NOW, next_review_on=datetime.date.max)


def test_who_wrote_a_wording_does_not_approve_it_when_somebody_else_brings_it_back(house, therapist, editor):
    condition = ConditionFactory()
    story.save(condition)
    own = story.save(story.edit(condition, overview="The editor's own words."), by=editor)
    colleague = PersonFactory(username="colleague", group="Clinical editor")
    theirs = story.save(story.edit(condition, overview="The therapist's words."), by=therapist)
    review.approve(theirs, by=colleague, at=story.NOW)
    restored = editing.restore(own, by=therapist, at=story.NOW)
    assert restored.sha256 == own.sha256
    with pytest.raises(Refused, match="You wrote part of this"):
        review.approve(restored, by=editor, at=story.NOW)
    with pytest.raises(DatabaseError, match="a writer may not approve"), transaction.atomic():
        _approve_behind_the_codes_back(restored, editor)
    assert review.approve(restored, by=colleague, at=story.NOW)


def test_nor_when_somebody_else_duplicates_the_page(house, therapist, editor):
    condition = ConditionFactory()
    story.save(condition, by=editor)
    copy = editing.duplicate(Entry.objects.get(pk=condition.pk), by=therapist, at=story.NOW)
    newest = editing.newest_revision(copy)
    assert newest.saved_by == therapist
    with pytest.raises(Refused, match="You wrote part of this"):
        review.approve(newest, by=editor, at=story.NOW)
