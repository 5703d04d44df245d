"""The preview: while somebody types, the desk shows what a phone would show, and writes nothing at all."""

import html
import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from conditions.models import Condition
from kb import kinds
from kb.admin import preview, unsaved
from kb.models.editing import Revision
from kb.models.entry import Entry
from kb.vocabulary.models import RedFlagLink
from tests import factories, story
from tests.desk import Desk, Form, Sent, add_row, at_desk, list_url, opened, url
from tests.factories import ENTRY_FACTORIES, ConditionFactory, PersonFactory

KIND_NAMES = sorted(ENTRY_FACTORIES)
CHANGES_WITH_PUBLISHING = ("review", "version", "last_change")


@pytest.fixture
def writing(therapist: User) -> Desk:
    return at_desk(therapist)


@pytest.fixture
def condition(house: dict[str, Entry], therapist: User) -> Condition:
    """A condition with something in its lists, saved and live."""
    made: Condition = ConditionFactory(slug="sore-hip", name="Sore hip", overview="It is *sore*.")
    factories.CauseFactory(condition=made, text="Too much.", position=0)
    factories.CauseFactory(condition=made, text="Too soon.", position=1)
    rest = factories.ConditionTreatmentFactory(condition=made, treatment__name="Rest")
    factories.ConditionTreatmentFactory(condition=made, treatment__name="Run on", role="avoid", note="It harms.")
    factories.FigureFactory(condition=made, text="Some have it.")
    story.go_live(rest.treatment)
    story.go_live(made)
    return made


def shown(desk: Desk, sent: Sent, entry: Entry | None = None, *, kind: str = "condition") -> str:
    """The fragment's text, tags and all."""
    response = desk.post(url(entry, "preview") if entry else list_url(kind, "add_preview"), sent)
    assert response.status_code == 200
    return str(response.content.decode())


def words(fragment: str) -> str:
    """Its words only, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", fragment)).split())


def on_the_phone(fragment: str) -> str:
    found = re.search(r'<div data-for="phone">(.*)<div data-for="below">', fragment, re.DOTALL)
    assert found
    return words(found[1])


def in_the_checks(fragment: str) -> str:
    found = re.search(r'<div data-for="checks">(.*)<div data-for="phone">', fragment, re.DOTALL)
    assert found
    return words(found[1])


def document_of(sent: Sent, by: User, entry: Entry | None, kind: str) -> story.Json:
    """The document that the preview is made of."""
    model_admin = admin.site._registry[kinds.get(kind).model]
    request = RequestFactory().post("/", sent)
    request.user = by
    stored = model_admin.get_object(request, str(entry.pk)) if entry else None
    said = unsaved.read(model_admin, request, stored)
    return preview.compile_unsaved(kinds.get(kind), said)[1].document


def without(document: story.Json, *names: str) -> story.Json:
    return {name: value for name, value in document.items() if name not in names}


# The phone shows exactly what publishing would make


def test_the_phone_shows_exactly_what_publishing_would_make(condition, writing, therapist):
    flag, source, walk = factories.RedFlagFactory(), factories.SourceFactory(), factories.ExerciseFactory()
    story.go_live(flag, source, walk)
    sent = opened(writing, url(condition))
    sent |= {"name": ["Very sore hip"], "overview": ["One\r\n\r\n- two\r\n- three "], "synonyms": ["a\r\n\r\nb"]}
    sent |= {"causes-0-DELETE": ["on"], "treatment_links-1-place": ["1"], "treatment_links-0-sources": [str(source.pk)]}
    add_row(sent, "causes", text="New cause", basis="stated", place=1, sources=[str(source.pk)])
    add_row(sent, "red_flags", red_flag=flag.pk)
    add_row(
        sent, "exercise_links", exercise=walk.pk, role="option", line="first", evidence_level="review", basis="stated"
    )

    previewed = document_of(sent, therapist, condition, "condition")
    assert writing.post(url(condition), sent | {"_continue": ["Save"]}).status_code == 302
    story.go_live(condition)

    published = story.document(condition)
    assert [row["text"] for row in published["causes"]] == ["New cause", "Too soon."]
    assert without(previewed, *CHANGES_WITH_PUBLISHING) == without(published, *CHANGES_WITH_PUBLISHING)
    assert previewed["review"]["status"] == "unreviewed"


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_of_every_kind_the_phone_shows_what_publishing_would_make(kind, writing, therapist, house):
    route = {"region": "GB"} if kind == "contact_route" else {}
    entry = ENTRY_FACTORIES[kind](**route)
    story.go_live(*(link.red_flag for link in RedFlagLink.objects.filter(entry=entry)), factories.SourceFactory())
    story.save(entry)
    sent = opened(writing, url(entry)) | {"name": ["Another name"]}
    previewed = document_of(sent, therapist, entry, kind)
    writing.post(url(entry), sent | {"_continue": ["Save"]})
    story.go_live(entry)
    published = story.document(entry)
    assert published["name"] == "Another name"
    assert without(previewed, *CHANGES_WITH_PUBLISHING) == without(published, *CHANGES_WITH_PUBLISHING)


def test_a_new_page_is_shown_before_it_exists(writing, therapist, house):
    flag = factories.RedFlagFactory(text="You fell.")
    story.go_live(flag)
    sent = opened(writing, list_url("condition", "add"))
    sent |= {"name": ["Sore hip"], "slug": ["sore-hip"], "summary": ["It hurts."], "urgency": ["self_care"]}
    sent |= {"basis": ["stated"], "body_regions": ["groin"], "tissue": ["joint"], "overview": ["One"]}
    add_row(sent, "red_flags", red_flag=flag.pk)
    previewed = document_of(sent, therapist, None, "condition")
    assert not Condition.objects.exists()
    assert "You fell." in on_the_phone(shown(writing, sent))

    writing.post(list_url("condition", "add"), sent | {"_continue": ["Save"]})
    entry = Condition.objects.get()
    story.go_live(entry)
    names = (*CHANGES_WITH_PUBLISHING, "id")
    assert without(previewed, *names) == without(story.document(entry), *names)


# Nothing is written


def test_nothing_is_written_and_nobody_has_to_wait(condition, writing):
    sent = opened(writing, url(condition)) | {"name": ["Changed"], "edit_version": ["0"], "seen_revision": ["0"]}
    add_row(sent, "causes", text="New", basis="stated")
    before = (Revision.objects.count(), Condition.objects.values().get(), condition.causes.count())
    for address in (url(condition, "preview"), list_url("condition", "add_preview")):
        with CaptureQueriesContext(connection) as queries:
            assert writing.post(address, sent).status_code == 200
        said = [query["sql"] for query in queries]
        # Django looks at a constraint inside a savepoint if there is a transaction: the test's own, here. On
        # PostgreSQL it declares a cursor for a long SELECT.
        harmless = ("SELECT", "DECLARE", "SAVEPOINT", "RELEASE SAVEPOINT")
        assert [sql for sql in said if not sql.startswith(harmless)] == []
        assert [sql for sql in said if "FOR UPDATE" in sql or "FOR NO KEY" in sql] == []
    assert before == (Revision.objects.count(), Condition.objects.values().get(), condition.causes.count())


# What the phone looks like


def test_warning_signs_stand_above_everything_but_name_urgency_and_review(condition, writing):
    phone = on_the_phone(shown(writing, opened(writing, url(condition)), condition))
    places = [
        phone.index(said)
        for said in (
            "Sore hip",
            "Self-care: look after it at home",
            "Not yet reviewed by a clinician",
            "When to get help",
            "Call your local emergency number",
            "You notice this.",
            "One plain sentence.",
            "What it is" if "What it is" in phone else "It is sore",
            "This is general information.",
        )
    ]
    assert places == sorted(places)
    assert phone.endswith("This is general information.")


def test_what_harms_is_told_apart_from_what_helps_in_words(condition, writing):
    run_on = condition.treatment_links.get(role="avoid").treatment
    story.go_live(run_on)
    fragment = shown(writing, opened(writing, url(condition)), condition)
    rows = {
        name: row
        for row in re.findall(r'<li class="app-row.*?</li>', fragment, re.DOTALL)
        for name in ("Rest", "Run on")
        if name in row
    }
    assert "Recommended" in words(rows["Rest"])
    assert "is-recommended" in rows["Rest"]
    assert "Avoid" in words(rows["Run on"])
    assert "is-avoid" in rows["Run on"]
    assert "It harms." in words(rows["Run on"])


def test_numbers_are_shown_as_people_read_them(condition, writing, house):
    phone = on_the_phone(shown(writing, opened(writing, url(condition)), condition))
    assert "Value 10–15 percent" in phone
    assert "Prevalence: how many have it Confidence: low" in phone
    exercise = factories.ExerciseFactory(
        sets=3, repetitions_min=8, repetitions_max=12, dose_source=factories.SourceFactory()
    )
    phone = on_the_phone(shown(writing, opened(writing, url(exercise)), exercise))
    assert "Sets 3 Repetitions 8–12" in phone
    plain = factories.ExerciseFactory()
    assert "None" not in on_the_phone(shown(writing, opened(writing, url(plain)), plain))


def test_markdown_is_shown_as_a_phone_shows_it(condition, writing):
    sent = opened(writing, url(condition)) | {"overview": ["It is **bad**.\r\n\r\n- One\r\n- Two"]}
    assert "<strong>bad</strong>" in shown(writing, sent, condition)
    assert "<li>Two</li>" in shown(writing, sent, condition)


def test_links_to_pages_that_are_not_live_are_named_below_the_phone(condition, writing):
    draft = factories.SymptomFactory(name="Numb toe")
    sent = opened(writing, url(condition))
    add_row(sent, "symptom_links", symptom=draft.pk, typicality="rare", basis="stated")
    fragment = shown(writing, sent, condition)
    assert "Numb toe" not in on_the_phone(fragment)
    assert "Not shown yet, because they are not live" in words(fragment)
    assert "Symptoms: Numb toe" in words(fragment)
    story.go_live(draft)
    assert "Numb toe" in on_the_phone(shown(writing, sent, condition))


# What the checks say


def test_what_is_not_chosen_yet_is_said_and_the_rest_is_shown(condition, writing):
    sent = opened(writing, url(condition)) | {"urgency": [""], "tissue": [""], "name": [""]}
    fragment = shown(writing, sent, condition)
    phone = on_the_phone(fragment)
    assert "Urgency: not chosen yet" in phone
    assert "Tissue Not chosen yet" in phone
    assert "No name yet" in phone
    assert "It is sore" in phone
    assert "Still empty Name Urgency Tissue" in in_the_checks(fragment)


def test_what_would_follow_from_a_choice_is_not_made_up(writing, house):
    sent = opened(writing, list_url("red_flag", "add"))
    assert "Action code Not chosen yet" in on_the_phone(shown(writing, sent, kind="red_flag"))
    fragment = shown(writing, sent | {"urgency": ["urgent"]}, kind="red_flag")
    assert "Action code Get an urgent check" in on_the_phone(fragment)


def test_a_row_without_its_choice_waits_for_it_and_is_named(condition, writing):
    sent = opened(writing, url(condition))
    add_row(
        sent, "treatment_links", treatment=str(condition.treatment_links.first().treatment.pk), role="", basis="stated"
    )
    add_row(sent, "causes", text="Shown all the same", basis="nonsense")
    fragment = shown(writing, sent, condition)
    assert "Treatments and home remedies, row 3: Role" in in_the_checks(fragment)
    assert "Causes, row 3: Basis" in in_the_checks(fragment)


def test_text_that_cannot_be_saved_is_shown_as_it_was_typed(condition, writing):
    sent = opened(writing, url(condition)) | {
        "name": ["N" * 400],
        "overview": ["bell\x07 rings"],
        "slug": ["Not A Slug"],
    }
    fragment = shown(writing, sent, condition)
    assert "N" * 400 in on_the_phone(fragment)
    assert "bell rings" in on_the_phone(fragment)
    checks = in_the_checks(fragment)
    assert "Cannot be saved like this Name This may have 300 characters at most" in checks
    assert "Overview There is an invisible control character" in checks
    assert "Short name in addresses" in checks


def test_what_would_be_refused_when_it_goes_live_is_said_now(condition, writing):
    sent = opened(writing, url(condition)) | {"red_flags-0-DELETE": ["on"]}
    checks = in_the_checks(shown(writing, sent, condition))
    assert "Cannot go live like this" in checks
    assert "None of its own red flags would be live." in checks


def test_what_the_checks_find_leads_to_its_field(condition, writing):
    sent = opened(writing, url(condition)) | {"overview": ["# A heading"]}
    fragment = shown(writing, sent, condition)
    assert "Apps do not show a heading" in in_the_checks(fragment)
    assert 'href="#id_overview"' in fragment


def test_words_are_counted_while_somebody_types(condition, writing):
    sent = opened(writing, url(condition))
    few = int(re.search(r"(\d+) words", in_the_checks(shown(writing, sent, condition)))[1])
    sent |= {"overview": [sent["overview"][0] + " And four words more."]}
    assert f"{few + 4} words" in in_the_checks(shown(writing, sent, condition))


# Who may look


def test_only_who_may_write_the_page_may_preview_it(condition, writing, editor, reader):
    sent = opened(writing, url(condition))
    pages = (url(condition, "preview"), list_url("condition", "add_preview"))
    for page in pages:
        assert at_desk(editor).post(page, sent).status_code == 200
        assert at_desk(PersonFactory(username=f"stranger-{len(page)}")).post(page, sent).status_code == 403
        signed_out = reader.post(page, sent)
        assert signed_out.status_code == 302
        assert signed_out.headers["Location"].startswith("/admin/login/")
        assert writing.get(page).status_code == 405


def test_a_page_that_is_not_there_is_not_shown(writing, therapist):
    gone = factories.SymptomFactory()
    address = url(gone, "preview")
    gone.delete()
    response = writing.post(address, {})
    assert response.status_code == 404
    assert "not there" in response.content.decode()


def test_the_token_may_come_in_the_header_as_a_script_sends_it(condition, therapist):
    desk = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    desk.force_login(therapist)
    sent = Form(desk.get(url(condition)).content.decode()).sent
    token = sent.pop("csrfmiddlewaretoken")[0]
    assert desk.post(url(condition, "preview"), sent).status_code == 403
    assert desk.post(url(condition, "preview"), sent, headers={"X-CSRFToken": token}).status_code == 200


# Bad input


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_an_empty_form_of_any_kind_is_shown(kind, writing, house):
    fragment = shown(writing, opened(writing, list_url(kind, "add")), kind=kind)
    assert "No name yet" in on_the_phone(fragment)
    assert "Name" in in_the_checks(fragment)


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_a_form_with_nothing_in_it_at_all_is_answered(kind, writing, house):
    assert "Nothing to mend" not in words(shown(writing, {}, kind=kind))


BAD = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "\x00",
    "👩‍⚕️ 🏃🏽",
    "ירך כואבת \u202e!",
    "{{ screen }} {% now 'Y' %}",
]


@pytest.mark.parametrize("typed", BAD)
def test_whatever_is_typed_nothing_of_it_runs(condition, writing, typed):
    sent = opened(writing, url(condition))
    prose = [name for name in sent if re.search("(^|-)(name|overview|summary|text|note|review_note|synonyms)$", name)]
    fragment = shown(writing, sent | {name: [typed] for name in prose}, condition)
    assert not re.search(r"<(script|img)|<[^>]*\s(on\w+|style)=|<[^>]*href=\"(?!#|https:|mailto:)", fragment)
    assert len(prose) > 5
    assert typed.replace("\x00", "").split(" ")[0] in words(fragment)


@pytest.mark.parametrize(
    "changes",
    [
        {"causes-TOTAL_FORMS": [""]},
        {"causes-TOTAL_FORMS": ["many"], "causes-INITIAL_FORMS": ["-1"]},
        {"causes-TOTAL_FORMS": ["²"], "causes-INITIAL_FORMS": ["2.5"]},
        {"causes-0-id": ["nonsense"], "treatment_links-0-id": ["99999999999999999999"]},
        {"treatment_links-0-treatment": ["nonsense"], "treatment_links-1-treatment": ["\x00"]},
        {"sources": ["nonsense", "0" * 32], "disclaimers": ["00000000-0000-0000-0000-000000000000"]},
        {"causes-0-place": ["first"], "causes-1-place": ["99999999999999999999"]},
        {"figures-0-value_low": ["nan"], "figures-0-value_high": ["1e999"]},
        {"body_regions": ["moon"], "urgency": ["later"], "edit_version": ["x"], "overwrite": ["x"]},
    ],
)
def test_a_forged_form_is_answered_like_any_other(condition, writing, changes):
    sent = opened(writing, url(condition)) | changes
    assert "Sore hip" in on_the_phone(shown(writing, sent, condition))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"causes-TOTAL_FORMS": ["3000"]}, "more rows in its lists than the 1,000"),
        ({"causes-INITIAL_FORMS": ["1000000000"]}, "more rows in its lists than the 1,000"),
        ({"causes-TOTAL_FORMS": ["9" * 5000]}, "more rows in its lists than the 1,000"),
        ({"overview": ["long " * 400_000]}, "the preview takes 300,000"),
    ],
)
def test_too_much_is_refused_in_a_sentence_and_nothing_is_lost(condition, writing, changes, said):
    fragment = shown(writing, opened(writing, url(condition)) | changes, condition)
    assert said in words(fragment)
    assert "Your text stays in the form." in words(fragment)


# What it costs


def test_more_rows_and_sources_do_not_mean_more_queries(condition, writing):
    def queries(rows: int) -> int:
        sent: Any = opened(writing, url(condition))
        for _ in range(rows):
            add_row(sent, "causes", text="Why", basis="stated", sources=[str(factories.SourceFactory().pk)])
        with CaptureQueriesContext(connection) as captured:
            shown(writing, sent, condition)
        return len(captured)

    assert queries(1) == queries(8)


def test_the_size_is_looked_at_before_any_row_is_made():
    data = QueryDict("causes-TOTAL_FORMS=1500&causes-INITIAL_FORMS=501")
    with pytest.raises(unsaved.TooMuch):
        unsaved._check_size(data)
    unsaved._check_size(QueryDict("causes-TOTAL_FORMS=1000&causes-INITIAL_FORMS=1000"))
