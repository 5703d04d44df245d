"""What a form on the desk checks besides: constraints, in plain words; and that nobody saves over unseen work."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import UniqueConstraint

from kb import kinds
from kb.admin import conflict
from kb.admin.conflict import Conflict
from kb.canonical import typed_text
from kb.editing import newest_revision
from kb.kinds import Wording
from kb.models.published import Slug

NOT_SAVED = "This is not saved yet, because somebody saved the page meanwhile."

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
        super()._post_clean()  # type: ignore[misc]  # a private hook that the stubs leave out
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
    is_in_conflict = False

    def has_changed(self) -> bool:
        """A new row with nothing but a place is one that somebody added and left blank."""
        return bool(set(self.changed_data) - ({"place"} if self.instance._state.adding else set()))

    def _is_checked_here(self, constraint: Any) -> bool:
        """A new row may repeat one that is removed in the same save, so its list looks at that.

        In a conflict the stored rows are somebody else's, and no row of this form is written beside them.
        """
        return not (isinstance(constraint, UniqueConstraint) and (self.instance._state.adding or self.is_in_conflict))

    def _in_plain_words(self, constraint: Any, error: ValidationError) -> ValidationError:
        if isinstance(constraint, UniqueConstraint) and constraint.name not in _plain_words:
            return ValidationError("Another row of this list has this. Remove that one first, and save.")
        return super()._in_plain_words(constraint, error)


class EntryForm(PlainForm):
    """A whole entry. `edit_version` and `seen_revision` say which wording its writer has seen.

    If somebody saved since, `conflict` shows both; once every part is decided, `merged` is the wording to write.
    `lists` are the rows that were sent with it, which the admin hands over before anything is checked.
    """

    edit_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind_name = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflict: Conflict | None = None
        self.instance.kind = self.kind_name  # before constraints are checked: a slug is unique within its kind
        if not self.instance._state.adding:
            newest = newest_revision(self.instance)
            self.initial["edit_version"] = self.instance.edit_version
            self.initial["seen_revision"] = newest.pk if newest else None

    @property
    def merged(self) -> Wording | None:
        return self.conflict.merged if self.conflict else None

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
            self.instance.is_in_conflict = self.conflict is not None
        return cleaned

    def _post_clean(self) -> None:
        """Two wordings become one when all else is checked and nothing is written yet."""
        super()._post_clean()
        if self.conflict is None:
            return
        lists = getattr(self.instance, "lists", [])
        valid = [formset.is_valid() for formset in lists]
        if self.errors or not all(valid):
            self.conflict.show_theirs(self.data)
        else:
            self.conflict.settle(conflict.typed(kinds.get(self.kind_name), self, lists), self.data)
        if self.conflict.merged is None:
            self.add_error(None, ValidationError(NOT_SAVED, code="conflict"))

    def _keep_what_did_not_change(self, cleaned: dict[str, Any]) -> None:
        """Check boxes come back in another order, and text without its last space; neither is a change."""
        for name in self.fields:
            is_text = isinstance(self.initial.get(name), str | list)
            if is_text and name in cleaned and name not in self.changed_data and not self._is_link(name):
                cleaned[name] = self.initial[name]

    def _is_link(self, name: str) -> bool:
        return bool(self._meta.model._meta.get_field(name).is_relation)

    def _find_conflict(self, seen_version: int | None, seen_revision: int | None) -> Conflict | None:
        return conflict.found(self.instance, self.kind_name, seen_version, seen_revision)

    def _get_validation_exclusions(self) -> set[str]:
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # a private hook that the stubs leave out
        return exclusions - {"kind"}
