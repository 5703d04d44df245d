"""The pages of review over HTTP: send, take back, return, approve, publish, withdraw, merge; and many pages at once."""

import datetime
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conditions.models import Condition
from kb import editing, releases, review
from kb.desk import Status, with_status
from kb.enums import ReleaseOrigin, ReleaseState, Severity, TombstoneReason
from kb.models.editing import Approval, Release, Revision, Step
from kb.models.entry import Entry
from kb.models.published import Document, Feed
from kb.planning import Effect
from kb.publishing import publish
from tests import factories, story
from tests.desk import Form, at_desk, errors, newest, opened, pressed, publishing, url
from tests.factories import ConditionFactory, PersonFactory, SourceFactory, TreatmentFactory

WRITES = re.compile(r"^(INSERT|UPDATE|DELETE)|FOR (NO KEY )?UPDATE")


def status_of(entry: Entry) -> str:
    return str(with_status(Entry.objects.filter(pk=entry.pk)).get().status)


def everything() -> list[Any]:
    """What no refusal may change."""
    return [
        *(
            list(model.objects.order_by("pk").values_list("pk", flat=True))
            for model in (Approval, Release, Step, Revision)
        ),
        list(Document.objects.order_by("pk").values_list("pk", "version", "gone_reason")),
        Feed.objects.get().head,
    ]


def page_of(desk: Any, entry: Entry, page: str = "change", query: str = "") -> str:
    return str(desk.get(url(entry, page) + query).content.decode())


@pytest.fixture
def sent_in(draft: Condition, writing: Any) -> Condition:
    """The draft, with the clinical editors."""
    assert pressed(writing, url(draft, "submit"), note=["The pain chart is new."]).status_code == 302
    return draft


@pytest.fixture
def live(draft: Condition, reviewing: Any) -> Condition:
    """The draft, approved and with readers."""
    assert publishing(reviewing, draft).status_code == 302
    return draft


# The story


def test_a_page_goes_from_its_writer_to_the_editor_back_and_out_to_readers(
    writing, reviewing, draft, therapist, reader
):
    treatment = TreatmentFactory(name="Ice", slug="ice", red_flags=[draft.red_flags.get().red_flag])
    story.go_live(treatment)

    pressed(writing, url(draft, "submit"), note=["Please look at the numbers."])
    assert status_of(draft) == Status.IN_REVIEW
    assert "Please look at the numbers." in page_of(reviewing, draft)

    pressed(reviewing, url(draft, "send_back"), note=["Say for whom the numbers hold."])
    assert status_of(draft) == Status.RETURNED
    html = page_of(writing, draft)
    assert "Returned to be mended" in html
    assert "Say for whom the numbers hold." in html

    story.save(story.edit(draft, overview="Mended."), by=therapist)
    assert "Why revision 1 was returned" in page_of(writing, draft)
    pressed(writing, url(draft, "submit"))

    assert pressed(reviewing, url(draft, "approve")).status_code == 302
    assert status_of(draft) == Status.APPROVED
    assert not story.is_live(draft)
    story.save(story.edit(treatment, summary="Cold, for ten minutes."), by=therapist)
    pressed(reviewing, url(treatment, "approve"))

    both = {"ids": f"{draft.pk.hex}.{treatment.pk.hex}"}
    page = reverse("admin:kb_entry_put_in_release") + f"?ids={both['ids']}"
    answer = reviewing.post(page, opened(reviewing, page) | {"title": ["Hip and ice"]})
    release = Release.objects.latest("pk")
    assert answer.headers["Location"] == reverse("admin:kb_release_change", args=[release.pk])
    assert "is in the release" in page_of(reviewing, draft)

    before = story.head()
    releases.publish_now(release, by=story.person("editor"), at=timezone.now())
    assert story.get(reader, "/conditions/sore-hip").json_body["overview"] == "Mended."
    assert story.get(reader, "/treatments/ice").json_body["summary"] == "Cold, for ten minutes."
    assert story.head() == before + 2


def test_who_sent_it_can_take_it_back(writing, sent_in):
    assert "takes it out of review" in page_of(writing, sent_in)
    assert pressed(writing, url(sent_in, "take_back")).status_code == 302
    assert status_of(sent_in) == Status.DRAFT


def test_a_change_takes_a_page_out_of_review_and_says_so(writing, sent_in, therapist):
    story.save(story.edit(sent_in, overview="One word more"), by=therapist)
    assert status_of(sent_in) == Status.DRAFT
    assert "It was changed after that, so it is not in review any more." in page_of(writing, sent_in)


def test_an_approval_that_a_later_change_made_stale_is_seen_to_be_so(writing, reviewing, draft, therapist):
    pressed(reviewing, url(draft, "approve"))
    story.save(story.edit(draft, overview="Changed"), by=therapist)
    html = page_of(writing, draft)
    assert "Revision 1 was approved" in html
    assert "it needs a new approval" in html
    assert status_of(draft) == Status.DRAFT


def test_a_page_that_is_approved_waits_until_somebody_publishes_it(reviewing, draft, reader):
    pressed(reviewing, url(draft, "approve"))
    assert story.get(reader, "/conditions/sore-hip").status_code == 404
    assert "Publish…" in page_of(reviewing, draft)
    assert pressed(reviewing, url(draft, "publish"), summary=["New."]).status_code == 302
    assert story.get(reader, "/conditions/sore-hip").json_body["review"]["status"] == "reviewed"
    assert Release.objects.latest("pk").summary == "New."


def test_an_older_wording_can_be_approved_when_somebody_asks_for_it(reviewing, draft, therapist, reader):
    story.save(story.edit(draft, overview="Newer"), by=therapist)
    page = url(draft, "approve") + "?revision=1"
    assert "This is an older wording: revision 1." in reviewing.get(page).content.decode()
    assert pressed(reviewing, page, publish=["now"]).status_code == 302
    assert Document.objects.get(entry=draft).revision.number == 1


def test_who_has_read_the_changes_only_says_so(reviewing, live, therapist):
    story.save(story.edit(live, overview="A little change"), by=therapist)
    html = page_of(reviewing, live, "approve")
    assert "A little change" in html
    assert pressed(reviewing, url(live, "approve"), scope=["changes"]).status_code == 302
    assert Approval.objects.get(revision=newest(live)).scope == "changes"


def test_the_whole_page_must_be_read_where_nothing_was_approved_before(reviewing, draft):
    html = page_of(reviewing, draft, "approve")
    assert 'name="scope"' not in html


# Refused


def test_what_must_be_mended_keeps_a_page_from_review(writing, house, therapist):
    bare = ConditionFactory(red_flags=[], basis="general")
    story.save(bare, by=therapist)
    html = page_of(writing, bare, "submit")
    assert "It names no red flag." in html
    assert 'value="Send for review"' not in html
    before = everything()
    assert "It names no red flag." in errors(writing.post(url(bare, "submit"), {"revision": newest(bare).pk}))
    assert everything() == before


@pytest.fixture
def doubtful(draft: Condition, therapist: Any) -> Condition:
    """The draft, with a cause that names no source."""
    factories.CauseFactory(condition=draft, basis="general")
    story.save(draft, by=therapist)
    return draft


def test_warnings_must_be_ticked_and_no_other_tick_counts(writing, doubtful):
    sent = opened(writing, url(doubtful, "submit"))
    before = everything()
    for read in ([], ["on"], ["0" * 16]):
        assert "Please read this first" in errors(writing.post(url(doubtful, "submit"), sent | {"read": read}))
    assert everything() == before
    assert pressed(writing, url(doubtful, "submit")).status_code == 302


def test_an_editor_who_approves_reads_the_warnings_too(reviewing, doubtful):
    before = everything()
    sent = opened(reviewing, url(doubtful, "approve"))
    for button in ({}, {"publish": ["now"]}):
        assert "Please read this first" in errors(reviewing.post(url(doubtful, "approve"), sent | button))
    assert everything() == before


def test_a_next_review_in_more_than_three_years_is_asked_about(reviewing, draft):
    far = str(timezone.now().date() + datetime.timedelta(days=1200))
    html = errors(pressed(reviewing, url(draft, "approve"), next_review_on=[far]))
    assert "more than 36 months ahead" in html
    assert not Approval.objects.filter(revision=newest(draft)).exists()
    sent = Form(html).sent | {"read": re.findall(r'name="read" value="(\w+)"', html)}
    assert reviewing.post(url(draft, "approve"), sent).status_code == 302
    assert str(Approval.objects.get(revision=newest(draft)).next_review_on) == far


def test_a_note_is_needed_to_return_a_page(reviewing, sent_in):
    assert "Say what should be mended." in errors(pressed(reviewing, url(sent_in, "send_back"), note=["  "]))
    assert status_of(sent_in) == Status.IN_REVIEW


@pytest.mark.parametrize("act", ["approve", "send_back", "publish", "withdraw", "merge"])
def test_a_therapist_forges_nothing(writing, sent_in, act):
    before = everything()
    sent = {"revision": newest(sent_in).pk, "approval": 0, "live": 0, "role": "physician", "severity": "content"}
    sent |= {"next_review_on": "2027-12-31", "note": "Mine", "reason": "safety", "publish": "now", "read": "on"}
    assert writing.post(url(sent_in, act), sent).status_code == 403
    assert writing.get(url(sent_in, act)).status_code == 403
    assert everything() == before


def test_somebody_who_may_only_look_sends_nothing_for_review(draft):
    looking = PersonFactory(username="looking")
    looking.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    desk = at_desk(looking)
    assert desk.get(url(draft, "submit")).status_code == 403
    assert desk.post(url(draft, "submit"), {"revision": newest(draft).pk}).status_code == 403
    assert "/submit/" not in page_of(desk, draft)


@pytest.mark.parametrize("act", ["submit", "approve", "send_back"])
def test_the_wording_of_another_page_is_refused(act, reviewing, writing, sent_in, draft, therapist):
    other = ConditionFactory(slug="other", red_flags=[draft.red_flags.get().red_flag])
    foreign = story.save(other, by=therapist)
    if act == "submit":
        pressed(writing, url(sent_in, "take_back"))
    desk = writing if act == "submit" else reviewing
    sent = opened(desk, url(sent_in, act)) | {"note": ["Look"]}
    before = everything()
    for forged in (str(foreign.pk), "0", "-1", "9" * 30, "x", ""):
        html = errors(desk.post(url(sent_in, act), sent | {"revision": [forged]}))
        assert "It was refused, and nothing has changed" in html, forged
    assert everything() == before


@pytest.mark.parametrize("act", ["submit", "take_back", "approve", "send_back"])
def test_a_wording_that_nobody_has_looked_at_is_refused(act, reviewing, writing, sent_in, therapist):
    if act == "submit":
        pressed(writing, url(sent_in, "take_back"))
    desk = writing if act in ("submit", "take_back") else reviewing
    sent = opened(desk, url(sent_in, act)) | {"note": ["Look"]}
    story.save(story.edit(sent_in, overview="Newer words"), by=therapist)
    before = everything()
    assert "It was refused, and nothing has changed" in errors(desk.post(url(sent_in, act), sent))
    assert everything() == before


def test_a_page_of_another_kind_is_not_found_here(reviewing, house):
    flag = house["global_flag"]
    story.save(story.edit(flag, text="Newer"), by=story.person("therapist"))
    foreign = reverse("admin:conditions_condition_approve", args=[flag.pk])
    before = everything()
    assert reviewing.post(foreign, {"revision": newest(flag).pk, "publish": "now"}).status_code == 302
    assert everything() == before


def test_a_withdrawal_of_what_was_not_on_screen_is_refused(reviewing, live, therapist):
    sent = opened(reviewing, url(live, "withdraw")) | {"reason": ["outdated"]}
    story.save(story.edit(live, overview="Newer"), by=therapist)
    publishing(reviewing, live)
    before = everything()
    assert "It was refused" in errors(reviewing.post(url(live, "withdraw"), sent))
    for forged in ({"live": ["0"]}, {"live": [""]}, {"live": [str(newest(live).pk + 1000)]}):
        assert "It was refused" in errors(reviewing.post(url(live, "withdraw"), sent | forged))
    assert everything() == before


def test_an_approved_wording_is_published_only_over_what_was_on_screen(reviewing, live, therapist, editor):
    story.save(story.edit(live, overview="Second"), by=therapist)
    pressed(reviewing, url(live, "approve"))
    sent = opened(reviewing, url(live, "publish"))
    releases.withdraw(Entry.objects.get(pk=live.pk), by=editor, at=timezone.now(), reason=TombstoneReason.OUTDATED)
    before = everything()
    assert "What readers see has changed" in errors(reviewing.post(url(live, "publish"), sent))
    assert everything() == before


# Pressed twice


@pytest.mark.parametrize(
    "act", ["submit", "take_back", "send_back", "approve", "at_once", "publish", "withdraw", "merge"]
)
def test_a_second_press_says_that_it_is_done(act, writing, reviewing, draft):
    other = ConditionFactory(slug="other", red_flags=[draft.red_flags.get().red_flag])
    story.go_live(other)
    desk = writing if act in ("submit", "take_back") else reviewing
    page = url(draft, "approve" if act == "at_once" else act)
    if act in ("take_back", "send_back"):
        pressed(writing, url(draft, "submit"))
    if act == "publish":
        pressed(reviewing, url(draft, "approve"))
    if act in ("withdraw", "merge"):
        publishing(reviewing, draft)
    page += f"?into={other.pk}" if act == "merge" else ""
    sent = opened(desk, page) | {"note": ["Look"], "reason": ["outdated"]}
    sent |= {"publish": ["now"]} if act == "at_once" else {}

    assert desk.post(page, sent).status_code == 302
    before = everything()
    html = desk.post(page, sent, follow=True).content.decode()
    assert "That is done already." in html
    assert everything() == before


# What phones will receive


def shown_effects(html: str) -> set[str]:
    part = html[html.index('id="act-effects"') :]
    return {
        label
        for label in ("New for readers", "Changed", "Gone: apps", "Sent again")
        if label in part[: part.index("</section>")]
    }


def seqs() -> dict[Any, int]:
    return dict(Document.objects.values_list("entry_id", "seq"))


def moved(before: dict[Any, int]) -> set[Any]:
    return {pk for pk, seq in seqs().items() if before.get(pk) != seq}


def test_publishing_does_what_its_page_said(reviewing, draft, editor):
    assert shown_effects(page_of(reviewing, draft, "approve")) == {"New for readers"}
    plan = releases.rehearse_publishing(newest(draft), by=editor, at=timezone.now())
    before = seqs()
    publishing(reviewing, draft)
    assert moved(before) == {pk for pk, effect in plan.effects().items() if effect != Effect.SAME}


def test_a_withdrawal_tells_who_changes_with_it(reviewing, live, therapist):
    symptom = factories.SymptomFactory(slug="groin-pain", name="Groin pain", red_flags=[live.red_flags.get().red_flag])
    story.go_live(symptom)
    factories.ConditionSymptomFactory(condition=live, symptom=symptom)
    story.go_live(live)
    html = page_of(reviewing, symptom, "withdraw")
    assert shown_effects(html) == {"Gone: apps", "Sent again"}
    assert "Sore hip" in html[html.index('id="act-uses"') :]
    before = seqs()
    pressed(reviewing, url(symptom, "withdraw"), reason=["outdated"])
    assert moved(before) == {symptom.pk, live.pk}


@pytest.mark.parametrize("act", ["submit", "take_back", "send_back", "approve", "publish", "withdraw", "merge"])
def test_looking_takes_no_lock_and_few_queries(act, writing, reviewing, draft, therapist):
    other = ConditionFactory(slug="other", red_flags=[draft.red_flags.get().red_flag])
    story.go_live(other)
    if act in ("take_back", "send_back"):
        pressed(writing, url(draft, "submit"))
    if act == "publish":
        pressed(reviewing, url(draft, "approve"))
    if act in ("withdraw", "merge"):
        publishing(reviewing, draft)
    desk = writing if act in ("submit", "take_back") else reviewing
    page = url(draft, act) + (f"?into={other.pk}" if act == "merge" else "")
    before = everything()
    with CaptureQueriesContext(connection) as captured:
        html = desk.get(page).content.decode()
    assert 'method="post" novalidate' in html
    asked = [query["sql"] for query in captured]
    assert not [sql for sql in asked if WRITES.search(sql)]
    assert len(asked) <= 70, len(asked)
    assert everything() == before


# Withdrawing and merging


def test_withdrawn_for_safety_is_a_safety_change_and_needs_its_line(reviewing, live, reader):
    html = errors(pressed(reviewing, url(live, "withdraw"), reason=["safety"]))
    assert "Say in one line what was unsafe" in html
    assert (
        pressed(reviewing, url(live, "withdraw"), reason=["safety"], summary=["Do not stretch it."]).status_code == 302
    )
    release = Release.objects.latest("pk")
    assert (release.severity, release.summary) == (Severity.SAFETY, "Do not stretch it.")
    assert story.get(reader, "/conditions/sore-hip").json_body["reason"] == "safety"


@pytest.mark.parametrize("act", ["withdraw", "merge"])
def test_a_warning_of_another_page_does_not_vanish_unseen(act, reviewing, live, therapist):
    flag = live.red_flags.get().red_flag
    stretching, ice = (TreatmentFactory(name=name, red_flags=[flag]) for name in ("Stretching", "Ice"))
    story.go_live(stretching, ice)
    factories.ConditionTreatmentFactory(condition=live, treatment=stretching, role="avoid")
    story.go_live(live)
    page = url(stretching, act) + (f"?into={ice.pk}" if act == "merge" else "")
    html = reviewing.get(page).content.decode()
    assert "“Sore hip” tells readers of this page: “avoid”." in html
    before = everything()
    sent = opened(reviewing, page) | {"reason": ["outdated"]}
    assert "Please read this first" in errors(reviewing.post(page, sent))
    assert everything() == before
    assert pressed(reviewing, page, reason=["outdated"]).status_code == 302


def test_a_page_is_merged_into_a_live_one_of_its_kind_and_no_other(reviewing, live, house):
    flag = live.red_flags.get().red_flag
    target, hidden = (ConditionFactory(slug=slug, name=slug, red_flags=[flag]) for slug in ("one-hip", "hidden-hip"))
    story.go_live(target)
    story.save(hidden)
    found = reviewing.get(reverse("admin:conditions_condition_merge_targets", args=[live.pk]), {"term": "hip"}).json()
    assert [result["text"] for result in found["results"]] == ["one-hip"]
    sent = opened(reviewing, f"{url(live, 'merge')}?into={target.pk}")
    before = everything()
    for wrong in (hidden.pk, live.pk, flag.pk, "x", ""):
        assert "Choose a page of the same kind" in page_of(reviewing, live, "merge", f"?into={wrong}") or not wrong
        assert "It was refused" in errors(reviewing.post(url(live, "merge"), sent | {"into": [str(wrong)]}))
    assert everything() == before


# Approving a starter pack


def as_starter_pack(*entries: Entry) -> None:
    """Live as an installation begins: saved by no person, approved by nobody."""
    release = Release.objects.create(title="Starter pack", origin=ReleaseOrigin.STARTER, created_at=story.NOW)
    for entry in entries:
        releases.put_in(release, editing.save(Entry.objects.get(pk=entry.pk), by=None, at=story.NOW))
    publish(release, by=None, at=story.NOW)


@pytest.fixture
def starter(therapist: Any, editor: Any) -> list[Entry]:
    """House texts and a condition, which name each other, in no clinician's words."""
    route = factories.ContactRouteFactory(slug="anywhere")
    disclaimer = factories.DisclaimerFactory(slug="not-a-diagnosis", applies_to=["condition"])
    flag = factories.RedFlagFactory(slug="night-pain", name="Night pain")
    condition = ConditionFactory(slug="sore-hip", name="Sore hip", red_flags=[flag])
    as_starter_pack(route, disclaimer, flag, condition)
    return [disclaimer, flag, condition]


def together(entries: list[Entry]) -> str:
    return reverse("admin:kb_entry_approve_live") + "?ids=" + ".".join(entry.pk.hex for entry in entries)


def read(sent: dict[str, list[str]], entries: list[Entry]) -> dict[str, list[str]]:
    """With “I have read this” ticked under each of these."""
    return sent | {f"read-{entry.pk.hex}": sent[f"seen-{entry.pk.hex}"] for entry in entries}


def review_status(reader: Any) -> str:
    return str(story.get(reader, "/conditions/sore-hip").json_body["review"]["status"])


def test_approving_what_is_live_changes_what_its_page_said(reviewing, starter, editor):
    """A red flag's card says whether it is reviewed, so the pages that show it change with it."""
    _, flag, condition = starter
    assert shown_effects(page_of(reviewing, flag, "approve")) == {"Changed", "Sent again"}
    plan = releases.rehearse_publishing(newest(flag), by=editor, at=timezone.now())
    before = seqs()
    publishing(reviewing, flag)
    assert moved(before) == {pk for pk, effect in plan.effects().items() if effect != Effect.SAME}
    assert moved(before) == {flag.pk, condition.pk}


def test_one_page_of_the_pack_is_approved_from_its_form(reviewing, starter, reader):
    condition = starter[-1]
    assert "Approve what is live…" in page_of(reviewing, condition)
    publishing(reviewing, condition)
    assert review_status(reader) == "partly_reviewed"
    assert Release.objects.latest("pk").severity == Severity.EDITORIAL
    assert "Renew the review…" in page_of(reviewing, condition)


def test_what_is_live_is_approved_though_a_newer_draft_waits(reviewing, starter, therapist, reader):
    condition = starter[-1]
    story.save(story.edit(condition, overview="Not for readers yet"), by=therapist)
    assert "?revision=1" in page_of(reviewing, condition)
    assert pressed(reviewing, url(condition, "approve") + "?revision=1", publish=["now"]).status_code == 302
    body = story.get(reader, "/conditions/sore-hip").json_body
    assert body["review"]["status"] == "partly_reviewed"
    assert body["overview"] != "Not for readers yet"


def test_the_pack_is_read_page_by_page_and_approved_in_one_release(reviewing, starter, reader):
    queue = reverse("admin:kb_entry_changelist") + "?queue=unreviewed"
    chosen = {"action": "approve_live", "index": "0", "_selected_action": [str(entry.pk) for entry in starter]}
    page = reviewing.post(queue, chosen).headers["Location"]
    html = reviewing.get(page).content.decode()
    assert html.count("I have read this") == 3
    assert "You notice this." in html  # the red flag, as readers get it
    assert review_status(reader) == "unreviewed"

    answer = reviewing.post(page, read(Form(html).sent, starter), follow=True)
    assert "3 pages are approved" in answer.content.decode()
    assert review_status(reader) == "reviewed"
    release = Release.objects.latest("pk")
    assert (release.severity, release.items.count(), release.state) == ("editorial", 3, ReleaseState.PUBLISHED)


def test_only_what_was_read_is_approved(reviewing, starter, reader):
    page = together(starter)
    assert "Tick “I have read this”" in errors(reviewing.post(page, opened(reviewing, page)))
    reviewing.post(page, read(opened(reviewing, page), starter[-1:]))
    assert review_status(reader) == "partly_reviewed"
    assert Release.objects.latest("pk").items.count() == 1


def test_pages_that_somebody_wrote_or_changed_are_left_out_only_if_they_say_so(reviewing, starter, editor, therapist):
    disclaimer, flag, condition = starter
    page = together(starter)
    sent = read(opened(reviewing, page), starter)
    story.save(story.edit(flag, text="Newer words"), by=therapist)
    releases.approve_and_publish(Entry.objects.get(pk=flag.pk), by=editor, at=timezone.now())
    before = everything()

    html = errors(reviewing.post(page, sent))
    assert "Readers got another wording after you opened this page." in html
    assert everything() == before
    assert f'name="read-{condition.pk.hex}"' in html
    leave_out = re.findall(r'name="leave_out" value="(\w+)"', html)
    assert reviewing.post(page, sent | {"leave_out": leave_out}).status_code == 302
    assert set(Release.objects.latest("pk").items.values_list("entry", flat=True)) == {disclaimer.pk, condition.pk}


def test_nobody_approves_their_own_words_among_many(reviewing, house, draft, editor):
    mine = factories.DisclaimerFactory(slug="mine")
    colleague = PersonFactory(username="colleague", group="Clinical editor")
    review.approve(story.save(mine, by=editor), by=colleague, at=story.NOW)
    releases.publish_approved(newest(mine), by=colleague, at=story.NOW)
    page = together([mine, house["disclaimer"]])
    html = reviewing.get(page).content.decode()
    assert f'name="read-{mine.pk.hex}"' not in html
    token = f"{newest(mine).pk}.{Document.objects.get(entry=mine).approval_id}"
    forged = Form(html).sent | {f"seen-{mine.pk.hex}": [token], f"read-{mine.pk.hex}": [token]}
    before = everything()
    assert "You wrote part of this yourself" in errors(reviewing.post(page, forged))
    assert everything() == before


@pytest.mark.parametrize("token", ["", "x", "1", "0.0", "1.1.1", f"{'9' * 30}.0", "-1.0"])
def test_a_forged_token_approves_nothing(reviewing, starter, token):
    page, key = together(starter), starter[-1].pk.hex
    before = everything()
    sent = opened(reviewing, page) | {f"seen-{key}": [token], f"read-{key}": [token]}
    errors(reviewing.post(page, sent))
    assert everything() == before


def test_the_wording_of_one_page_is_not_approved_for_another(reviewing, starter):
    page, (_, flag, condition) = together(starter), starter
    before = everything()
    sent = read(opened(reviewing, page), [condition]) | {f"seen-{condition.pk.hex}": [f"{newest(flag).pk}.0"]}
    assert "Readers got another wording" in errors(reviewing.post(page, sent))
    assert everything() == before


def test_a_second_press_on_many_says_that_it_is_done(reviewing, starter):
    page = together(starter)
    sent = read(opened(reviewing, page), starter)
    reviewing.post(page, sent)
    before = everything()
    assert "That is done already" in reviewing.post(page, sent, follow=True).content.decode()
    assert everything() == before


def test_a_refused_release_approves_none_of_them(reviewing, starter, monkeypatch):
    """All or nothing, also of the approvals."""
    page = together(starter)
    sent = read(opened(reviewing, page), starter)
    monkeypatch.setattr("kb.checks.COMPILER_VERSION", 0)
    before = everything()
    assert "This program is older" in errors(reviewing.post(page, sent))
    assert everything() == before


def test_a_far_date_is_asked_about_for_many_too(reviewing, starter):
    page = together(starter)
    far = str(timezone.now().date() + datetime.timedelta(days=1200))
    sent = read(opened(reviewing, page), starter) | {"next_review_on": [far]}
    html = errors(reviewing.post(page, sent))
    assert "more than 36 months ahead" in html
    assert not Approval.objects.exists()
    agreed = re.findall(r'name="far_ahead" value="(\w+)"', html)
    assert reviewing.post(page, sent | {"far_ahead": agreed}).status_code == 302
    assert Approval.objects.count() == 3


def test_a_page_of_fifty_goes_live_in_one_movement(reviewing, therapist, editor, django_assert_max_num_queries):
    many: list[Entry] = [SourceFactory(slug=f"source-{n}") for n in range(50)]
    as_starter_pack(*many)
    page = together(many)
    with django_assert_max_num_queries(400):
        sent = opened(reviewing, page)
    before, released = story.head(), Release.objects.count()
    assert reviewing.post(page, read(sent, many)).status_code == 302
    assert Release.objects.count() == released + 1
    assert story.head() - before <= 50
    assert Approval.objects.filter(revision__entry__in=many, approved_by=editor).count() == 50


def test_fifty_and_one_are_too_many_to_read(reviewing, therapist):
    many: list[Entry] = [SourceFactory(slug=f"source-{n}") for n in range(51)]
    answer = reviewing.get(together(many), follow=True)
    assert "at most 50 pages" in answer.content.decode()


@pytest.mark.parametrize("page", ["kb_entry_approve_live", "kb_entry_put_in_release"])
def test_a_therapist_does_neither_with_many(writing, starter, page):
    address = reverse(f"admin:{page}") + "?ids=" + starter[-1].pk.hex
    before = everything()
    assert writing.get(address).status_code == 403
    assert writing.post(address, {"title": "Mine"}).status_code == 403
    chosen = {"action": page.removeprefix("kb_entry_"), "index": "0", "_selected_action": [str(starter[-1].pk)]}
    answer = writing.post(reverse("admin:kb_entry_changelist"), chosen)
    assert answer.status_code in (200, 403)  # no action is offered, so the list is shown again
    assert everything() == before


def test_only_approved_wordings_are_put_in_a_release(reviewing, draft, house):
    page = reverse("admin:kb_entry_put_in_release") + f"?ids={draft.pk.hex}"
    assert "can be put in" in reviewing.get(page).content.decode()
    before = everything()
    forged = {"title": ["Mine"], f"seen-{draft.pk.hex}": [str(newest(draft).pk)]}
    errors(reviewing.post(page, forged))
    assert everything() == before


def test_what_is_put_in_a_release_was_on_screen_and_is_put_in_once(reviewing, draft, therapist, editor):
    pressed(reviewing, url(draft, "approve"))
    page = reverse("admin:kb_entry_put_in_release") + f"?ids={draft.pk.hex}"
    sent = opened(reviewing, page) | {"title": ["Spring"]}
    assert "Say in a few words" in errors(reviewing.post(page, sent | {"title": [""]}))
    first, second = (reviewing.post(page, sent).headers["Location"] for _ in range(2))
    assert first == second
    story.save(story.edit(draft, overview="Newer"), by=therapist)
    review.approve(newest(draft), by=editor, at=timezone.now())
    before = everything()
    assert "Something has changed" in errors(reviewing.post(page, sent))
    assert everything() == before
