"""Nothing unpublished is ever observable: with and without secret work at the desk, every public answer is the same.

Two worlds are compared byte for byte. So that a server which says nothing would not pass, some of that work is then
released, and must change exactly the documents that it should.
"""

import gzip
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.test import Client

from kb import kinds, published, review, shelf, snapshots
from kb.editing import newest_revision
from kb.enums import ReleaseState, Severity
from kb.models.editing import Release, Revision
from kb.models.entry import Entry
from kb.models.fields import LinesField
from kb.models.published import Document, Facet
from kb.publishing import Refused
from tests import factories, story
from tests.factories import (
    ENTRY_FACTORIES,
    BodyStructurePartFactory,
    CauseFactory,
    CautionFactory,
    CodeFactory,
    ComplicationFactory,
    ConditionBodyStructureFactory,
    ConditionExerciseFactory,
    ConditionPreventionStrategyFactory,
    ConditionSymptomFactory,
    ConditionTreatmentFactory,
    EvidenceStatementFactory,
    ExerciseBodyStructureFactory,
    FigureFactory,
    PersonFactory,
    PreventionStrategyExerciseFactory,
    RedFlagLinkFactory,
    RelatedLinkFactory,
    StopRuleFactory,
    TreatmentExerciseFactory,
)

pytestmark = pytest.mark.django_db

CANARY = "zyxwvcanary"
Answer = tuple[int, tuple[tuple[str, str], ...], bytes]
Answers = dict[tuple[str, str], Answer]
World = dict[str, Any]


@pytest.fixture
def shelved(settings, tmp_path) -> Path:
    """The folder of snapshots."""
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"
    return settings.SNAPSHOTS_DIR


@pytest.fixture
def live(house, shelved) -> World:
    """One live entry of each kind with all its lists; and the condition's live wording names a symptom that is not."""
    world: World = {
        kind: factory(slug=f"open-{kind}".replace("_", "-"))
        for kind, factory in ENTRY_FACTORIES.items()
        if kind != "contact_route"
    }
    _link(world, world)
    _rows(world)
    condition = world["condition"]
    ConditionSymptomFactory(
        condition=condition, symptom=factories.SymptomFactory(id=secret_id("awaited"), slug="awaited")
    )
    story.go_live(*world.values())
    story.go_live(story.edit(world["guide"], slug="moved-guide"))
    gone = factories.QuestionFactory(slug="gone-question")
    story.go_live(gone)
    story.withdraw(gone)
    snapshots.make(at=story.NOW)
    return world


def secret_id(name: str) -> uuid.UUID:
    """Known before the entry is made, so that both worlds can be asked for it."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, name)


def test_secret_work_changes_no_byte_of_any_answer(live, shelved):
    requests = list(every_request(live))
    before = answers(requests)
    work_in_secret(live)
    for path in shelved.iterdir():
        path.unlink()  # what is made now must be the same file under the same name
    snapshots.make(at=story.NOW)
    assert differences(before, answers(requests)) == set()
    assert {status for status, _, _ in before.values()} == {200, 204, 206, 304, 308, 400, 404, 405, 406, 410}
    assert len(requests) > 1000


def test_no_word_of_a_draft_is_in_any_byte(live):
    work_in_secret(live)
    spoken = answers(request for request in every_request(live) if CANARY not in request[1].lower())
    assert [request for request, answer in spoken.items() if CANARY in str(answer).lower()] == []
    for snapshot in shelf.noted("en"):
        assert CANARY not in gzip.decompress(snapshot.path.read_bytes()).decode().lower()


def test_the_drafts_do_hold_that_word_in_every_sort_of_entry(live):
    """Otherwise the test above would say nothing."""
    work_in_secret(live)
    for name, entry in live.items():
        revision = _newest(entry)
        assert CANARY in revision.body, name
        assert revision.pk != Document.objects.get(entry=entry).revision_id, name
    assert _newest(live["condition"]).body.count(CANARY) > 20


def test_a_tag_made_of_unpublished_words_is_not_confirmed(live):
    """A 304 to such a tag would tell that somebody guessed a draft's words rightly."""
    work_in_secret(live)
    reader = Client(SERVER_NAME="localhost")
    with transaction.atomic():
        story.publish_release(story.prepare(*[_child(entry) for entry in live.values()]))
        guessed = dict(Document.objects.values_list("entry_id", "version"))
        transaction.set_rollback(True)
    for kind, entry in live.items():
        path = f"/{published.get(kind).path}/{entry.pk}"
        assert guessed[entry.pk] not in str(story.get(reader, path).headers)
        for tag in (guessed[entry.pk], _newest(entry).sha256[:32]):
            assert story.get(reader, path, **{"If-None-Match": f'"{tag}"'}).status_code == 200


def test_releasing_what_was_secret_changes_exactly_what_shows_it(live):
    work_in_secret(live)
    requests = [request for request in every_request(live) if request[0] == "GET" and "&" not in request[1]]
    before = answers(requests)
    story.publish_release(story.prepare(_child(Entry.objects.get(slug="awaited"))))
    after = answers(requests)
    changed = {path for _, path in differences(before, after, only_bodies=True)}
    assert [path for (_, path), (*_, body) in after.items() if CANARY in str(body).lower()] == [
        path for (_, path), (*_, body) in before.items() if CANARY in str(body).lower()
    ]
    shown_in = {_path("condition", live["condition"].slug), _path("condition", live["condition"].pk)}
    its_own = {_path("symptom", "awaited"), _path("symptom", secret_id("awaited"))}
    documents = {path for path in changed if path.count("/") == 4 and "?" not in path}
    assert documents == shown_in | its_own
    listed = {path.split("?")[0] for path in changed - documents}
    for_phones = {"/api/v1/sync", "/api/v1/search"}
    assert listed == {"/api/v1", "/api/v1/symptoms", "/api/v1/conditions", "/readyz"} | for_phones
    assert "/api/v1/conditions?symptom=awaited" in changed


# The public


def every_request(live: World) -> Iterator[tuple[str, str]]:
    """(method, path) of everything that the API has about these entries and about the secret ones."""
    paths = [*_singles(), *_for_phones(), *_documents(live), *_lists(live)]
    yield from (("GET", path) for path in paths)
    for method in ("HEAD", "OPTIONS", "POST"):
        yield from ((method, path) for path in [*_singles(), *_for_phones(), *_documents(live)])


def answers(requests: Iterable[tuple[str, str]]) -> Answers:
    """Each answer whole, less its Date, which the server adds later. GET is asked in both codings and for its tag."""
    reader = Client(SERVER_NAME="localhost")
    found: Answers = {}
    for method, path in requests:
        for name, headers in _variants(method, path):
            response: Any = reader.generic(method, path, headers=headers)
            assert response.status_code not in (500, 503), (method, path)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            found[method + name, path] = (response.status_code, tuple(sorted(response.headers.items())), body)
    return found


def differences(before: Answers, after: Answers, *, only_bodies: bool = False) -> set[tuple[str, str]]:
    part = slice(2, 3) if only_bodies else slice(None)
    return {request for request in before if before[request][part] != after[request][part]}


def _variants(method: str, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    yield "", {}
    if method == "GET" and "?" not in path:
        yield " packed", {"Accept-Encoding": "gzip"}
        yield " if changed", {"If-None-Match": "*"}
        yield " as a page", {"Accept": "text/html"}
        yield " in part", {"Range": "bytes=0-99"}


def _singles() -> list[str]:
    paths = [
        "/api/v1",
        "/api/v1/vocabulary",
        "/api/v1/openapi.json",
        "/api/v1/openapi.yaml",
        "/api/v1/nothing",
        "/api/v1/entries",
    ]
    return [*paths, "/healthz", "/readyz", "/docs/problems"]


def _for_phones() -> Iterator[str]:
    """All that is synced, searches for the words of the drafts, and the snapshots."""
    yield from ("/api/v1/notices", "/api/v1/snapshots", "/api/v1/sync", "/api/v1/sync?limit=1", "/api/v1/search?q=hip")
    yield from (f"/api/v1/sync?kind={kind.kind}" for kind in published.all_kinds())
    yield from (f"/api/v1/search?q={word}" for word in (CANARY, CANARY[:5], "secret", "renamed", "open", "awaited"))
    yield from (f"/api/v1/search?q=open&kind={kind.kind}" for kind in published.all_kinds())
    yield from (f"/api/v1/snapshots/{snapshot.name}" for snapshot in shelf.noted("en"))


def _documents(live: World) -> Iterator[str]:
    """By slug and by id; what is secret also where it does not belong."""
    yield from (_path("guide", name) for name in ("open-guide", "moved-guide"))
    yield from (_path("question", name) for name in ("gone-question", "never-existed"))
    yield from (_path("symptom", name) for name in ("awaited", secret_id("awaited")))
    for kind, entry in live.items():
        yield from (_path(kind, name) for name in (entry.slug, entry.pk, _renamed(kind)))
    for kind in ENTRY_FACTORIES:
        yield from (
            _path(other, name) for other in (kind, "condition") for name in (secret_slug(kind), secret_id(kind))
        )


def _lists(live: World) -> Iterator[str]:
    for kind in published.all_kinds():
        path = f"/api/v1/{kind.path}"
        yield from (path, f"{path}?sort=name", f"{path}?limit=1", f"{path}?limit=1&sort=name", f"{path}?{CANARY}=1")
        yield f"{path}?id=" + "&id=".join(str(secret_id(secret)) for secret in ENTRY_FACTORIES)
        for filter_ in kind.filters:
            for value in sorted(_values(kind, filter_)):
                yield from (f"{path}?{filter_.name}={value}", f"{path}?{filter_.name}={value}&sort=name&limit=1")


def _values(kind: published.PublishedKind, filter_: published.Filter) -> set[str]:
    """Those that are in use, those that may be, and every secret one."""
    used = Facet.objects.filter(document__kind=kind.kind, name=filter_.name).values_list("value", flat=True)
    if filter_.target:
        secret = {secret_slug(filter_.target), str(secret_id(filter_.target)), "awaited", str(secret_id("awaited"))}
        return {*used, *secret, f"open-{filter_.target}".replace("_", "-")}
    return {*used, *(filter_.choices.values if filter_.choices else [CANARY, CANARY.upper()])}


def _path(kind: str, name: object) -> str:
    return f"/api/v1/{published.get(kind).path}/{name}"


# The secret


def secret_slug(kind: str) -> str:
    return f"secret-{kind}".replace("_", "-")


def _renamed(kind: str) -> str:
    return f"renamed-{kind}".replace("_", "-")


def work_in_secret(live: World) -> None:
    """All that can happen at the desk without anything going live."""
    secret: World = {kind: factory(**_named(kind)) for kind, factory in ENTRY_FACTORIES.items()}
    _rows(secret)
    _link(secret, secret)
    _link(secret, live)
    _link(live, secret)
    for kind, entry in secret.items():
        whisper(kind, entry)
    for kind, entry in live.items():
        whisper(kind, entry)
        story.edit(entry, slug=_renamed(kind))
    _child(live["condition"]).symptom_links.filter(symptom=live["symptom"]).delete()
    _child(live["condition"]).treatment_links.update(role="avoid")
    for entry in [*secret.values(), *live.values()]:
        story.save(_child(entry))
    _approve_and_gather(secret, live)
    PersonFactory(username=CANARY, group="Therapist")
    Group.objects.create(name=CANARY)


def _named(kind: str) -> dict[str, object]:
    others = {"region": "NO"} if kind == "contact_route" else {}
    return {"id": secret_id(kind), "slug": secret_slug(kind), "name": f"Secret {CANARY}", **others}


def _approve_and_gather(secret: World, live: World) -> None:
    """Approvals that nobody has released; releases that are prepared, scheduled, cancelled, failed and refused."""
    for entry in (live["treatment"], secret["symptom"]):
        review.approve(_newest(entry), by=story.person("editor"), at=story.NOW)
    for state in (ReleaseState.DRAFT, ReleaseState.SCHEDULED, ReleaseState.CANCELLED, ReleaseState.FAILED):
        release = story.prepare(
            _child(secret["guide"]), _child(live["guide"]), severity=Severity.SAFETY, summary=CANARY
        )
        Release.objects.filter(pk=release.pk).update(state=state, title=CANARY, problems=CANARY, publish_at=story.NOW)
    refused = story.prepare(_child(secret["exercise"]), factories.ConditionFactory(red_flags=[], name=CANARY))
    with pytest.raises(Refused):
        story.publish_release(refused)


def whisper(kind: str, entry: Entry) -> None:
    """Puts the word into every free text of the working copy and of its rows."""
    child = _child(entry)
    _whisper(child)
    for name in kinds.get(kind).rows:
        for row in (
            kinds.get(kind).row_model(name)._default_manager.filter(**{kinds.get(kind).owner_column(name): child.pk})
        ):
            _whisper(row)


def _whisper(row: models.Model) -> None:
    for field in row._meta.concrete_fields:
        is_free_text = isinstance(field, models.CharField | models.TextField) and not field.choices
        if is_free_text and field.editable and field.name != "applies_to":  # which holds names of kinds only
            said = getattr(row, field.name)
            louder = [*said, CANARY] if isinstance(field, LinesField) else f"{said} {CANARY}".strip()
            try:
                setattr(row, field.name, field.clean(louder, row))
            except ValidationError:
                continue  # a code, a slug or an address: no free text
    row.save()


def _newest(entry: Entry) -> Revision:
    revision = newest_revision(entry)
    assert revision is not None
    return revision


def _child(entry: Entry) -> Any:
    return kinds.get(entry.kind).model._default_manager.get(pk=entry.pk)


def _link(world: World, other: World) -> None:
    """Every link that there is, from the entries of one world to those of the other."""
    condition = world["condition"]
    ConditionSymptomFactory(condition=condition, symptom=other["symptom"])
    ConditionTreatmentFactory(condition=condition, treatment=other["treatment"])
    ConditionExerciseFactory(condition=condition, exercise=other["exercise"])
    ConditionPreventionStrategyFactory(condition=condition, prevention_strategy=other["prevention_strategy"])
    ConditionBodyStructureFactory(condition=condition, body_structure=other["body_structure"])
    TreatmentExerciseFactory(treatment=world["treatment"], exercise=other["exercise"])
    PreventionStrategyExerciseFactory(prevention_strategy=world["prevention_strategy"], exercise=other["exercise"])
    ExerciseBodyStructureFactory(exercise=world["exercise"], body_structure=other["body_structure"])
    if world is not other:
        BodyStructurePartFactory(whole=world["body_structure"], part=other["body_structure"])
        ComplicationFactory(condition=condition, leads_to=other["condition"])
        world["treatment"].disclaimers.add(other["disclaimer"])
    for kind in ("condition", "symptom", "treatment", "guide", "question"):
        RedFlagLinkFactory(entry=world[kind], red_flag=other["red_flag"])
        world[kind].sources.add(other["source"])
    for kind, target in (
        ("guide", "condition"),
        ("guide", "symptom"),
        ("question", "condition"),
        ("question", "treatment"),
    ):
        RelatedLinkFactory(entry=world[kind], target=other[target])


def _rows(world: World) -> None:
    """A row in the lists that hold text of their own."""
    condition = world["condition"]
    for factory in (CauseFactory, factories.RiskFactorFactory, factories.OutlookFactory, ComplicationFactory):
        factory(condition=condition)
    factories.AffectedGroupFactory(condition=condition)
    FigureFactory(condition=condition)
    for with_text in (CautionFactory, EvidenceStatementFactory, CodeFactory):
        with_text(entry=condition)
    CautionFactory(entry=world["treatment"])
    StopRuleFactory(exercise=world["exercise"])
    factories.ActivityFactory(prevention_strategy=world["prevention_strategy"])
