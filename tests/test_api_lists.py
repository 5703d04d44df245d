"""Lists: their order, their pages, batches by id, tags; and strict parameters."""

import base64
import re
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from django.test import override_settings

from kb import published
from kb.api import parameters
from kb.compiler import KEY_NAME_LENGTH
from kb.enums import Urgency
from kb.models.published import Feed
from tests import story
from tests.factories import ConditionFactory, QuestionFactory, SymptomFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def symptoms(house):
    """Five, in the order in which a list shows them."""
    made = [
        SymptomFactory(slug="collapse", name="Collapse", urgency=Urgency.EMERGENCY),
        SymptomFactory(slug="zinging", name="Zinging", urgency=Urgency.EMERGENCY),
        SymptomFactory(slug="ache", name="Ache", urgency=Urgency.ROUTINE),
        SymptomFactory(slug="burning", name="Burning", urgency=Urgency.SELF_CARE),
        SymptomFactory(slug="clicking", name="Clicking", urgency=Urgency.SELF_CARE),
    ]
    story.go_live(*reversed(made))
    return made


def walk(reader, path: str, between=lambda: None) -> list[str]:
    """The slugs of all pages, as an app follows `next`. `between` happens after each page."""
    found: list[str] = []
    following: str | None = f"/api/v1{path}"
    while following:
        response = story.get(reader, following.removeprefix("/api/v1"))
        assert response.status_code == 200, response.content
        assert response.json_body["items"], "an empty page, to which a link led"
        assert len(found) < 200, "the pages go round in a circle"
        found += [item["slug"] for item in response.json_body["items"]]
        following = response.json_body["next"]
        between()
    return found


def problem(reader, path: str) -> story.Json:
    """The problem of a request that must be refused."""
    response = story.get(reader, path)
    assert response.status_code == 400, (path, response.status_code)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json_body["type"] == "/docs/problems#bad-parameter"
    body: story.Json = response.json_body
    return body


# Order


def test_the_most_urgent_come_first_then_by_name(symptoms, reader):
    in_order = ["collapse", "zinging", "ache", "burning", "clicking"]
    assert story.slugs(reader, "/symptoms") == in_order
    assert story.slugs(reader, "/symptoms?sort=urgency") == in_order


def test_they_can_be_sorted_by_name(symptoms, reader):
    assert story.slugs(reader, "/symptoms?sort=name") == ["ache", "burning", "clicking", "collapse", "zinging"]


def test_names_sort_by_their_bytes_on_every_database(house, reader):
    names = [
        "a b",
        "a-b",
        "A c",
        "ab",
        "Ab c",
        "Äb",
        "àb",
        "éa",
        "Zz",
        "ß",
        "_a",
        "10 a",
        "2 a",
        "日本",
        "\U0001f9b5",
        "a",
        "A",
    ]
    story.go_live(*(SymptomFactory(slug=f"s-{n}", name=name, id=UUID(int=n)) for n, name in enumerate(names, 1)))
    expected = sorted(range(len(names)), key=lambda n: f"{names[n].casefold()}\t{UUID(int=n + 1)}".encode())
    slugs = [f"s-{n + 1}" for n in expected]
    assert slugs[:4] == ["s-12", "s-13", "s-11", "s-16"]
    for path in ("/symptoms?sort=name", "/symptoms"):
        assert story.slugs(reader, path) == slugs
        assert walk(reader, path + "&limit=1" if "?" in path else path + "?limit=1") == slugs


def test_what_was_withdrawn_or_never_released_is_in_no_list(symptoms, reader):
    story.save(SymptomFactory(slug="never-released"))
    story.withdraw(symptoms[2])
    story.merge(symptoms[3], into=symptoms[4])
    assert story.slugs(reader, "/symptoms") == ["collapse", "zinging", "clicking"]
    assert walk(reader, "/symptoms?limit=1") == ["collapse", "zinging", "clicking"]


def test_an_item_is_the_stored_summary(symptoms, reader):
    item = story.get(reader, "/symptoms").json_body["items"][0]
    whole = story.get(reader, "/symptoms/collapse").json_body
    assert item == {name: whole[name] for name in item}
    assert {"id", "slug", "name", "urgency", "review", "version"} <= set(item)


# Pages


@pytest.mark.parametrize("sort", parameters.SORTS)
@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6])
def test_pages_together_are_the_whole_list_once(symptoms, reader, sort, limit):
    assert walk(reader, f"/symptoms?sort={sort}&limit={limit}") == story.slugs(reader, f"/symptoms?sort={sort}")


def test_the_last_page_has_no_next(symptoms, reader):
    assert story.get(reader, "/symptoms?limit=5").json_body["next"] is None
    assert story.get(reader, "/symptoms?limit=4").json_body["next"] is not None
    assert story.get(reader, "/questions").json_body == {"items": [], "next": None}


def test_a_release_between_two_pages_neither_repeats_nor_drops_what_stayed(symptoms, reader):
    releases = iter(
        [
            lambda: story.go_live(SymptomFactory(slug="before", name="A before", urgency=Urgency.EMERGENCY)),
            lambda: story.withdraw(symptoms[1]),  # the last one that was read
            lambda: story.go_live(SymptomFactory(slug="after", name="Zz after", urgency=Urgency.SELF_CARE)),
        ]
    )
    walked = walk(reader, "/symptoms?limit=1", between=lambda: next(releases, lambda: None)())
    assert walked == ["collapse", "zinging", "ache", "burning", "clicking", "after"]


def test_next_keeps_what_was_asked_for(symptoms, reader):
    path = "/symptoms?sort=name&limit=1&urgency=self_care&urgency=emergency"
    following = story.get(reader, path).json_body["next"]
    kept = parse_qs(urlsplit(following).query)
    del kept["cursor"]
    assert kept == {"sort": ["name"], "limit": ["1"], "locale": ["en"], "urgency": ["emergency", "self_care"]}
    assert walk(reader, path) == ["burning", "clicking", "collapse", "zinging"]


def cursor(text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    "made",
    [
        "",
        "garbage",
        "%00",
        "a" * 5000,
        "%F0%9F%A6%B5",
        cursor("urgency"),
        cursor("urgency\n"),
        cursor("name\nache"),
        cursor("urgency\n\x00"),
        cursor("urgency\n" + "a" * 501),
        cursor(b"urgency\n\xff"),
        cursor(b"urgency\n\xed\xa0\x80"),
        cursor("urgency\nache") + "%3D",
        cursor("urgency\nache") + "%0A",
        cursor("urgency\nach")[:-1] + "h",  # other bits, same text
        "a+b/c",
        "1",
        "p%3D1",
    ],
)
def test_a_cursor_that_was_not_made_here_is_refused(reader, made):
    assert problem(reader, f"/symptoms?cursor={made}")["parameter"] == "cursor"


def test_a_cursor_belongs_to_its_sorting(symptoms, reader):
    following = story.get(reader, "/symptoms?limit=1").json_body["next"].replace("sort=urgency", "sort=name")
    assert problem(reader, following.removeprefix("/api/v1"))["parameter"] == "cursor"


@pytest.mark.parametrize(
    "limit",
    [
        "0",
        "-1",
        "201",
        "1000",
        "1.0",
        "1e2",
        "01",
        "+5",
        "%205",
        "5%20",
        "5%0A",
        "%D9%A1",
        "",
        "x",
        "0x10",
        "9" * 5000,
        "%C2%BD",
        "null",
    ],
)
def test_a_limit_is_a_whole_number_from_1_to_200(reader, limit):
    assert problem(reader, f"/symptoms?limit={limit}")["parameter"] == "limit"


def test_the_smallest_and_the_largest_limit_work(symptoms, reader):
    assert len(story.slugs(reader, "/symptoms?limit=1")) == 1
    assert len(story.slugs(reader, "/symptoms?limit=200")) == 5


# Batches


def test_a_batch_by_id_gives_those_that_are_live(symptoms, reader):
    draft = SymptomFactory()
    story.save(draft)
    other = ConditionFactory()
    story.go_live(other)
    wanted = [symptoms[3], symptoms[0], draft, other, symptoms[0]]
    query = "&".join(f"id={entry.pk}" for entry in wanted)
    assert story.slugs(reader, f"/symptoms?{query}") == ["collapse", "burning"]


def test_two_hundred_ids_come_in_one_answer_and_one_more_is_refused(house, reader):
    made = [SymptomFactory(red_flags=[house["global_flag"]]) for _ in range(60)]
    story.go_live(*made)
    ids = [entry.pk for entry in made] + [uuid4() for _ in range(140)]
    query = "&".join(f"id={pk}" for pk in ids)
    response = story.get(reader, f"/symptoms?{query}")
    assert {item["id"] for item in response.json_body["items"]} == {str(entry.pk) for entry in made}
    assert response.json_body["next"] is None
    assert problem(reader, f"/symptoms?{query}&id={uuid4()}")["parameter"] == "id"
    assert len(walk(reader, f"/symptoms?{query}&limit=7")) == 60


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "x",
        "00000000000000000000000000000001",
        "00000000-0000-0000-0000-000000000001%0A",
        "%0A00000000-0000-0000-0000-000000000001",
        "{00000000-0000-0000-0000-000000000001}",
        "urn:uuid:00000000-0000-0000-0000-000000000001",
        "00000000-0000-0000-0000-000000000001,00000000-0000-0000-0000-000000000002",
        "%00",
        "ache",
    ],
)
def test_an_id_that_is_no_uuid_is_refused(reader, wrong):
    assert problem(reader, f"/symptoms?id={wrong}")["parameter"] == "id"


# Strict parameters


def test_an_unknown_parameter_is_refused_and_the_nearest_right_one_is_named(reader):
    refused = problem(reader, "/symptoms?urgancy=routine")
    assert refused["parameter"] == "urgancy"
    assert "Did you mean “urgency”?" in refused["detail"]
    assert "Known: body_region, code, cursor, id," in refused["detail"]


@pytest.mark.parametrize(
    "name",
    [
        "page",
        "offset",
        "ordering",
        "search",
        "format",
        "fields",
        "expand",
        "slug",
        "name",
        "gone_reason",
        "urgency__in",
        "urgency[$ne]",
        "where[urgency]",
        "entry__kind",
        "_connector",
        "_negated",
        "URGENCY",
        "urgency ",
        "",
        "sort_key__startswith",
        "document__entry__revision__body__contains",
        "a" * 5000,
        "\x00",
        "\U0001f9b5",
    ],
)
@pytest.mark.parametrize("path", ["/symptoms", "/symptoms/ache", "", "/vocabulary", "/openapi.json"])
def test_no_other_parameter_is_taken_anywhere(reader, path, name):
    response = reader.get(f"/api/v1{path}", {name: "routine"})
    assert response.status_code == 400
    assert response.json()["parameter"] == name[:40]
    assert len(response.content) < 1500


@pytest.mark.parametrize(
    "query", ["limit=1&limit=1", "sort=name&sort=urgency", "locale=en&locale=en", "cursor=a&cursor=b"]
)
def test_a_single_parameter_may_not_be_repeated(reader, query):
    assert problem(reader, f"/symptoms?{query}")["detail"].endswith("may be given once only.")


@pytest.mark.parametrize(
    "query",
    [
        "limit",
        "&",
        "limit=1&",
        "limit=1;sort=name",
        "sort=%zz",
        "sort=name%",
        "sort=%ff",
        "sort=%ed%a0%80",
        "so%72t=na%6De%",
    ],
)
def test_a_query_that_is_not_well_formed_is_refused(reader, query):
    problem(reader, f"/symptoms?{query}")


def test_bytes_that_are_not_encoded_are_refused(reader):
    response = reader.generic("GET", "/api/v1/symptoms", QUERY_STRING="urgency=\xe9")
    assert response.status_code == 400
    assert "percent-encoded" in response.json()["detail"]


@pytest.mark.parametrize(
    "query", ["sort=urgent", "sort=-name", "sort=", "locale=de", "locale=EN", "locale=", "locale=en%00"]
)
def test_a_value_that_cannot_be_is_refused(reader, query):
    assert problem(reader, f"/symptoms?{query}")["parameter"] == query.split("=")[0]


def test_an_empty_query_and_encoded_names_are_fine(symptoms, reader):
    assert len(story.slugs(reader, "/symptoms?")) == 5
    assert len(story.slugs(reader, "/symptoms?l%69mit=%31")) == 1


def test_every_query_that_the_bounds_allow_fits_and_so_does_every_link_to_a_next_page():
    """Otherwise a list could hand out a link that the API itself refuses."""
    names = [filter_.name for kind in published.all_kinds() for filter_ in kind.filters]
    a_value = len(max(names, key=len)) + len("=&") + 80
    longest_cursor = len(parameters.encode_cursor("urgency", "\U0001f9b5" * KEY_NAME_LENGTH + "0\t\t" + "x" * 36))
    longest = (
        parameters.MAX_IDS * len(f"id={uuid4()}&")
        + parameters.MAX_ALL_VALUES * a_value
        + len("locale=en&limit=200&sort=urgency&cursor=")
        + longest_cursor
    )
    assert longest <= parameters.MAX_QUERY


def test_a_longer_query_is_refused(reader):
    assert "longer than" in problem(reader, "/symptoms?sort=" + "a" * parameters.MAX_QUERY)["detail"]


# Tags


def test_a_lists_tag_changes_with_the_head_and_with_the_question_only(symptoms, reader):
    first = story.get(reader, "/symptoms").headers["ETag"]
    same = [
        "/symptoms?",
        "/symptoms?limit=50",
        "/symptoms?sort=urgency&limit=50&locale=en",
        "/symptoms?locale=en&sort=urgency",
    ]
    assert {story.get(reader, path).headers["ETag"] for path in same} == {first}
    others = [
        "/symptoms?limit=49",
        "/symptoms?sort=name",
        "/symptoms?urgency=routine",
        "/conditions",
        "/symptoms?cursor=" + cursor("urgency\na"),
    ]
    assert len({first, *(story.get(reader, path).headers["ETag"] for path in others)}) == 6
    story.save(story.edit(symptoms[0], name="A draft"))
    assert story.get(reader, "/symptoms").headers["ETag"] == first
    story.go_live(QuestionFactory())
    assert story.get(reader, "/symptoms").headers["ETag"] != first


def test_filters_in_another_order_are_the_same_question(symptoms, reader):
    one = story.get(reader, "/symptoms?urgency=routine&is_key_sign=false&urgency=urgent")
    other = story.get(reader, "/symptoms?urgency=urgent&urgency=routine&urgency=urgent&is_key_sign=false")
    assert (one.headers["ETag"], one.content) == (other.headers["ETag"], other.content)


def test_a_list_that_has_not_changed_costs_no_second_body(symptoms, reader):
    for coding in ("gzip", "identity"):
        first = story.get(reader, "/symptoms?limit=2", **{"Accept-Encoding": coding})
        again = story.get(
            reader, "/symptoms?limit=2", **{"If-None-Match": first.headers["ETag"], "Accept-Encoding": coding}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert re.fullmatch(r'"[0-9a-f]{32}(-gzip)?"', first.headers["ETag"])
    story.withdraw(symptoms[0])
    assert story.get(reader, "/symptoms?limit=2", **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_lists_may_be_kept_for_a_minute(reader):
    assert story.get(reader, "/symptoms").headers["Cache-Control"] == "public, max-age=60, stale-if-error=86400"


def test_a_lists_tag_changes_when_a_recompile_may_have_changed_its_items(reader, house):
    before = story.get(reader, "/symptoms").headers["ETag"]
    Feed.objects.update(compiler_version=99)
    assert story.get(reader, "/symptoms").headers["ETag"] != before


def test_the_indexs_tag_changes_with_the_operators_settings(reader, db):
    before = story.get(reader, "").headers["ETag"]
    with override_settings(REPORT_UNSAFE_CONTENT="mailto:safety@example.org"):
        assert story.get(reader, "").headers["ETag"] != before
