"""Filters find exactly what the documents say, whatever name of an entry they are given."""

import json
from itertools import combinations_with_replacement
from uuid import uuid4

import pytest

from conditions.enums import TreatmentRole
from kb import loading, published
from kb.models.published import Document, Facet, Slug
from kb.published import Filter, Json, PublishedKind
from tests import story
from tests.conftest import PACK
from tests.factories import (
    ConditionExerciseFactory,
    ConditionFactory,
    ConditionSymptomFactory,
    ConditionTreatmentFactory,
    ProviderFactory,
    SymptomFactory,
    TreatmentExerciseFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def documents(therapist, editor) -> dict[str, list[Json]]:
    """The documents of the starter pack and of what it lacks, by kind, each kind in the order of its list."""
    loading.load_starter(PACK, at=story.NOW)
    link = TreatmentExerciseFactory()
    story.go_live(link.exercise, link.treatment, ProviderFactory(country="NO"))
    found: dict[str, list[Json]] = {kind.kind: [] for kind in published.all_kinds()}
    for document in Document.objects.order_by("sort_key"):
        found[document.kind].append(json.loads(bytes(document.body or b"")))
    return found


def listed(reader, kind: PublishedKind, query: str) -> list[str]:
    """The ids that a list gives, all pages."""
    response = story.get(reader, f"/{kind.path}?limit=200&{query}")
    assert response.status_code == 200, (query, response.content)
    assert response.json_body["next"] is None
    return [item["id"] for item in response.json_body["items"]]


def matching(documents: list[Json], filter_: Filter, *values: str) -> list[str]:
    return [document["id"] for document in documents if set(values) & set(filter_.values(document))]


def every_filter() -> list[tuple[PublishedKind, Filter]]:
    return [(kind, filter_) for kind in published.all_kinds() for filter_ in kind.filters]


def test_every_filter_of_every_kind_finds_exactly_what_the_documents_say(documents, reader):
    slugs = dict(Slug.objects.filter(is_current=True).values_list("entry_id", "slug"))
    asked = 0
    for kind, filter_ in every_filter():
        of_kind = documents[kind.kind]
        seen = _values(of_kind, filter_)
        offered = seen if filter_.choices is None else sorted({*seen, *filter_.choices.values})
        for value in offered:
            found = listed(reader, kind, f"{filter_.name}={value}")
            assert found == matching(of_kind, filter_, value), (kind.kind, filter_.name, value)
            asked += 1
        if filter_.target:
            for pk, slug in slugs.items():
                if str(pk) in seen:
                    found = listed(reader, kind, f"{filter_.name}={slug}")
                    assert found == matching(of_kind, filter_, str(pk)), (kind.kind, filter_.name, slug)
    assert asked > 300


def test_these_documents_give_every_filter_something_to_find(documents):
    """Otherwise the test above would say nothing of it."""
    idle = [
        f"{kind.kind}.{filter_.name}"
        for kind, filter_ in every_filter()
        if not any(list(filter_.values(document)) for document in documents[kind.kind])
    ]
    assert idle == []


def test_a_repeated_filter_means_or_and_different_ones_mean_and(documents, reader):
    for kind in published.all_kinds():
        of_kind = documents[kind.kind]
        for one, other in combinations_with_replacement(kind.filters, 2):
            if one is other and one.is_flag:
                continue
            value, more = _values(of_kind, one)[0], _values(of_kind, other)[-1]
            found = listed(reader, kind, f"{one.name}={value}&{other.name}={more}")
            if one is other:
                assert found == matching(of_kind, one, value, more), (kind.kind, one.name)
            else:
                both = {*matching(of_kind, one, value)} & {*matching(of_kind, other, more)}
                assert found == [document["id"] for document in of_kind if document["id"] in both], (
                    one.name,
                    other.name,
                )


def test_a_flag_may_be_given_once_only(db, reader):
    assert story.get(reader, "/symptoms?is_key_sign=true").status_code == 200
    refused = story.get(reader, "/symptoms?is_key_sign=true&is_key_sign=false")
    assert (refused.status_code, refused.json_body["parameter"]) == (400, "is_key_sign")


def test_an_id_in_capitals_filters_as_the_same_id(documents, reader):
    symptom = documents["symptom"][0]["id"]
    conditions = published.get("condition")
    assert listed(reader, conditions, f"symptom={symptom.upper()}") == listed(reader, conditions, f"symptom={symptom}")


def test_facets_name_live_entries_only(documents):
    live = set(Document.objects.filter(gone_reason="").values_list("entry_id", flat=True))
    assert set(Facet.objects.exclude(target=None).values_list("target_id", flat=True)) <= live


def test_filters_and_ids_and_pages_work_together(documents, reader):
    conditions = documents["condition"]
    ids = "&".join(f"id={document['id']}" for document in conditions[:6])
    kind = published.get("condition")
    flag = next(filter_ for filter_ in kind.filters if filter_.name == "tissue")
    value = conditions[0]["tissue"]
    assert listed(reader, kind, f"{ids}&tissue={value}") == matching(conditions[:6], flag, value)
    first = story.get(reader, f"/conditions?{ids}&limit=4")
    second = story.get(reader, first.json_body["next"].removeprefix("/api/v1"))
    together = [item["id"] for page in (first, second) for item in page.json_body["items"]]
    assert together == [document["id"] for document in conditions[:6]]


# What helps and what harms


@pytest.mark.parametrize(
    ("role", "filters"),
    [
        (TreatmentRole.RECOMMENDED, [""]),
        (TreatmentRole.OPTION, [""]),
        (TreatmentRole.SPECIALIST, [""]),
        (TreatmentRole.CAUTION, ["_caution"]),
        (TreatmentRole.AVOID, ["_avoid"]),
    ],
)
@pytest.mark.parametrize("kind", ["treatment", "exercise"])
def test_a_list_of_what_helps_never_shows_what_harms(house, reader, kind, role, filters):
    factory = ConditionTreatmentFactory if kind == "treatment" else ConditionExerciseFactory
    link = factory(role=role)
    linked = getattr(link, kind)
    story.go_live(linked, link.condition)
    found_by = [
        suffix
        for suffix in ("", "_caution", "_avoid")
        if story.slugs(reader, f"/conditions?{kind}{suffix}={linked.slug}") == [link.condition.slug]
    ]
    assert found_by == filters


def test_every_role_is_found_by_one_filter_or_the_other():
    assert {*TreatmentRole} == {"recommended", "option", "specialist", "caution", "avoid"}


# Names of entries


def test_an_unknown_slug_or_id_finds_nothing(house, reader):
    story.go_live(ConditionFactory())
    for value in ("never-existed", str(uuid4()), "a" * 80, "0"):
        assert story.get(reader, f"/conditions?symptom={value}").json_body == {"items": [], "next": None}


def test_a_draft_finds_nothing_although_a_live_wording_names_it(house, reader):
    link = ConditionSymptomFactory()
    story.save(link.symptom)
    story.go_live(link.condition)
    for value in (link.symptom.slug, link.symptom.pk):
        assert story.slugs(reader, f"/conditions?symptom={value}") == []


def test_an_entry_is_found_by_its_old_slug_too(house, reader):
    link = ConditionSymptomFactory(symptom=SymptomFactory(slug="old"))
    story.go_live(link.symptom, link.condition)
    story.go_live(story.edit(link.symptom, slug="new"))
    for value in ("old", "new", link.symptom.pk):
        assert story.slugs(reader, f"/conditions?symptom={value}") == [link.condition.slug]


def test_a_merged_entry_stands_for_its_survivor(house, reader):
    link = ConditionSymptomFactory(symptom=SymptomFactory(slug="older"))
    middle, last = SymptomFactory(slug="middle"), SymptomFactory(slug="last")
    story.go_live(link.symptom, middle, last, link.condition)
    story.merge(link.symptom, into=middle)
    story.merge(middle, into=last)
    for value in ("older", link.symptom.pk, "middle", middle.pk, "last", last.pk):
        assert story.slugs(reader, f"/conditions?symptom={value}") == [link.condition.slug]


def test_a_withdrawn_entry_finds_nothing(house, reader):
    link = ConditionSymptomFactory()
    story.go_live(link.symptom, link.condition)
    story.withdraw(link.symptom)
    for value in (link.symptom.slug, link.symptom.pk):
        assert story.slugs(reader, f"/conditions?symptom={value}") == []


def test_a_slug_of_another_kind_finds_nothing(house, reader):
    link = ConditionSymptomFactory()
    story.go_live(link.symptom, link.condition)
    assert story.slugs(reader, f"/conditions?treatment={link.symptom.slug}") == []
    assert story.slugs(reader, f"/conditions?treatment={link.symptom.pk}") == []


# Values


@pytest.mark.parametrize(
    "query",
    [
        "symptom=",
        "symptom=Hip-Pain",
        "symptom=hip_pain",
        "symptom=-hip",
        "symptom=" + "a" * 81,
        "symptom=hip%0A",
        "symptom=00000000-0000-0000-0000-000000000001%0A",
        "symptom=00000000000000000000000000000001",
        "symptom=a,b",
        "symptom=%00",
        "symptom=%25",
        "urgency=",
        "urgency=Routine",
        "urgency=routine%0A",
        "tissue=bone%20",
        "code=%0A",
        "code=m25.5",
        "code=" + "A" * 21,
        "code=M25.5%0A",
        "code=%D9%A1%D9%A1",
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_name(db, reader, query):
    response = story.get(reader, f"/conditions?{query}")
    assert response.status_code == 400
    assert response.json_body["parameter"] == query.split("=")[0]


def test_a_near_miss_of_a_choice_is_helped(db, reader):
    response = story.get(reader, "/conditions?urgency=emergncy")
    assert response.json_body["detail"].endswith("Did you mean “emergency”?")


def test_the_number_of_values_is_bounded(db, reader):
    fifty = "&".join(f"symptom=s-{n}" for n in range(50))
    assert story.get(reader, f"/conditions?{fifty}").status_code == 200
    assert story.get(reader, f"/conditions?{fifty}&symptom=one-more").json_body["parameter"] == "symptom"
    names = ("symptom", "treatment", "exercise", "source")
    most = "&".join(f"{name}=s-{n}" for name in names for n in range(50))
    assert story.get(reader, f"/conditions?{most}").status_code == 200
    assert "200 values at most" in story.get(reader, f"/conditions?{most}&red_flag=one-more").json_body["detail"]


def _values(documents: list[Json], filter_: Filter) -> list[str]:
    return sorted({value for document in documents for value in filter_.values(document)})
