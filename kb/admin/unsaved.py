"""What a form on the desk says before it is saved: its wording, and what keeps it from being saved. Writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.forms import ModelChoiceField
from django.forms.utils import ErrorDict
from django.http import HttpRequest, QueryDict
from django.utils.text import capfirst

from kb import wording
from kb.admin.rows import in_order
from kb.canonical import CONTROL_CHARACTERS, clean_text
from kb.cleaning import MOST_ROWS
from kb.kinds import Kind, Wording
from kb.models.entry import Entry
from kb.models.fields import LinesField
from kb.slugs import UUID_SHAPE

MOST_CHARACTERS = 300_000
"""More than the longest page of any library; what is longer was pasted by mistake, and would keep people waiting."""


class TooMuch(Exception):
    """The form holds more than a page can have. Says so to its writer."""


@dataclass(frozen=True)
class Problem:
    """Why the form would not be saved as it is. `place` is for people, `anchor` the id of the field or list."""

    place: str
    message: str
    anchor: str
    is_empty: bool = False


@dataclass(frozen=True)
class Unsaved:
    """`unanswered` are columns that must say something and do not yet; the wording holds a stand-in there."""

    entry: Any
    wording: Wording
    problems: tuple[Problem, ...]
    unanswered: frozenset[str]


def read(model_admin: Any, request: HttpRequest, entry: Any) -> Unsaved:
    """What was sent for this entry, or for a new one if it is None. Read as saving would, with no lock taken."""
    _check_size(request.POST)
    form = _form(model_admin, request, entry)
    formsets = _formsets(model_admin, request, form.instance, entry)
    changed = [row for formset, _ in formsets for row in formset.forms if not _is_as_saved(row)]
    _look_up_at_once([form, *changed])
    form.full_clean()
    for formset, _ in formsets:
        formset.full_clean()
    kind: Kind = model_admin.kind
    unanswered = frozenset(_mended(form, kind.columns))
    said = wording.values_of(form.instance, kind.columns, form.cleaned_data)
    by_model = {formset.model: formset for formset, _ in formsets}
    for name, rows in kind.rows.items():
        formset = by_model.get(kind.row_model(name))
        said[name] = list(_rows(formset, rows.columns)) if formset else []
    problems = [*_problems_of(form, ""), *(problem for listed in formsets for problem in _list_problems(*listed))]
    return Unsaved(form.instance, said, tuple(problems), unanswered)


# The form as saving would bind it


class _WithoutConflict:
    """Put before an EntryForm. Looking for a conflict locks the entry, and only saving has to."""

    def _find_conflict(self, *seen: Any) -> None:
        return None


def _check_size(data: QueryDict) -> None:
    """Before any row is made of it. Each list tells two counts: of all its rows, and of those that are saved."""
    characters = sum(len(value) for _, values in data.lists() for value in values)
    if characters > MOST_CHARACTERS:
        raise TooMuch(f"This page holds {characters:,} characters, and the preview takes {MOST_CHARACTERS:,}.")
    counts = (str(value) for key, value in data.items() if key.endswith(("-TOTAL_FORMS", "-INITIAL_FORMS")))
    digits = [value for value in counts if value.isascii() and value.isdigit()]
    if any(len(value) > 6 for value in digits) or sum(map(int, digits)) > 2 * MOST_ROWS:
        raise TooMuch(f"This page has more rows in its lists than the {MOST_ROWS:,} that the preview takes.")


def _form(model_admin: Any, request: HttpRequest, entry: Any) -> Any:
    form_class = model_admin.get_form(request, entry, change=entry is not None)
    unlocked = type(form_class.__name__, (_WithoutConflict, form_class), {})
    return unlocked(request.POST, request.FILES, instance=entry)


def _formsets(model_admin: Any, request: HttpRequest, instance: Any, entry: Any) -> list[tuple[Any, Any]]:
    """Each with its inline. Like ModelAdmin's own, which copies all that was sent for each list."""
    made = []
    for formset_class, inline in model_admin.get_formsets_with_inlines(request, entry):
        formset = formset_class(
            data=request.POST,
            files=request.FILES,
            instance=instance,
            prefix=formset_class.get_default_prefix(),
            queryset=inline.get_queryset(request),
        )
        made.append((formset, inline))
    return made


def _is_as_saved(row: Any) -> bool:
    """If so, it is sound, and its form is told so: to check all rows anew on each key would take most of the time."""
    if row.instance._state.adding or row.has_changed():
        return False
    row._errors = ErrorDict()
    row.cleaned_data = row.initial | {"place": row.fields["place"].initial}
    return True


# Links, looked up in one query for each sort of target instead of one for each field


class _Found:
    """In the place of a choice field's queryset: what was named and exists."""

    def __init__(self, model: type[models.Model], found: Mapping[str, models.Model]) -> None:
        self.model = model
        self._found = found

    def all(self) -> "_Found":
        return self

    def none(self) -> list[models.Model]:
        return []

    def get(self, **lookup: Any) -> models.Model:
        (value,) = lookup.values()
        if str(value) not in self._found:
            raise self.model.DoesNotExist  # type: ignore[attr-defined]  # Django gives it to every model, the stubs not to Model
        return self._found[str(value)]

    def filter(self, **lookup: Any) -> list[models.Model]:
        """Asked with `pk`, whether a value could be one; with `pk__in`, for the entries."""
        (values,) = lookup.values()
        named = [] if isinstance(values, str) else map(str, values)
        return [self._found[value] for value in named if value in self._found]


def _look_up_at_once(forms: list[Any]) -> None:
    fields = [(bound, field) for form in forms for bound, field in _choice_fields(form)]
    named: dict[type[models.Model], set[str]] = defaultdict(set)
    for bound, field in fields:
        named[field.queryset.model].update(_sent(bound))
    found = {model: _Found(model, _loaded(model, keys)) for model, keys in named.items()}
    for _, field in fields:
        field.queryset = found[field.queryset.model]


def _choice_fields(form: Any) -> Iterator[tuple[Any, Any]]:
    return ((form[name], field) for name, field in form.fields.items() if isinstance(field, ModelChoiceField))


def _sent(bound: Any) -> set[str]:
    sent = bound.data
    return {str(value) for value in (sent if isinstance(sent, list | tuple) else [sent]) if value}


def _loaded(model: type[models.Model], keys: set[str]) -> dict[str, models.Model]:
    possible = [key for key in keys if UUID_SHAPE.match(key) or (key.isascii() and key.isdigit() and len(key) < 18)]
    if issubclass(model, Entry):
        possible = [key for key in possible if UUID_SHAPE.match(key)]
    rows = (row for some in wording.batches(sorted(possible)) for row in model._default_manager.filter(pk__in=some))
    return {str(row.pk): row for row in rows}


# From forms to a wording


def _rows(formset: Any, columns: tuple[str, ...]) -> Iterator[Wording]:
    for form in in_order(_staying(formset)):
        if not _mended(form, columns):
            yield wording.values_of(form.instance, columns, form.cleaned_data)


def _staying(formset: Any) -> list[Any]:
    """Neither removed nor added and left blank."""
    return [
        form
        for form in formset.forms
        if not (form.empty_permitted and not form.has_changed()) and not formset._should_delete_form(form)
    ]


def _mended(form: Any, columns: Iterable[str]) -> list[str]:
    """Puts what can be shown where the form refused a value; returns the columns that say nothing yet."""
    return [column for column in columns if column in form.errors and not _is_mended(form, column)]


def _is_mended(form: Any, column: str) -> bool:
    field, typed = wording.field_of(type(form.instance), column), form[column].data
    if field.many_to_many:
        form.cleaned_data.setdefault(column, [])
        return True
    try:
        value = form.fields[column].clean(typed)
    except ValidationError:
        value = _typed(field, typed)
    is_said = value is not None and (value != "" or not field.choices)
    setattr(form.instance, column, value if is_said or field.null else _stand_in(field))
    return is_said or field.null


def _typed(field: Any, typed: Any) -> Any:
    """Text as it was typed, without what no text can hold; None for all else."""
    if isinstance(field, LinesField):
        lines = typed if isinstance(typed, list) else _visible(typed).split("\n")
        known = {code for code, _ in field.choices or ()}
        return [line.strip() for line in lines if line.strip() and (not known or line in known)]
    if isinstance(field, models.TextField | models.CharField) and not field.choices:
        return _visible(typed)
    return None


def _visible(typed: Any) -> str:
    return clean_text(CONTROL_CHARACTERS.sub("", str(typed or "").replace("\r\n", "\n").replace("\r", "\n"))).strip()


def _stand_in(field: Any) -> Any:
    """For a column that must say something, so that the rest of the page can be shown."""
    if field.choices:
        return field.flatchoices[0][0]
    return None if field.is_relation else field.get_default() or 0


# What keeps it from being saved


def _problems_of(form: Any, place: str) -> Iterator[Problem]:
    for name, errors in form.errors.as_data().items():
        field = form.fields.get(name)
        steps = [place, capfirst(field.label) if field else ""]
        anchor = form[name].auto_id if field else ""
        for error in errors:
            message = " ".join(map(str, error.messages))
            yield Problem(": ".join(filter(None, steps)), message, anchor, is_empty=error.code == "required")


def _list_problems(formset: Any, inline: Any) -> Iterator[Problem]:
    title, anchor = capfirst(inline.verbose_name_plural), f"{formset.prefix}-group"
    for message in formset.non_form_errors():
        yield Problem(title, str(message), anchor)
    for number, form in enumerate(in_order(_staying(formset)), start=1):
        for problem in _problems_of(form, f"{title}, row {number}"):
            yield replace(problem, anchor=problem.anchor or anchor)
