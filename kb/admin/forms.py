"""What a form on the desk checks besides: constraints, in plain words; and that nobody saves over unseen work."""

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import UniqueConstraint

from kb import kinds
from kb.admin.standing import changed_parts, name_of
from kb.canonical import typed_text
from kb.editing import locked, newest_revision, said
from kb.models.editing import Revision
from kb.models.published import Slug

_plain_words: dict[str, tuple[str | None, str]] = {}


def explain(constraint: str, sentence: str, *, field: str | None = None) -> None:
    """What to say, and at which field, when the database constraint of this name would refuse."""
    _plain_words[constraint] = (field, sentence)


def _checked_below(exclude: set[str] | None = None) -> None:
    """In the place of Model.validate_constraints, for as long as PlainForm does that itself."""


class PlainTextField(forms.CharField):
    """Text as a wording keeps it. Browsers send other line ends; without this, every save would look like a change."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return typed_text(text) if isinstance(text, str) else text
        except ValueError as error:
            raise ValidationError(str(error)) from error


class PlainForm(forms.ModelForm):
    """Says in plain words what a database constraint would refuse."""

    def _post_clean(self) -> None:
        """Django words constraints for programmers, and leaves out those that name the entry which owns a row."""
        self.instance.validate_constraints = _checked_below
        super()._post_clean()  # type: ignore[misc]  # the stubs do not know it
        del self.instance.validate_constraints
        exclude = self._get_validation_exclusions()  # type: ignore[attr-defined]  # a private hook that the stubs leave out
        for model, constraints in self.instance.get_constraints():
            for constraint in filter(self._is_checked_here, constraints):
                try:
                    constraint.validate(model, self.instance, exclude=exclude)
                except ValidationError as error:
                    self._update_errors(self._in_plain_words(constraint, error))  # type: ignore[attr-defined]  # a private hook that the stubs leave out

    def _is_checked_here(self, constraint: Any) -> bool:
        return True

    def _in_plain_words(self, constraint: Any, error: ValidationError) -> ValidationError:
        field, sentence = _plain_words.get(constraint.name, (None, ""))
        if not sentence:
            return error
        return ValidationError({field: sentence}) if field in self.fields else ValidationError(sentence)


class RowForm(PlainForm):
    """One row of a list. `place` is where it shall stand; empty means at the end."""

    place = forms.IntegerField(label="Order", required=False, min_value=1, max_value=999)

    def _is_checked_here(self, constraint: Any) -> bool:
        """A new row may repeat one that is removed in the same save, so its list looks at that."""
        return not (isinstance(constraint, UniqueConstraint) and self.instance._state.adding)

    def _in_plain_words(self, constraint: Any, error: ValidationError) -> ValidationError:
        if isinstance(constraint, UniqueConstraint) and constraint.name not in _plain_words:
            return ValidationError("Another row of this list has this. Remove that one first, and save.")
        return super()._in_plain_words(constraint, error)


@dataclass(frozen=True)
class Conflict:
    """Somebody saved the entry after this form was opened."""

    version: int
    saved_by: str
    saved_at: datetime.datetime | None
    parts: list[str]

    def __str__(self) -> str:
        when = f" on {self.saved_at:%-d %B %Y at %H:%M} UTC" if self.saved_at else ""
        first = f"{self.saved_by} saved this page{when}, after you opened it."
        return f"{first} Your text below is not saved yet, and not lost."


class EntryForm(PlainForm):
    """A whole entry. `edit_version` is the one that its writer has seen; `overwrite` the one they agreed to replace."""

    edit_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    overwrite = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind_name = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflict: Conflict | None = None
        self.instance.kind = self.kind_name  # before constraints are checked: a slug is unique within its kind
        if not self.instance._state.adding:
            newest = newest_revision(self.instance)
            self.initial["edit_version"] = self.instance.edit_version
            self.initial["seen_revision"] = newest.pk if newest else None

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if Slug.objects.filter(kind=self.kind_name, slug=slug).exclude(entry=self.instance.pk).exists():
            raise forms.ValidationError("Another page was live under this short name, so it keeps it. Choose another.")
        return slug

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        self._keep_what_did_not_change(cleaned)
        if not self.instance._state.adding:
            self.conflict = self._find_conflict(cleaned.get("edit_version"), cleaned.get("seen_revision"))
            if self.conflict and cleaned.get("overwrite") != self.conflict.version:
                raise forms.ValidationError(
                    "This is not saved yet, because somebody saved the page meanwhile.", code="conflict"
                )
        return cleaned

    def _keep_what_did_not_change(self, cleaned: dict[str, Any]) -> None:
        """Check boxes come back in another order, and text without its last space; neither is a change."""
        for name in self.fields:
            is_text = isinstance(self.initial.get(name), str | list)
            if is_text and name in cleaned and name not in self.changed_data and not self._is_link(name):
                cleaned[name] = self.initial[name]

    def _is_link(self, name: str) -> bool:
        return bool(self._meta.model._meta.get_field(name).is_relation)

    def _find_conflict(self, seen_version: int | None, seen_revision: int | None) -> Conflict | None:
        stored = locked(self.instance)  # until this save is committed
        newest = newest_revision(stored)
        if stored.edit_version == seen_version or (newest and newest.pk == seen_revision):
            return None
        return Conflict(
            version=stored.edit_version,
            saved_by=name_of(newest.saved_by) if newest else "Somebody",
            saved_at=newest.saved_at if newest else None,
            parts=self._parts_changed_since(seen_revision, newest),
        )

    def _parts_changed_since(self, seen_revision: int | None, newest: Revision | None) -> list[str]:
        seen = Revision.objects.filter(pk=seen_revision or 0, entry=self.instance.pk).first()
        if seen is None or newest is None:
            return []
        return changed_parts(kinds.get(self.kind_name), said(seen), said(newest))

    def _get_validation_exclusions(self) -> set[str]:
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # the stubs do not know it
        return exclusions - {"kind"}
