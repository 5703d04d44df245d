"""Every GET costs a fixed number of queries on the readers' connection and none on the editors', whatever it shows."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver

from kb import published, snapshots
from kb.api import views
from kb.api.notices import NoticesView
from kb.api.search import SearchView
from kb.api.snapshots import SnapshotsView, SnapshotView
from kb.api.sync import SyncView
from kb.models.published import Feed
from tests import story
from tests.factories import (
    ENTRY_FACTORIES,
    ConditionExerciseFactory,
    ConditionSymptomFactory,
    ExerciseFactory,
    RelatedLinkFactory,
    SymptomFactory,
    TreatmentExerciseFactory,
)

World = dict[str, Any]
NOBODYS = "00000000-0000-4000-8000-000000000000"

# How many queries an answer of each view takes: a whole one, and a 304.
#   index      the feed                                    304: the same
#   list       the page with the feed beside each row      304: the feed
#   document   the row by slug or id, tombstones too       304: the same, without its body
#   search     the feed, and what has changed since the last question      304: the feed
#   sync       the changes with the feed beside each row   304: the feed
#   snapshots  which editions this database knows          304: the same
#   notices    all of them                                 304: the same
#   the rest   they ask nothing of the database
BUDGETS: dict[type[views.PublicView], tuple[int, int]] = {
    views.IndexView: (1, 1),
    views.ListView: (1, 1),
    views.DocumentView: (1, 1),
    SearchView: (2, 1),
    SyncView: (1, 1),
    SnapshotsView: (1, 1),
    SnapshotView: (1, 1),
    NoticesView: (1, 1),
    views.VocabularyView: (0, 0),
    views.SchemaView: (0, 0),
    views.NothingHereView: (0, 0),
}


def routes() -> list[URLPattern]:
    return [
        pattern
        for pattern in get_resolver().url_patterns
        if isinstance(pattern, URLPattern) and str(pattern.pattern).lstrip("^").startswith("api")
    ]


def budget_of(route: URLPattern) -> tuple[int, int]:
    """Of the view's class or the nearest one that it is made from."""
    return next(BUDGETS[class_] for class_ in view_of(route).__mro__ if class_ in BUDGETS)


def view_of(route: URLPattern) -> Any:
    """The class; Django's types know functions only."""
    callback: Any = route.callback
    return callback.view_class


@pytest.mark.parametrize("route", routes(), ids=lambda route: str(route.pattern))
def test_every_endpoint_has_a_budget_of_two_queries_at_most(route):
    whole, unchanged = budget_of(route)
    assert whole <= 2
    assert unchanged <= 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("linked", [1, 50])
def test_every_endpoint_keeps_to_its_budget_however_much_it_shows(house, linked, settings, tmp_path):
    settings.SNAPSHOTS_DIR = tmp_path
    world = _world(house, linked)
    assert len(story.document(world["condition"])["symptoms"]) == linked
    with story.public_connection():
        spent = {
            path: (_queries(path), _queries(path, **{"If-None-Match": "*"}))
            for route in routes()
            for path in _paths(route, world)
        }
    allowed = {path: budget_of(route) for route in routes() for path in _paths(route, world)}
    assert spent == allowed
    assert len(spent) > 2 * len(published.all_kinds())


@pytest.mark.django_db(transaction=True)
def test_what_is_for_phones_keeps_to_its_budget_on_every_way(house, settings, tmp_path):
    settings.SNAPSHOTS_DIR = tmp_path
    world = _world(house, 1)
    cursor = story.get(Client(SERVER_NAME="localhost"), "/sync").json_body["cursor"]
    story.withdraw(world["question"])
    stale = {"If-None-Match": '"0123456789abcdef0123456789abcdef"'}
    with story.public_connection():
        assert _queries(f"/api/v1/sync?since={cursor}") == 1
        assert _queries(f"/api/v1/sync?since={cursor}", **stale) == 2
        assert _queries("/api/v1/sync?kind=condition&kind=symptom&limit=1") == 1
        assert _queries("/api/v1/sync?since=wrong") == 0
        _queries("/api/v1/search?q=pain")
        assert _queries("/api/v1/search?q=hip") == 1, "nothing has changed since the last question"
        assert _queries("/api/v1/notices", **stale) == 1
        assert _queries("/api/v1/snapshots", **stale) == 1
        assert _queries(f"/api/v1/snapshots/{world['snapshot'].name}", Range="bytes=0-9") == 1
        assert _queries(f"/api/v1/snapshots/en-{'0' * 32}.jsonl.gz") == 1
    Feed.objects.update(feed_id=NOBODYS)
    with story.public_connection():
        assert _queries(f"/api/v1/sync?since={cursor}") == 1  # 410


@pytest.mark.django_db(transaction=True)
def test_answers_that_are_not_the_usual_one_take_two_queries_at_most(house, settings, tmp_path):
    settings.SNAPSHOTS_DIR = tmp_path
    world = _world(house, 1)
    stale = {"If-None-Match": '"0123456789abcdef0123456789abcdef"'}
    story.go_live(story.edit(world["guide"], slug="moved"))
    story.withdraw(world["question"])
    story.merge(world["provider"], into=world["other_provider"])
    many = "&".join(f"symptom=s-{n}&exercise=e-{n}" for n in range(40))
    with story.public_connection():
        assert {
            path: _queries(f"/api/v1{path}", **stale) for path in ("", "/conditions", "/conditions/a-condition")
        } == {
            "": 1,
            # the feed, and because it has moved on, the page
            "/conditions": 2,
            "/conditions/a-condition": 1,
        }
        # the row; nothing found: the feed, which tells whether this database is ready at all
        assert _queries("/api/v1/conditions/never-existed") == 2
        assert _queries(f"/api/v1/symptoms/{world['condition'].pk}") == 2
        assert _queries("/api/v1/guides/a-guide") == 1  # 308
        assert _queries("/api/v1/questions/a-question") == 1  # 410, withdrawn
        assert _queries("/api/v1/providers/a-provider") == 1  # 410, merged
        assert _queries(f"/api/v1/conditions?{many}&urgency=routine&sort=name&limit=200") == 1
        assert _queries("/api/v1/conditions?unknown=1") == 0
        assert _queries("/api/v1/conditions", method="POST") == 0
        assert _queries("/api/v1/conditions", method="OPTIONS") == 0
        assert _queries("/api/v1/conditions", Accept="text/html") == 0


@pytest.mark.django_db
def test_no_filter_looks_at_each_document_anew(reader):
    """With a correlated subquery, SQLite took four seconds for one filter over 2,000 conditions."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL turns such a query round by itself")
    for kind in published.all_kinds():
        query = "&".join(f"{filter_.name}={_a_value(filter_)}" for filter_ in kind.filters)
        with CaptureQueriesContext(connection) as asked:
            assert story.get(reader, f"/{kind.path}?{query}").status_code == 200
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked.captured_queries[0]['sql']}")
            plan = [row[3] for row in cursor.fetchall()]
        assert [step for step in plan if "CORRELATED" in step] == [], kind.kind


def _a_value(filter_: published.Filter) -> str:
    """One that is well formed; whether anything has it does not matter."""
    if filter_.choices:
        return str(filter_.choices.values[0])
    candidates = ("none", "true", "NO", "2001", "M25.5")
    return next(value for value in candidates if filter_.target or re.fullmatch(filter_.pattern, value))


def _queries(path: str, method: str = "GET", **headers: str) -> int:
    """On the readers' connection; on the editors' there must be none."""
    reader = Client(SERVER_NAME="localhost")
    with CaptureQueriesContext(connections["default"]) as desk, CaptureQueriesContext(connections["public"]) as public:
        reader.generic(method, path, headers=headers)
    assert len(desk) == 0, desk.captured_queries
    return len(public)


def _paths(route: URLPattern, world: World) -> Iterator[str]:
    view = view_of(route)
    if issubclass(view, views.DocumentView):
        entry = world[view.kind.kind]
        yield from (f"/api/v1/{view.kind.path}/{name}" for name in (entry.slug, entry.pk))
    elif issubclass(view, views.ListView):
        yield from (f"/api/v1/{view.kind.path}", f"/api/v1/{view.kind.path}?sort=name&limit=200")
    elif issubclass(view, SnapshotView):
        yield f"/api/v1/snapshots/{world['snapshot'].name}"
    elif issubclass(view, SearchView):
        yield "/api/v1/search?q=hip"
    elif issubclass(view, views.NothingHereView):
        yield "/api/v1/nothing/here"
    else:
        yield f"/{route.pattern}"


def _world(house: World, linked: int) -> World:
    """A live entry of each kind; the condition, the treatment and the guide link to so many others."""
    flags = [house["global_flag"]]
    world: World = {
        kind: factory(slug=f"a-{kind}".replace("_", "-"))
        for kind, factory in ENTRY_FACTORIES.items()
        if kind != "contact_route"
    }
    others = [
        *(SymptomFactory(red_flags=flags) for _ in range(linked)),
        *(ExerciseFactory(red_flags=flags) for _ in range(linked)),
        ENTRY_FACTORIES["provider"](),
    ]
    for other in others[:linked]:
        ConditionSymptomFactory(condition=world["condition"], symptom=other)
        RelatedLinkFactory(entry=world["guide"], target=other)
    for other in others[linked : 2 * linked]:
        ConditionExerciseFactory(condition=world["condition"], exercise=other)
        TreatmentExerciseFactory(treatment=world["treatment"], exercise=other)
    story.go_live(*world.values(), *others)
    [snapshot] = snapshots.make(at=story.NOW)
    return world | {"contact_route": house["route"], "other_provider": others[-1], "snapshot": snapshot}
