"""Column types of our own: a list of short lines, and text that every database compares bytewise."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.forms import CharField as CharFormField
from django.forms import CheckboxSelectMultiple, MultipleChoiceField, Textarea

from kb.canonical import typed_text


class LinesField(models.TextField):
    """A list of short texts, one a line; with `choices`, a set of codes. Python value: list[str]."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> list[str]:
        return self.to_python(value)

    def to_python(self, value: Any) -> list[str]:
        if value is None or value == "":
            return []
        lines = value.split("\n") if isinstance(value, str) else value
        if not isinstance(lines, list | tuple) or not all(isinstance(line, str) for line in lines):
            raise ValidationError("Write a list of short texts.")
        return [line.strip() for line in lines if line.strip()]

    def get_prep_value(self, value: Any) -> str:
        return "\n".join(self.to_python(value))

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))

    def validate(self, value: list[str], model_instance: models.Model | None) -> None:
        if not value and not self.blank:
            raise ValidationError(self.error_messages["blank"], code="blank")
        allowed = {code for code, _ in self.choices} if self.choices else None
        for line in value:
            if allowed is not None and line not in allowed:
                raise ValidationError(f"“{line}” is not one of: {', '.join(sorted(allowed))}.", code="invalid_choice")
            if len(line) > 200:
                raise ValidationError("Each line may have 200 characters at most.", code="max_length")
        if len(set(value)) != len(value):
            raise ValidationError("A line stands here twice.", code="duplicate")

    def formfield(self, **kwargs: Any) -> Any:
        if self.choices:
            return MultipleChoiceField(
                choices=self.choices,
                required=not self.blank,
                label=self.verbose_name.capitalize(),
                help_text=self.help_text,
                widget=CheckboxSelectMultiple,
            )
        return LinesFormField(
            required=not self.blank,
            label=self.verbose_name.capitalize(),
            help_text=self.help_text or "One a line.",
            widget=Textarea(attrs={"rows": 3}),
        )


class LinesFormField(CharFormField):
    """The form's side of LinesField: a text area, one item a line."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        try:
            text = typed_text(super().to_python(value) or "")
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return [line.strip() for line in text.split("\n") if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or []) != self.to_python(data))


class BytewiseField(models.CharField):
    """Text that sorts by its bytes on every database, so that paging by key is one comparison, the same everywhere."""

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        parameters["collation"] = "C" if connection.vendor == "postgresql" else None
        return parameters
