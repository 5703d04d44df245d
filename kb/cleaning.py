"""A wording from data of unknown quality, and all that is wrong with it. What is clean, `kb.wording` can write."""

import datetime
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Field, Model

from kb.canonical import visible_text
from kb.kinds import Kind, Wording
from kb.models.entry import Entry
from kb.models.fields import LinesField
from kb.wording import default_of, field_of

Resolve = Callable[[type[Entry], str], str | None]
"""Gives the UUID of the entry that a link names, or None if there is none. Takes the target's model."""

MOST_ROWS = 1000
"""The longest list. More is no article, and a row's position must fit its column."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a wording. `place` leads to it: ("causes", 0, "sources", 1)."""

    place: tuple[str | int, ...]
    message: str


def clean(kind: Kind, data: Any, resolve: Resolve) -> tuple[Wording, list[Problem]]:
    """A whole wording. Missing keys get their defaults, and so does what is wrong."""
    if not isinstance(data, dict):
        return {}, [Problem((), "An entry must be a list of “key: value” lines.")]
    problems = _unknown_keys(data, [*kind.columns, *kind.rows])
    wording, column_problems = _clean_columns(kind.model, kind.columns, data, resolve)
    problems += column_problems
    for name, rows in kind.rows.items():
        wording[name], row_problems = _clean_rows(kind.row_model(name), rows.columns, data.get(name, []), resolve)
        problems += _below(row_problems, name)
    return wording, problems


def tidy(text: str) -> str:
    """As the admin's forms keep a text: no space around it. Raises ValueError for what no text should hold."""
    return visible_text(text).strip()


def _clean_rows(
    model: type[Model], columns: tuple[str, ...], data: Any, resolve: Resolve
) -> tuple[list[Wording], list[Problem]]:
    if not isinstance(data, list):
        return [], [Problem((), "This must be a list; start each item with “- ”.")]
    if len(data) > MOST_ROWS:
        return [], [Problem((), f"A list may have {MOST_ROWS} items at most.")]
    cleaned: list[Wording] = []
    problems: list[Problem] = []
    for index, item in enumerate(data):
        if not isinstance(item, dict):
            problems.append(Problem((index,), f"Each item needs keys: {', '.join(columns)}."))
            item = None
        row, row_problems = _clean_columns(model, columns, item or {}, resolve)
        cleaned.append(row)
        if item is not None:
            problems += _below([*_unknown_keys(item, columns), *row_problems], index)
    return cleaned, problems


def _clean_columns(
    model: type[Model], columns: Iterable[str], data: Wording, resolve: Resolve
) -> tuple[Wording, list[Problem]]:
    cleaned: Wording = {}
    problems: list[Problem] = []
    for column in columns:
        field = field_of(model, column)
        value = data[column] if column in data else default_of(model, column)
        cleaned[column], found = _clean_column(field, value, resolve)
        if found:
            cleaned[column] = default_of(model, column)
        if found and column not in data:
            found = [Problem((), "This key is missing.")]
        problems += _below(found, column)
    return cleaned, problems


def _clean_column(field: Any, value: Any, resolve: Resolve) -> tuple[Any, list[Problem]]:
    if field.many_to_many:
        return _clean_links(field.related_model, value, resolve)
    try:
        return (_clean_link if field.is_relation else _clean_value)(field, value, resolve), []
    except ValidationError as error:
        return None, [Problem((), message) for message in error.messages]


def _clean_links(model: type[Entry], value: Any, resolve: Resolve) -> tuple[list[str], list[Problem]]:
    if not isinstance(value, list):
        return [], [Problem((), "This must be a list of short names: [one, another].")]
    found: list[str] = []
    problems: list[Problem] = []
    for index, item in enumerate(value):
        try:
            target = _resolved(model, item, resolve)
        except ValidationError as error:
            problems += [Problem((index,), message) for message in error.messages]
            continue
        if target in found:
            problems.append(Problem((index,), f"“{item}” stands here twice."))
        found.append(target)
    return sorted(found), problems


def _clean_link(field: Any, value: Any, resolve: Resolve) -> str | None:
    return None if value in (None, "") and field.null else _resolved(field.related_model, value, resolve)


def _resolved(model: type[Entry], value: Any, resolve: Resolve) -> str:
    if not isinstance(value, str) or not value:
        raise ValidationError("A link is the short name of another entry.")
    target = resolve(model, value)
    if target is None:
        wanted = "kind/short-name" if model is Entry else f"{model._meta.verbose_name} with the short name"
        raise ValidationError(f"There is no {wanted} “{value}”.")
    return target


def _clean_value(field: Any, value: Any, resolve: Resolve) -> Any:
    if value is None:
        if not field.null:
            raise ValidationError("This cannot be empty.")
        return None
    _check_type(field, value)
    try:
        value = _tidied(value)
        cleaned = field.clean(value, None)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    except ValidationError as error:
        raise _named_choices(field, value, error) from error
    return str(cleaned) if isinstance(cleaned, datetime.date) else cleaned


_JSON_TYPES: list[tuple[type[Field], type | tuple[type, ...], str]] = [
    (models.BooleanField, bool, "true or false"),
    (models.FloatField, (int, float), "a number"),
    (models.IntegerField, int, "a whole number"),
    (models.DateField, str, "a date: 2026-01-31"),
    (LinesField, list, "a list: [one, another]"),
    (Field, str, "text"),
]


def _check_type(field: Any, value: Any) -> None:
    json_type, called = next((json_type, called) for made, json_type, called in _JSON_TYPES if isinstance(field, made))
    if not isinstance(value, json_type) or (isinstance(value, bool) and json_type is not bool):
        hint = (
            f" Put it in quotes: '{json.dumps(value)}'." if called == "text" and isinstance(value, int | float) else ""
        )
        raise ValidationError(f"This must be {called}.{hint}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValidationError("This number is too large.")
    if isinstance(value, list) and not all(isinstance(line, str) for line in value):
        raise ValidationError("Each item must be text. Put numbers in quotes.")


def _tidied(value: Any) -> Any:
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, list):
        lines = [tidy(line) for line in value]
        if any("\n" in line or not line for line in lines):
            raise ValueError("Each item must be one line of text.")
        return lines
    return value


def _named_choices(field: Any, value: Any, error: ValidationError) -> ValidationError:
    """Django's own message does not say what would be right."""
    if isinstance(value, str) and error.error_list[0].code == "invalid_choice":
        return ValidationError(f"“{value}” is not one of: {', '.join(code for code, _ in field.flatchoices)}.")
    return error


def _unknown_keys(data: Wording, known: Iterable[str]) -> list[Problem]:
    return [
        Problem((key,), f"There is no key “{key}” here. Known keys: {', '.join(known)}.")
        for key in data
        if key not in known
    ]


def _below(problems: list[Problem], step: str | int) -> list[Problem]:
    return [Problem((step, *problem.place), problem.message) for problem in problems]
