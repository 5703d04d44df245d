"""Journeys from the first keystroke to the phone, as people make them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person
from tests.browser.server import PASSWORD

STIFFNESS = "/symptoms/stiffness"
NEW = "The hip feels stiff for the first kilometre, or when you get up from a long time of sitting."
COUNT_PRESSES = """
sessionStorage.presses = 0;
addEventListener("pointerdown", () => { sessionStorage.presses = Number(sessionStorage.presses) + 1; }, true);
"""


@pytest.fixture
def newcomer(window: Callable[..., Page]) -> Person:
    """A therapist who has an account and has never signed in."""
    return Person("newcomer", window())


def test_a_therapist_writes_with_the_keyboard_and_phones_get_it_once_it_is_published(newcomer, editor, as_phone):
    before = as_phone.reads(STIFFNESS)
    began_at = as_phone.polls()

    newcomer.signs_in_with_the_keyboard(PASSWORD)
    newcomer.opens_with_the_keyboard("Symptoms", "Stiffness")
    newcomer.tabs_to(newcomer.field("Summary"))
    newcomer.types(NEW)
    newcomer.tabs_to(newcomer.button("Save"))
    newcomer.presses("Enter")
    newcomer.is_told("Readers still see the older text until this is published.")

    assert as_phone.reads(STIFFNESS) == before
    assert as_phone.polls() == began_at
    assert NEW not in str(as_phone.reads("/symptoms?limit=200"))

    editor.opens("Stiffness", kind="symptom")
    editor.sees_badge("Live with changes")
    editor.approves_and_publishes()

    assert as_phone.polls() > began_at
    assert as_phone.reads(STIFFNESS)["summary"] == NEW
    assert as_phone.reads(STIFFNESS)["version"] != before["version"]


def test_a_new_condition_is_returned_and_mended_and_goes_live_together_with_a_changed_treatment(
    therapist, editor, as_phone
):
    began_at = as_phone.polls()
    wrapped_before = as_phone.reads("/treatments/compression")

    therapist.begins("condition")
    therapist.writes("Name", "Snapping hip")
    therapist.writes("Summary", "A tendon slides over bone.")
    therapist.chooses("Urgency", "Self-care: look after it at home")
    therapist.writes("What to do, and how soon", "Look after it at home for two weeks.")
    therapist.ticks("Outer side of the hip")
    therapist.chooses("Tissue", "Tendon")
    therapist.writes("Overview", "A tendon slides over a ridge of bone. You hear or feel a snap.")
    therapist.links("Sources", "Bursitis")
    therapist.adds("Red flag", "A bulge or a big bruise")
    therapist.adds("Symptom", "Stiffness", Typicality="Common")
    therapist.adds("Treatment", "Compression", Role="Recommended")
    therapist.saves()
    therapist.submits("My first one. Is the overview too short?")

    editor.takes_from_desk("Waiting for your review", "Snapping hip")
    editor.sees("Is the overview too short?")
    editor.returns("Say in the summary that it seldom hurts.")

    therapist.goes_home()
    expect(therapist.pile("Returned to you")).to_contain_text("Say in the summary that it seldom hurts.")
    therapist.takes_from_desk("Returned to you", "Snapping hip")
    therapist.writes("Summary", "A tendon slides over bone. It snaps, and seldom hurts.")
    therapist.saves_and_submits("Mended.")
    therapist.opens("Compression", kind="treatment")
    therapist.writes("Summary", "A soft bandage around the hip, for an hour at a time.")
    therapist.saves_and_submits("It goes with the snapping hip.")

    editor.takes_from_desk("Waiting for your review", "Snapping hip")
    editor.approves()
    editor.takes_from_desk("Waiting for your review", "Compression")
    editor.approves()
    editor.begins_release("Snapping hip")
    editor.puts_in("Snapping hip", "Compression")
    editor.sees("What phones will receive")

    assert as_phone.polls() == began_at
    assert as_phone.asks("/conditions/snapping-hip").status == 404
    assert as_phone.reads("/treatments/compression") == wrapped_before
    assert "snapping-hip" not in str(as_phone.reads("/conditions?treatment=compression"))

    editor.publishes()

    live_at = as_phone.polls()
    condition, treatment = as_phone.reads("/conditions/snapping-hip"), as_phone.reads("/treatments/compression")
    assert as_phone.polls() == live_at > began_at
    assert condition["last_change"] == treatment["last_change"]
    assert condition["summary"] == "A tendon slides over bone. It snaps, and seldom hurts."
    assert treatment["summary"] == "A soft bandage around the hip, for an hour at a time."
    assert [link["symptom"]["slug"] for link in condition["symptoms"]] == ["stiffness"]
    assert [(link["treatment"]["slug"], link["role"]) for link in condition["treatments"]] == [
        ("compression", "recommended")
    ]
    assert "snapping-hip" in str(as_phone.reads("/conditions?treatment=compression"))


def test_two_who_wrote_at_the_same_time_choose_part_by_part_and_nothing_is_lost(therapist, colleague):
    for person in (therapist, colleague):
        person.opens("Swelling near the hip", kind="symptom")
    therapist.writes("Summary", "The hip looks thicker than the other one.")
    therapist.writes("What to do", "Rest it today.")
    therapist.adds("Red flag", "A bulge or a big bruise")
    therapist.saves()
    colleague.writes("Summary", "The skin is tight.")
    colleague.writes("What to do", "Keep it up and cool.")
    colleague.adds("Red flag", "Sudden severe pain with a pop")
    colleague.presses_button("Save")

    colleague.is_refused("therapist saved this page while you were writing")
    colleague.ticks("Take theirs: summary")
    colleague.ticks("Keep mine: what to do")
    colleague.ticks("Keep both: red flags")
    colleague.saves()

    colleague.sees_value("Summary", "The hip looks thicker than the other one.")
    colleague.sees_value("What to do", "Keep it up and cool.")
    for flag in ("A bulge or a big bruise", "Sudden severe pain with a pop"):
        expect(colleague.page.locator("#red_flags-group")).to_contain_text(flag)
    colleague.follows("History")
    colleague.sees("Merged with revision 2 by therapist")
    colleague.follows("Read revision 2")
    colleague.sees("Rest it today.")


def test_an_earlier_wording_is_restored_as_a_draft(therapist, as_phone):
    before = as_phone.reads("/exercises/clamshell")
    therapist.opens("Clamshell", kind="exercise")
    therapist.writes("Summary", "A summary that turned out worse.")
    therapist.saves()
    therapist.follows("History")
    therapist.follows("Read revision 1")
    therapist.presses_button("Restore as a draft")

    therapist.is_told("revision 3")
    therapist.sees_value("Summary", before["summary"])
    therapist.follows("History")
    therapist.sees("Read revision 2")
    assert as_phone.reads("/exercises/clamshell") == before


def test_a_scheduled_release_goes_live_by_itself(therapist, editor, as_phone, watch):
    watch.expects("Published “Elevation”")
    therapist.opens("Elevation", kind="treatment")
    therapist.writes("Summary", "Lie down with your leg higher than your heart.")
    therapist.saves()
    editor.opens("Elevation", kind="treatment")
    editor.approves()
    editor.follows("Put in a release…")
    editor.writes("What a new release is about", "Elevation")
    editor.presses_button("Put in the release")
    began_at = as_phone.polls()
    editor.schedules(seconds=4)
    editor.sees("Until then nobody can change what is in it.")

    assert as_phone.waits_for_more_than(began_at)
    assert as_phone.reads("/treatments/elevation")["summary"] == "Lie down with your leg higher than your heart."
    editor.page.reload()
    editor.sees("Went live on")


def test_a_withdrawal_for_safety_takes_two_presses_after_the_reason_is_told(editor, as_phone):
    editor.opens("Corticosteroid injection", kind="treatment")
    editor.follows("Withdraw…")
    editor.ticks("Withdrawn for safety")
    editor.writes("One line for app users", "Do not have this injection before a run. Ask your doctor.")
    editor.page.evaluate(COUNT_PRESSES)
    editor.has_read_the_warnings()
    editor.presses_button("Withdraw")
    editor.is_told("is withdrawn")
    assert 1 <= int(editor.page.evaluate("sessionStorage.presses")) <= 2

    gone = as_phone.asks("/treatments/corticosteroid-injection")
    assert (gone.status, gone.body["reason"]) == (410, "safety")
    assert "corticosteroid-injection" not in str(as_phone.reads("/conditions/hip-bursitis"))


def test_a_page_is_merged_into_another_and_all_links_follow(editor, as_phone):
    editor.opens("Ice packs", kind="treatment")
    editor.merges_into("Ice")

    gone, ice = as_phone.asks("/treatments/ice-packs"), as_phone.reads("/treatments/ice")
    assert (gone.status, gone.body["reason"], gone.body["replaced_by"]) == (410, "merged", ice["id"])
    assert "ice-packs" not in str(as_phone.reads("/conditions?limit=200"))


def test_the_starter_pack_is_approved_from_the_home_page_and_phones_are_told(editor, as_phone):
    before = as_phone.reads("/symptoms/tenderness")
    assert before["review"]["status"] == "unreviewed"

    editor.opens_pile("Live and never reviewed")
    editor.follows("Disclaimer")
    editor.page.get_by_label("Select all objects on this page for an action").check()
    editor.page.get_by_role("combobox", name="Action").select_option(label="Approve what readers see…")
    editor.presses_button("Go")
    editor.has_read_the_warnings()
    editor.presses_button("Approve and publish what I ticked")
    editor.opens_pile("Live and never reviewed")
    editor.takes_from_list("Tenderness")
    editor.approves_and_publishes("Approve what is live…")

    after = as_phone.reads("/symptoms/tenderness")
    assert after["review"]["status"] == "partly_reviewed"
    assert after["review"]["role"] == "clinical_editor"
    assert all(disclaimer["is_reviewed"] for disclaimer in after["disclaimers"])
    assert after["summary"] == before["summary"]


def test_the_preview_follows_typing_and_nothing_is_saved(therapist, colleague, as_phone):
    before = as_phone.reads("/symptoms/limp")
    therapist.has_room_for_the_preview()
    therapist.opens("Limp", kind="symptom")
    screen = therapist.page.get_by_role("region", name="The page on a phone")
    expect(screen).to_contain_text(before["summary"])
    therapist.field("Summary").press_sequentially(" You may not notice it yourself.")
    expect(screen).to_contain_text("You may not notice it yourself.")
    therapist.adds("Red flag", "Sudden severe pain with a pop")
    expect(screen).to_contain_text("pop or snap")

    colleague.opens("Limp", kind="symptom")
    colleague.sees_value("Summary", before["summary"])
    colleague.sees_badge("Live")
    assert as_phone.reads("/symptoms/limp") == before
