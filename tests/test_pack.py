"""Content packs: what was dumped loads, what was loaded dumps to the same bytes, and a bad pack is refused whole."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from kb import kinds, loading, pack, plain_yaml, review
from kb.enums import ReleaseOrigin
from kb.models.editing import Approval, Release, Revision
from kb.models.entry import Entry
from kb.models.published import Document
from kb.pack import BadPack
from kb.publishing import Refused, verify
from kb.vocabulary.models import Source
from tests import story

pytestmark = pytest.mark.django_db

SMALL = Path(__file__).parent / "data" / "small-pack"
HIP_PAIN = Path(settings.BASE_DIR) / "content" / "hip-pain"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A pack of ten entries, to be spoilt."""
    folder = tmp_path / "small-pack"
    shutil.copytree(SMALL, folder)
    return folder


def change(folder: Path, file: str, old: str, new: str) -> None:
    """Replaces the first place where the file says `old`."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def load(folder: Path) -> list[Revision]:
    return loading.load(folder, by=None, at=story.NOW)


def load_starter(folder: Path) -> Release:
    return loading.load_starter(folder, at=story.NOW)


def errors_of(folder: Path) -> list[str]:
    with pytest.raises(BadPack) as refused:
        load(folder)
    return [str(error) for error in refused.value.errors]


def contents(folder: Path, *besides: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in besides}


def everything() -> list[Any]:
    """What editors and readers have, to see that nothing changed."""
    return [list(model.objects.order_by("pk").values()) for model in (Entry, Revision, Release, Document, Source)]


# What goes in comes out


@pytest.mark.parametrize("folder", [SMALL, HIP_PAIN], ids=lambda folder: folder.name)
def test_a_dump_after_a_load_has_the_same_bytes(folder, tmp_path):
    load_starter(folder)
    loading.dump(tmp_path)
    assert contents(tmp_path) == contents(folder, "README.md", "facts.yaml")
    assert verify() == []


def test_a_dump_loads_to_the_same_wordings_elsewhere(small, tmp_path):
    with transaction.atomic():
        load(small)
        first = dict(Revision.objects.values_list("entry", "sha256"))
        loading.dump(tmp_path / "dump")
        transaction.set_rollback(True)  # an installation that never heard of it
    load(tmp_path / "dump")
    assert dict(Revision.objects.values_list("entry", "sha256")) == first


def test_a_dump_leaves_what_is_no_content_alone_and_takes_away_files_of_kinds_that_are_gone(small):
    load(small)
    (small / "facts.yaml").write_text("- id: F1\n")
    (small / "README.md").write_text("Read me.\n")
    (small / "guides.yaml").write_text("- id: not of this installation\n")
    loading.dump(small, title="A small pack")
    assert contents(small, "facts.yaml", "README.md") == contents(SMALL)
    assert (small / "facts.yaml").read_text() == "- id: F1\n"
    assert load(small) == []


def test_a_dump_holds_what_editors_changed_since(small, tmp_path, therapist):
    load(small)
    source = Source.objects.get(slug="leaflet")
    source.name, source.slug = "A better leaflet", "better-leaflet"
    source.save()
    story.save(source)
    loading.dump(tmp_path / "dump", title="A small pack")
    dumped = contents(tmp_path / "dump")
    assert b"slug: better-leaflet\n  name: A better leaflet\n" in dumped["sources.yaml"]
    assert b"sources: [better-leaflet, trial]" in dumped["symptoms.yaml"]


def test_a_dump_says_which_of_its_entries_are_withdrawn(small, tmp_path, editor, capsys):
    load_starter(small)
    story.withdraw(Entry.objects.get(slug="limping"))
    call_command("dump_content", str(tmp_path))
    said = capsys.readouterr()
    assert "symptom/limping is withdrawn here" in said.err
    assert said.err.count("withdrawn here") == 1
    assert said.out == f"Wrote 10 entries to {tmp_path}.\n"


def test_a_file_from_windows_loads_like_any_other(small):
    load(SMALL)
    for path in small.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(small) == []


def test_words_that_other_yaml_takes_for_something_else_stay_text(small):
    change(
        small, "sources.yaml", "name: A leaflet", "name: yes\n  authors: 2026-01-31\n  publisher: 1_000\n  note: 0123"
    )
    load(small)
    source = Source.objects.get(slug="leaflet")
    assert (source.name, source.authors, source.publisher, source.note) == ("yes", "2026-01-31", "1_000", "0123")


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\n\n  -:#'\"|>%@&*!,[]{}?=~yno0123.eE+\u2028\u2029\u00a0\ufeff"),
    max_size=250,
)
WORDS = st.sampled_from(
    [
        "yes",
        "no",
        "on",
        "true",
        "null",
        "~",
        "017",
        "08",
        "1_000",
        "0x1f",
        "1.5e3",
        "12:30",
        "2026-01-31",
        "=",
        "<<",
        "-",
    ]
)
NUMBERS = st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none()


@settings_of_hypothesis(deadline=None)  # a busy machine is no fault
@given(TEXTS | WORDS | NUMBERS, st.lists(TEXTS | WORDS, max_size=4))
def test_whatever_is_dumped_is_read_back(tmp_path_factory, value, items):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    said = [{"value": value, "rows": [{"items": items}]}]
    path.write_text(plain_yaml.dumped(said), encoding="utf-8", newline="\n")
    read = plain_yaml.read(path, _no_complaint)
    assert read is not None
    assert json.dumps(read[0]) == json.dumps(said)


def _no_complaint(line: int, message: str) -> None:
    raise AssertionError(f"{line}: {message}")


def test_a_dumped_file_is_pleasant_to_read():
    sentence = "A sentence that is long enough for two of it to need more than one line in a file."
    entry = {
        "id": "00000000-0000-4000-8000-000000000001",
        "name": "Hip: the joint",
        "short": "One line.",
        "long": f"{sentence} {sentence}",
        "paragraphs": "One.\n\nTwo.",
        "synonyms": ["one", "two"],
        "rows": [{"text": "A row.", "sources": ["leaflet"]}, {"text": "yes"}],
        "number": 12.5,
        "truth": True,
    }
    assert plain_yaml.dumped([entry]) == (
        "- id: 00000000-0000-4000-8000-000000000001\n"
        "  name: 'Hip: the joint'\n"
        "  short: One line.\n"
        "  long: >-\n"
        "    A sentence that is long enough for two of it to need more than one line in a file. A sentence that is\n"
        "    long enough for two of it to need more than one line in a file.\n"
        "  paragraphs: |-\n"
        "    One.\n"
        "\n"
        "    Two.\n"
        "  synonyms: [one, two]\n"
        "  rows:\n"
        "    - text: A row.\n"
        "      sources: [leaflet]\n"
        "    - text: 'yes'\n"
        "  number: 12.5\n"
        "  truth: true\n"
    )


# Loading makes drafts


def test_a_load_makes_drafts_by_nobody(small):
    made = load(small)
    assert len(made) == len(Entry.objects.all()) == 10
    assert {(revision.number, revision.saved_by, revision.note) for revision in made} == {
        (1, None, "Loaded from a content pack")
    }
    assert not Document.objects.exists()
    assert not Approval.objects.exists()
    assert set(Entry.objects.values_list("edit_version", flat=True)) == {1}


def test_loading_the_same_pack_again_changes_nothing_at_all(small):
    load(small)
    before = everything()
    assert load(small) == []
    assert everything() == before


def test_a_changed_pack_makes_drafts_of_exactly_what_changed(small):
    load_starter(small)
    before = everything()
    documents = before[3]
    change(small, "symptoms.yaml", "It hurts.", "It hurts a lot.")
    change(small, "treatments.yaml", "Do less.", "Do much less.")
    made = load(small)
    assert sorted((revision.entry.slug, revision.number, revision.saved_by) for revision in made) == [
        ("groin-pain", 2, None),
        ("rest", 2, None),
    ]
    assert everything()[3] == documents, "readers see no draft"
    assert dict(Entry.objects.values_list("slug", "edit_version")) == {
        slug: 2 if slug in ("groin-pain", "rest") else 1 for slug in Entry.objects.values_list("slug", flat=True)
    }


def test_the_working_copy_of_a_load_says_what_its_revision_says(small, therapist):
    for revision in load(small):
        assert story.save(revision.entry) == revision


def test_two_entries_may_swap_their_slugs(small):
    load(small)
    change(small, "sources.yaml", "slug: trial", "slug: leaflet")
    change(small, "sources.yaml", "slug: leaflet", "slug: trial")
    change(small, "conditions.yaml", "sources: [leaflet]", "sources: [trial]")
    made = load(small)
    assert sorted((revision.entry.name, revision.entry.slug) for revision in made) == [
        ("A leaflet", "trial"),
        ("A trial", "leaflet"),
    ]


def test_a_value_that_only_one_may_have_can_move_to_another_entry(small):
    load(small)
    change(small, "sources.yaml", "doi: 10.1000/two", "doi: 10.1000/one")
    change(small, "sources.yaml", "doi: 10.1000/one", "doi: 10.1000/two")
    load(small)
    assert dict(Source.objects.values_list("slug", "doi")) == {"leaflet": "10.1000/two", "trial": "10.1000/one"}


def test_a_pack_may_link_to_what_the_installation_has(small):
    load(small)
    (small / "sources.yaml").unlink()
    change(small, "symptoms.yaml", "[leaflet, trial]", "[trial]")
    assert [revision.entry.slug for revision in load(small)] == ["groin-pain"]


def test_what_a_pack_does_not_name_stays_as_it_is(small):
    load(small)
    (small / "conditions.yaml").unlink()
    assert load(small) == []
    assert Entry.objects.filter(slug="labral-tear").exists()


# The starter


def test_a_starter_goes_live_by_nobody_and_unreviewed(small):
    release = load_starter(small)
    assert (release.origin, release.title, release.published_by) == (ReleaseOrigin.STARTER, "A small pack", None)
    assert Document.objects.count() == 10
    documents = [story.document(entry) for entry in Entry.objects.exclude(kind="source")]
    assert {document["review"]["status"] for document in documents} == {"unreviewed"}


def test_a_starter_is_refused_where_something_is_live(small):
    load_starter(small)
    before = everything()
    with pytest.raises(Refused, match="has content already"):
        load_starter(small)
    assert everything() == before


def test_a_starter_is_refused_where_there_are_only_drafts(small):
    load(small)
    before = everything()
    with pytest.raises(Refused, match="has content already"):
        load_starter(small)
    assert everything() == before


def test_a_starter_that_would_hurt_readers_leaves_nothing_behind(small):
    change(small, "conditions.yaml", "  red_flags:\n    - red_flag: fever\n", "")
    before = everything()
    with pytest.raises(Refused, match="Labral tear: It names no red flag"):
        load_starter(small)
    assert everything() == before


# A bad pack is refused whole


BAD = {
    # what is wrong: (file, what it says, what it would say, all the errors)
    "an unknown key of an entry": (
        "treatments.yaml",
        "setting: home",
        "setting: home\n  dose: 5",
        ["treatments.yaml:8: rest, dose: There is no key “dose” here. Known keys: slug, name, synonyms, …"],
    ),
    "an unknown key of a row": (
        "conditions.yaml",
        "age_min: 20",
        "age_from: 20",
        ["conditions.yaml:15: labral-tear, affects 1, age_from: There is no key “age_from” here. Known keys: text, …"],
    ),
    "an unknown key with a list below it": (
        "symptoms.yaml",
        "  red_flags:",
        "  warnings:\n    - one\n  red_flags:",
        ["symptoms.yaml:8: groin-pain, warnings: There is no key “warnings” here. Known keys: slug, …"],
    ),
    "a merge key": (
        "treatments.yaml",
        "  name: Rest",
        "  name: Rest\n  <<: {summary: Less}",
        ["treatments.yaml:4: rest, <<: There is no key “<<” here. Known keys: slug, …"],
    ),
    "a key that is a number": (
        "treatments.yaml",
        "  name: Rest",
        "  name: Rest\n  1: one",
        ["treatments.yaml:4: rest, 1: There is no key “1” here. Known keys: slug, …"],
    ),
    "a key that is a list": (
        "treatments.yaml",
        "  name: Rest",
        "  ? [a, b]\n  : Rest",
        ["treatments.yaml:3: This cannot be read: a key must be a word."],
    ),
    "a missing key": (
        "treatments.yaml",
        "  summary: Do less.\n",
        "",
        ["treatments.yaml:1: rest, summary: This key is missing."],
    ),
    "a missing key of a row": (
        "conditions.yaml",
        "typicality: rare",
        "note: Rarely.",
        ["conditions.yaml:31: labral-tear, symptoms 2, typicality: This key is missing."],
    ),
    "an empty text": (
        "treatments.yaml",
        "summary: Do less.",
        "summary:",
        ["treatments.yaml:4: rest, summary: This cannot be empty."],
    ),
    "a text of spaces": (
        "treatments.yaml",
        "summary: Do less.",
        "summary: '  '",
        ["treatments.yaml:4: rest, summary: This field cannot be blank."],
    ),
    "a dangling link": (
        "conditions.yaml",
        "treatment: rest",
        "treatment: surgery",
        ["conditions.yaml:34: labral-tear, treatments 1, treatment: There is no treatment … “surgery”."],
    ),
    "two dangling links in a list": (
        "symptoms.yaml",
        "[leaflet, trial]",
        "\n    - study\n    - leaflet\n    - report",
        [
            "symptoms.yaml:8: groin-pain, sources 1: There is no source with the short name “study”.",
            "symptoms.yaml:10: groin-pain, sources 3: There is no source with the short name “report”.",
        ],
    ),
    "a dangling link to any kind": (
        "symptoms.yaml",
        "condition/labral-tear",
        "labral-tear",
        ["symptoms.yaml:21: limping, related 1, target: There is no kind/short-name “labral-tear”."],
    ),
    "a link to an entry of another kind": (
        "conditions.yaml",
        "symptom: limping",
        "symptom: rest",
        ["conditions.yaml:31: labral-tear, symptoms 2, symptom: There is no symptom with the short name “rest”."],
    ),
    "a link that is no text": (
        "conditions.yaml",
        "symptom: limping",
        "symptom: [limping]",
        ["conditions.yaml:31: labral-tear, symptoms 2, symptom: A link is the short name of another entry."],
    ),
    "links that are no list": (
        "symptoms.yaml",
        "[leaflet, trial]",
        "leaflet",
        ["symptoms.yaml:7: groin-pain, sources: This must be a list of short names: [one, another]."],
    ),
    "a link that stands twice": (
        "symptoms.yaml",
        "[leaflet, trial]",
        "[leaflet, leaflet]",
        ["symptoms.yaml:7: groin-pain, sources 2: “leaflet” stands here twice."],
    ),
    "a row that stands twice": (
        "conditions.yaml",
        "symptom: limping",
        "symptom: groin-pain",
        ["conditions.yaml:31: labral-tear, symptoms 2, symptom: This stands here twice."],
    ),
    "a link to itself": (
        "symptoms.yaml",
        "condition/labral-tear",
        "symptom/limping",
        ["symptoms.yaml:21: limping, related 1: This breaks the rule “related link not to itself”."],
    ),
    "a complication that leads to itself": (
        "conditions.yaml",
        "It can get worse.",
        "It can get worse.\n      leads_to: labral-tear",
        ["conditions.yaml:26: labral-tear, complications 1: This breaks the rule “complication not itself”."],
    ),
    "a slug that another entry in the file has": (
        "symptoms.yaml",
        "slug: limping",
        "slug: groin-pain",
        [
            "conditions.yaml:31: labral-tear, symptoms 2, symptom: There is no symptom with the short name “limping”.",
            "symptoms.yaml:12: groin-pain, slug: Another entry in this file has the same slug.",
        ],
    ),
    "a slug that is no slug": (
        "treatments.yaml",
        "slug: rest",
        "slug: Rest",
        [
            "conditions.yaml:34: labral-tear, treatments 1, treatment: There is no treatment … “rest”.",
            "treatments.yaml:2: Rest, slug: Use lower-case letters and digits, joined by single hyphens: …",
        ],
    ),
    "a slug that looks like an id": (
        "disclaimers.yaml",
        "slug: general",
        "slug: 00000000-0000-4000-8000-000000000099",
        ["disclaimers.yaml:2: 00000000-…, slug: This short name looks like an id. Use words."],
    ),
    "a link to the old slug of an entry that the pack renames": (
        "treatments.yaml",
        "slug: rest",
        "slug: relative-rest",
        ["conditions.yaml:34: labral-tear, treatments 1, treatment: There is no treatment with the short name “rest”."],
    ),
    "an entry without an id": (
        "treatments.yaml",
        "- id: 00000000-0000-4000-8000-000000000031\n  slug: rest",
        "- slug: rest",
        ["treatments.yaml:1: id: every entry needs a UUID that never changes."],
    ),
    "an id that is no UUID": (
        "treatments.yaml",
        "00000000-0000-4000-8000-000000000031",
        "rest",
        ["treatments.yaml:1: id: every entry needs a UUID that never changes."],
    ),
    "an id that is a number": (
        "treatments.yaml",
        "00000000-0000-4000-8000-000000000031",
        "31",
        ["treatments.yaml:1: id: every entry needs a UUID that never changes."],
    ),
    "an id twice in a file": (
        "sources.yaml",
        "00000000-0000-4000-8000-000000000002",
        "00000000-0000-4000-8000-000000000001",
        ["sources.yaml:10: trial, id: “leaflet” in sources.yaml has the same id."],
    ),
    "an id twice, of two kinds": (
        "treatments.yaml",
        "00000000-0000-4000-8000-000000000031",
        "00000000-0000-4000-8000-000000000002",
        ["treatments.yaml:1: rest, id: “trial” in sources.yaml has the same id."],
    ),
    "a number where text belongs": (
        "treatments.yaml",
        "name: Rest",
        "name: 12",
        ["treatments.yaml:3: rest, name: This must be text. Put it in quotes: '12'."],
    ),
    "a number in a list of texts": (
        "disclaimers.yaml",
        "[condition, symptom, treatment]",
        "[condition, 12]",
        ["disclaimers.yaml:5: general, applies_to: Each item must be text. Put numbers in quotes."],
    ),
    "a truth where text belongs": (
        "treatments.yaml",
        "name: Rest",
        "name: true",
        ["treatments.yaml:3: rest, name: This must be text. Put it in quotes: 'true'."],
    ),
    "text where a truth belongs": (
        "red-flags.yaml",
        "is_global: true",
        "is_global: yes",
        ["red-flags.yaml:5: fever, is_global: This must be true or false."],
    ),
    "text where a number belongs": (
        "conditions.yaml",
        "age_min: 20",
        "age_min: twenty",
        ["conditions.yaml:15: labral-tear, affects 1, age_min: This must be a whole number."],
    ),
    "a broken number where a whole one belongs": (
        "conditions.yaml",
        "age_min: 20",
        "age_min: 20.5",
        ["conditions.yaml:15: labral-tear, affects 1, age_min: This must be a whole number."],
    ),
    "a number below nought": (
        "conditions.yaml",
        "age_min: 20",
        "age_min: -1",
        ["conditions.yaml:15: labral-tear, affects 1, age_min: Ensure this value is greater than or equal to 0."],
    ),
    "a number without end": (
        "conditions.yaml",
        "value_high: 12.5",
        "value_high: 1.0e+999",
        ["conditions.yaml:21: labral-tear, figures 1, value_high: This number is too large."],
    ),
    "a number of five thousand digits": (
        "conditions.yaml",
        "value_high: 12.5",
        f"value_high: {'9' * 5000}",
        ["conditions.yaml:21: labral-tear, figures 1, value_high: This must be a number."],
    ),
    "text where a list belongs": (
        "conditions.yaml",
        "[groin]",
        "groin",
        ["conditions.yaml:6: labral-tear, body_regions: This must be a list: [one, another]."],
    ),
    "text where rows belong": (
        "conditions.yaml",
        "  complications:\n    - text: It can get worse.",
        "  complications: It can get worse.",
        ["conditions.yaml:25: labral-tear, complications: This must be a list; start each item with “- ”."],
    ),
    "a row that is text": (
        "conditions.yaml",
        "- text: It can get worse.",
        "- It can get worse.",
        ["conditions.yaml:26: labral-tear, complications 1: Each item needs keys: text, leads_to, basis, …"],
    ),
    "too many rows": (
        "conditions.yaml",
        "    - text: It can get worse.\n",
        "    - text: It can get worse.\n" * 1001,
        ["conditions.yaml:25: labral-tear, complications: A list may have 1000 items at most."],
    ),
    "a word that is none of the choices": (
        "treatments.yaml",
        "setting: home",
        "setting: garden",
        ["treatments.yaml:7: rest, setting: “garden” is not one of: home, …"],
    ),
    "a list with a word that is none of the choices": (
        "conditions.yaml",
        "[groin]",
        "[groin, elbow]",
        ["conditions.yaml:6: labral-tear, body_regions: “elbow” is not one of: …"],
    ),
    "a list item of two lines": (
        "disclaimers.yaml",
        "[condition, symptom, treatment]",
        '["condition\\nsymptom"]',
        ["disclaimers.yaml:5: general, applies_to: Each item must be one line of text."],
    ),
    "a day that no calendar has": (
        "sources.yaml",
        "2020-02-29",
        "2021-02-29",
        ["sources.yaml:8: leaflet, last_reviewed_on: “2021-02-29” value has the correct format (YYYY-MM-DD) but …"],
    ),
    "a name that is too long": (
        "treatments.yaml",
        "name: Rest",
        f"name: {'r' * 301}",
        ["treatments.yaml:3: rest, name: Ensure this value has at most 300 characters (it has 301)."],
    ),
    "an address that is none": (
        "sources.yaml",
        "year: 2001",
        "url: leaflet.pdf",
        ["sources.yaml:4: leaflet, url: Enter a valid URL."],
    ),
    "a year out of range": (
        "sources.yaml",
        "year: 2001",
        "year: 1899",
        ["sources.yaml:4: leaflet, year: Ensure this value is greater than or equal to 1900."],
    ),
    "harm that names no reason": (
        "conditions.yaml",
        "role: recommended\n      note: It helps.",
        "role: avoid\n      line: first",
        [
            "conditions.yaml:34: labral-tear, treatments 1: This breaks the rule "
            "“condition treatment harm has note and no line”."
        ],
    ),
    "a percentage over 100": (
        "conditions.yaml",
        "value_high: 12.5",
        "value_high: 125",
        ["conditions.yaml:18: labral-tear, figures 1: This breaks the rule “figure percent at most 100”."],
    ),
    "ages in the wrong order": (
        "conditions.yaml",
        "age_max: 49",
        "age_max: 12",
        ["conditions.yaml:14: labral-tear, affects 1: This breaks the rule “affected ages in order”."],
    ),
    "a medicine that does not say why it has no dose": (
        "treatments.yaml",
        "category: self_care",
        "category: medicine",
        ["treatments.yaml:1: rest: This breaks the rule “treatment medicine says why no dose”."],
    ),
    "a DOI that stands twice": (
        "sources.yaml",
        "10.1000/two",
        "10.1000/one",
        ["sources.yaml:13: trial, doi: “10.1000/one” belongs to “leaflet” already."],
    ),
    "two default regions": (
        "contact-routes.yaml",
        "region: NZ",
        "region: default",
        ["contact-routes.yaml:13: new-zealand, region: “default” belongs to “anywhere” already."],
    ),
    "a tab": (
        "treatments.yaml",
        "  slug: rest",
        "\tslug: rest",
        ["treatments.yaml:2: There is a tab here. Use spaces."],
    ),
    "a control character": (
        "treatments.yaml",
        "name: Rest",
        "name: Re\x07st",
        ["treatments.yaml:3: There is an invisible control character here. Remove it."],
    ),
    "a NUL in an escape": (
        "treatments.yaml",
        "name: Rest",
        'name: "Re\\0st"',
        ["treatments.yaml:3: rest, name: There is an invisible control character in this text. Remove it."],
    ),
    "half a character in an escape": (
        "treatments.yaml",
        "name: Rest",
        'name: "Re\\ud800st"',
        ["treatments.yaml:3: rest, name: There is an invisible control character in this text. Remove it."],
    ),
    "a key that stands twice": (
        "treatments.yaml",
        "  name: Rest",
        "  name: Rest\n  name: Sleep",
        ["treatments.yaml:4: The key “name” stands here twice."],
    ),
    "a key that stands twice in a row": (
        "conditions.yaml",
        "role: recommended",
        "role: recommended\n      role: option",
        ["conditions.yaml:36: The key “role” stands here twice."],
    ),
    "an anchor and an alias": (
        "symptoms.yaml",
        "summary: It hurts.\n  urgency: routine\n  what_to_do: Rest.",
        "summary: &same It hurts.\n  urgency: routine\n  what_to_do: *same",
        [
            "symptoms.yaml:4: Anchors (&) and aliases (*) are not used here. Write it out.",
            "symptoms.yaml:6: Anchors (&) and aliases (*) are not used here. Write it out.",
        ],
    ),
    "a tag": (
        "treatments.yaml",
        "name: Rest",
        "name: !!python/object/apply:os.getcwd []",
        ["treatments.yaml:3: Tags (!) are not used here."],
    ),
    "a file that is no YAML": (
        "treatments.yaml",
        "name: Rest",
        "name: 'Rest",
        ["treatments.yaml:11: This cannot be read: found unexpected end of stream."],
    ),
    "two documents in a file": (
        "treatments.yaml",
        "  setting: home",
        "  setting: home\n---\n- two",
        ["treatments.yaml:8: This cannot be read: but found another document."],
    ),
    "a file that is no list": (
        "disclaimers.yaml",
        "- id:",
        "  id:",
        ["disclaimers.yaml:1: The file must be a list; start each entry with “- id: …”."],
    ),
    "an entry that is text": (
        "disclaimers.yaml",
        "- id:",
        "- General\n- id:",
        ["disclaimers.yaml:1: An entry must be a list of “key: value” lines."],
    ),
    "another format": (
        "pack.yaml",
        "stride-kb-pack/1",
        "stride-kb-pack/2",
        ["pack.yaml:1: It must say “format: stride-kb-pack/1”."],
    ),
    "another locale": ("pack.yaml", "locale: en", "locale: de", ["pack.yaml:2: It must say “locale: en”."]),
    "a pack without a title": (
        "pack.yaml",
        "title: A small pack",
        "title:",
        ["pack.yaml:3: It needs a title: a line of 200 characters at most."],
    ),
    "an unknown key of the pack": (
        "pack.yaml",
        "title:",
        "licence: free\ntitle:",
        ["pack.yaml:3: There is no key “licence” here. Known keys: format, locale, title."],
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_its_line(small, case):
    file, old, new, expected = BAD[case]
    change(small, file, old, new)
    found = errors_of(small)
    assert [_shortened(error, pattern) for error, pattern in zip(found, expected, strict=False)] == expected
    assert len(found) == len(expected)
    assert not Entry.objects.exists()


def _shortened(error: str, pattern: str) -> str:
    """“…” stands for anything."""
    return pattern if re.fullmatch(re.escape(pattern).replace("…", ".*"), error) else error


def test_a_pack_that_is_no_folder_of_ours_is_refused_by_name(tmp_path):
    assert errors_of(tmp_path) == [
        f"pack.yaml:1: There is no pack.yaml in {tmp_path.name}. It starts with: format: stride-kb-pack/1"
    ]


def test_a_file_that_no_kind_has_is_refused(small):
    (small / "condition.yaml").write_text("")
    (small / "treatments.yml").write_text("")
    known = ", ".join(sorted(pack.file_name(kind) for kind in kinds.all_kinds()))
    assert errors_of(small) == [
        f"condition.yaml:1: No kind has this file name. Known: {known}.",
        f"treatments.yml:1: No kind has this file name. Known: {known}.",
    ]


def test_an_empty_file_is_refused_and_does_not_make_every_link_to_it_an_error(small):
    (small / "symptoms.yaml").write_text("# Nothing here yet.\n")
    assert errors_of(small) == ["symptoms.yaml:1: The file is empty. Delete it, or write something in it."]


def test_a_file_that_is_not_utf_8_is_refused(small):
    (small / "symptoms.yaml").write_bytes("- name: Prüfung\n".encode("latin-1"))
    assert errors_of(small) == ["symptoms.yaml:1: The file is not UTF-8 text. Save it as UTF-8."]


def test_a_file_that_cannot_be_opened_is_refused(small):
    (small / "guides.yaml").symlink_to(small / "nowhere")
    (small / "questions.yaml").mkdir()
    assert errors_of(small) == [
        "guides.yaml:1: The file cannot be read: No such file or directory.",
        "questions.yaml:1: The file cannot be read: Is a directory.",
    ]


def test_a_pack_that_is_too_large_is_not_read_at_all(small):
    os.truncate(small / "symptoms.yaml", 20_000_001)
    assert errors_of(small) == ["symptoms.yaml:1: With this file, the pack is larger than 20 MB. Split it."]


def test_files_that_are_too_large_together_are_refused(small):
    os.truncate(small / "symptoms.yaml", 10_000_000)
    os.truncate(small / "treatments.yaml", 10_000_000)
    assert errors_of(small) == ["symptoms.yaml:1: With this file, the pack is larger than 20 MB. Split it."]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_lists_without_end_are_refused(small, opening):
    (small / "symptoms.yaml").write_text(opening * 100_000)
    assert errors_of(small) == ["symptoms.yaml:1: This cannot be read: lists in lists go too deep."]


def test_a_bomb_of_aliases_is_refused_at_once(small):
    lines = ["- &a0 [lol]"] + [f"- &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (small / "symptoms.yaml").write_text("\n".join(lines))
    found = errors_of(small)
    assert "symptoms.yaml:12: Anchors (&) and aliases (*) are not used here. Write it out." in found


def test_the_errors_of_all_files_are_listed_at_once(small):
    change(small, "sources.yaml", "authority: trial", "authority: rumour")
    change(small, "symptoms.yaml", "summary: It hurts.", "summery: It hurts.")
    change(small, "conditions.yaml", "treatment: rest", "treatment: surgery")
    change(small, "conditions.yaml", "value_high: 12.5", "value_high: 125")
    change(small, "disclaimers.yaml", "text:", "\ttext:")
    found = errors_of(small)
    assert [error.split(": ")[0] for error in found] == [
        "conditions.yaml:18",
        "conditions.yaml:34",
        "disclaimers.yaml:4",
        "sources.yaml:15",
        "symptoms.yaml:1",
        "symptoms.yaml:4",
    ]
    assert found == sorted(found)


def test_a_wrong_value_is_not_also_called_a_broken_rule(small):
    change(small, "conditions.yaml", "value_high: 12.5", "value_high: many")
    change(small, "conditions.yaml", "role: recommended", "role: forbidden")
    assert len(errors_of(small)) == 2


# What the installation has counts too


def test_a_slug_of_another_entry_of_the_installation_is_refused(small):
    load(small)
    change(small, "treatments.yaml", "000000000031", "000000000099")
    assert errors_of(small) == ["treatments.yaml:2: rest, slug: This slug belongs to another entry here already."]


def test_an_id_of_another_kind_in_the_installation_is_refused(small):
    load(small)
    (small / "disclaimers.yaml").unlink()
    change(small, "treatments.yaml", "000000000031", "000000000015")
    assert errors_of(small) == [
        "treatments.yaml:1: rest, id: This is the id of a disclaimer here already.",
        "treatments.yaml:2: rest, slug: This slug belongs to another entry here already.",
    ]


def test_a_slug_under_which_another_entry_was_once_published_is_refused(small):
    load_starter(small)
    change(small, "treatments.yaml", "slug: rest", "slug: relative-rest")
    change(small, "conditions.yaml", "treatment: rest", "treatment: relative-rest")
    load(small)
    (small / "treatments.yaml").write_text(
        (SMALL / "treatments.yaml").read_text().replace("000000000031", "000000000099")
        + (small / "treatments.yaml").read_text()
    )
    assert errors_of(small) == [
        "treatments.yaml:2: rest, slug: Another entry was once published under this slug and keeps it for ever."
    ]


def test_a_renamed_entry_may_take_back_a_slug_under_which_it_was_published(small):
    load_starter(small)
    change(small, "treatments.yaml", "slug: rest", "slug: relative-rest")
    change(small, "conditions.yaml", "treatment: rest", "treatment: relative-rest")
    assert [revision.entry.slug for revision in load(small)] == ["relative-rest"], (
        "the condition links to the same entry"
    )
    assert [revision.entry.slug for revision in load(SMALL)] == ["rest"]


def test_a_link_to_a_slug_that_the_pack_takes_away_is_refused(small):
    load(small)
    change(small, "treatments.yaml", "slug: rest", "slug: relative-rest")
    assert errors_of(small) == [
        "conditions.yaml:34: labral-tear, treatments 1, treatment: There is no treatment with the short name “rest”."
    ]


def test_a_value_that_another_entry_of_the_installation_has_is_refused(small):
    load(small)
    change(small, "sources.yaml", "000000000001", "000000000091")
    change(small, "sources.yaml", "slug: leaflet", "slug: new-leaflet")
    (small / "symptoms.yaml").unlink()
    (small / "conditions.yaml").unlink()
    assert errors_of(small) == ["sources.yaml:5: new-leaflet, doi: “10.1000/one” belongs to “leaflet” already."]


def test_a_refused_pack_changes_nothing(small):
    load_starter(small)
    before = everything()
    change(small, "symptoms.yaml", "It hurts.", "It hurts a lot.")
    change(small, "conditions.yaml", "treatment: rest", "treatment: surgery")
    assert len(errors_of(small)) == 1
    assert everything() == before


def test_a_load_that_breaks_halfway_changes_nothing(small, monkeypatch):
    load_starter(small)
    before = everything()
    change(small, "sources.yaml", "A leaflet", "Another leaflet")
    change(small, "conditions.yaml", "A tear.", "A small tear.")
    monkeypatch.setattr(Revision.objects, "bulk_create", _power_cut_at_the_condition)
    with pytest.raises(IntegrityError):
        load(small)
    assert everything() == before


_bulk_create = Revision.objects.bulk_create


def _power_cut_at_the_condition(made: list[Revision], **options: Any) -> list[Revision]:
    if any(revision.entry.kind == "condition" for revision in made):
        raise IntegrityError("power cut")
    return _bulk_create(made, **options)


# The commands


def test_the_command_lists_the_errors_and_says_that_nothing_was_loaded(small):
    change(small, "treatments.yaml", "setting: home", "setting: garden")
    with pytest.raises(CommandError, match=r"Nothing was loaded.*\ntreatments.yaml:7: rest, setting: “garden”"):
        call_command("load_content", str(small))


def test_the_command_says_that_a_starter_came_too_late(small):
    load(small)
    with pytest.raises(CommandError, match=r"Nothing was loaded.\nThis installation has content already"):
        call_command("load_content", str(small), starter=True)


def test_the_command_says_that_somebody_else_was_quicker(small, monkeypatch):
    monkeypatch.setattr(loading, "_known", lambda: pack.Known())
    load(small)
    change(small, "treatments.yaml", "000000000031", "000000000099")
    with pytest.raises(CommandError, match="content changed meanwhile"):
        call_command("load_content", str(small))


def test_the_command_wants_a_folder(tmp_path):
    with pytest.raises(CommandError, match="is not a folder"):
        call_command("load_content", str(tmp_path / "nowhere"))


def test_the_progress_is_on_stderr_and_plain_where_nobody_watches(small, capsys):
    call_command("load_content", str(small))
    said = capsys.readouterr()
    assert said.out == "10 entries changed; they are drafts until they are approved and published.\n"
    assert said.err.startswith("Done")
    assert all(character.isprintable() or character == "\n" for character in said.err)


def test_who_loads_a_pack_in_their_name_cannot_approve_it(small, editor):
    call_command("load_content", str(small), by="editor")
    revision = Revision.objects.order_by("pk").first()
    with pytest.raises(Refused, match="You wrote part of this yourself"):
        review.approve(revision, by=editor, at=story.NOW)


def test_a_pack_is_not_loaded_in_the_name_of_somebody_unknown(small):
    with pytest.raises(CommandError, match="no active account"):
        call_command("load_content", str(small), by="nobody")
    assert not Entry.objects.exists()
