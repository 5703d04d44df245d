"""What a worried reader must see, whatever the server sends: red flags first, whole, in the words of their region."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.pocket.reader import Reader, with_answers

KINDS_WITH_ADVICE = {
    "condition": "hip-tendonitis",
    "symptom": "limp",
    "treatment": "rest",
    "exercise": "clamshell",
    "prevention-strategy": "gradual-load",
    "guide": "when-to-seek-care",
    "question": "how-long-does-a-runners-hip-take-to-heal",
}
IN_ORDER = """
() => [...document.querySelectorAll("main .help, main .lead, main .status, main .contents, main [data-section]")]
    .map((part) => ({ help: part.matches(".help"), top: part.getBoundingClientRect().top, left: part.offsetLeft }))
"""


@pytest.mark.parametrize(("kind", "slug"), KINDS_WITH_ADVICE.items())
def test_red_flags_come_before_everything_else(looking: Reader, kind, slug):
    looking.opens(f"{kind}/{slug}")
    first, *others = looking.page.evaluate(IN_ORDER)
    assert first["help"]
    assert others
    assert all(first["top"] < other["top"] and not other["help"] for other in others)
    flags = looking.main.locator(".help .group li")
    expect(flags.first).to_be_in_viewport()
    assert flags.count() >= 9  # those that stand on every page
    assert looking.main.locator("details, .help [hidden]").count() == 0


def test_no_word_of_a_red_flag_is_cut(looking: Reader, house):
    looking.opens("condition/hip-bursitis")
    shown = looking.main.locator(".help").inner_text()
    body = looking.page.evaluate("fetch('/api/v1/conditions/hip-bursitis').then((answer) => answer.json())")
    flags = [flag for group in body["when_to_get_help"].values() for flag in group["red_flags"]]
    missing = [flag[part] for flag in flags for part in ("name", "text", "action", "why") if flag[part] not in shown]
    assert not missing


def test_the_region_decides_whom_to_call(looking: Reader):
    looking.opens("condition/hip-bursitis")
    expect(looking.group("emergency")).to_contain_text("Call your local emergency number")
    looking.sees("These contacts are for everywhere")
    looking.taps("Choose your region")
    looking.chooses("United Kingdom")
    looking.sees("Call 999 or go to A&E")
    looking.goes_back()
    expect(looking.group("emergency")).to_contain_text("Call 999 or go to A&E")
    expect(looking.group("urgent").first).to_contain_text("NHS 111")
    looking.sees("These contacts are for: United Kingdom.")
    looking.starts_anew()
    expect(looking.group("emergency").get_by_role("link", name="999")).to_have_attribute("href", "tel:999")
    looking.opens("settings")
    looking.chooses("Everywhere else")
    looking.opens("help")
    expect(looking.group("emergency")).to_contain_text("Call your local emergency number")


def test_what_helps_and_what_can_harm_stand_apart(looking: Reader):
    looking.opens("condition/hip-impingement")
    helps, harms = looking.section("What helps"), looking.section("What to be careful with")
    expect(helps.locator(".role > h3")).to_have_text(["Recommended", "An option", "Only with a specialist"])
    expect(helps).to_contain_text("Physiotherapy")
    expect(helps).not_to_contain_text("Corticosteroid injection")
    expect(harms.locator(".caution")).to_contain_text("Corticosteroid injection")


def test_a_treatment_tells_what_it_is_used_for_and_where_it_harms(looking: Reader):
    looking.opens("treatment/corticosteroid-injection")
    used = looking.section("Used for, and where it can harm")
    expect(used.locator(".option")).to_contain_text("Hip bursitis")
    expect(used.locator(".careful .caution")).to_contain_text("Hip impingement")
    expect(used.locator(".careful .avoid")).to_contain_text("Hip stress fracture")
    expect(used.locator("> .role")).not_to_contain_text(["Hip stress fracture"])


def test_an_exercise_to_avoid_comes_without_a_dose(looking: Reader):
    looking.opens("condition/hip-bursitis")
    exercises = looking.section("Exercises")
    expect(exercises.locator(".recommended li", has_text="Glute bridge")).to_contain_text("Hold for 5 seconds.")
    expect(exercises.locator(".recommended li", has_text="Glute bridge")).to_contain_text("When to stop")
    expect(exercises.locator(".avoid")).to_contain_text("Clamshell")
    expect(exercises.locator(".careful .dose")).to_have_count(0)


def test_a_page_says_that_nobody_has_reviewed_it(looking: Reader):
    looking.opens("condition/hip-bursitis")
    looking.sees("No clinician has reviewed this page yet.")


def test_a_provider_speaks_for_itself_and_we_beside_it(looking: Reader):
    looking.opens("provider/the-royal-treatment-therapy-and-performance")
    claim = looking.main.locator(".claim")
    expect(claim).to_contain_text("The provider says of itself")
    expect(claim).to_contain_text("We do not say that it is better than others.")
    expect(claim.locator("blockquote")).to_contain_text("You can book an appointment there.")


# What a server could send one day


@pytest.fixture
def sent(phone: Callable[..., Reader]) -> Callable[[dict[str, Any]], Reader]:
    """A phone to which the labral tear comes with these fields."""

    def come(fields: dict[str, Any]) -> Reader:
        reader = phone()

        def change(body: dict[str, Any]) -> None:
            for condition in body["conditions"]:
                if condition["slug"] == "labral-tear":
                    condition.update(fields)

        with_answers(reader, change)
        reader.opens("condition/labral-tear")
        return reader

    return come


@pytest.mark.parametrize("help_", [None, {}, {"emergency": {"red_flags": []}}], ids=["none", "empty", "no-flags"])
def test_a_page_whose_red_flags_are_missing_warns_of_itself(sent, help_):
    reader = sent({"when_to_get_help": help_})
    expect(reader.group("emergency")).to_contain_text("The warning signs of this page are missing")
    reader.sees("Do not rely on this page.")


def test_an_urgency_that_nobody_knows_yet_counts_as_the_worst(sent):
    flag = {"kind": "red_flag", "id": "1", "slug": "x", "name": "A new sign", "text": "New.", "action": "", "why": ""}
    group = {"urgency": "at_once", "action_code": "shout", "action": "Shout for help", "red_flags": [flag]}
    reader = sent({"urgency": "at_once", "when_to_get_help": {"later": group}, "tissue": "skin", "unheard_of": [1]})
    expect(reader.group("emergency")).to_contain_text("Shout for help")
    expect(reader.main.locator(".otherwise .mark")).to_have_class("mark emergency")
    reader.sees_nothing_of("skin")
    reader.taps("Conditions")
    expect(reader.main.locator(".card").first).to_contain_text("Labral tear")


def test_a_role_that_nobody_knows_yet_never_stands_with_what_helps(sent, looking: Reader):
    treatments = looking.page.evaluate("fetch('/api/v1/conditions/labral-tear').then((answer) => answer.json())")
    link = treatments["treatments"][0] | {"role": "never_at_night"}
    reader = sent({"treatments": [link]})
    expect(reader.section("What to be careful with")).to_contain_text("Ask a professional first")
    expect(reader.section("What helps")).to_have_count(0)


REVIEWS = {
    "Reviewed by a physician on 1 March 2026": ("reviewed", "2026-03-01", "2999-01-01"),
    "out of date since 1 March 2021": ("reviewed", "2020-03-01", "2021-03-01"),
    "not every warning sign or disclaimer": ("partly_reviewed", None, None),
    "We cannot tell whether a clinician": ("glanced_at", None, None),
}


@pytest.mark.parametrize("said", REVIEWS)
def test_a_page_says_how_far_it_was_reviewed(sent, said):
    status, reviewed_on, stale_after = REVIEWS[said]
    review = {"status": status, "role": "physician", "reviewed_on": reviewed_on, "stale_after": stale_after}
    sent({"review": review}).sees(said)


def test_another_language_and_an_old_translation_are_told(sent):
    reader = sent({"is_fallback": True, "content_locale": "de", "translation_outdated": True})
    reader.sees("You see it in German.")
    reader.sees("This translation is older than the original.")


def test_a_text_stays_a_text_whatever_it_holds(sent):
    text = (
        "A *word* and <img src=x onerror=alert(1)>\n\n- one\n- [two](https://example.org/a) [bad](javascript:alert(1))"
    )
    reader = sent({"overview": text, "name": "<b>Bold</b>"})
    reader.sees_heading("<b>Bold</b>")
    what = reader.section("What it is")
    expect(what).to_contain_text("<img src=x onerror=alert(1)>")
    expect(what.locator("em")).to_have_text("word")
    link = what.get_by_role("link", name="two")
    expect(link).to_have_attribute("href", "https://example.org/a")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(what).to_contain_text("[bad](javascript:alert(1))")
    assert what.locator("img, b").count() == 0


@pytest.mark.parametrize("page", ["condition/hip-bursitis", "treatment/ice", "about"])
def test_every_page_has_a_way_to_say_that_it_is_wrong(looking: Reader, page):
    looking.opens(page)
    way = looking.main.get_by_role("link", name="Tell the editors")
    expect(way).to_have_attribute("href", re.compile(r"^mailto:editors@kb\.example\?subject=\S+$"))
    expect(way.locator("xpath=..")).to_contain_text("wrong or unsafe")
