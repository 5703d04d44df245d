"""What a runner, a therapist or an app finds, and what nobody may find."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.db import connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from kb import published
from kb.api.search import SearchQuery
from kb.api.search import found as answer
from kb.models.published import Document
from kb.publishing import verify
from kb.search.asking import MOST_WORDS, understood
from kb.search.index import Change, Index
from kb.search.terms import VERSION, terms_of
from tests import factories, story
from tests.factories import ConditionFactory, ConditionSymptomFactory, SymptomFactory, TreatmentFactory

pytestmark = pytest.mark.django_db

SECRET = "zyxwvcanary"


def search(client: Client, question: str, **parameters: Any) -> Any:
    response: Any = client.get("/api/v1/search", {"q": question, **parameters})
    assert response.status_code == 200, response.content
    return response.json()


def found(client: Client, question: str, **parameters: Any) -> list[str]:
    """kind/slug of each item, the best first."""
    return [f"{item['kind']}/{item['slug']}" for item in search(client, question, **parameters)["items"]]


def cut_out(item: dict[str, Any]) -> list[str]:
    return [item[mark["field"]][mark["start"] : mark["end"]] for mark in item["highlights"]]


# Ranking


@pytest.fixture
def library(house: Any) -> dict[str, Any]:
    """Pages that hold one word in different places."""
    pages = {
        "text": ConditionFactory(slug="text", name="A page", overview="It can be a fibular ache."),
        "summary": ConditionFactory(slug="summary", name="B page", summary="A fibular ache hurts."),
        "in-synonym": ConditionFactory(slug="in-synonym", name="C page", synonyms=["old fibular ache"]),
        "in-name": ConditionFactory(slug="in-name", name="Long fibular ache"),
        "synonym-begins": ConditionFactory(slug="synonym-begins", name="D page", synonyms=["fibular ache syndrome"]),
        "name-begins": ConditionFactory(slug="name-begins", name="Fibular ache syndrome"),
        "synonym": ConditionFactory(slug="synonym", name="E page", synonyms=["fibular ache"]),
        "name": ConditionFactory(slug="name", name="Fibular ache"),
    }
    story.go_live(*pages.values())
    return pages


def test_names_stand_before_synonyms_before_summaries_before_texts(library, reader):
    best_first = [f"condition/{slug}" for slug in reversed(library)]
    assert found(reader, "fibular ache", kind="condition") == best_first
    assert [item["matched"] for item in search(reader, "fibular ache", kind="condition")["items"]] == [
        "name",
        "synonym",
        "name",
        "synonym",
        "name",
        "synonym",
        "summary",
        "text",
    ]


def test_equals_stand_by_name_and_then_by_id(house, reader):
    ids = [UUID(int=number) for number in (3, 1, 2)]
    story.go_live(*(SymptomFactory(id=pk, slug=f"s-{pk.int}", name="Tingling") for pk in ids))
    story.go_live(SymptomFactory(id=UUID(int=9), slug="s-9", name="Tingling", summary="More about tingling."))
    assert found(reader, "tingling") == ["symptom/s-1", "symptom/s-2", "symptom/s-3", "symptom/s-9"]


def test_a_page_is_not_found_by_the_names_of_what_it_links_to(house, reader):
    link = ConditionSymptomFactory(symptom=SymptomFactory(slug="numb", name="Zingling"), note="Worst on stairs.")
    story.go_live(link.symptom, link.condition)
    assert found(reader, "zingling") == ["symptom/numb"]
    assert found(reader, "stairs") == [f"condition/{link.condition.slug}"]


# Words


def test_the_last_word_may_be_unfinished_and_no_other(library, reader):
    assert found(reader, "fibular ac")[0] == "condition/name"
    assert found(reader, "fib")[0] == "condition/name"
    assert "condition/name" not in found(reader, "fib zzz")


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Oedema", "edema"),
        ("Haematoma", "hematoma"),
        ("Stabilising", "stabilizing"),
        ("Tendonitis", "tendinitis"),
        ("Baker’s cyst", "bakers cyst"),
        ("Baker’s cyst", "baker's cyst"),
        ("Perthés", "perthes"),
        ("Perthes", "PERTHE\u0301S"),
        ("Warm-up", "warm up"),
        ("Warm up", "warmup"),
        ("X-ray", "xray"),
        ("Clamshell", "clam shell"),
        ("RED-S", "reds"),
        ("Clicking", "clicks"),
        ("Runner’s knee", "running knee"),
        ("10 weeks", "10 weeks"),
        ("Straße", "strasse"),
        ("Impingement", "impingment"),
        ("Osteoarthritis", "ostioartritis"),
    ],
)
def test_one_word_in_many_spellings(house, reader, written, asked):
    story.go_live(SymptomFactory(slug="it", name=written))
    assert found(reader, asked)[:1] == ["symptom/it"]


def test_a_typing_error_is_mended_and_told(library, reader):
    answered = search(reader, "fibuler ache")
    assert answered["corrections"] == [{"typed": "fibuler", "used": "fibular"}]
    assert answered["items"][0]["slug"] == "name"
    assert cut_out(answered["items"][0]) == ["Fibular", "ache"]


def test_a_word_that_pages_hold_is_never_taken_for_another(house, reader):
    story.go_live(SymptomFactory(slug="heel", name="Heels"), SymptomFactory(slug="wheel", name="Wheels"))
    answered = search(reader, "heels")
    assert answered["corrections"] == []
    assert [item["slug"] for item in answered["items"]] == ["heel"]


def test_short_words_and_numbers_are_left_as_they_are(house, reader):
    story.go_live(SymptomFactory(slug="it", name="Head 12345"))
    assert search(reader, "heat") == {"items": [], "corrections": []}
    assert search(reader, "12346") == {"items": [], "corrections": []}


def test_words_that_say_little_are_looked_for_when_there_are_no_others(house, reader):
    story.go_live(factories.GuideFactory(slug="how", name="How to begin"), SymptomFactory(slug="it", name="Begin"))
    assert found(reader, "how to")[0] == "guide/how"
    assert found(reader, "how to begin") == ["guide/how", "symptom/it"]


def test_offsets_count_characters_whatever_they_are(house, reader):
    story.go_live(SymptomFactory(slug="it", name="🏃🏽‍♀️ Kne\u0301e’s “ache”", summary="Ça tire: *knee* ache 🦵, knee."))
    [item] = search(reader, "knee ache")["items"]
    assert cut_out(item) == ["Knée’s", "ache", "knee", "ache", "knee"]


def test_a_long_passage_is_cut_around_the_words(house, reader):
    long = "Rest first. " * 40 + "Then the fibular ache goes. " + "Walk again. " * 40
    story.go_live(TreatmentFactory(slug="it", how=f"{long}\n\n* Some *other* item"))
    [item] = search(reader, "fibular ache")["items"]
    assert item["matched"] == "text"
    assert item["matched_text"] == f"…{item['matched_text'].strip('…')}…"
    assert item["matched_text"].strip("…") in long
    assert len(item["matched_text"]) <= 245
    assert cut_out(item) == ["fibular", "ache"]


# What nobody may find


def test_a_draft_stays_hidden_from_search(house, reader, therapist):
    page = ConditionFactory(slug="sore-hip", name="Sore hip", overview="It hurts.")
    story.go_live(page)
    questions = ["sore hip", SECRET, SECRET[:-1], SECRET[:5], SECRET.replace("w", "v"), f"sore {SECRET}"]
    before = [search(reader, question) for question in questions]
    story.save(story.edit(page, name=f"Sore {SECRET}", overview=SECRET, synonyms=[SECRET]))
    story.save(SymptomFactory(name=SECRET))
    assert [search(reader, question) for question in questions] == before
    assert before[1:5] == [{"items": [], "corrections": []}] * 4


def test_a_withdrawn_word_finds_nothing_not_even_as_a_correction(house, reader):
    page = SymptomFactory(slug="gone", name=SECRET)
    story.go_live(page)
    assert found(reader, SECRET) == ["symptom/gone"]
    assert search(reader, SECRET[:-1] + "k")["corrections"] == [{"typed": SECRET[:-1] + "k", "used": SECRET}]
    story.withdraw(page)
    for question in (SECRET, SECRET[:-1], SECRET[:-1] + "k", SECRET[:4]):
        assert search(reader, question) == {"items": [], "corrections": []}


def test_a_renamed_page_is_found_by_its_new_name_and_not_by_its_old(house, reader):
    page = SymptomFactory(slug="it", name="Wobbling")
    story.go_live(page)
    assert found(reader, "wobbling") == ["symptom/it"]
    story.go_live(story.edit(page, name="Trembling", slug="trembling"))
    assert found(reader, "wobbling") == []
    assert found(reader, "trembling") == ["symptom/trembling"]


def test_a_merged_page_leaves_search_to_the_one_that_stays(house, reader):
    old, new = SymptomFactory(slug="old", name="Wobbling"), SymptomFactory(slug="new", name="Wobbling too")
    story.go_live(old, new)
    story.merge(old, into=new)
    assert found(reader, "wobbling") == ["symptom/new"]


def test_a_rename_costs_other_pages_no_new_terms(house, reader):
    link = ConditionSymptomFactory(symptom=SymptomFactory(name="Wobbling"))
    story.go_live(link.symptom, link.condition)
    document = Document.objects.get(entry=link.condition)
    Document.objects.filter(pk=document.pk).update(terms=VERSION + b"kept")
    story.go_live(story.edit(link.symptom, name="Trembling"))
    after = Document.objects.get(pk=document.pk)
    assert after.seq > document.seq
    assert bytes(after.terms or b"") == VERSION + b"kept"


def test_after_a_restored_backup_nothing_of_the_lost_future_is_found(house, reader):
    with transaction.atomic():
        story.go_live(SymptomFactory(slug="future", name="Wobbling"))
        assert found(reader, "wobbling") == ["symptom/future"]
        transaction.set_rollback(True)
    assert found(reader, "wobbling") == []


@pytest.mark.django_db(transaction=True)
def test_what_another_connection_publishes_is_found_at_once(house, reader):
    with story.public_connection():
        assert found(reader, "wobbling") == []
        page = SymptomFactory(slug="it", name="Wobbling")
        story.go_live(page)
        assert found(reader, "wobbling") == ["symptom/it"]
        story.withdraw(page)
        assert found(reader, "wobbling") == []


# HTTP


@pytest.mark.django_db(transaction=True)
def test_a_search_asks_one_query_and_one_more_after_a_release(house):
    with story.public_connection() as public:

        def queries(**headers: str) -> int:
            with CaptureQueriesContext(connections["default"]) as desk, CaptureQueriesContext(public) as asked:
                Client(SERVER_NAME="localhost").get("/api/v1/search?q=ache", headers=headers)
            assert len(desk) == 0
            return len(asked)

        queries()
        assert queries() == 1  # the feed
        story.go_live(SymptomFactory(name="Ache"))
        assert queries(**{"If-None-Match": '"0123456789abcdef0123456789abcdef"'}) == 2  # the feed, and what changed
        assert queries(**{"If-None-Match": "*"}) == 1


def test_an_unchanged_answer_costs_a_304_whatever_else_was_released(library, reader):
    first = story.get(reader, "/search?q=ache")
    assert first.headers["Cache-Control"] == "public, max-age=60, stale-if-error=86400"
    same = story.get(reader, "/search?q=ache&limit=20&locale=en", **{"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    other = story.get(reader, "/search?q=fibular", **{"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200
    story.go_live(SymptomFactory(name="Clicking"))
    again = story.get(reader, "/search?q=ache", **{"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    story.go_live(SymptomFactory(name="Ache"))
    again = story.get(reader, "/search?q=ache", **{"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%20%0A", "q"),
        ("q=" + "a" * 201, "q"),
        ("q=" + "+".join(["hip"] * 2000), "q"),
        ("q=" + "a" * 10_000, "q"),
        ("q=hip%00pain", "q"),
        ("q=hip&q=pain", "q"),
        ("q=hip&kind=conditoin", "kind"),
        ("q=hip&kind=", "kind"),
        ("q=hip&limit=0", "limit"),
        ("q=hip&limit=51", "limit"),
        ("q=hip&limit=ten", "limit"),
        ("q=hip&locale=xx", "locale"),
        ("q=hip&symptom=ache", "symptom"),
        ("q=hip&age=44", "age"),
        ("query=hip", "query"),
        ("q=%FF", ""),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(house, reader, query, parameter):
    response = story.get(reader, f"/search?{query}")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json_body["parameter"] == parameter


@pytest.mark.parametrize(
    "question", ["!!!", "🏃", "-", "'", '" OR 1=1 --', "hip AND NOT (pain*)", "%", "\u0301", "a" * 200]
)
def test_operators_and_signs_mean_nothing(library, reader, question):
    assert set(search(reader, question)) == {"items", "corrections"}


def test_only_so_many_words_count(library):
    index = _index(Document.objects.filter(gone_reason=""))
    question = understood(index, " ".join(f"word{number}" for number in range(40)))
    assert len(question.asked) == MOST_WORDS


@how(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=210) | st.lists(st.sampled_from(["fibul", "ache", "how", "é", "'", "-", "x" * 30])).map(" ".join)
)
def test_whatever_is_asked_the_answer_is_a_result_or_a_problem(library, question):
    query = urlencode({"q": question}, errors="surrogatepass")
    response: Any = Client(SERVER_NAME="localhost").get(f"/api/v1/search?{query}")
    assert response.status_code in (200, 400), response.content
    if response.status_code == 200:
        assert all(all(cut_out(item)) for item in response.json()["items"])


# The index


def _index(documents: Any) -> Index:
    return Index.of(_change(document) for document in documents)


def _change(document: Document) -> Change:
    return Change(document.entry_id, document.kind, document.slug, bytes(document.terms or b""))


NAMES = st.lists(st.sampled_from(["hip", "hips", "ache", "aching", "bursitis", "how", "run"]), min_size=1, max_size=4)
CHANGES = st.lists(st.tuples(st.integers(0, 5), st.none() | st.tuples(NAMES, NAMES)), max_size=25)
QUESTIONS = ["hip", "ache", "bursitus", "how", "run hi", "aching hips", "burs"]


@how(max_examples=200, deadline=None)
@given(CHANGES, st.integers(1, 5))
def test_an_index_that_grew_in_steps_answers_like_a_fresh_one(changes, step):
    """Else two processes would answer the same question differently."""
    made = [_made(number, said) for number, said in changes]
    grown = Index.of([])
    for start in range(0, len(made), step):
        newest = {change.id: change for change in made[start : start + step]}
        grown = grown.changed(newest.values())
    held = {change.id: change for change in made}
    fresh = Index.of(held.values())
    assert grown.vocabulary == fresh.vocabulary
    for question in QUESTIONS:
        query = SearchQuery(question, (), 10, "en")
        assert answer(grown, query) == answer(fresh, query)


def _made(number: int, said: tuple[list[str], list[str]] | None) -> Change:
    if said is None:
        return Change(UUID(int=number), "symptom", "it", None)
    name, text = said
    document = {"name": " ".join(name), "summary": " ".join(text), "synonyms": [], "what_to_do": " ".join(text)}
    return Change(UUID(int=number), "symptom", "it", terms_of(published.get("symptom"), document))


def test_what_a_page_said_beside_a_link_is_found_only_while_readers_see_it(house, reader):
    link = ConditionSymptomFactory(note="Mostly at daybreak.")
    story.go_live(link.symptom, link.condition)
    assert found(reader, "daybreak") == [f"condition/{link.condition.slug}"]
    story.withdraw(link.symptom)
    assert found(reader, "daybreak") == []
    story.go_live(link.symptom)
    assert found(reader, "daybreak") == [f"condition/{link.condition.slug}"]
    survivor = SymptomFactory()
    ConditionSymptomFactory(condition=link.condition, symptom=survivor)
    story.go_live(survivor, link.condition)
    story.merge(link.symptom, into=survivor)
    assert found(reader, "daybreak") == [f"condition/{link.condition.slug}"]
    assert verify() == []
