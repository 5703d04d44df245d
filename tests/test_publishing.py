"""Publishing: a release is all or nothing, and readers get exactly what was approved."""

import pytest

from kb.compiler import COMPILER_VERSION
from kb.enums import ReleaseState, Severity
from kb.models.editing import Release
from kb.models.published import Document, Facet, Link, Slug
from kb.publishing import Refused, publish, recompile, verify
from tests import story
from tests.factories import (
    ConditionFactory,
    ConditionSymptomFactory,
    ConditionTreatmentFactory,
    ContactRouteFactory,
    DisclaimerFactory,
    RedFlagFactory,
    SourceFactory,
    SymptomFactory,
    TreatmentFactory,
)

pytestmark = pytest.mark.django_db


def test_a_condition_goes_live_with_its_links(house):
    link = ConditionSymptomFactory(note="Most people")
    story.go_live(link.symptom, link.condition)
    shown = story.document(link.condition)["symptoms"]
    assert [(row["symptom"]["id"], row["typicality"], row["note"]) for row in shown] == [
        (str(link.symptom.pk), "common", "Most people")
    ]
    assert verify() == []


def test_renaming_a_symptom_changes_its_document_and_those_that_show_it_and_nothing_else(house):
    link = ConditionSymptomFactory()
    bystander = ConditionFactory()
    story.go_live(link.symptom, link.condition, bystander)
    before = dict(Document.objects.values_list("entry_id", "seq"))
    head = story.head()
    story.go_live(story.edit(link.symptom, name="A better name"))
    after = dict(Document.objects.values_list("entry_id", "seq"))
    assert {pk for pk in after if after[pk] != before[pk]} == {link.symptom.pk, link.condition.pk}
    assert sorted(after[pk] for pk in after if after[pk] != before[pk]) == [head + 1, head + 2]
    assert story.head() == head + 2
    assert story.document(link.condition)["symptoms"][0]["symptom"]["name"] == "A better name"


def test_a_change_that_no_card_shows_leaves_other_documents_alone(house):
    link = ConditionSymptomFactory()
    story.go_live(link.symptom, link.condition)
    head = story.head()
    story.go_live(story.edit(link.symptom, what_to_do="Something else."))
    assert story.head() == head + 1


def test_a_draft_of_the_condition_does_not_go_live_when_its_symptom_is_renamed(house):
    link = ConditionSymptomFactory()
    story.go_live(link.symptom, link.condition)
    story.save(story.edit(link.condition, overview="Secret draft"))
    story.go_live(story.edit(link.symptom, name="A better name"))
    assert story.document(link.condition)["overview"] == "What it is."


def test_a_draft_of_the_symptom_does_not_reach_the_card(house):
    link = ConditionSymptomFactory()
    story.go_live(link.symptom, link.condition)
    story.save(story.edit(link.symptom, name="Secret draft"))
    story.go_live(story.edit(link.condition, overview="New"))
    assert story.document(link.condition)["symptoms"][0]["symptom"]["name"] != "Secret draft"


def test_a_draft_saved_after_approval_does_not_ride_along_with_the_release(house):
    link = ConditionSymptomFactory()
    story.go_live(link.symptom, link.condition)
    release = story.prepare(story.edit(link.symptom, name="Approved name"))
    story.save(story.edit(link.symptom, name="Secret draft"))
    story.publish_release(release)
    assert story.document(link.symptom)["name"] == "Approved name"
    assert story.document(link.condition)["symptoms"][0]["symptom"]["name"] == "Approved name"


def test_publishing_the_same_wording_again_gives_no_new_seq(house):
    condition = ConditionFactory()
    story.go_live(condition)
    seq = Document.objects.get(entry=condition).seq
    version = story.document(condition)["version"]
    story.publish_release(_again(condition))
    assert Document.objects.get(entry=condition).seq == seq
    assert story.document(condition)["version"] == version


def test_a_release_that_breaks_off_half_way_leaves_nothing(house, monkeypatch):
    condition = ConditionFactory()
    release = story.prepare(*(link.red_flag for link in condition.red_flags.all()), condition)
    before = story.head(), Document.objects.count(), Link.objects.count()

    def break_off(*args):
        raise OSError("the disk is full")

    monkeypatch.setattr("kb.publishing._write_slugs", break_off)
    with pytest.raises(OSError, match="the disk is full"):
        story.publish_release(release)
    assert (story.head(), Document.objects.count(), Link.objects.count()) == before
    assert Release.objects.get(pk=release.pk).state == ReleaseState.DRAFT


def test_publishing_a_published_release_again_does_nothing(house):
    release = story.go_live(ConditionFactory())
    head = story.head()
    publish(release, by=None, at=story.NOW)
    assert story.head() == head


def test_one_bad_item_keeps_the_whole_release_back(house):
    good, bad = ConditionFactory(), ConditionFactory(red_flags=[])
    release = story.prepare(good, bad)
    head = story.head()
    with pytest.raises(Refused, match="names no red flag"):
        story.publish_release(release)
    assert story.head() == head
    assert not story.is_live(good)
    assert Release.objects.get(pk=release.pk).published_at is None


def test_a_release_refused_to_protect_readers_leaves_no_trace(house):
    without_its_red_flag = ConditionFactory()
    release = story.prepare(without_its_red_flag, SymptomFactory())
    head = story.head()
    with pytest.raises(Refused, match="None of its own red flags"):
        story.publish_release(release)
    assert Release.objects.get(pk=release.pk).state == "draft"
    assert (story.head(), Document.objects.filter(kind__in=["condition", "symptom"]).count()) == (head, 0)


def test_a_release_lists_all_its_problems_at_once(house):
    release = story.prepare(ConditionFactory(red_flags=[]), SymptomFactory(red_flags=[]))
    with pytest.raises(Refused) as refused:
        story.publish_release(release)
    assert len(refused.value.problems) == 2


def test_an_unapproved_wording_is_refused(house):
    condition = ConditionFactory()
    release = story.prepare(*[link.red_flag for link in condition.red_flags.all()], condition)
    release.items.filter(entry=condition).update(approval=None)
    with pytest.raises(Refused, match="has not been approved"):
        story.publish_release(release)


def test_an_approval_of_an_older_wording_is_refused(house):
    condition = ConditionFactory()
    release = story.prepare(condition)
    newer = story.save(story.edit(condition, overview="Something else"))
    release.items.filter(entry=condition).update(revision=newer)
    with pytest.raises(Refused, match="for another wording"):
        story.publish_release(release)


def test_a_release_prepared_against_an_older_live_wording_is_refused(house):
    condition = ConditionFactory()
    story.go_live(condition)
    stale = story.prepare(story.edit(condition, overview="First"))
    story.go_live(story.edit(condition, overview="Second"))
    with pytest.raises(Refused, match="changed since this release was prepared"):
        story.publish_release(stale)


def test_a_link_to_something_unpublished_comes_back_by_itself(house):
    link = ConditionSymptomFactory()
    story.go_live(link.condition)
    assert story.document(link.condition)["symptoms"] == []
    assert not Facet.objects.filter(document__entry=link.condition, name="symptom").exists()
    story.go_live(link.symptom)
    assert story.document(link.condition)["symptoms"][0]["symptom"]["slug"] == link.symptom.slug
    assert Facet.objects.filter(document__entry=link.condition, name="symptom", target=link.symptom).exists()


def test_a_withdrawn_symptom_leaves_the_conditions_that_showed_it(house):
    link = ConditionSymptomFactory()
    story.go_live(link.symptom, link.condition)
    story.withdraw(link.symptom)
    assert story.document(link.condition)["symptoms"] == []
    assert not Facet.objects.filter(target=link.symptom).exists()
    assert Document.objects.get(entry=link.symptom).body is None
    assert not Link.objects.filter(entry=link.symptom).exists()
    assert verify() == []


def test_withdrawing_a_conditions_last_red_flag_is_refused_and_says_where(house):
    condition = ConditionFactory(name="Labral tear")
    story.go_live(condition)
    with pytest.raises(Refused, match="Labral tear: None of its own red flags"):
        story.withdraw(condition.red_flags.get().red_flag)
    assert len(story.document(condition)["when_to_get_help"]["urgent"]["red_flags"]) == 1


def test_withdrawing_the_default_contact_route_is_refused(house):
    story.go_live(ConditionFactory())
    with pytest.raises(Refused, match="no live contact route"):
        story.withdraw(house["route"])


def test_a_new_global_red_flag_stands_in_every_clinical_document(house):
    condition, treatment = ConditionFactory(), TreatmentFactory()
    story.go_live(condition, treatment)
    flag = condition.red_flags.get().red_flag
    story.go_live(story.edit(flag, is_global=True))
    shown = story.document(treatment)["when_to_get_help"]["urgent"]["red_flags"]
    assert str(flag.pk) in [card["id"] for card in shown]


def test_a_changed_disclaimer_reaches_every_document_that_carries_it(house):
    condition = ConditionFactory()
    story.go_live(condition)
    story.go_live(story.edit(house["disclaimer"], text="New words."))
    assert story.document(condition)["disclaimers"][0]["text"] == "New words."


def test_a_merge_leads_links_and_readers_to_the_survivor(house):
    link = ConditionSymptomFactory()
    survivor = SymptomFactory()
    story.go_live(link.symptom, survivor, link.condition)
    story.merge(link.symptom, into=survivor)
    assert story.document(link.condition)["symptoms"][0]["symptom"]["id"] == str(survivor.pk)
    tombstone = Document.objects.get(entry=link.symptom)
    assert (tombstone.body, tombstone.gone_reason, tombstone.replaced_by_id) == (None, "merged", survivor.pk)
    story.go_live(story.edit(survivor, name="Renamed"))
    assert story.document(link.condition)["symptoms"][0]["symptom"]["name"] == "Renamed"
    assert verify() == []


def test_two_links_that_were_merged_into_one_are_shown_once(house):
    first = ConditionSymptomFactory()
    second = ConditionSymptomFactory(condition=first.condition)
    story.go_live(first.symptom, second.symptom, first.condition)
    story.merge(first.symptom, into=second.symptom)
    assert len(story.document(first.condition)["symptoms"]) == 1


def test_older_tombstones_follow_a_later_merge_to_the_end_of_the_chain(house):
    link = ConditionSymptomFactory()
    middle, last = SymptomFactory(), SymptomFactory()
    story.go_live(link.symptom, middle, last, link.condition)
    story.merge(link.symptom, into=middle)
    story.merge(middle, into=last)
    assert Document.objects.get(entry=link.symptom).replaced_by_id == last.pk
    assert story.document(link.condition)["symptoms"][0]["symptom"]["id"] == str(last.pk)


def test_merging_into_something_that_is_not_live_is_refused(house):
    symptom, draft = SymptomFactory(), SymptomFactory()
    story.go_live(symptom)
    with pytest.raises(Refused, match="not live"):
        story.merge(symptom, into=draft)


def test_merging_into_another_kind_is_refused(house):
    symptom, treatment = SymptomFactory(), TreatmentFactory()
    story.go_live(symptom, treatment)
    with pytest.raises(Refused, match="only be merged into another symptom"):
        story.merge(symptom, into=treatment)


def test_a_slug_that_was_once_live_belongs_to_its_entry_for_ever(house):
    first = ConditionFactory(slug="runners-hip")
    story.go_live(first)
    story.go_live(story.edit(first, slug="hip-pain"))
    second = ConditionFactory(slug="runners-hip")
    with pytest.raises(Refused, match="belongs to another entry"):
        story.go_live(second)
    assert Slug.objects.get(kind="condition", slug="runners-hip").entry_id == first.pk


def test_an_entry_may_take_its_old_slug_back(house):
    condition = ConditionFactory(slug="first")
    story.go_live(condition)
    story.go_live(story.edit(condition, slug="second"))
    story.go_live(story.edit(condition, slug="first"))
    current = Slug.objects.filter(entry=condition, is_current=True).values_list("slug", flat=True)
    assert list(current) == ["first"]


def test_a_withdrawn_entry_can_be_published_again(house):
    condition = ConditionFactory()
    story.go_live(condition)
    story.withdraw(condition)
    story.publish_release(_again(condition))
    assert story.document(condition)["name"] == condition.name


def test_a_source_is_shown_where_it_is_cited(house):
    condition = ConditionFactory()
    source = SourceFactory()
    condition.sources.add(source)
    story.go_live(source, condition)
    assert [card["slug"] for card in story.document(condition)["sources"]] == [source.slug]


def test_recompiling_without_a_new_compiler_changes_no_bytes(house):
    link = ConditionTreatmentFactory()
    story.go_live(link.treatment, link.condition)
    before = list(Document.objects.order_by("pk").values_list("version", "seq"))
    recompile(by=None, at=story.NOW)
    assert list(Document.objects.order_by("pk").values_list("version", "seq")) == before


def test_after_an_upgrade_publishing_waits_for_the_recompile(house, monkeypatch):
    condition = ConditionFactory()
    story.go_live(condition)
    _run_compiler(COMPILER_VERSION + 1, monkeypatch)
    with pytest.raises(Refused, match="recompile"):
        story.go_live(story.edit(condition, overview="New"))
    recompile(by=None, at=story.NOW)
    story.go_live(condition)
    _run_compiler(COMPILER_VERSION, monkeypatch)
    with pytest.raises(Refused, match="older than the documents"):
        story.go_live(story.edit(condition, overview="Newer"))


def test_the_last_change_tells_readers_how_serious_it_was(house):
    condition = ConditionFactory()
    story.go_live(condition)
    story.go_live(story.edit(condition, overview="Safer words"), severity=Severity.SAFETY, summary="Do not run on it.")
    assert story.document(condition)["last_change"] == {
        "at": "2026-03-01T12:00:00Z",
        "severity": "safety",
        "summary": "Do not run on it.",
    }


def test_a_recompiled_document_keeps_its_last_change(house):
    link = ConditionSymptomFactory()
    story.go_live(link.symptom, link.condition)
    story.go_live(story.edit(link.symptom, name="Renamed"), severity=Severity.SAFETY, summary="Do not wait.")
    assert story.document(link.condition)["last_change"]["severity"] == "content"


def _run_compiler(version, monkeypatch):
    monkeypatch.setattr("kb.publishing.COMPILER_VERSION", version)
    monkeypatch.setattr("kb.checks.COMPILER_VERSION", version)


def _again(entry):
    """A release of what the entry's newest revision says, whoever saved it."""
    return story.prepare(entry)


def test_a_merge_that_would_hide_a_warning_behind_a_recommendation_is_refused(house):
    helps = ConditionTreatmentFactory(role="recommended")
    harms = ConditionTreatmentFactory(condition=helps.condition, role="avoid", note="It tears the tendon.", position=1)
    story.go_live(helps.treatment, harms.treatment, helps.condition)
    with pytest.raises(Refused, match="as “recommended” and as “avoid”"):
        story.merge(harms.treatment, into=helps.treatment)
    assert [row["role"] for row in story.document(helps.condition)["treatments"]] == ["recommended", "avoid"]


def test_a_condition_keeps_its_own_red_flag_when_that_is_merged_into_another(house):
    old, new = RedFlagFactory(), RedFlagFactory()
    condition = ConditionFactory(red_flags=[old])
    story.go_live(new, condition)
    story.merge(old, into=new)
    shown = story.document(condition)["when_to_get_help"]["urgent"]["red_flags"]
    assert [flag["id"] for flag in shown] == [str(new.pk)]


def test_two_live_routes_for_one_region_are_refused_and_may_change_places(house):
    condition = ConditionFactory()
    story.go_live(condition)
    old = story.edit(house["route"], region="GB")
    story.save(old)
    new = ContactRouteFactory(region="default", emergency="Call the new number")
    with pytest.raises(Refused, match="has the region “default” already"):
        story.go_live(new)
    story.go_live(old, new)
    assert story.document(condition)["when_to_get_help"]["emergency"]["action"] == "Call the new number"


def test_a_disclaimer_for_an_unknown_kind_is_refused(house):
    with pytest.raises(Refused, match="“Conditions!” is none of"):
        story.go_live(DisclaimerFactory(applies_to=["Conditions!"]))
