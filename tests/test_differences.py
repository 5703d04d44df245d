"""What changed between two wordings: nothing is missed, nothing made up, however long a text is."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import conflicts, differences, kinds, readable, wording
from kb.conflicts import Choice, Sides
from kb.differences import EFFORT, Change, Effort, How, text_runs
from tests.long_texts import LONG_TEXTS

RECOMMENDED = {"role": "recommended", "line": "first", "evidence_level": "review", "note": "", "basis": "stated"}
ICE, HEAT, REST = ("1" * 32, "2" * 32, "3" * 32)
NAMES = {ICE: "Ice", HEAT: "Heat", REST: "Rest"}


def condition(**said: Any) -> dict[str, Any]:
    kind = kinds.get("condition")
    for name in said.keys() & kind.rows.keys():
        said[name] = [row_of(name, **row) for row in said[name]]
    return wording.completed(kind, said)


def row_of(name: str, **said: Any) -> dict[str, Any]:
    kind = kinds.get("condition")
    model = kind.row_model(name)
    return {column: wording.default_of(model, column) for column in kind.rows[name].columns} | said


def treatment(pk: str, **said: Any) -> dict[str, Any]:
    return {"treatment": pk} | RECOMMENDED | said


def changes(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Change]:
    found = differences.compare(kinds.get("condition"), condition(**old), condition(**new), NAMES)
    return {change.key: change for change in found}


def words(old: str, new: str) -> list[tuple[str, str]]:
    return [(run.how.value, run.text) for run in text_runs(old, new, Effort())]


# Text


def test_words_that_changed_are_told_from_those_that_stayed():
    assert words("Rest for two weeks.", "Rest for three weeks.") == [
        ("same", "Rest for "),
        ("removed", "two"),
        ("added", "three"),
        ("same", " weeks."),
    ]


def test_two_changed_words_side_by_side_are_one_change():
    assert words("the left hip hurts", "a right hip hurts")[:2] == [("removed", "the left"), ("added", "a right")]


@pytest.mark.parametrize(
    ("old", "new", "removed", "added"),
    [
        ("run 👩🏽‍⚕️ now", "run 👨🏽‍⚕️ now", "👩🏽‍⚕️", "👨🏽‍⚕️"),
        ("כאב בירך ימין", "כאב בירך שמאל", "ימין", "שמאל"),
        ("ألم في الوَرِك الأيمن", "ألم في الوَرِك الأيسر", "الأيمن", "الأيسر"),
    ],
)
def test_emoji_and_right_to_left_words_stay_whole(old, new, removed, added):
    changed = [run for run in words(old, new) if run[0] != "same"]
    assert changed == [("removed", removed), ("added", added)]


@given(
    st.text(alphabet="ab .,\n", max_size=60), st.text(alphabet="ab .,\n", max_size=60), st.sampled_from([0, 50, 9999])
)
def test_the_runs_of_a_text_make_up_both_texts(old, new, effort):
    runs = text_runs(old, new, Effort(effort))
    assert "".join(run.text for run in runs if run.how != How.ADDED) == old
    assert "".join(run.text for run in runs if run.how != How.REMOVED) == new
    assert all(run.text for run in runs)


def counting(matched: Callable[..., Any], compared: list[int]) -> Callable[..., Any]:
    """Notes how many pairs of words it is given."""

    def noted(left: list[str], right: list[str]) -> Any:
        compared.append(len(left) * len(right))
        return matched(left, right)

    return noted


@pytest.mark.parametrize(("old", "new"), LONG_TEXTS.values(), ids=LONG_TEXTS)
def test_two_megabytes_are_compared_with_bounded_effort(old, new, monkeypatch):
    compared = []
    monkeypatch.setattr(differences, "_matched", counting(differences._matched, compared))
    runs = text_runs(old, new, Effort())
    assert sum(compared) <= EFFORT
    assert "".join(run.text for run in runs if run.how != How.ADDED) == old
    assert "".join(run.text for run in runs if run.how != How.REMOVED) == new


def test_long_text_that_did_not_change_is_left_out_and_the_words_beside_a_change_stay():
    long = " ".join(f"word{n}" for n in range(500))
    runs = changes({"overview": f"{long} old {long}"}, {"overview": f"{long} new {long}"})["overview"].runs
    assert [run.how for run in runs] == ["left out", "same", "removed", "added", "same", "left out"]
    assert runs[1].text.endswith("word499 ")
    assert len("".join(run.text for run in runs)) < 500


def test_a_very_long_new_text_is_shown_in_part():
    runs = changes({"overview": "x"}, {"overview": "long word " * 200_000})["overview"].runs
    assert sum(len(run.text) for run in runs) < 30_000
    assert runs[-1].text == "1,980,000 more characters"


# Values and links


def test_choices_flags_and_numbers_are_told_in_their_words():
    told = changes(
        {"urgency": "routine", "needs_clinical_review": False}, {"urgency": "urgent", "needs_clinical_review": True}
    )
    assert (told["needs_clinical_review"].old, told["needs_clinical_review"].new) == ("no", "yes")
    assert told["urgency"].old.startswith("Routine")
    assert told["urgency"].new.startswith("Urgent")


def test_lists_of_words_and_links_tell_what_came_and_what_went():
    told = changes(
        {"synonyms": ["a", "b"], "sources": [ICE], "body_regions": ["groin"]},
        {"synonyms": ["b", "c"], "sources": [HEAT], "body_regions": ["groin", "buttock"]},
    )
    assert (told["synonyms"].removed, told["synonyms"].added) == (("a",), ("c",))
    assert (told["sources"].removed, told["sources"].added) == (("Ice",), ("Heat",))
    assert told["body_regions"].added == ("Buttock",)


def test_another_order_is_said_to_be_just_that():
    assert changes({"synonyms": ["a", "b"]}, {"synonyms": ["b", "a"]})["synonyms"].is_reordered_only


def test_what_is_linked_to_and_gone_has_a_name_all_the_same():
    assert changes({"sources": []}, {"sources": ["9" * 32]})["sources"].added == (readable.UNKNOWN_TARGET,)


# Rows


def test_rows_of_links_are_told_apart_by_what_they_link_to():
    old = {"treatments": [treatment(ICE), treatment(HEAT)]}
    new = {"treatments": [treatment(HEAT, role="avoid", note="It burns."), treatment(REST)]}
    told = {(row.how.value, row.title): row for row in changes(old, new)["treatments"].rows}
    assert set(told) == {("changed", "Heat"), ("added", "Rest"), ("removed", "Ice")}
    changed = {change.key: change for change in told["changed", "Heat"].changes}
    assert set(changed) == {"role", "note"}
    assert changed["role"].new == "Avoid"
    assert {part.label: part.text for part in told["added", "Rest"].parts}["role"] == "Recommended"


def test_one_row_that_moved_is_one_row_that_moved():
    order = [ICE, HEAT, REST]
    told = changes(
        {"treatments": [treatment(pk) for pk in order]}, {"treatments": [treatment(pk) for pk in (REST, ICE, HEAT)]}
    )["treatments"].rows
    assert [(row.how.value, row.title, row.was, row.place) for row in told] == [("moved", "Rest", 3, 1)]


def test_a_sentence_that_was_changed_is_not_a_new_one():
    old = {"causes": [{"text": "Too much running too soon."}, {"text": "Worn shoes."}]}
    new = {"causes": [{"text": "Ice and snow."}, {"text": "Too much running, and too soon."}, {"text": "Worn shoes."}]}
    told = [(row.how.value, row.title) for row in changes(old, new)["causes"].rows]
    assert told == [("added", "Ice and snow."), ("changed", "Too much running, and too soon.")]


def test_the_rows_of_long_lists_are_not_compared_each_with_each(monkeypatch):
    compared = []
    monkeypatch.setattr(differences, "_likeness", lambda *rows: compared.append(rows))
    old = {"causes": [{"text": f"cause {n} is this one"} for n in range(1000)]}
    new = {"causes": [{"text": f"reason {n} was that other"} for n in range(1000)]}
    assert len(changes(old, new)["causes"].rows) == 2000
    assert compared == []


rows = st.lists(
    st.fixed_dictionaries({"text": st.sampled_from(["one two", "one two three", "four", "five six", ""])}), max_size=6
)


@given(rows, rows)
def test_every_row_of_both_lists_is_accounted_for(old, new):
    kind = kinds.get("condition")
    before, after = condition(causes=old)["causes"], condition(causes=new)["causes"]
    paired = differences.pairs(kind, "causes", before, after)
    assert len({was for was, _ in paired}) == len({now for _, now in paired}) == len(paired)
    told = [] if before == after else changes({"causes": old}, {"causes": new})["causes"].rows
    added = sum(row.how == How.ADDED for row in told)
    removed = sum(row.how == How.REMOVED for row in told)
    assert len(before) - removed + added == len(after)


def test_the_parts_that_changed_are_named_in_the_order_of_the_page():
    told = differences.changed_parts(
        kinds.get("condition"), condition(), condition(overview="x", name="y", causes=[{"text": "z"}])
    )
    assert told == ["name", "overview", "causes"]


# Two from one start


def sides(start: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]) -> Sides:
    return Sides(condition(**start), condition(**theirs), condition(**mine))


def both(key: str, start: Any, theirs: Any, mine: Any) -> Any:
    given = sides({key: start}, {key: theirs}, {key: mine})
    return conflicts.settled(kinds.get("condition"), given, {key: Choice.BOTH})[key]


def texts(*said: str) -> list[dict[str, Any]]:
    return [{"text": text} for text in said]


def test_who_alone_changed_a_part_keeps_it_and_what_both_changed_is_asked():
    found = conflicts.disputes(
        kinds.get("condition"),
        sides({"overview": "a"}, {"overview": "b", "summary": "b"}, {"overview": "c", "synonym_note": "c"}),
        {},
    )
    assert {dispute.key: dispute.default for dispute in found} == {
        "overview": None,
        "summary": Choice.THEIRS,
        "synonym_note": Choice.MINE,
    }


def test_without_a_known_start_everything_is_asked():
    given = Sides(None, condition(overview="b"), condition(overview="c"))
    assert [dispute.default for dispute in conflicts.disputes(kinds.get("condition"), given, {})] == [None]


def test_keeping_both_takes_what_was_added_and_drops_what_was_removed():
    assert both("synonyms", ["a", "b"], ["a", "b", "theirs"], ["b", "mine"]) == ["b", "mine", "theirs"]
    kept = both("causes", texts("One.", "Two."), texts("One.", "Two.", "Theirs."), texts("Mine.", "Two."))
    assert [row["text"] for row in kept] == ["Mine.", "Two.", "Theirs."]


def test_keeping_both_keeps_two_changes_of_one_link():
    start = [treatment(ICE)]
    kept = both("treatments", start, [treatment(ICE, note="Theirs")], [treatment(ICE, role="option"), treatment(REST)])
    assert [(row["treatment"], row["role"], row["note"]) for row in kept] == [
        (ICE, "option", "Theirs"),
        (REST, "recommended", ""),
    ]


def test_a_row_that_one_removed_and_the_other_changed_is_kept():
    first, second = "The first sentence here.", "The first sentence here, changed."
    assert [row["text"] for row in both("causes", texts(first), [], texts(second))] == [second]
    assert [row["text"] for row in both("causes", texts(first), texts(second), [])] == [second]


def test_a_sentence_that_both_changed_stands_there_twice():
    kept = both(
        "causes", texts("A plain sentence."), texts("A plain sentence, theirs."), texts("A plain sentence, mine.")
    )
    assert [row["text"] for row in kept] == ["A plain sentence, theirs.", "A plain sentence, mine."]


def test_a_link_that_both_added_stands_there_once_and_what_clashes_is_named():
    given = sides(
        {}, {"treatments": [treatment(ICE, role="avoid", note="n")]}, {"treatments": [treatment(ICE, note="n")]}
    )
    (dispute,) = conflicts.disputes(kinds.get("condition"), given, NAMES)
    assert dispute.clashes == ("Ice (role)",)
    kept = conflicts.settled(kinds.get("condition"), given, {"treatments": Choice.BOTH})["treatments"]
    assert [row["role"] for row in kept] == ["recommended"]


def test_the_order_is_that_of_who_changed_it():
    start, turned = [treatment(ICE), treatment(HEAT)], [treatment(HEAT), treatment(ICE)]
    kept = both("treatments", start, turned, [*start, treatment(REST)])
    assert [NAMES[row["treatment"]] for row in kept] == ["Heat", "Ice", "Rest"]


@given(rows, rows, rows)
def test_keeping_both_loses_nothing_that_either_added(start, theirs, mine):
    kept = [row["text"] for row in both("causes", start, theirs, mine)]
    for side in (theirs, mine):
        for text in {row["text"] for row in side} - {row["text"] for row in start}:
            assert text in kept
