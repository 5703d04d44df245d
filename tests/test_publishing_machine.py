"""Any run of edits, publishes, renames, withdrawals and merges leaves what a fresh compile of everything would make.

A client that syncs in steps sees what publishing writes; one that starts afresh sees what compiling everything at
once would give. `verify` compares the two after every step.
"""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kb.models.entry import Entry
from kb.models.published import Document, Feed
from kb.publishing import Refused, verify
from kb.vocabulary.models import RedFlag, RedFlagLink
from tests import factories, story

FEW = st.integers(0, 3)
WORDS = st.sampled_from(["Ache", "Sharp pain", "Élan", "groin", "Zz top"])


class Desk(RuleBasedStateMachine):
    """Four symptoms, four conditions and four red flags, linked at random."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.refused = 0

    def teardown(self) -> None:
        story.undo(self.savepoint)

    @initialize()
    def open_the_desk(self) -> None:
        factories.PersonFactory(username="therapist", group="Therapist")
        factories.PersonFactory(username="editor", group="Clinical editor")
        kinds = ["condition", "symptom"]
        house = [factories.ContactRouteFactory(), factories.DisclaimerFactory(applies_to=kinds)]
        self.flags = [factories.RedFlagFactory() for _ in range(4)]
        self.symptoms = [factories.SymptomFactory(red_flags=self.flags[:1]) for _ in range(4)]
        self.conditions = [factories.ConditionFactory(red_flags=self.flags[:2]) for _ in range(4)]
        for number, condition in enumerate(self.conditions):
            factories.ConditionSymptomFactory(condition=condition, symptom=self.symptoms[number])
        for condition in self.conditions[1:]:
            factories.ConditionSymptomFactory(condition=condition, symptom=self.symptoms[0])
        story.go_live(*house, *self.flags, *self.symptoms, *self.conditions)

    @rule(condition=FEW, symptom=FEW, note=WORDS)
    def link_a_symptom(self, condition: int, symptom: int, note: str) -> None:
        links = self.conditions[condition].symptom_links
        links.update_or_create(symptom=self.symptoms[symptom], defaults={"typicality": "common", "note": note})

    @rule(condition=FEW)
    def drop_the_links(self, condition: int) -> None:
        self.conditions[condition].symptom_links.all().delete()

    @rule(condition=FEW, flag=FEW)
    def link_a_red_flag(self, condition: int, flag: int) -> None:
        RedFlagLink.objects.get_or_create(entry=self.conditions[condition], red_flag=self.flags[flag])

    @rule(symptom=FEW, name=WORDS, at_once=st.booleans())
    def rename_a_symptom(self, symptom: int, name: str, at_once: bool) -> None:
        renamed = story.edit(self.symptoms[symptom], name=name)
        if at_once:
            self._try(lambda: story.publish_release(story.prepare(renamed)))

    @rule(condition=FEW, slug=st.sampled_from(["runners-hip", "hip-pain", "old-name"]))
    def change_a_slug(self, condition: int, slug: str) -> None:
        if not Entry.objects.filter(kind="condition", slug=slug).exists():
            story.edit(self.conditions[condition], slug=slug)

    @rule(flag=FEW, is_global=st.booleans(), urgency=st.sampled_from(["emergency", "urgent", "routine"]))
    def change_a_red_flag(self, flag: int, is_global: bool, urgency: str) -> None:
        RedFlag.objects.filter(pk=self.flags[flag].pk).update(is_global=is_global, urgency=urgency)

    @rule(some=st.lists(st.integers(0, 11), min_size=1, max_size=5, unique=True))
    def publish_some(self, some: list[int]) -> None:
        everything = [*self.flags, *self.symptoms, *self.conditions]
        self._try(lambda: story.publish_release(story.prepare(*[everything[number] for number in some])))

    @rule(which=st.integers(0, 11))
    def withdraw_one(self, which: int) -> None:
        self._try(lambda: story.withdraw([*self.flags, *self.symptoms, *self.conditions][which]))

    @rule(gone=FEW, survivor=FEW)
    def merge_two_symptoms(self, gone: int, survivor: int) -> None:
        self._try(lambda: story.merge(self.symptoms[gone], into=self.symptoms[survivor]))

    @invariant()
    def the_published_tables_are_what_a_fresh_compile_makes(self) -> None:
        assert verify() == []

    @invariant()
    def every_seq_is_below_the_head_and_its_own(self) -> None:
        seqs = list(Document.objects.values_list("seq", flat=True))
        assert len(seqs) == len(set(seqs))
        assert max(seqs, default=0) <= Feed.objects.get().head

    @invariant()
    def every_live_condition_shows_a_red_flag_of_its_own(self) -> None:
        for document in Document.objects.filter(kind="condition", gone_reason=""):
            groups = story.document(document.entry)["when_to_get_help"].values()
            assert any(group["red_flags"] for group in groups)

    def _try(self, act: Any) -> None:
        """A refusal is a right answer; it must only leave no trace, which the invariants see."""
        try:
            with transaction.atomic():
                act()
        except Refused:
            self.refused += 1


@pytest.mark.django_db
def test_any_run_of_the_desk_leaves_what_a_fresh_compile_makes():
    steps = settings(
        max_examples=10,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Desk, settings=steps)
