"""Quality checks: each can fire and can be quiet; errors block a release, warnings only ask."""

import datetime
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kb import checks, editing, kinds, loading, markdown, quality
from kb.admin.findings import anchor, shown
from kb.kinds import Finding, Level
from kb.models.editing import Revision
from kb.publishing import Refused
from kb.reading import reading_grade
from kb.wording import completed
from tests import story
from tests.factories import (
    ComplicationFactory,
    ConditionFactory,
    ConditionSymptomFactory,
    RedFlagFactory,
    SymptomFactory,
)

HIP_PAIN = Path(settings.BASE_DIR) / "content" / "hip-pain"
TODAY = story.NOW.date()
AN_ID = "6b1c0a52-6b0e-4f7d-8d53-0d8c6c9d7e11"
PLAIN = "Rest for a day. Then walk a bit. If it hurts, stop and rest again. Do not run when it hurts. "
HARD = (
    "Conservative management necessitates multidisciplinary physiotherapeutic evaluation, incorporating individualised "
    "biomechanical rehabilitation alongside comprehensive pharmacological consideration. "
)
# Enough for a page that nothing is said against.
SOUND: dict[str, dict[str, Any]] = {
    "condition": {"summary": "It hurts.", "overview": PLAIN, "red_flags": [{"red_flag": AN_ID}]},
    "symptom": {"summary": "It hurts.", "what_to_do": PLAIN, "red_flags": [{"red_flag": AN_ID}]},
    "red_flag": {"text": "You cannot walk.", "why": "A bone may be broken.", "action": "Get help now."},
    "disclaimer": {"text": "This is general advice.", "applies_to": ["condition"]},
    "source": {"source_type": "guideline", "authority": "guideline"},
    "provider": {"summary": "A clinic.", "about": PLAIN},
    "body_structure": {"summary": "A joint."},
}


def said(kind: str, **columns: Any) -> dict[str, Any]:
    """A sound wording, but for these columns."""
    wording = {"slug": "a-page", "name": "A page", "basis": "stated", **SOUND[kind], **columns}
    return completed(kinds.get(kind), json.loads(json.dumps(wording)))


def found(kind: str, **columns: Any) -> list[Finding]:
    return quality.findings(kinds.get(kind), said(kind, **columns))


def told(kind: str, **columns: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(finding.level.value, finding.place) for finding in found(kind, **columns)]


def row(**columns: Any) -> list[dict[str, Any]]:
    """A list with one sound row before the one that matters."""
    return [{"text": "Easy."} | columns | {"basis": "stated"}, {"text": "Easy."} | columns]


# Of a wording alone


@pytest.mark.parametrize("kind", SOUND)
def test_nothing_is_said_of_a_sound_page(kind):
    assert found(kind) == []


GENERAL = {"basis": "general"}
LOOK_AT = {"basis": "general", "needs_clinical_review": True}

WRONG_AND_RIGHT = [
    # kind, what is wrong, level, place, what mends it
    ("condition", {"red_flags": []}, "error", ("red_flags",), {}),
    ("condition", GENERAL, "error", ("sources",), {"basis": "general", "sources": [AN_ID]}),
    ("condition", GENERAL, "error", ("sources",), LOOK_AT),
    ("red_flag", GENERAL, "warning", ("sources",), LOOK_AT),
    ("condition", {"causes": row(**GENERAL)}, "warning", ("causes", 1, "sources"), {"causes": row(**LOOK_AT)}),
    (
        "condition",
        {"symptoms": [{"symptom": AN_ID, "basis": "inferred"}]},
        "warning",
        ("symptoms", 0, "sources"),
        {"symptoms": [{"symptom": AN_ID, "basis": "inferred", "sources": [AN_ID]}]},
    ),
    (
        "condition",
        {"evidence": row(basis="stated", level="review", certainty="not_graded")[:1]},
        "warning",
        ("evidence", 0, "certainty"),
        {"evidence": row(basis="stated", level="review", certainty="low")[:1]},
    ),
    (
        "condition",
        {"evidence": row(basis="stated", level="not_stated", certainty="low")[:1]},
        "warning",
        ("evidence", 0, "level"),
        {"evidence": row(basis="stated", level="cohort_study", certainty="very_low")[:1]},
    ),
    (
        "condition",
        {"figures": row(population=" Not stated")[:1]},
        "warning",
        ("figures", 0, "population"),
        {"figures": row(population="runners")[:1]},
    ),
    ("condition", {"figures": row(population="")[:1]}, "warning", ("figures", 0, "population"), {}),
    ("condition", {"summary": "It. " * 76}, "warning", ("summary",), {"summary": "It. " * 75}),
    ("provider", {"summary": "It. " * 76}, "warning", ("summary",), {"summary": "It. " * 75}),
    ("red_flag", {"action": "Call 999."}, "warning", ("action",), {"action": "Go within 24-48 hours, not in 2 weeks."}),
    ("red_flag", {"action": "Ring 020 7946 0018"}, "warning", ("action",), {"action": "1,000 steps or 10.250 m"}),
    ("red_flag", {"action": "Ring +44 (0)20 79"}, "warning", ("action",), {"action": "Get help. See 12 and 34."}),
    ("red_flag", {"action": "Ring 0 8 0 0 1 1 1"}, "warning", ("action",), {}),
    ("disclaimer", {"applies_to": ["page"]}, "error", ("applies_to",), {"applies_to": ["guide"]}),
    ("source", {"doi": "https://doi.org/10.1136/x"}, "error", ("doi",), {"doi": "10.1136/bmj.k1662"}),
    ("source", {"pmid": "PMID 3"}, "error", ("pmid",), {"pmid": "30539087"}),
    ("source", {"url": "javascript:alert(1)"}, "error", ("url",), {"url": "https://example.org/a"}),
    ("provider", {"email": "at home"}, "error", ("email",), {"email": "a@example.org"}),
    ("condition", {"slug": "A page"}, "error", ("slug",), {"slug": "a-page-2"}),
    ("condition", {"overview": "# About"}, "error", ("overview",), {"overview": "About\n\n- one\n- *two*"}),
    ("condition", {"overview": "Go <b>now</b>"}, "error", ("overview",), {"overview": "Go **now**. 2 is not 3."}),
    ("condition", {"overview": "<script>x</script>"}, "error", ("overview",), {}),
    ("condition", {"overview": "[a](javascript:x)"}, "error", ("overview",), {"overview": "[a](https://b.org)"}),
    ("condition", {"overview": "![a](https://b.org)"}, "error", ("overview",), {"overview": "Good! (Yes.)"}),
    ("condition", {"overview": "|a|b|\n|-|-|\n|1|2|"}, "error", ("overview",), {"overview": "a, b"}),
    ("condition", {"overview": "About\n-----\n"}, "error", ("overview",), {"overview": "About - so"}),
    ("condition", {"overview": "- ---"}, "error", ("overview",), {"overview": "1. one\n2. two"}),
    ("condition", {"causes": row(text="> quoted")[1:]}, "error", ("causes", 0, "text"), {}),
    ("condition", {"overview": "A " * 10_001}, "error", ("overview",), {"overview": "A b. " * 4_000}),
    ("condition", {"overview": "• one\n• two"}, "warning", ("overview",), {"overview": "- one • two"}),
    ("condition", {"overview": "run\u00adning"}, "warning", ("overview",), {"overview": "run-ning 👩‍⚕️"}),
    ("condition", {"overview": "run\u00a0\u00a0fast"}, "warning", ("overview",), {"overview": "10\u00a0km"}),
]


@pytest.mark.parametrize(("kind", "wrong", "level", "place", "right"), WRONG_AND_RIGHT)
def test_a_check_fires_at_its_place_and_is_quiet_once_it_is_mended(kind, wrong, level, place, right):
    wrong = {name: stated(name, value) for name, value in wrong.items()}
    assert (level, place) in told(kind, **wrong)
    assert (level, place) not in told(kind, **{name: stated(name, value) for name, value in right.items()})


def stated(name: str, value: Any) -> Any:
    """Rows of which only one thing is wrong name their basis."""
    rows = isinstance(value, list) and value and isinstance(value[0], dict) and name != "red_flags"
    return [{"basis": "stated"} | one for one in value] if rows else value


@pytest.mark.parametrize("right", [case[4] for case in WRONG_AND_RIGHT if case[0] == "condition" and case[4]])
def test_what_mends_one_thing_breaks_no_other(right):
    assert [finding for finding in found("condition", **right) if finding.place != ("sources",)] == []


def test_every_finding_says_why_and_what_to_do_in_sentences():
    for kind, wrong, *_ in WRONG_AND_RIGHT:
        for finding in found(kind, **wrong):
            assert finding.reason.endswith("."), finding
            assert finding.mend.endswith("."), finding


def test_a_hard_text_is_named_and_so_is_a_hard_page():
    assert told("condition", overview=HARD * 3) == [("warning", ("overview",)), ("warning", ())]
    assert told("condition", overview=HARD + PLAIN * 12, summary=PLAIN) == []
    assert told("condition", overview=PLAIN * 12, causes=[{"text": HARD * 3, "basis": "stated"}])[0] == (
        "warning",
        ("causes", 0, "text"),
    )


def test_a_few_hard_words_are_no_hard_page():
    assert found("symptom", what_to_do="Osteoarthritis rehabilitation.") == []


def test_notes_for_editors_may_say_anything():
    notes = {"review_note": HARD * 3 + "<b>", "editorial_note": HARD * 3 + "# x"}
    link = {"symptom": AN_ID, "basis": "stated", "editorial_note": HARD * 3 + "<b>"}
    assert found("condition", **notes, symptoms=[link]) == []
    assert told("condition", symptoms=[link | {"note": "<b>"}]) == [("error", ("symptoms", 0, "note"))]


def test_errors_come_first():
    levels = [finding.level for finding in found("condition", causes=[{"text": "<b>"}], red_flags=[], **GENERAL)]
    assert levels == [Level.ERROR, Level.ERROR, Level.ERROR, Level.WARNING]


@given(st.text(alphabet=st.sampled_from("#<>|`~[]()!&;=-_*+. \t\n1ab:/\\\r"), max_size=60))
@example("Foo\n-")
@example("* * *")
@example("-     code")
@example("1) ---")
@example("a\n    b")
def test_markdown_is_asked_about_every_text_that_it_would_refuse(text):
    if not quality.MAY_BE_OUTSIDE.search(text):
        assert markdown.outside_the_subset(text) == []


# How hard it is to read


def test_the_reading_names_the_hardest_sentences_and_where_they_stand():
    hard = said("condition", overview=PLAIN + HARD, causes=[{"text": HARD, "basis": "stated"}], summary=PLAIN)
    read = quality.reading(kinds.get("condition"), hard)
    assert read.words == 2 * len(PLAIN.split()) + 2 * len(HARD.split())
    assert [sentence.place for sentence in read.hardest] == [("overview",), ("causes", 0, "text")]
    assert read.hardest[0].text == HARD.strip()
    assert read.is_hard


def test_an_easy_page_has_no_hard_sentence():
    read = quality.reading(kinds.get("condition"), said("condition"))
    assert (read.is_hard, read.hardest) == (False, ())
    assert read.grade < 2


def test_an_empty_page_reads_at_grade_nought():
    read = quality.reading(kinds.get("condition"), said("condition", overview="", summary=""))
    assert (read.grade, read.words, read.is_hard) == (0.0, 0, False)


def test_markup_and_addresses_are_not_read_aloud():
    assert reading_grade(["Read **the [old page](https://example.org/rehabilitation)** now."]) == reading_grade(
        ["Read the old page now."]
    )


def test_accents_do_not_cut_words():
    assert reading_grade(["A café."]) == reading_grade(["A cafe."])


# Places in words


@pytest.mark.parametrize(
    ("place", "words", "id_"),
    [
        ((), "the whole page", ""),
        (("slug",), "short name in addresses", "id_slug"),
        (("urgency_text",), "what to do, and how soon", "id_urgency_text"),
        (("red_flags",), "red flags", "red_flags-group"),
        (("figures", 2, "population"), "figure 3, population", "figures-group"),
        (("symptoms", 0, "symptom"), "symptom 1", "symptom_links-group"),
        (("symptoms", 0), "symptom 1", "symptom_links-group"),
    ],
)
def test_a_place_has_a_name_and_leads_to_the_form(place, words, id_):
    condition = kinds.get("condition")
    assert (quality.place_name(condition, place), anchor(condition, place)) == (words, id_)


def test_a_sentence_names_the_place_unless_the_reason_does():
    condition = kinds.get("condition")
    sentences = [quality.sentence(condition, f) for f in found("condition", red_flags=[], causes=[{"text": "<b>"}])]
    assert sentences == [
        "It names no red flag. Add the warning signs that a reader must check first.",
        "cause 1, text: Apps do not show HTML, which this text holds. "
        "Keep to paragraphs, lists, *emphasis*, and links to web or mail addresses.",
        "cause 1, sources: It names no source. Add one, or mark it “needs clinical review”.",
    ]


def rendered(**context: Any) -> str:
    return render_to_string("admin/entry/findings.html", context)


def test_the_panel_shows_errors_and_warnings_with_the_way_to_each():
    wording = said("condition", red_flags=[], causes=[{"text": "<b>"}], overview=HARD * 3)
    condition = kinds.get("condition")
    html = rendered(
        findings=shown(condition, quality.findings(condition, wording)),
        reading=quality.reading(condition, wording),
        form_url="/admin/page/",
    )
    assert html.index("Must be mended") < html.index("Please look")
    assert '<a href="/admin/page/#red_flags-group">Red flags</a>' in html
    assert '<span class="findings-where">The whole page</span>' in html
    assert "Harder than most readers like" in html
    assert "nothing to mend" not in html
    assert "style=" not in html


def test_the_panel_escapes_what_it_quotes():
    source = kinds.get("source")
    html = rendered(findings=shown(source, found("source", doi="<img src=x>")))
    assert "&lt;img src=x&gt;" in html
    assert "<img" not in html


def test_the_panel_is_friendly_about_a_sound_page():
    condition = kinds.get("condition")
    wording = said("condition")
    html = rendered(findings=shown(condition, []), reading=quality.reading(condition, wording))
    assert "nothing to mend" in html
    assert "Must be mended" not in html
    assert "Please look" not in html


# Whatever people paste


TEXTS = st.text(max_size=300) | st.text(
    alphabet=st.sampled_from("<>#[]()|-_*`~&;:. \n\tab•\u00a0\u00ad1"), max_size=300
)


@given(text=TEXTS)
@hypothesis_settings(deadline=None)
def test_any_text_can_be_checked(text):
    wording = said("condition", overview=text, slug=text, summary=text, causes=[{"text": text}])
    for finding in quality.findings(kinds.get("condition"), wording):
        assert quality.sentence(kinds.get("condition"), finding)
    assert quality.reading(kinds.get("condition"), wording).grade >= 0
    flag = said("red_flag", action=text)
    assert quality.findings(kinds.get("red_flag"), flag) is not None


def test_a_book_is_not_read_before_it_is_divided():
    causes = [{"text": "[" * 10_000, "basis": "stated"} for _ in range(200)]
    (finding,) = found("condition", causes=causes)
    assert (finding.level, finding.place, finding.reason) == ("error", (), "The page has more than 100,000 characters.")


@pytest.mark.parametrize(
    "piece",
    [PLAIN, "\n", " ", "a", "1", "<b>", "[", "](", "`", "*", "> ", "- ", "| ", '."', "&#", "😀", "مرحبا ", "\n1."],
)
def test_two_megabytes_are_one_error_and_still_have_a_reading_grade(piece):
    wording = said("condition", overview=piece * (2_000_000 // len(piece)))
    assert [finding.level for finding in quality.findings(kinds.get("condition"), wording)] == [Level.ERROR]
    assert quality.reading(kinds.get("condition"), wording).grade >= 0


# What blocks, what asks


@pytest.mark.django_db
def test_an_error_keeps_a_release_back_and_says_where(house):
    condition = ConditionFactory(name="Labral tear", overview="<b>Now</b>")
    with pytest.raises(Refused, match="Labral tear: overview: Apps do not show HTML"):
        story.go_live(condition)


@pytest.mark.django_db
def test_a_warning_keeps_nothing_back(house):
    condition = ConditionFactory(overview=HARD * 3)
    story.go_live(condition)
    assert story.is_live(condition)


@pytest.mark.django_db
def test_a_wording_is_looked_at_once(therapist, monkeypatch):
    looked: list[str] = []
    real: Callable[..., list[Finding]] = quality.findings
    monkeypatch.setattr(quality, "findings", lambda kind, said: looked.append(kind.name) or real(kind, said))
    revision = story.save(ConditionFactory(overview=f"<b>{uuid4()}</b>"))
    first = editing.findings_of(revision)
    first.clear()
    assert [finding.place for finding in editing.findings_of(revision)] == [("overview",)]
    assert editing.reading_of(revision).words > 0
    assert looked == ["condition"]


@pytest.mark.django_db
def test_known_wordings_are_not_even_read(therapist):
    revisions = [story.save(ConditionFactory()) for _ in range(5)]
    every = Revision.objects.filter(pk__in=[revision.pk for revision in revisions])
    editing.findings_of_many(every)
    with CaptureQueriesContext(connection) as queries:
        assert editing.findings_of_many(every).keys() == {revision.pk for revision in revisions}
    assert len(queries) == 1
    assert '"body"' not in queries[0]["sql"]


# Beside the rest of the library


def beside(*revisions: Revision, **options: Any) -> list[tuple[str, tuple[str | int, ...], str]]:
    """What is found in the context of what is live, of the last of these revisions."""
    context = checks.in_context(revisions, today=TODAY, **options)
    return [(finding.level.value, finding.place, finding.reason) for finding in context[revisions[-1].pk]]


@pytest.fixture
def condition(house: Any) -> Any:
    """Live, with its red flag."""
    condition = ConditionFactory(name="Labral tear", slug="labral-tear")
    story.go_live(condition)
    return condition


@pytest.mark.django_db
def test_nothing_is_said_of_a_page_whose_links_are_live(condition):
    assert beside(story.save(condition)) == []


@pytest.mark.django_db
def test_a_link_to_a_page_that_is_not_live_is_named_until_it_goes_live_too(condition):
    link = ConditionSymptomFactory(condition=condition, symptom=SymptomFactory(name="Groin pain"))
    revision = story.save(condition)
    assert beside(revision) == [
        ("warning", ("symptoms", 0, "symptom"), "It links to the symptom “Groin pain”, which is not live.")
    ]
    assert beside(story.save(link.symptom), revision) == []
    story.go_live(link.symptom)
    assert beside(revision) == []


@pytest.mark.django_db
def test_a_page_may_lead_to_nothing_and_to_itself(condition):
    ComplicationFactory(condition=condition)
    assert beside(story.save(condition)) == []


@pytest.mark.django_db
def test_a_link_to_a_withdrawn_page_says_so(condition):
    link = ConditionSymptomFactory(condition=condition, symptom=SymptomFactory(name="Groin pain"))
    story.go_live(link.symptom)
    story.withdraw(link.symptom)
    ((level, place, reason),) = beside(story.save(condition))
    assert (level, place) == ("warning", ("symptoms", 0, "symptom"))
    assert reason == "It links to the symptom “Groin pain”, which was withdrawn."


@pytest.mark.django_db
def test_a_link_to_a_merged_page_names_what_readers_are_shown(condition):
    link = ConditionSymptomFactory(condition=condition, symptom=SymptomFactory(name="Groin pain"))
    survivor = SymptomFactory(name="Pain in the groin")
    story.go_live(link.symptom, survivor)
    revision = story.save(condition)
    story.merge(link.symptom, into=survivor)
    ((_, _, reason),) = beside(revision)
    assert reason == "It links to the symptom “Groin pain”, which was merged into the symptom “Pain in the groin”."
    story.withdraw(survivor)
    ((_, _, reason),) = beside(revision)
    assert reason.endswith("which was withdrawn.")


@pytest.mark.django_db
def test_a_condition_whose_red_flags_are_all_unpublished_is_wrong(house):
    flag = RedFlagFactory(name="Night pain")
    revision = story.save(ConditionFactory(red_flags=[flag]))
    assert [(level, place) for level, place, _ in beside(revision)] == [
        ("error", ("red_flags",)),
        ("warning", ("red_flags", 0, "red_flag")),
    ]
    assert beside(story.save(flag), revision) == []


@pytest.mark.django_db
def test_one_live_red_flag_of_two_is_enough(house, condition):
    live = condition.red_flags.get().red_flag
    revision = story.save(ConditionFactory(red_flags=[live, RedFlagFactory()]))
    assert [(level, place) for level, place, _ in beside(revision)] == [("warning", ("red_flags", 1, "red_flag"))]


@pytest.mark.django_db
def test_a_symptom_may_lean_on_the_red_flags_that_stand_everywhere(house):
    revision = story.save(SymptomFactory())
    assert [level for level, *_ in beside(revision)] == ["warning"]


@pytest.mark.django_db
def test_a_changed_short_name_asks_once_the_page_is_live(condition):
    assert beside(story.save(story.edit(condition, slug="torn-labrum"))) == [
        (
            "warning",
            ("slug",),
            "Its short name changes from “labral-tear” to “torn-labrum”, and so does its address.",
        )
    ]
    assert not [one for one in beside(story.save(ConditionFactory())) if one[1] == ("slug",)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ahead", "levels"),
    [((3, 3, 1), []), ((3, 3, 2), ["warning"]), ((3, 2, 28), []), ((4, 1, 1), ["warning"]), ((0, 3, 2), [])],
)
def test_a_review_date_may_be_36_months_ahead(condition, ahead, levels):
    assert (TODAY.month, TODAY.day) == (3, 1)
    date = datetime.date(TODAY.year + ahead[0], *ahead[1:])
    assert [level for level, *_ in beside(story.save(condition), next_review_on=date)] == levels


@pytest.mark.django_db
def test_who_vouches_for_a_page_says_when_it_is_read_again(condition):
    revision = story.save(story.edit(condition, overview="Another."))
    assert beside(revision) == []
    assert beside(revision, is_vouched_for=True) == [("error", (), "It has no next review date.")]
    assert beside(revision, is_vouched_for=True, next_review_on=TODAY + datetime.timedelta(days=700)) == []
    story.prepare(condition)  # approves it: for two years
    assert beside(revision, is_vouched_for=True) == []


@pytest.mark.django_db
def test_all_findings_are_those_of_the_wording_and_of_its_place_in_the_library(condition):
    link = ConditionSymptomFactory(condition=condition, note="<b>")
    revision = story.save(condition)
    places = [finding.place for finding in checks.all_findings(revision, today=TODAY)]
    assert places[0] == ("symptoms", 0, "note")
    assert set(places[1:]) == {("symptoms", 0, "sources"), ("symptoms", 0, "symptom")}
    wording = editing.said(revision)
    unsaved = checks.findings_before_saving(kinds.get("condition"), wording, condition.pk)
    assert [finding.place for finding in unsaved] == places
    link.delete()


@pytest.mark.django_db
def test_a_page_that_was_never_saved_can_be_checked(house):
    wording = said("condition", red_flags=[{"red_flag": str(house["global_flag"].pk)}])
    assert checks.findings_before_saving(kinds.get("condition"), wording) == []
    wording["red_flags"] = [{"red_flag": AN_ID}]
    reasons = [finding.reason for finding in checks.findings_before_saving(kinds.get("condition"), wording)]
    assert reasons == [
        "None of its own red flags would be live.",
        "It links to a page that is no longer there, which is not live.",
    ]


@pytest.mark.django_db
def test_many_pages_ask_no_more_of_the_database_than_one(house):
    links = [ConditionSymptomFactory() for _ in range(50)]
    merged = SymptomFactory()
    story.go_live(links[0].symptom, merged)
    saved = [story.save(link.condition).pk for link in links]
    story.merge(links[0].symptom, into=merged)

    def queries(pks: list[int]) -> int:
        with CaptureQueriesContext(connection) as captured:
            checks.in_context(Revision.objects.filter(pk__in=pks), today=TODAY)
        return len(captured)

    # The revisions, their entries, their approvals; what is live of their targets, and of the merged ones' survivors;
    # the names of those that are not.
    assert [queries(saved[:1]), queries(saved)] == [6, 6]


# The starter content


@pytest.fixture(scope="module")
def starter(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Revision]]:
    with django_db_blocker.unblock(), transaction.atomic():
        loading.load_starter(HIP_PAIN, at=story.NOW)
        yield list(editing.newest_revisions().select_related("entry"))
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_starter_content_has_no_error_and_few_warnings(starter):
    context = checks.in_context(starter, today=TODAY)
    found = [(one, finding) for one in starter for finding in [*editing.findings_of(one), *context[one.pk]]]
    assert [(str(one.entry), finding) for one, finding in found if finding.is_error] == []
    warnings = Counter(finding.reason for _, finding in found)
    print("\n".join(f"{count:4} {reason}" for reason, count in warnings.most_common()))
    assert sum(warnings.values()) < len(starter) / 2
