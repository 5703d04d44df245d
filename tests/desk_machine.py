"""Everybody does everything at the desk, allowed or not, through the same addresses as a browser.

Whatever they do: no document is ever live whose exact wording was not approved by somebody who did not write it, and
who lacks the right changes nothing that readers have.
"""

import datetime
from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kb import due, editing, releases
from kb.models.editing import Approval, Release, Revision, Step
from kb.models.published import Document, Feed
from kb.publishing import verify
from tests import factories, story
from tests.desk import at_desk, opened, pressed, url

GROUPS = {
    "therapist": "Therapist",
    "colleague": "Therapist",
    "editor": "Clinical editor",
    "second_editor": "Clinical editor",
    "chief": "Clinical editor",
    "administrator": "Administrator",
}
PEOPLE = ("nobody", "runner", *GROUPS)
EDITORS = ("editor", "second_editor", "chief")
ACTS = ("submit", "take_back", "send_back", "approve", "publish", "withdraw", "merge")
PRESSES = ("publish", "schedule", "put_in", "put_in_removal", "prepare_again", "reopen", "take_out 1", "describe")
SUBMITTED = {
    "note": ["Because."],
    "role": ["physiotherapist"],
    "scope": ["whole"],
    "next_review_on": [(datetime.date.today() + datetime.timedelta(days=400)).isoformat()],
    "severity": ["content"],
    "summary": ["It is better now."],
    "reason": ["outdated"],
}
WHO = st.sampled_from((*PEOPLE, "therapist", "editor", "editor", "second_editor"))
EDITOR = st.sampled_from(("editor", "second_editor", "chief", "chief"))
WRITER = st.sampled_from([name for name in PEOPLE if name != "chief"])
"""Who writes cannot approve, so somebody has to keep from writing."""
WHICH = st.integers(0, 2)
TOLD_EVERY = 1_000
ANY_NUMBER = st.integers(0, 12)
WORDS = st.sampled_from(["It aches.", "It is sore in the morning.", "It hurts on stairs.", "It clicks."])


class TheDesk(RuleBasedStateMachine):
    """Three symptoms with a red flag that is live; seven people, two of them outside."""

    steps = 0
    refused = 0
    happened: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        people = {name: factories.PersonFactory(username=name, group=group) for name, group in GROUPS.items()}
        people["runner"] = User.objects.create_user("runner")
        house = [factories.ContactRouteFactory(), factories.DisclaimerFactory(applies_to=["symptom"])]
        flag = factories.RedFlagFactory(is_global=True)
        self.entries = [factories.SymptomFactory(red_flags=[flag], basis="stated") for _ in range(3)]
        story.go_live(*house, flag, self.entries[0])
        self.desks = {name: at_desk(person) for name, person in people.items()}
        self.may_release: tuple[str, ...] = EDITORS
        self.head = Feed.objects.get().head
        self.happened_before = self._happened()
        self.desks["nobody"] = Client(SERVER_NAME="localhost")

    def teardown(self) -> None:
        assert verify() == []
        type(self).happened.update(self._happened() - self.happened_before)
        story.undo(self.savepoint)

    # What a browser would send

    @rule(who=WRITER, which=WHICH, words=WORDS)
    def saves(self, who: str, which: int, words: str) -> None:
        page = url(self.entries[which])
        form = {} if who == "administrator" else opened(self.desks[who], page, or_else={})
        self._ask(who, page, form | {"summary": [words]})

    @rule(who=WHO, which=WHICH, act=st.sampled_from(ACTS), goes_live=st.booleans(), other=WHICH)
    def does_what_the_page_offers(self, who: str, which: int, act: str, goes_live: bool, other: int) -> None:
        """Opens the page, fills everything in, ticks what must be read, presses."""
        page = url(self.entries[which], act)
        if act == "merge":
            page += f"?into={self.entries[other].pk}"
        self._count(who, pressed(self.desks[who], page, **SUBMITTED, **({"publish": ["now"]} if goes_live else {})))

    @rule(who=EDITOR, which=WHICH, act=st.sampled_from(["approve", "approve", "publish", "send_back"]))
    def an_editor_decides(self, who: str, which: int, act: str) -> None:
        self.does_what_the_page_offers(who, which, act, goes_live=True, other=which)

    @rule(which=WHICH, words=WORDS)
    def a_therapist_writes_and_sends_it_for_review(self, which: int, words: str) -> None:
        self.saves("therapist", which, words)
        self.does_what_the_page_offers("therapist", which, "submit", goes_live=False, other=which)

    @rule(who=st.sampled_from(["editor", "second_editor"]), which=WHICH, words=WORDS)
    def an_editor_writes_and_wants_to_approve_it(self, who: str, which: int, words: str) -> None:
        self.saves(who, which, words)
        self.does_what_the_page_offers(who, which, "approve", goes_live=True, other=which)

    # What no page offers

    @rule(who=WHO, which=WHICH, act=st.sampled_from(ACTS), number=ANY_NUMBER, goes_live=st.booleans(), other=WHICH)
    def forges_an_act(self, who: str, which: int, act: str, number: int, goes_live: bool, other: int) -> None:
        """Any revision of any entry, with any approval, as if it had been on screen."""
        forged = {
            "revision": [str(self._some(Revision, number))],
            "live": [str(self._some(Revision, number))],
            "approval": [str(self._some(Approval, number))],
            "into": [str(self.entries[other].pk)],
            "read": ["0" * 16],
        }
        sent = SUBMITTED | forged | ({"publish": ["now"]} if goes_live else {})
        self._ask(who, f"{url(self.entries[which], act)}?revision={number}", sent)

    @rule(who=WHO, numbers=st.tuples(ANY_NUMBER, ANY_NUMBER, ANY_NUMBER), is_honest=st.booleans())
    def approves_what_readers_have(self, who: str, numbers: tuple[int, int, int], is_honest: bool) -> None:
        sent = SUBMITTED | {}
        for entry, number in zip(self.entries, numbers, strict=True):
            document = Document.objects.filter(entry=entry).first()
            seen = f"{document.revision_id}.{document.approval_id or 0}" if document else "0.0"
            forged = f"{self._some(Revision, number)}.{self._some(Approval, number)}"
            sent |= {f"seen-{entry.pk.hex}": [seen if is_honest else forged], f"read-{entry.pk.hex}": ["on"]}
        self._ask(who, f"/admin/kb/entry/approve-live/?{self._all_pages()}", sent)

    @rule(who=WHO, number=ANY_NUMBER)
    def puts_everything_in_a_release(self, who: str, number: int) -> None:
        newest = {f"seen-{entry.pk.hex}": [str(self._newest(entry))] for entry in self.entries}
        page = f"/admin/kb/entry/put-in-release/?{self._all_pages()}"
        self._ask(who, page, newest | {"title": ["All"], "release": [str(self._some(Release, number))]})

    # Releases

    @rule(who=WHO)
    def begins_a_release(self, who: str) -> None:
        self._ask(who, "/admin/kb/release/add/", {"title": ["A release"]})

    @rule(
        who=WHO, number=ANY_NUMBER, press=st.sampled_from(PRESSES), which=WHICH, wording=ANY_NUMBER, sees=st.booleans()
    )
    def presses_a_button_of_a_release(
        self, who: str, number: int, press: str, which: int, wording: int, sees: bool
    ) -> None:
        release = Release.objects.filter(pk=self._some(Release, number)).first()
        if release is None:
            return
        sent = SUBMITTED | {
            "do": [press],
            "seen": [releases.fingerprint(release) if sees else "made-up"],
            "title": [release.title],
            "revisions": [str(self._some(Revision, wording))],
            "entry": [str(self.entries[which].pk)],
            "publish_at": [
                (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
            ],
            "has_looked": ["on"],
        }
        self._ask(who, f"/admin/kb/release/{release.pk}/change/", sent)

    @rule(who=WHO, number=ANY_NUMBER, act=st.sampled_from(["cancel", "roll-back"]))
    def ends_a_release(self, who: str, number: int, act: str) -> None:
        pk = self._some(Release, number)
        release = Release.objects.filter(pk=pk).first()
        seen = releases.fingerprint(release) if release else ""
        self._ask(who, f"/admin/kb/release/{pk}/{act}/", {"seen": [seen], "note": ["No."]})

    @rule()
    def the_clock_strikes(self) -> None:
        """What was put off to some day falls due. Whoever scheduled it may have lost the right since."""
        due.publish_due(at=timezone.now() + datetime.timedelta(days=3))
        self.head = Feed.objects.get().head

    @rule(is_editor=st.booleans())
    def a_role_is_taken_away_or_given_back(self, is_editor: bool) -> None:
        groups = User.objects.get(username="second_editor").groups
        groups.set(Group.objects.filter(name="Clinical editor" if is_editor else "Therapist"))
        self.may_release = EDITORS if is_editor else ("editor", "chief")

    # What must hold, whatever happened

    @invariant()
    def what_is_live_was_approved_by_somebody_who_did_not_write_it(self) -> None:
        type(self).steps += 1
        if self.steps % TOLD_EVERY == 0:
            print(f"{self.steps} steps, nothing found so far", flush=True)
        for document in Document.objects.filter(gone_reason="").select_related("revision", "approval"):
            approval = document.approval
            assert approval is not None, f"{document} is live without approval"
            assert approval.revision_id == document.revision_id, f"{document}: the approval is for another wording"
            assert approval.sha256 == document.revision.sha256
            assert approval.approved_by_id not in _writers_of(document.revision), f"{document}: approved by its writer"
            assert approval.approved_by.username in EDITORS, f"{document}: approved by {approval.approved_by}"

    @invariant()
    def nothing_is_scheduled_or_published_by_those_who_may_not(self) -> None:
        for step in Step.objects.filter(verb__in=["scheduled", "published", "cancelled", "reopened", "returned"]):
            assert step.by, f"{step} by nobody"
            assert step.by.username in EDITORS, f"{step} by {step.by}"

    # How it is told

    def _ask(self, who: str, page: str, sent: dict[str, list[str]]) -> None:
        self._count(who, self.desks[who].post(page, sent), page)

    def _count(self, who: str, answer: Any, page: str = "") -> None:
        assert answer.status_code in (200, 302, 400, 403, 404, 405), f"{answer.status_code} for {who} at {page}"
        if who not in self.may_release:
            assert Feed.objects.get().head == self.head, f"{who} changed what readers have"
        self.head = Feed.objects.get().head
        type(self).refused += answer.status_code == 403

    def _all_pages(self) -> str:
        return urlencode({"ids": ".".join(entry.pk.hex for entry in self.entries)})

    def _newest(self, entry: Any) -> int:
        newest = editing.newest_revision(entry)
        return newest.pk if newest else 0

    def _happened(self) -> Counter[str]:
        return Counter(Step.objects.values_list("verb", flat=True)) + Counter(approved=Approval.objects.count())

    def _some(self, model: Any, number: int) -> int:
        """The key of one of the newest rows; 0 if there are not so many."""
        found: int | None = model.objects.order_by("-pk").values_list("pk", flat=True)[number : number + 1].first()
        return found or 0


def _writers_of(revision: Revision) -> set[int | None]:
    """Who saved since the last wording approved before this one: told anew, from the rows alone."""
    history = list(Revision.objects.filter(entry=revision.entry_id, number__lte=revision.number).order_by("number"))
    approved = set(Approval.objects.filter(revision__in=history).values_list("revision_id", flat=True))
    writers: set[int | None] = set()
    for one in history:
        writers.add(one.saved_by_id)
        if one.pk in approved and one.pk != revision.pk:
            writers = set()
    return writers
