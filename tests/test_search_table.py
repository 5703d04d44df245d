"""Search over the starter pack: what people type finds what they mean, on each database alike."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from kb import loading, published
from kb.models.published import Document, Feed
from kb.publishing import verify
from kb.search.terms import VERSION
from kb.search.words import words
from tests import story
from tests.search_queries import QUERIES
from tests.test_search import cut_out, found, search

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]

HIP_PAIN = Path(settings.BASE_DIR) / "content" / "hip-pain"


@pytest.fixture(scope="module")
def starter(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Loaded once for all tests that ask for it."""
    with django_db_blocker.unblock(), transaction.atomic():
        loading.load_starter(HIP_PAIN, at=story.NOW)
        yield
        transaction.set_rollback(True)


def test_what_people_type_finds_what_they_mean_within_the_first_five(reader):
    first = {question: found(reader, question, limit=5) for question in QUERIES}
    misses = [
        f"{question}: {name} is not in {first[question]}"
        for question, expected in QUERIES.items()
        for name in expected
        if name not in first[question]
    ]
    wanted = sum(len(expected) for expected in QUERIES.values())
    recall = 1 - len(misses) / wanted
    print(f"recall at 5: {wanted - len(misses)} of {wanted}, {recall:.1%}", *misses, sep="\n  ")
    assert len(QUERIES) == 60
    assert recall >= 0.95, misses


def test_highlights_cut_out_exactly_the_words_that_were_found(reader):
    for question in QUERIES:
        for item in search(reader, question)["items"]:
            cuts = cut_out(item)
            assert cuts, (question, item)
            assert all(len(list(words(cut))) == 1 and cut == cut.strip() for cut in cuts), (question, item)
    [item, *_] = search(reader, "hip bur")["items"]
    assert (item["name"], item["matched"], item["matched_text"]) == ("Hip bursitis", "name", "")
    assert cut_out(item) == ["Hip", "bursitis", "hip"]


def test_an_item_says_all_that_a_list_of_results_shows(reader):
    [item, *_] = search(reader, "femoral neck stress fracture", limit=1)["items"]
    document = story.get(reader, "/conditions/hip-stress-fracture").json_body
    assert item == {
        "id": document["id"],
        "kind": "condition",
        "slug": "hip-stress-fracture",
        "name": "Hip stress fracture",
        "urgency": "urgent",
        "summary": document["summary"],
        "matched": "synonym",
        "matched_text": "femoral neck stress fracture",
        "highlights": [
            *({"field": "name", "start": start, "end": end} for start, end in ((4, 10), (11, 19))),
            *(mark for mark in item["highlights"] if mark["field"] == "summary"),
            *(
                {"field": "matched_text", "start": start, "end": end}
                for start, end in ((0, 7), (8, 12), (13, 19), (20, 28))
            ),
        ],
    }


def test_every_kind_can_be_found_and_asked_for_alone(reader):
    for kind in published.all_kinds():
        document = Document.objects.filter(kind=kind.kind, gone_reason="").order_by("slug").first()
        assert document is not None
        name = json.loads(bytes(document.body))["name"]
        assert f"{kind.kind}/{document.slug}" in found(reader, name[:190], kind=kind.kind)
    assert {name.split("/")[0] for name in found(reader, "hip", kind=["symptom", "guide"], limit=50)} == {
        "symptom",
        "guide",
    }


def test_a_page_stands_before_the_studies_about_it(reader):
    kinds = [name.split("/")[0] for name in found(reader, "bursitis", limit=50)]
    assert kinds[0] == "condition"
    assert kinds.count("source") > 3
    assert set(kinds[kinds.index("source") :]) <= {"source", "disclaimer", "contact_route"}


def test_the_verified_terms_are_those_of_the_stored_wordings():
    assert verify() == []
    Document.objects.filter(slug="ice", kind="treatment").update(terms=VERSION + b"other")
    assert [problem for problem in verify() if "terms" in problem] == [
        "treatment/ice (en): terms is not what its stored inputs make."
    ]


def test_without_stored_terms_the_same_is_found(reader):
    questions = ["hip bur", "physio", "cauda equina"]
    before = [search(reader, question) for question in questions]
    for stored in (None, b"0another program's"):
        with transaction.atomic():
            Document.objects.filter(gone_reason="").update(terms=stored)
            Feed.objects.update(mark=str(stored)[:16])
            assert [search(reader, question) for question in questions] == before
            transaction.set_rollback(True)
