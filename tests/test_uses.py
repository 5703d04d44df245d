"""Where used: live pages, drafts, coming releases, merged pages; links through many-to-many lists included."""

import pytest
from django.urls import reverse

from conditions.enums import TreatmentRole
from conditions.models import Condition
from kb import editing, releases, review, uses
from kb.models.entry import Entry
from remedies.models import Treatment
from tests import story
from tests.desk import at_desk, url, wording
from tests.factories import (
    ConditionFactory,
    ConditionTreatmentFactory,
    PersonFactory,
    RelatedLinkFactory,
    SourceFactory,
    TreatmentFactory,
)

Used = dict[str, list[tuple[str, str]]]


@pytest.fixture
def rest(house: dict[str, Entry]) -> Treatment:
    treatment: Treatment = TreatmentFactory(slug="rest", name="Rest")
    story.go_live(treatment)
    return treatment


def linking_to(treatment: Treatment, name: str, **row: str) -> Condition:
    condition: Condition = ConditionFactory(name=name)
    ConditionTreatmentFactory(condition=condition, treatment=treatment, **row)
    return condition


def named(found: list[uses.Use]) -> list[str]:
    return [use.entry.name for use in found]


def test_a_live_link_tells_its_place_and_its_role(rest):
    avoiding = linking_to(rest, "Sore hip", role=TreatmentRole.AVOID, note="It makes it worse.")
    story.go_live(avoiding)
    (use,) = uses.of(rest).live
    assert use.entry.name == "Sore hip"
    assert [(place.part, place.role) for place in use.places] == [("treatments", TreatmentRole.AVOID.label)]
    assert uses.of(rest).drafts == []


def test_a_source_is_found_where_only_a_row_names_it(rest):
    source = SourceFactory(name="A trial")
    condition = linking_to(rest, "Sore hip", role=TreatmentRole.OPTION)
    condition.treatment_links.get().sources.add(source)
    story.go_live(source, condition)
    (use,) = uses.of(source).live
    assert [place.part for place in use.places] == ["treatments, sources"]


def test_a_draft_that_links_here_is_told_apart_from_what_is_live(rest):
    condition = ConditionFactory(name="Sore hip")
    story.go_live(condition)
    ConditionTreatmentFactory(condition=condition, treatment=rest, role=TreatmentRole.OPTION)
    story.save(condition)
    found = uses.of(rest)
    assert found.live == []
    assert named(found.drafts) == ["Sore hip"]


def test_an_older_draft_that_no_longer_links_here_does_not_count(rest):
    condition = linking_to(rest, "Sore hip", role=TreatmentRole.OPTION)
    story.save(condition)
    condition.treatment_links.all().delete()
    story.save(condition)
    assert not uses.of(rest)


def test_an_id_that_stands_in_a_text_is_no_link(rest):
    story.save(ConditionFactory(name="Sore hip", overview=str(rest.pk)))
    assert not uses.of(rest)


def test_a_link_that_readers_do_not_see_is_listed_all_the_same(rest, house):
    hidden = TreatmentFactory(name="Not live yet")
    condition = linking_to(hidden, "Sore hip", role=TreatmentRole.OPTION)
    story.go_live(condition)
    assert story.document(condition)["treatments"] == []
    assert named(uses.of(hidden).live) == ["Sore hip"]


def test_a_coming_release_that_brings_a_link_is_named(rest, editor):
    condition = linking_to(rest, "Sore hip", role=TreatmentRole.OPTION)
    revision = story.save(condition)
    review.approve(revision, by=editor, at=story.NOW)
    release = releases.prepare("Spring", by=editor, at=story.NOW)
    releases.put_in(release, revision)
    (use,) = uses.of(rest).releases
    assert (use.entry.name, str(use.release), use.places[0].part) == ("Sore hip", "Spring", "treatments")
    releases.cancel(release, by=editor, at=story.NOW)
    assert uses.of(rest).releases == []


def test_a_merged_page_and_what_links_to_it_lead_here(rest):
    bed_rest = TreatmentFactory(name="Bed rest")
    condition = linking_to(bed_rest, "Sore hip", role=TreatmentRole.OPTION)
    story.go_live(bed_rest, condition)
    story.merge(bed_rest, into=rest)
    found = uses.of(rest)
    assert [entry.name for entry in found.merged] == ["Bed rest"]
    (use,) = found.live
    assert (use.entry.name, str(use.via)) == ("Sore hip", "Bed rest")


def test_a_coming_merge_into_it_is_named(rest, editor):
    other = TreatmentFactory(name="Bed rest")
    story.go_live(other)
    release = releases.prepare("Tidy up", by=editor, at=story.NOW)
    releases.put_in_removal(release, other, reason="merged", into=rest)
    assert [(use.entry.name, str(use.release)) for use in uses.of(rest).merging] == [("Bed rest", "Tidy up")]


def test_so_many_pages_are_named_and_of_the_others_the_number_is_told(rest, monkeypatch):
    monkeypatch.setattr(uses, "MOST", 2)
    story.go_live(*(linking_to(rest, f"Page {number}", role=TreatmentRole.OPTION) for number in range(5)))
    found = uses.of(rest)
    assert (named(found.live), found.more) == (["Page 0", "Page 1"], 3)


@pytest.mark.parametrize("pages", [1, 12])
def test_it_costs_the_same_queries_however_much_it_is_used(rest, pages, django_assert_num_queries):
    story.go_live(*(linking_to(rest, f"Page {number}", role=TreatmentRole.OPTION) for number in range(pages)))
    story.save(linking_to(rest, "A draft", role=TreatmentRole.OPTION))
    # merged pages; live pins: how many, which, and their wordings; drafts; items of releases
    with django_assert_num_queries(6):
        uses.of(rest)


def test_a_page_that_names_itself_by_way_of_a_merged_one_is_not_used(rest):
    bed_rest = TreatmentFactory(name="Bed rest")
    RelatedLinkFactory(entry=rest, target=bed_rest)
    story.go_live(bed_rest, rest)
    story.merge(bed_rest, into=rest)
    story.save(story.edit(rest, summary="Changed."))
    found = uses.of(rest)
    assert (found.live, found.drafts) == ([], [])


# The page


def test_the_page_lists_it_all_for_whoever_may_look(rest, therapist):
    story.go_live(linking_to(rest, "Sore hip", role=TreatmentRole.AVOID, note="It makes it worse."))
    story.save(linking_to(rest, "Stiff hip", role=TreatmentRole.OPTION))
    html = at_desk(therapist).get(url(rest, "used")).content.decode()
    for text in ("Sore hip", "Stiff hip", TreatmentRole.AVOID.label, "Live pages that link to it"):
        assert text in html


def test_nobody_without_the_right_to_look_sees_it(rest):
    assert at_desk(PersonFactory(username="nobody")).get(url(rest, "used")).status_code == 403


def test_a_page_that_does_not_exist_leads_away(rest, therapist):
    missing = url(rest, "used").replace(str(rest.pk), "6b1c0000-0000-4000-8000-000000000000")
    assert at_desk(therapist).get(missing).headers["Location"] == reverse("admin:index")


def test_a_draft_that_links_to_a_merged_page_links_to_what_it_became_from_its_next_save_on(rest, therapist):
    other = TreatmentFactory(slug="time-off", name="Time off")
    story.go_live(other)
    condition = linking_to(rest, "Sore hip", note="For two weeks.")
    RelatedLinkFactory(entry=condition, target=rest)
    story.save(condition)
    story.merge(rest, into=other)
    assert wording(condition)["treatments"][0]["treatment"] == str(rest.pk), "nobody's wording is rewritten by a merge"

    saved = story.save(story.edit(condition, summary="Said anew."), by=therapist)
    (row,) = editing.said(saved)["treatments"]
    assert (row["treatment"], row["note"]) == (str(other.pk), "For two weeks.")
    assert [link["target"] for link in editing.said(saved)["related"]] == [str(other.pk)]
    assert [link.treatment_id for link in condition.treatment_links.all()] == [other.pk]
    assert editing.newest_revision(condition) == story.save(condition), "a second save finds nothing to do"


def test_a_draft_that_links_to_a_merged_page_and_to_what_it_became_keeps_both_rows(rest):
    other = TreatmentFactory(slug="time-off", name="Time off")
    story.go_live(other)
    condition = linking_to(rest, "Sore hip", note="Said only here.")
    ConditionTreatmentFactory(condition=condition, treatment=other)
    story.save(condition)
    story.merge(rest, into=other)
    saved = story.save(story.edit(condition, summary="Said anew."))
    assert {row["treatment"] for row in editing.said(saved)["treatments"]} == {str(rest.pk), str(other.pk)}


def test_a_draft_keeps_its_link_where_readers_would_be_led_nowhere(rest):
    other = TreatmentFactory(slug="time-off", name="Time off")
    story.go_live(other)
    condition = linking_to(rest, "Sore hip")
    story.merge(rest, into=other)
    story.withdraw(other)
    saved = story.save(condition)
    assert [row["treatment"] for row in editing.said(saved)["treatments"]] == [str(rest.pk)]
