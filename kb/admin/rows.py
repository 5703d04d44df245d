"""The lists inside an entry's form: causes, symptoms, red flags. One row is one statement or one link."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.forms import BaseInlineFormSet, Textarea
from django.http import HttpRequest, QueryDict

from kb.admin.addresses import labelled
from kb.admin.forms import PlainTextField, RowForm
from kb.cleaning import MOST_ROWS
from kb.markdown import LONGEST
from kb.models.entry import Entry
from kb.models.fields import LinesField

LAST = 10_000
MOST_LINES = 200
TOO_LONG = (
    "This may have {most:,} characters at most, and has %(show_value)d. Shorten it, or split it into several pages."
)
TOO_MANY_LINES = f"This may have {MOST_LINES} lines at most, and has %(show_value)d. Take some out."
EDITORS_ONLY = "editorial_note"


class RowFormSet(BaseInlineFormSet):
    """Keeps rows in the order that people gave them, and what they typed if a row was removed meanwhile."""

    model: type[models.Model]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None:
            instance, prefix = kwargs["instance"], kwargs["prefix"]
            known = self.model._default_manager.filter(**{self.fk.name: instance.pk}).values_list("pk", flat=True)
            data = with_vanished_rows_as_new(_believable(data, prefix), prefix, {str(pk) for pk in known})
        super().__init__(data, *args, **kwargs)

    def get_queryset(self) -> Any:
        """When something was sent: those rows that it speaks of, in its order. Others may have added rows since."""
        rows = super().get_queryset()
        if not self.is_bound:
            return rows
        known = {str(row.pk): row for row in rows}
        sent = [self.data.get(f"{self.prefix}-{index}-id") for index in range(self.initial_form_count())]
        return [known[pk] for pk in sent if pk in known]

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if index is not None and index < self.initial_form_count():
            form.fields["place"].initial = index + 1

    def clean(self) -> None:
        """A new row may not repeat one that somebody else has added since the form was opened."""
        super().clean()
        if self._is_in_conflict():
            return
        sent = [form.instance.pk for form in self.initial_forms]
        unseen = self.model._default_manager.filter(**{self.fk.name: self.instance.pk}).exclude(pk__in=sent)
        for constraint in self.model._meta.total_unique_constraints:
            taken = set(unseen.values_list(*constraint.fields))
            columns: list[Any] = [self.model._meta.get_field(name) for name in constraint.fields]
            for form in self.extra_forms:
                key = tuple(getattr(form.instance, column.attname) for column in columns)
                if key in taken and form not in self.deleted_forms:
                    raise ValidationError(f"Somebody else has added “{form.instance}” meanwhile. Remove yours.")

    def full_clean(self) -> None:
        rows: list[Any] = self.forms
        for form in rows:
            form.is_in_conflict = self._is_in_conflict()
        super().full_clean()

    def staying_forms(self) -> list[Any]:
        """Its rows in the order that people wish, less those that they removed or left blank."""
        blank = [form for form in self.extra_forms if not form.has_changed()]
        return in_order([form for form in self.forms if form not in self.deleted_forms and form not in blank])

    def save(self, commit: bool = True) -> Any:
        saved = super().save(commit)
        if commit:
            self._number()
        return saved

    def get_unique_error_message(self, unique_check: Any) -> str:
        return "The same link stands in this list twice. Remove one."

    def get_form_error(self) -> str:
        return "This stands in the list twice. Remove one."

    def _is_in_conflict(self) -> bool:
        """The entry's form, which is checked first, has found out."""
        return getattr(self.instance, "is_in_conflict", False)

    def _number(self) -> None:
        stay = [form for form in self.forms if form.instance.pk and form not in self.deleted_forms]
        for position, row in enumerate(form.instance for form in in_order(stay)):
            if row.position != position:
                self.model._default_manager.filter(pk=row.pk).update(position=position)


def in_order(forms: list[Any]) -> list[Any]:
    """As people wish: who types a place wants it, so a moved row goes before the one that had the place."""
    return sorted(forms, key=lambda form: (form.cleaned_data.get("place") or LAST, "place" not in form.changed_data))


class RowInline(admin.StackedInline):
    """One list. `about` says in a sentence what belongs there; `quiet` fields go without their help text.

    Rows are folded to one line, but for a list whose rows are `is_short`.
    """

    form = RowForm
    formset = RowFormSet
    template = "admin/entry/rows.html"
    extra = 0
    classes = ("collapse",)
    about = ""
    is_short = False
    quiet: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        lists = [field.name for field in self.model._meta.many_to_many]
        links = [name for name in link_names(self.model) if name not in lists]
        return super().get_queryset(request).select_related(*links).prefetch_related(*lists)

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        return link_names(self.model)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = plain_formfield(super().formfield_for_dbfield, db_field, request, rows=2, **kwargs)
        if field is not None and db_field.name in self.quiet:
            field.help_text = ""
        return field

    # Whoever may change the entry may change its rows: they are part of its wording.

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view") or self._may(request, "change")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change" if obj else "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change" if obj else "add")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change" if obj else "add")

    def _may(self, request: HttpRequest, act: str) -> bool:
        parent = self.parent_model._meta
        return bool(request.user.has_perm(f"{parent.app_label}.{act}_{parent.model_name}"))


def link_names(model: type[models.Model]) -> list[str]:
    """The fields of a form that lead to entries and are looked up by typing."""
    fields: list[Any] = [*model._meta.fields, *model._meta.many_to_many]
    return [field.name for field in fields if field.is_relation and _is_looked_up(field)]


def _is_looked_up(field: Any) -> bool:
    if field.many_to_many and not field.remote_field.through._meta.auto_created:
        return False  # its rows are a list of their own
    return issubclass(field.related_model, Entry) and not getattr(field.remote_field, "parent_link", False)


class LinksWidget(AutocompleteSelectMultiple):
    """Without Select2's one cross that takes away every link at once."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        return super().build_attrs(base_attrs, extra_attrs) | {"data-allow-clear": "false"}


def plain_formfield(formfield: Any, db_field: Any, request: Any, *, rows: int, **kwargs: Any) -> Any:
    """Django's form field, made calm: small text areas, no pencil beside each link, “choose” instead of dashes."""
    if isinstance(db_field, models.TextField | models.CharField) and not db_field.choices and _is_plain_text(db_field):
        kwargs["form_class"] = PlainTextField
    if type(db_field) is models.TextField:
        kwargs |= {"widget": Textarea(attrs={"rows": rows}), "max_length": LONGEST}
    if db_field.many_to_many:
        kwargs["widget"] = LinksWidget(db_field, admin.site)
    field = formfield(db_field, request, **kwargs)
    if field is not None and db_field.is_relation:
        field.widget.can_change_related = False
        if db_field.remote_field.model is Entry:
            field.label_from_instance = labelled
    if isinstance(field, forms.CharField):
        _welcome_any_text(field, db_field)
    return field


def _welcome_any_text(field: forms.CharField, db_field: Any) -> None:
    """In any direction and of any length: what is too long is said at the field, where a browser would cut it off."""
    field.widget.attrs.pop("maxlength", None)
    if field.max_length:
        field.error_messages["max_length"] = TOO_LONG.format(most=field.max_length)
    if isinstance(db_field, LinesField):
        field.validators.append(MaxLengthValidator(MOST_LINES, TOO_MANY_LINES))
    if isinstance(db_field, models.TextField) or _is_plain_text(db_field):
        field.widget.attrs["dir"] = "auto"
    if type(db_field) is models.TextField and db_field.name != EDITORS_ONLY:
        field.widget.attrs["data-markdown"] = True


def _is_plain_text(db_field: Any) -> bool:
    return type(db_field) in (models.TextField, models.CharField)


def with_vanished_rows_as_new(data: QueryDict, prefix: str, known: set[str]) -> QueryDict:
    """Rows that somebody else removed since the form was opened become new ones, so that what was typed is not lost."""
    initial, total = (_number(data, f"{prefix}-{name}_FORMS") for name in ("INITIAL", "TOTAL"))
    vanished = [index for index in range(initial) if data.get(f"{prefix}-{index}-id") not in known]
    if not vanished:
        return data
    stayed = [index for index in range(initial) if index not in vanished]
    renumbered = data.copy()
    for key in data:
        if key.startswith(f"{prefix}-") and key.removeprefix(f"{prefix}-")[:1].isdigit():
            del renumbered[key]
    for new, old in enumerate([*stayed, *vanished, *range(initial, total)]):
        start = f"{prefix}-{old}-"
        for key, values in data.lists():
            if key.startswith(start) and not (old in vanished and key == f"{start}id"):
                renumbered.setlist(f"{prefix}-{new}-{key.removeprefix(start)}", values)
    renumbered[f"{prefix}-INITIAL_FORMS"] = str(len(stayed))
    return renumbered


def _believable(data: QueryDict, prefix: str) -> QueryDict:
    """Django counts to whatever number is sent. One that no form of ours sends becomes none, which it refuses."""
    keys = [f"{prefix}-{name}_FORMS" for name in ("INITIAL", "TOTAL")]
    if all(len(data.get(key) or "") < 7 and _number(data, key) <= MOST_ROWS for key in keys):
        return data
    believed = data.copy()
    for key in keys:
        believed[key] = ""
    return believed


def _number(data: QueryDict, key: str) -> int:
    text = data.get(key) or ""
    return int(text) if text.isascii() and text.isdigit() else 0
