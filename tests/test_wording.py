"""A wording holds all of an entry: nothing is lost on the way from the working copy and back, nothing is forgotten."""

import datetime
import unicodedata
import uuid
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from conditions.enums import TreatmentRole
from conditions.models import Condition
from kb import kinds, wording
from kb.canonical import canonical_json
from kb.cleaning import clean, tidy
from kb.constraints import Constraints
from kb.kinds import Wording
from kb.models.entry import Entry
from kb.models.fields import LinesField
from kb.vocabulary.models import Row, Source
from tests.factories import ENTRY_FACTORIES

pytestmark = pytest.mark.django_db

KINDS = [kind.name for kind in kinds.all_kinds()]

IDENTITY = {"id", "entry_ptr", "kind", "edit_version"}
"""Columns that are not said: which entry this is, and how often it was saved."""

PLACE = {"id", "position"}
"""Columns of a row that are not said: the list's order says them."""

BATCHES = 10

EXAMPLES = {
    # A column whose text must have a shape.
    "slug": "a-slug",
    "doi": "10.1000/a.b-1",
    "pmid": "12345",
    "pmcid": "PMC12345",
    "url": "https://example.org/a?b=c",
    "email": "clinic@example.org",
    "country": "NZ",
    "region": "NZ",
    "year": 1999,
    # Harm would ask for no line and a note.
    "role": TreatmentRole.OPTION.value,
}


def entry(kind: str, **columns: Any) -> Any:
    """A working copy, as an editor would leave it."""
    return ENTRY_FACTORIES[kind](**columns)


def as_it_is(model: type[Entry], text: str) -> str:
    """Links of a wording are ids already."""
    return text


def example(field: Any) -> Any:
    """A value that is not the column's default, in a wording's form."""
    if field.is_relation:
        targets = [entry(_kind_of(field.related_model)) for _ in range(2)]
        return sorted(str(target.pk) for target in targets) if field.many_to_many else str(targets[0].pk)
    if field.choices and isinstance(field, LinesField):
        return [code for code, _ in field.flatchoices][-2:]
    if field.name in EXAMPLES and (not field.choices or EXAMPLES[field.name] in dict(field.flatchoices)):
        return EXAMPLES[field.name]
    if field.choices:
        return next(code for code, _ in reversed(field.flatchoices) if code != field.get_default())
    return next(value for made, value in VALUES if isinstance(field, made))(field)


VALUES: list[tuple[type, Any]] = [
    (models.BooleanField, lambda field: not field.get_default()),
    (models.FloatField, lambda field: 7.5),
    (models.IntegerField, lambda field: 7),
    (models.DateField, lambda field: "2026-01-31"),
    (LinesField, lambda field: ["erste Zeile", "žluťoučký kůň"]),
    (models.Field, lambda field: f"„{field.name}“ – 𝛼 & <b>"),
]


def filled(name: str, slug: str = "a-slug") -> Wording:
    """A wording of this kind with every column filled and two rows in every list."""
    kind = kinds.get(name)
    said = {column: example(wording.field_of(kind.model, column)) for column in kind.columns} | {"slug": slug}
    for listed, rows in kind.rows.items():
        model = kind.row_model(listed)
        said[listed] = [{column: example(wording.field_of(model, column)) for column in rows.columns} for _ in range(2)]
        for number, row in enumerate(said[listed]):
            row |= {"code": f"D{number}"} if "code" in row else {}
    for column in kind.columns:
        assert said[column] != wording.default_of(kind.model, column), f"{column} says nothing"
    return said


def write(name: str, *said: Wording) -> list[uuid.UUID]:
    pks = [uuid.uuid4() for _ in said]
    wording.write(kinds.get(name), dict(zip(pks, said, strict=True)), dict.fromkeys(pks, 1))
    return pks


def read(name: str, pk: uuid.UUID) -> Wording:
    kind = kinds.get(name)
    return wording.read(kind, kind.model._default_manager.get(pk=pk))


def _kind_of(model: type[Entry]) -> str:
    return "symptom" if model is Entry else next(kind.name for kind in kinds.all_kinds() if kind.model is model)


@pytest.mark.parametrize("name", KINDS)
def test_what_is_written_is_what_is_read(name):
    said = filled(name)
    (pk,) = write(name, said)
    assert read(name, pk) == said
    assert canonical_json(read(name, pk)) == canonical_json(said)


@pytest.mark.parametrize("name", KINDS)
def test_a_wording_from_the_working_copy_has_no_problems(name):
    kind = kinds.get(name)
    (pk,) = write(name, filled(name))
    said = read(name, pk)
    assert clean(kind, said, as_it_is) == (said, [])
    assert list(Constraints({pk}).problems(kind, pk, said, [])) == []


@pytest.mark.parametrize("name", KINDS)
def test_what_a_form_saved_survives_being_written_back(name):
    kind, saved = kinds.get(name), entry(name)
    said = read(name, saved.pk)
    assert clean(kind, said, as_it_is) == (said, [])
    wording.write(kind, {saved.pk: said}, {saved.pk: 3})
    assert canonical_json(read(name, saved.pk)) == canonical_json(said)
    assert Entry.objects.get(pk=saved.pk).edit_version == 3


@pytest.mark.parametrize("name", KINDS)
def test_writing_a_bare_wording_takes_everything_else_away(name):
    kind = kinds.get(name)
    said = filled(name)
    (pk,) = write(name, said)
    bare = {key: value for key, value in said.items() if key in kind.columns and not isinstance(value, list)}
    bare |= {column: said[column] for column in kind.columns if not getattr(kind.model, column).field.blank}
    cleaned, problems = clean(kind, bare, as_it_is)
    assert problems == []
    wording.write(kind, {pk: cleaned}, {pk: 2})
    assert read(name, pk) == cleaned
    assert list(wording.links(kind, cleaned)) == [
        (column, said[column]) for column in kind.columns if wording.field_of(kind.model, column).many_to_one
    ]


@pytest.mark.parametrize("name", KINDS)
def test_links_lists_every_link(name):
    kind, said = kinds.get(name), filled(name)
    ids = {text for text in _texts(said) if _is_id(text)}
    assert {target for _, target in wording.links(kind, said)} == ids
    for place, _ in wording.links(kind, said):
        listed, _, column = place.rpartition(".")
        assert wording.field_of(kind.row_model(listed) if listed else kind.model, column).is_relation


@pytest.mark.parametrize("name", KINDS)
def test_every_column_of_a_kind_is_in_its_wording(name):
    kind = kinds.get(name)
    through_rows = {kind.row_model(listed) for listed in kind.rows}
    said = {field.name for field in kind.model._meta.concrete_fields} | {
        field.name for field in kind.model._meta.many_to_many if field.remote_field.through not in through_rows
    }
    assert said - IDENTITY == set(kind.columns)


@pytest.mark.parametrize("name", KINDS)
def test_every_column_of_a_row_is_in_its_wording(name):
    kind = kinds.get(name)
    for listed, rows in kind.rows.items():
        meta = kind.row_model(listed)._meta
        columns = {field.name for field in [*meta.concrete_fields, *meta.many_to_many]}
        assert columns - PLACE - {kind.owner_column(listed)} == set(rows.columns), listed


@pytest.mark.parametrize("name", KINDS)
def test_every_list_of_a_kind_is_in_its_wording(name):
    """Rows that any entry may have (cautions, codes) are listed by kinds that want them; a kind's own always are."""
    kind = kinds.get(name)
    own = {
        model
        for model in apps.get_models()
        for field in model._meta.fields
        if issubclass(model, Row) and isinstance(field, models.ForeignKey) and field.related_model is kind.model
        if field.remote_field.on_delete is models.CASCADE
    }
    assert own <= {kind.row_model(listed) for listed in kind.rows}


def test_many_entries_cost_one_query_each_and_no_more():
    # One statement for each entry. All lists together take a fixed number, apart from the batches that SQLite needs for
    # 50 conditions with 30 rows each.
    few, many = [_queries_of(count) for count in (10, 50)]
    assert 40 <= many["new"] - few["new"] <= 40 + BATCHES
    assert 40 <= many["changed"] - few["changed"] <= 40 + BATCHES


def _queries_of(count: int) -> dict[str, int]:
    kind = kinds.get("condition")
    pattern = filled("condition")
    said = {uuid.uuid4(): pattern | {"slug": f"of-{count}-{number}"} for number in range(count)}
    taken = {}
    for what in ("new", "changed"):
        with CaptureQueriesContext(connection) as queries:
            wording.write(kind, said, dict.fromkeys(said, 1))
        taken[what] = len(queries)
    return taken


def test_reading_asks_one_query_a_list_however_long_it_is():
    short = filled("condition")
    long = {key: value * 4 if isinstance(value, list) and key == "causes" else value for key, value in short.items()}
    taken = []
    for said in (short, long | {"slug": "long"}):
        (pk,) = write("condition", said)
        condition = Condition.objects.get(pk=pk)
        with CaptureQueriesContext(connection) as queries:
            wording.read(kinds.get("condition"), condition)
        taken.append(len(queries))
    assert taken[0] == taken[1]


def test_two_entries_may_swap_their_slugs():
    kind = kinds.get("source")
    one, two = filled("source", "one"), filled("source", "two") | {"doi": ""}
    first, second = write("source", one, two)
    wording.write(kind, {first: one | {"slug": "two"}, second: two | {"slug": "one"}}, {first: 2, second: 2})
    assert (read("source", first)["slug"], read("source", second)["slug"]) == ("two", "one")


def test_a_working_copy_that_windows_wrote_reads_like_any_other():
    condition = entry("condition", overview="Zwei\r\nZeilen, e\u0301", synonyms=["e\u0301"])
    said = read("condition", condition.pk)
    assert (said["overview"], said["synonyms"]) == ("Zwei\nZeilen, é", ["é"])


def test_a_date_is_text():
    (pk,) = write("source", filled("source"))
    assert read("source", pk)["last_reviewed_on"] == "2026-01-31"
    assert Source.objects.get(pk=pk).last_reviewed_on == datetime.date(2026, 1, 31)


@settings(deadline=None)  # a busy machine is no fault
@given(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\r\n\t")
    )
)
def test_any_text_is_tidied_once_and_for_all(text):
    tidied = tidy(text)
    assert tidied == tidy(tidied) == unicodedata.normalize("NFC", tidied) == tidied.strip()
    assert "\r" not in tidied
    assert canonical_json(text.strip()) == canonical_json(tidied)


@settings(deadline=None)  # a busy machine is no fault
@given(st.sampled_from("\x00\x01\x08\x0b\x1f\x7f\x85\x9f\ud800\udfff\ufffe\uffff"), st.text(), st.text())
def test_a_text_with_a_control_character_is_refused(character, before, after):
    with pytest.raises(ValueError, match="control character"):
        tidy(before + character + after)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    return [text for item in value for text in _texts(item)] if isinstance(value, list) else [str(value)]


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
