"""The table of moves: what the verbs do is what it says, and the diagram in the docs is drawn from it."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction

from kb import desk, editing, releases, review, workflow
from kb.enums import StepVerb, TombstoneReason
from kb.models.editing import Approval, Revision, Step
from kb.models.entry import Entry
from kb.publishing import Refused
from kb.workflow import Status
from tests import story
from tests.factories import ConditionFactory, PersonFactory, RedFlagFactory

pytestmark = pytest.mark.django_db


def test_the_diagram_in_the_docs_is_drawn_from_the_table():
    page = (Path(settings.BASE_DIR) / "docs" / "workflow.md").read_text()
    drawn = f"```mermaid\n{workflow.diagram()}```\n"
    assert drawn in page, f"Put this into docs/workflow.md:\n{drawn}"


def _draft() -> Entry:
    flag = RedFlagFactory()
    story.go_live(flag)
    condition = ConditionFactory(red_flags=[flag])
    story.save(condition)
    return condition


def _in_review() -> Entry:
    condition = _draft()
    review.submit(_newest(condition), by=story.person("therapist"), at=story.NOW)
    return condition


def _returned() -> Entry:
    condition = _in_review()
    review.send_back(_newest(condition), by=story.person("editor"), at=story.NOW, note="Mend it.")
    return condition


def _approved() -> Entry:
    condition = _in_review()
    review.approve(_newest(condition), by=story.person("editor"), at=story.NOW)
    return condition


def _live() -> Entry:
    condition = ConditionFactory()
    story.go_live(condition)
    return condition


def _live_with_changes() -> Entry:
    condition = _live()
    story.save(story.edit(condition, overview="New words for it."))
    return condition


def _withdrawn() -> Entry:
    condition = _live()
    story.withdraw(condition)
    return condition


STANDING = {
    Status.DRAFT: _draft,
    Status.IN_REVIEW: _in_review,
    Status.RETURNED: _returned,
    Status.APPROVED: _approved,
    Status.LIVE: _live,
    Status.LIVE_WITH_CHANGES: _live_with_changes,
    Status.WITHDRAWN: _withdrawn,
}


def _publish(entry):
    release = releases.prepare("It", by=story.person("editor"), at=story.NOW)
    releases.put_in(release, _newest(entry))
    releases.publish_now(release, by=story.person("editor"), at=story.NOW)


ACTS = {
    "submit": lambda entry: review.submit(_newest(entry), by=story.person("therapist"), at=story.NOW),
    "take_back": lambda entry: review.take_back(_newest(entry), by=story.person("therapist"), at=story.NOW),
    "send_back": lambda entry: review.send_back(_newest(entry), by=story.person("editor"), at=story.NOW, note="No."),
    "approve": lambda entry: review.approve(_newest(entry), by=story.person("editor"), at=story.NOW),
    "publish": _publish,
    "withdraw": lambda entry: releases.withdraw(
        entry.entry_ptr, by=story.person("editor"), at=story.NOW, reason=TombstoneReason.OUTDATED
    ),
}


@pytest.mark.parametrize("move", [move for move in workflow.MOVES if move.name in ACTS], ids=lambda move: move.name)
@pytest.mark.parametrize("status", STANDING, ids=str)
def test_each_move_is_possible_from_where_the_table_says_and_from_nowhere_else(house, move, status):
    entry = STANDING[status]()
    assert _status(entry) == status
    is_open = workflow.is_open(move, status, is_live=story.is_live(entry))
    try:
        with transaction.atomic():
            ACTS[move.name](entry)
    except Refused:
        assert not is_open
        assert _status(entry) == status, "a refusal changes nothing"
    else:
        assert is_open
        assert _status(entry) in ((status,) if status in move.stays else move.to)


def test_saving_again_ends_a_review_and_makes_an_approval_stale(house, therapist, editor):
    for entry in (_in_review(), _approved(), _returned()):
        story.save(story.edit(entry, overview="Another thought."))
        assert _status(entry) == Status.DRAFT
    entry = _approved()
    changed = story.save(story.edit(entry, overview="Another thought."))
    release = releases.prepare("It", by=editor, at=story.NOW)
    releases.put_in(release, changed)
    with pytest.raises(Refused, match="not been approved"):
        releases.publish_now(release, by=editor, at=story.NOW)


def test_only_the_newest_wording_can_be_sent_for_review(house, therapist):
    entry = _draft()
    older = _newest(entry)
    story.save(story.edit(entry, overview="Another thought."))
    with pytest.raises(Refused, match="newer wording"):
        review.submit(older, by=therapist, at=story.NOW)


def test_only_its_writer_or_sender_takes_a_wording_back(house, therapist):
    entry = _in_review()
    stranger = PersonFactory(username="stranger", group="Therapist")
    with pytest.raises(Refused, match="Only who wrote it"):
        review.take_back(_newest(entry), by=stranger, at=story.NOW)
    review.take_back(_newest(entry), by=therapist, at=story.NOW)
    assert _status(entry) == Status.DRAFT


def test_a_wording_with_an_error_is_not_sent_for_review(house, therapist):
    bare = ConditionFactory(red_flags=[])
    with pytest.raises(Refused, match="no red flag"):
        review.submit(story.save(bare), by=therapist, at=story.NOW)


def test_a_return_says_what_to_mend(house, editor):
    entry = _in_review()
    with pytest.raises(Refused, match="note"):
        review.send_back(_newest(entry), by=editor, at=story.NOW, note="  ")


def test_reading_only_the_changes_needs_something_approved_before(house, editor):
    entry = _in_review()
    with pytest.raises(Refused, match="whole page"):
        review.approve(_newest(entry), by=editor, at=story.NOW, scope="changes")
    live = _live_with_changes()
    assert review.approve(_newest(live), by=editor, at=story.NOW, scope="changes").scope == "changes"


def test_what_was_rolled_back_does_not_count_as_waiting_for_release(house, editor):
    entry = _live()
    first = _newest(entry)
    story.go_live(story.edit(entry, overview="A mistake."))
    newest = _release_of(entry)
    back = releases.roll_back(newest, by=editor, at=story.NOW)
    releases.publish_now(back, by=editor, at=story.NOW)
    assert desk.live_revision_id(entry) == first.pk
    assert _status(entry) == Status.LIVE_WITH_CHANGES


def test_the_database_keeps_the_whole_record(house, therapist):
    entry = _returned()
    rows = [(Step, "kb_step"), (Revision, "kb_revision"), (Approval, "kb_approval")]
    _approved()
    for model, table in rows:
        before = model.objects.count()
        with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
            model.objects.all()._raw_delete(model.objects.db)
        assert model.objects.count() == before > 0, table
    step = Step.objects.filter(revision__entry=entry.pk, verb=StepVerb.RETURNED).get()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Step.objects.filter(pk=step.pk).update(note="Something kinder.")


def _release_of(entry):
    return entry.documents.get().changed_by


def _newest(entry) -> Revision:
    newest = editing.newest_revision(entry)
    assert newest is not None
    return newest


def _status(entry) -> str:
    return desk.with_status(Entry.objects.filter(pk=entry.pk)).get().status
