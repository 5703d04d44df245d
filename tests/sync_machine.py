"""Phones that sync while editors publish: any run of both must leave each phone with what a fresh one would have."""

import json
from typing import Any
from unittest.mock import patch

from django.db import transaction
from django.test import Client
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from kb.compiler import Compiler
from kb.models.entry import Entry
from kb.models.published import Feed
from kb.publishing import recompile, verify
from tests import story
from tests.phone import Json, Phone, array_of
from tests.test_publishing_machine import FEW, WORDS, Desk

PHONES: tuple[dict[str, Any], ...] = (
    {"limit": 500},
    {"limit": 1},
    {"limit": 3},
    {"kinds": ("condition",), "limit": 2},
    {"kinds": ("red_flag", "symptom"), "limit": 3},
)
TOLD_EVERY = 1_000
WHICH = st.integers(0, len(PHONES) - 1)


class Newer(Compiler):
    """A compiler that words things differently, as one after an upgrade would."""

    def compile(self, inputs: Any) -> Any:
        said = inputs.wording | ({"summary": f"{inputs.wording['summary']} "} if "summary" in inputs.wording else {})
        return super().compile(type(inputs)(**{**inputs.__dict__, "wording": said}))


class PhonesAtTheDesk(Desk):
    """Five phones: with large and small pages, and with some kinds only. `steps` counts, for the report."""

    steps = 0
    phone = Phone

    def __init__(self) -> None:
        super().__init__()
        self.reader = Client(SERVER_NAME="localhost")
        self.phones = [self.phone(self.get, **settings) for settings in PHONES]
        self.backup: str | None = None
        self.states: list[Json] = []

    def get(self, path: str) -> tuple[int, Json]:
        response = self.reader.get(f"/api/v1{path}")
        return response.status_code, json.loads(response.content)

    @rule(which=WHICH)
    def a_phone_syncs(self, which: int) -> None:
        self.phones[which].sync()

    @rule(which=WHICH)
    def a_phone_fetches_one_page(self, which: int) -> None:
        self.phones[which].fetch_page()

    @rule(which=WHICH)
    def a_phone_is_closed_between_pages(self, which: int) -> None:
        self.phones[which].interrupt()

    @rule(which=WHICH, symptom=FEW, name=WORDS)
    def somebody_publishes_while_a_phone_pages(self, which: int, symptom: int, name: str) -> None:
        more = self.phones[which].fetch_page()
        self.rename_a_symptom(symptom, name, True)
        if more:
            self.phones[which].sync()

    @rule(which=WHICH, symptom=FEW, name=WORDS)
    def somebody_publishes_while_a_page_is_read(self, which: int, symptom: int, name: str) -> None:
        MEANWHILE.append(lambda: self.rename_a_symptom(symptom, name, True))
        try:
            self.phones[which].sync()
        finally:
            MEANWHILE.clear()

    @rule(which=st.integers(0, 11))
    def what_was_withdrawn_comes_back(self, which: int) -> None:
        entry = [*self.flags, *self.symptoms, *self.conditions][which]
        if not story.is_live(entry):
            self._try(lambda: story.publish_release(story.prepare(entry)))

    @rule()
    def everything_is_recompiled(self) -> None:
        with patch("kb.planning.Compiler", Newer):
            recompile(by=None, at=story.NOW)
        recompile(by=None, at=story.NOW)

    @precondition(lambda self: self.backup is None)
    @rule()
    def a_backup_is_made(self) -> None:
        self.backup = transaction.savepoint()

    @precondition(lambda self: self.backup is not None)
    @rule()
    def the_backup_is_restored(self) -> None:
        transaction.savepoint_rollback(self.backup)
        self.backup = None

    @invariant()
    def no_phone_shows_half_a_release(self) -> None:
        """What a phone has applied was whole once: the state after some release."""
        type(self).steps += 1
        if self.steps % TOLD_EVERY == 0:
            print(f"{self.steps} steps, every phone is right so far", flush=True)
        state = json.loads(Feed.objects.get().digests).get("en", {})
        if state not in self.states:
            self.states.append(state)
        for phone in self.phones:
            assert not phone.mismatches, "a phone had to start again, because what it was given was not what is live"
            if phone.copy.cursor and not phone.kinds:
                held = {kind: phone.copy.digest(array_of(kind)) for kind in state}
                assert held in self.states, "a phone shows what no release ever was"

    # Those of the desk are looked at by its own test, and take longer than all of this.
    the_published_tables_are_what_a_fresh_compile_makes = None
    every_seq_is_below_the_head_and_its_own = None
    every_live_condition_shows_a_red_flag_of_its_own = None

    def teardown(self) -> None:
        try:
            if self.states and any(self.states):
                self.every_phone_ends_like_a_fresh_one()
        finally:
            super().teardown()

    def every_phone_ends_like_a_fresh_one(self) -> None:
        for number, phone in enumerate(self.phones):
            phone.sync()
            assert not phone.mismatches, f"phone {number} had to start again to be right"
            fresh = self.phone(self.get, kinds=phone.kinds)
            fresh.sync()
            assert phone.copy.bytes() == fresh.copy.bytes(), f"phone {number} differs from a fresh one"
            live = {str(pk) for pk in Entry.objects.filter(documents__gone_reason="").values_list("pk", flat=True)}
            held = {pk for documents in fresh.copy.documents.values() for pk in documents}
            assert held <= live, "a fresh phone holds what is not live"
            assert phone.kinds or held == live, "a fresh phone lacks what is live"
        assert verify() == [], "what phones get is not what a fresh compile makes"


MEANWHILE: list[Any] = []
"""What a seeded bug lets happen between two statements of one request."""


def meanwhile() -> None:
    while MEANWHILE:
        MEANWHILE.pop()()
