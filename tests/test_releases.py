"""Releases: all of it together or nothing, once, in the order that people meant; and back again."""

import datetime
import threading
import time

import pytest
from django.db import connections

from kb import desk, due, editing, releases, review
from kb.compiler import COMPILER_VERSION
from kb.enums import ReleaseOrigin, ReleaseState, Severity, StepVerb, TombstoneReason
from kb.models.editing import Release, ReleaseItem, Step
from kb.models.entry import Entry
from kb.models.published import Document, Facet, Feed, Link, Slug
from kb.planning import Effect
from kb.publishing import Refused, publish, recompile, verify
from kb.workflow import Status
from tests import story
from tests.factories import ConditionFactory, ConditionSymptomFactory, SourceFactory, SymptomFactory

pytestmark = pytest.mark.django_db
NOW = story.NOW
SOON, LATER = NOW + datetime.timedelta(hours=1), NOW + datetime.timedelta(hours=2)


def begun(editor, *entries, **release):
    """A release that the editor has begun, with the newest wording of these in it."""
    made = releases.prepare("Spring clean", by=editor, at=NOW, **release)
    for entry in entries:
        releases.put_in(made, editing.newest_revision(entry))
    return made


def approved(entry, editor, **changes):
    """The therapist saves it (with these changes), the editor approves."""
    revision = story.save(story.edit(entry, **changes) if changes else entry)
    review.approve(revision, by=editor, at=NOW)
    return entry


def scheduled(editor, *entries, at=SOON):
    return releases.schedule(begun(editor, *entries), publish_at=at, by=editor, at=NOW)


def everything_published():
    """All that readers could ever see, row by row."""
    return [list(model.objects.order_by("pk").values()) for model in (Document, Facet, Slug, Link, Feed)]


def now(release):
    return Release.objects.get(pk=release.pk)


# All or nothing


def test_two_hundred_pages_with_one_fault_among_them_change_nothing(house, therapist, editor):
    sources = [approved(SourceFactory(), editor) for _ in range(199)]
    unread = SourceFactory(name="The unread one")
    story.save(unread)
    release = begun(editor, *sources, unread)
    before = everything_published()
    with pytest.raises(Refused) as refused:
        releases.publish_now(release, by=editor, at=NOW)
    assert refused.value.problems == [
        "The unread one: this wording has not been approved. Ask a clinical editor who did not write it."
    ]
    assert everything_published() == before
    assert now(release).state == ReleaseState.DRAFT


def test_every_problem_is_told_at_once(house, therapist, editor):
    unread, nameless = ConditionFactory(name="Unread"), ConditionFactory(name="Also unread")
    story.save(unread)
    story.save(nameless)
    release = begun(editor, unread, nameless, severity=Severity.SAFETY)
    releases.put_in_removal(release, SymptomFactory(name="Never live"), reason=TombstoneReason.OUTDATED)
    problems = "\n".join(releases.rehearse(release, at=NOW).problems)
    for part in ("Unread: ", "Also unread: ", "Never live: it is not live", "needs one line for app users"):
        assert part in problems


def test_a_rehearsal_tells_what_publishing_then_does(house, therapist, editor):
    symptom = SymptomFactory(name="Sore")
    story.go_live(symptom)
    condition = ConditionFactory()
    ConditionSymptomFactory(condition=condition, symptom=symptom)
    gone = SymptomFactory(name="Old")
    story.go_live(condition, gone)
    new = approved(SymptomFactory(name="Fresh", red_flags=[house["global_flag"]]), editor)
    release = begun(editor, approved(symptom, editor, name="Sore spot"), new)
    releases.put_in_removal(release, gone, reason=TombstoneReason.OUTDATED)
    before = everything_published()
    plan = releases.rehearse(release, at=NOW)
    assert everything_published() == before, "a rehearsal writes nothing"
    assert {plan.name(pk): effect for pk, effect in plan.effects().items()} == {
        "Sore spot": Effect.CHANGED,
        condition.name: Effect.RECOMPILED,
        "Fresh": Effect.NEW,
        "Old": Effect.GONE,
    }
    releases.publish_now(release, by=editor, at=NOW)
    assert story.document(condition)["symptoms"][0]["symptom"]["name"] == "Sore spot"
    assert not story.is_live(gone)
    for pk, made in plan.compiled.items():
        assert bytes(Document.objects.get(entry=pk).body) == made.body


@pytest.mark.django_db(transaction=True)
def test_a_phone_that_polls_meanwhile_sees_all_of_two_hundred_pages_or_none(therapist, editor):
    release = begun(editor, *[approved(SourceFactory(), editor) for _ in range(200)])
    seen, is_over = set(), threading.Event()
    with story.public_connection():
        phone = threading.Thread(target=poll, args=(seen, is_over))
        phone.start()
        _until(lambda: seen)
        releases.publish_now(release, by=editor, at=NOW)
        _until(lambda: len(seen) > 1)
        is_over.set()
        phone.join(timeout=30)
    assert seen == {(0, 0), (200, 200)}


# What is in a release, and what it was prepared against


def test_of_two_releases_with_the_same_page_the_second_waits_until_it_is_prepared_again(house, therapist, editor):
    page = approved(SourceFactory(name="Both"), editor)
    first, second = begun(editor, page), begun(editor, page)
    releases.publish_now(first, by=editor, at=NOW)
    with pytest.raises(Refused, match="changed since this release was prepared"):
        releases.publish_now(second, by=editor, at=NOW)
    newer = approved(page, editor, name="Both, better")
    with pytest.raises(Refused, match="changed since"):
        releases.publish_now(second, by=editor, at=NOW)
    releases.put_in(second, editing.newest_revision(newer), instead=True)
    releases.publish_now(second, by=editor, at=NOW)
    assert story.document(page)["name"] == "Both, better"


def test_preparing_again_takes_what_is_live_now_as_seen(house, therapist, editor):
    page = approved(SourceFactory(name="First"), editor)
    older = begun(editor, page)
    newer = begun(editor, approved(page, editor, name="Second"))
    releases.publish_now(newer, by=editor, at=NOW)
    assert releases.rehearse(older, at=NOW).problems
    releases.prepare_again(older)
    releases.publish_now(older, by=editor, at=NOW)
    assert story.document(page)["name"] == "First", "somebody looked and wanted it so"


def test_what_is_approved_after_it_was_put_in_can_be_published(house, therapist, editor):
    page = SourceFactory()
    revision = story.save(page)
    release = begun(editor, page)
    assert releases.rehearse(release, at=NOW).problems
    approval = review.approve(revision, by=editor, at=NOW)
    releases.publish_now(release, by=editor, at=NOW)
    assert release.items.get().approval == approval
    assert story.is_live(page)


def test_publishing_twice_is_publishing_once(house, therapist, editor):
    release = begun(editor, approved(SourceFactory(), editor))
    releases.publish_now(release, by=editor, at=NOW)
    before = everything_published(), list(Step.objects.values()), list(ReleaseItem.objects.values())
    again = releases.publish_now(release, by=editor, at=LATER)
    assert again.published_at == NOW
    assert (everything_published(), list(Step.objects.values()), list(ReleaseItem.objects.values())) == before


def test_an_approval_that_comes_later_does_not_creep_into_what_was_published(therapist, editor):
    source = SourceFactory()
    starter = Release.objects.create(title="Starter", origin=ReleaseOrigin.STARTER, created_at=NOW)
    revision = editing.save(source, by=None, at=NOW)
    releases.put_in(starter, revision)
    story.publish_release(starter)
    review.approve(revision, by=editor, at=NOW)
    releases.publish_now(starter, by=editor, at=LATER)
    assert starter.items.get().approval is None


@pytest.mark.parametrize(
    "change",
    [
        lambda release, page: releases.put_in(release, editing.newest_revision(page)),
        lambda release, page: releases.put_in_removal(release, page, reason=TombstoneReason.OUTDATED),
        lambda release, page: releases.take_out(release, release.items.get()),
        lambda release, page: releases.describe(release, title="X", severity=Severity.CONTENT, summary=""),
        lambda release, page: releases.prepare_again(release),
    ],
)
def test_a_scheduled_or_published_release_cannot_be_changed(house, therapist, editor, change):
    page = approved(SourceFactory(), editor)
    release = scheduled(editor, page)
    with pytest.raises(Refused, match="is scheduled, so it cannot be changed"):
        change(release, page)
    releases.publish_now(release, by=editor, at=NOW)
    with pytest.raises(Refused, match="is published, so it cannot be changed"):
        change(release, page)


@pytest.mark.parametrize(
    ("act", "more"),
    [
        (releases.publish_now, {}),
        (releases.schedule, {"publish_at": SOON}),
        (releases.reopen, {}),
        (releases.cancel, {}),
        (releases.roll_back, {}),
    ],
)
def test_a_therapist_decides_nothing_about_a_release(house, therapist, editor, act, more):
    release = begun(editor, approved(SourceFactory(), editor))
    with pytest.raises(Refused, match="Only a clinical editor"):
        act(release, by=therapist, at=NOW, **more)
    assert now(release).state == ReleaseState.DRAFT


def test_what_somebody_saw_of_a_release_is_known_again(house, therapist, editor):
    release = begun(editor, approved(SourceFactory(), editor))
    seen = releases.fingerprint(release)
    assert releases.require_unchanged(release, seen=seen) == release
    releases.put_in_removal(release, house["route"], reason=TombstoneReason.OUTDATED)
    with pytest.raises(Refused, match="Somebody changed this release after you opened the page"):
        releases.require_unchanged(release, seen=seen)


def test_a_page_is_merged_into_one_that_goes_live_in_the_same_release(house, therapist, editor):
    old = SymptomFactory(name="Old", red_flags=[house["global_flag"]])
    condition = ConditionFactory()
    ConditionSymptomFactory(condition=condition, symptom=old)
    story.go_live(old, condition)
    new = approved(SymptomFactory(name="New", red_flags=[house["global_flag"]]), editor)
    release = begun(editor, new)
    releases.put_in_removal(release, old, reason=TombstoneReason.MERGED, into=new)
    releases.publish_now(release, by=editor, at=NOW)
    assert Document.objects.get(entry=old).replaced_by_id == new.pk
    assert story.document(condition)["symptoms"][0]["symptom"]["name"] == "New"


# A time


def test_a_scheduled_release_goes_live_at_its_time_and_not_before(house, therapist, editor):
    page = approved(SourceFactory(), editor)
    release = scheduled(editor, page)
    assert due.publish_due(at=SOON - datetime.timedelta(seconds=1)) == []
    assert not story.is_live(page)
    assert due.publish_due(at=SOON) == [release]
    assert story.is_live(page)
    assert due.publish_due(at=LATER) == [], "once"
    step = Step.objects.filter(release=release).first()
    assert (step.verb, step.by, step.at) == (StepVerb.PUBLISHED, editor, SOON), "who scheduled it answers for it"


def test_a_cancelled_release_never_goes_live(house, therapist, editor):
    page = approved(SourceFactory(), editor)
    releases.cancel(scheduled(editor, page), by=editor, at=NOW)
    assert due.publish_due(at=LATER) == []
    assert not story.is_live(page)


def test_only_a_sound_release_can_be_scheduled_and_only_ahead(house, therapist, editor):
    unread = SourceFactory()
    story.save(unread)
    with pytest.raises(Refused, match="not been approved"):
        scheduled(editor, unread)
    page = approved(SourceFactory(), editor)
    for when in (NOW, NOW - datetime.timedelta(days=1), NOW + datetime.timedelta(days=400)):
        with pytest.raises(Refused, match="Choose a time in the future"):
            scheduled(editor, page, at=when)


def test_a_release_whose_scheduler_has_left_fails_and_says_so(house, therapist, editor):
    release = scheduled(editor, approved(SourceFactory(), editor))
    editor.is_active = False
    editor.save()
    assert due.publish_due(at=SOON) == [release]
    assert now(release).state == ReleaseState.FAILED
    assert "may not publish any more" in now(release).problems
    assert due.publish_due(at=LATER) == [], "not tried again by itself"


def test_what_somebody_published_meanwhile_makes_it_fail_whole(house, therapist, editor):
    moved, other = approved(SourceFactory(name="Moved"), editor), approved(SourceFactory(name="Other"), editor)
    release = scheduled(editor, moved, other)
    releases.publish_now(begun(editor, moved), by=editor, at=NOW)
    before = everything_published()
    due.publish_due(at=SOON)
    assert everything_published() == before
    assert now(release).problems.startswith("Moved: it has changed since this release was prepared.")
    step = Step.objects.filter(release=release).first()
    assert (step.verb, step.by, step.note) == (StepVerb.FAILED, None, now(release).problems)


def test_a_failed_release_is_opened_again_mended_and_published(house, therapist, editor):
    page = approved(SourceFactory(), editor)
    release = scheduled(editor, page)
    releases.publish_now(begun(editor, page), by=editor, at=NOW)
    due.publish_due(at=SOON)
    releases.reopen(release, by=editor, at=SOON)
    releases.prepare_again(release)
    done = releases.publish_now(release, by=editor, at=SOON)
    assert (done.state, done.problems, done.publish_at) == (ReleaseState.PUBLISHED, "", None)


def test_one_release_that_fails_holds_up_no_other(house, therapist, editor, monkeypatch):
    broken, sound = (scheduled(editor, approved(SourceFactory(), editor)) for _ in range(2))

    def faulty(release, **said):
        if release.pk == broken.pk:
            raise KeyError("a fault of ours")
        return publish(release, **said)

    monkeypatch.setattr(due, "publish", faulty)
    due.publish_due(at=SOON)
    assert (now(broken).state, now(sound).state) == (ReleaseState.FAILED, ReleaseState.PUBLISHED)
    assert "the log says more" in now(broken).problems


def test_what_is_due_waits_for_the_recompile_after_an_upgrade(house, therapist, editor):
    release = scheduled(editor, approved(SourceFactory(), editor))
    for compiler in (COMPILER_VERSION - 1, COMPILER_VERSION + 1):
        Feed.objects.update(compiler_version=compiler)
        with pytest.raises(Refused, match="recompile"):
            due.publish_due(at=SOON)
        assert now(release).state == ReleaseState.SCHEDULED, "an upgrade is no fault of the release"
    Feed.objects.update(compiler_version=COMPILER_VERSION)
    assert due.publish_due(at=SOON) == [release]


def test_a_release_put_off_while_the_clock_looks_is_left_alone(house, therapist, editor, monkeypatch):
    release = scheduled(editor, approved(SourceFactory(), editor))

    def held(release):
        """Just before, somebody opens it again and gives it a later time."""
        Release.objects.filter(pk=release.pk).update(publish_at=LATER)
        return releases.held(release)

    monkeypatch.setattr(due, "held", held)
    assert due.publish_due(at=SOON) == []
    assert now(release).state == ReleaseState.SCHEDULED


# Back again


def test_an_edit_is_rolled_back(house, therapist, editor):
    page = SourceFactory(name="Before")
    story.go_live(page)
    release = begun(editor, approved(page, editor, name="After"))
    releases.publish_now(release, by=editor, at=NOW)
    back = rolled_back(release, editor)
    assert story.document(page)["name"] == "Before"
    assert releases.roll_back(back, by=editor, at=NOW).items.get().revision == release.items.get().revision


def test_a_first_publication_is_rolled_back_to_nothing(house, therapist, editor):
    page = approved(SourceFactory(), editor)
    rolled_back(releases.publish_now(begun(editor, page), by=editor, at=NOW), editor)
    assert Document.objects.get(entry=page).gone_reason == TombstoneReason.WITHDRAWN


def test_a_withdrawal_is_rolled_back(house, therapist, editor):
    page = SourceFactory(name="Back")
    story.go_live(page)
    rolled_back(story.withdraw(page), editor)
    assert story.document(page)["name"] == "Back"


def test_a_merge_is_rolled_back_with_the_links_and_the_older_tombstones(house, therapist, editor):
    eldest, old, new = (
        SymptomFactory(name=name, red_flags=[house["global_flag"]]) for name in ("Eldest", "Old", "New")
    )
    condition = ConditionFactory()
    ConditionSymptomFactory(condition=condition, symptom=old)
    story.go_live(eldest, old, new, condition)
    story.merge(eldest, old)
    release = story.merge(old, new)
    assert story.document(condition)["symptoms"][0]["symptom"]["name"] == "New"
    assert Document.objects.get(entry=eldest).replaced_by_id == new.pk
    rolled_back(release, editor)
    assert story.document(condition)["symptoms"][0]["symptom"]["name"] == "Old"
    assert Document.objects.get(entry=eldest).replaced_by_id == old.pk
    assert verify() == []


def test_what_came_back_from_a_merge_goes_into_it_again(house, therapist, editor):
    old, new = SymptomFactory(red_flags=[house["global_flag"]]), SymptomFactory(red_flags=[house["global_flag"]])
    story.go_live(old, new)
    story.merge(old, new)
    release = begun(editor, approved(old, editor, summary="It is something else after all."))
    releases.publish_now(release, by=editor, at=SOON)
    rolled_back(release, editor)
    document = Document.objects.get(entry=old)
    assert (document.gone_reason, document.replaced_by_id) == (TombstoneReason.MERGED, new.pk)


def test_rolling_back_a_change_for_safety_asks_what_to_tell(house, therapist, editor):
    page = SourceFactory()
    story.go_live(page)
    changed = approved(page, editor, name="After")
    release = begun(editor, changed, severity=Severity.SAFETY, summary="Stop.")
    releases.publish_now(release, by=editor, at=NOW)
    back = releases.roll_back(release, by=editor, at=NOW)
    with pytest.raises(Refused, match="needs one line for app users"):
        releases.publish_now(back, by=editor, at=NOW)
    releases.describe(back, title=back.title, severity=Severity.SAFETY, summary="It was right before.")
    releases.publish_now(back, by=editor, at=NOW)
    assert story.document(page)["last_change"]["summary"] == "It was right before."


def test_what_changed_again_since_cannot_be_rolled_back(house, therapist, editor):
    page = SourceFactory(name="Page")
    first = story.go_live(page)
    story.go_live(story.edit(page, name="Page, again"))
    with pytest.raises(Refused, match="Page, again: it has changed again since"):
        releases.roll_back(first, by=editor, at=NOW)


def test_the_starter_and_what_is_not_published_cannot_be_rolled_back(house, therapist, editor):
    release = begun(editor, approved(SourceFactory(), editor))
    recompiled = recompile(by=None, at=NOW)
    for one in (release, recompiled):
        with pytest.raises(Refused, match="Only a release that editors published"):
            releases.roll_back(one, by=editor, at=NOW)


def test_back_to_a_wording_that_was_never_approved_needs_an_approval(therapist, editor):
    source = SourceFactory(name="As it came")
    starter = Release.objects.create(title="Starter", origin=ReleaseOrigin.STARTER, created_at=NOW)
    unread = editing.save(source, by=None, at=NOW)
    releases.put_in(starter, unread)
    story.publish_release(starter)
    release = begun(editor, approved(source, editor, name="Better"))
    releases.publish_now(release, by=editor, at=NOW)
    back = releases.roll_back(release, by=editor, at=NOW)
    with pytest.raises(Refused, match="has not been approved"):
        releases.publish_now(back, by=editor, at=NOW)
    review.approve(unread, by=editor, at=NOW)
    releases.publish_now(back, by=editor, at=NOW)
    assert story.document(source)["name"] == "As it came"


def test_rolling_back_twice_prepares_one_release(house, therapist, editor):
    release = releases.publish_now(begun(editor, approved(SourceFactory(), editor)), by=editor, at=NOW)
    assert releases.roll_back(release, by=editor, at=NOW) == releases.roll_back(release, by=editor, at=NOW)


# At the same moment, on two connections


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("others", [["publish"], ["schedule"], ["put_in"], ["clock"], ["schedule", "clock", "put_in"]])
def test_two_people_at_one_release_never_wait_for_each_other_and_it_goes_live_once(therapist, editor, others):
    """Publishing meets publishing, scheduling, a change, and the clock."""
    page, another = approved(SourceFactory(), editor), approved(SourceFactory(), editor)
    release = begun(editor, page) if "clock" not in others else scheduled(editor, page)
    acts = {
        "publish": lambda: releases.publish_now(release, by=editor, at=SOON),
        "schedule": lambda: releases.schedule(release, publish_at=LATER, by=editor, at=SOON),
        "put_in": lambda: releases.put_in(release, editing.newest_revision(another)),
        "clock": lambda: due.publish_due(at=SOON),
    }
    problems = at_once([acts[name] for name in ("publish", *others)])
    assert problems == [], "a deadlock would be one; being told that somebody was faster is none"
    stored = now(release)
    assert stored.state in (ReleaseState.PUBLISHED, ReleaseState.SCHEDULED)
    published = Step.objects.filter(release=release, verb=StepVerb.PUBLISHED).count()
    assert published == (1 if stored.state == ReleaseState.PUBLISHED else 0)
    assert Document.objects.filter(entry=page).count() == published
    assert story.is_live(another) == release.items.filter(entry=another).exists()


@pytest.mark.django_db(transaction=True)
def test_any_number_of_clocks_publish_once(therapist, editor):
    made = [scheduled(editor, approved(SourceFactory(), editor)) for _ in range(5)]
    dealt_with = []
    assert at_once([lambda: dealt_with.extend(due.publish_due(at=SOON)) for _ in range(3)]) == []
    assert sorted(release.pk for release in dealt_with) == sorted(release.pk for release in made)
    assert Step.objects.filter(verb=StepVerb.PUBLISHED).count() == 5


def at_once(acts):
    """Each on a connection of its own; what went wrong, apart from refusals."""
    start = threading.Barrier(len(acts))
    problems = []

    def run(act):
        try:
            start.wait(timeout=10)
            act()
        except Refused:
            pass
        except Exception as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    people = [threading.Thread(target=run, args=(act,)) for act in acts]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=60)
    return problems


def poll(seen, is_over):
    """A phone's own connection: the head and how many documents there are, in one statement."""
    connections["public"].connect()  # past the guard that keeps tests to their own database
    try:
        while not is_over.is_set():
            with connections["public"].cursor() as cursor:
                cursor.execute("SELECT head, (SELECT count(*) FROM kb_document) FROM kb_feed")
                seen.add(cursor.fetchone())
    finally:
        connections["public"].close()


def rolled_back(release, editor):
    back = releases.roll_back(release, by=editor, at=LATER)
    return releases.publish_now(back, by=editor, at=LATER)


def _until(holds):
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.005)


def test_an_older_approval_never_comes_back_over_a_newer_one(house, therapist, editor):
    entry = ConditionFactory()
    story.go_live(entry)
    live = entry.documents.get().revision
    release = releases.prepare("For next week", by=editor, at=story.NOW)
    releases.put_in(release, live)
    releases.schedule(release, publish_at=SOON, by=editor, at=story.NOW)
    newer = review.approve(live, by=editor, at=story.NOW, next_review_on=story.NOW.date() + datetime.timedelta(days=30))
    renewed = releases.prepare("Today", by=editor, at=story.NOW)
    releases.put_in(renewed, live)
    releases.publish_now(renewed, by=editor, at=story.NOW)
    assert due.publish_due(at=LATER)[0].state == ReleaseState.PUBLISHED
    assert entry.documents.get().approval_id == newer.pk


def test_rolling_back_an_old_withdrawal_never_revives_what_was_withdrawn_for_safety_since(house, therapist, editor):
    entry = ConditionFactory()
    story.go_live(entry)
    withdrawal = story.withdraw(entry)
    story.go_live(story.edit(entry, overview="Other words."))
    releases.withdraw(
        entry.entry_ptr,
        by=editor,
        at=NOW,
        reason=TombstoneReason.SAFETY,
        severity=Severity.SAFETY,
        summary="Do not rely on it.",
    )
    with pytest.raises(Refused, match="changed again since"):
        releases.roll_back(withdrawal, by=editor, at=NOW)


def test_what_was_rolled_back_waits_for_release_once_it_is_approved_anew(house, therapist, editor):
    entry = ConditionFactory()
    story.go_live(entry)
    second = story.go_live(story.edit(entry, overview="Other words."))
    releases.publish_now(releases.roll_back(second, by=editor, at=LATER), by=editor, at=LATER)
    assert _status(entry) == Status.LIVE_WITH_CHANGES
    review.approve(editing.newest_revision(entry), by=editor, at=LATER)
    assert _status(entry) == Status.APPROVED


def test_a_page_that_is_to_be_withdrawn_is_not_put_in_by_the_way(house, therapist, editor):
    entry = ConditionFactory()
    story.go_live(entry)
    release = releases.prepare("Both?", by=editor, at=NOW)
    releases.put_in_removal(release, entry.entry_ptr, reason=TombstoneReason.OUTDATED)
    with pytest.raises(Refused, match="its withdrawal is in this release already"):
        releases.put_in(release, editing.newest_revision(entry))
    assert release.items.get().reason == TombstoneReason.OUTDATED


def _status(entry):
    return desk.with_status(Entry.objects.filter(pk=entry.pk)).get().status
