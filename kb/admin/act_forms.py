"""The forms of the pages of review. Each carries, hidden, what was on screen when somebody decided."""

import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils import timezone

from kb import review
from kb.admin.forms import PlainTextField
from kb.desk import DEFAULT_LOCALE
from kb.enums import ReleaseState, ReviewRole, ReviewScope, Severity, TombstoneReason
from kb.models.editing import SUMMARY_LENGTH, Approval, Release, ReleaseItem
from kb.models.entry import Entry
from kb.models.published import Document
from kb.review import LONGEST_INTERVAL

ROLES = [(role, label) for role, label in ReviewRole.choices if role != ReviewRole.NOBODY]
REASONS = [(reason, label) for reason, label in TombstoneReason.choices if reason != TombstoneReason.MERGED]
LONGEST_NOTE = 4000
GREATEST_KEY = 2**63 - 1
NO_TARGET = "Choose a page of the same kind that readers have now."
SAFETY_NEEDS_A_LINE = "Say in one line what was unsafe and what the reader should do now."


class SeenField(forms.IntegerField):
    """The key of what was on screen; 0 for nothing."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(min_value=0, max_value=GREATEST_KEY)


class ActForm(forms.Form):
    """`shown` says what is on screen now, by the names of the hidden fields."""

    def __init__(self, *args: Any, shown: dict[str, int], entry: Entry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entry = entry
        for name in shown.keys() & self.fields.keys():
            self.fields[name].initial = shown[name]

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether what it should carry hidden is missing or made up."""
        return any(field.errors for field in self.hidden_fields())


class SubmitForm(ActForm):
    revision = SeenField()
    note = PlainTextField(
        label="A note for the clinical editor",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What you changed, and what you are not sure about. You may leave it empty.",
    )


class TakeBackForm(ActForm):
    revision = SeenField()


class SendBackForm(ActForm):
    revision = SeenField()
    note = PlainTextField(
        label="What should be mended",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Its writer sees this on top of the page.",
        error_messages={"required": "Say what should be mended."},
    )


class PublishedForm(ActForm):
    """For what readers notice."""

    severity = forms.ChoiceField(
        label="What this means for somebody who has read the older text",
        choices=Severity.choices,
        initial=Severity.CONTENT,
        widget=forms.RadioSelect,
    )
    summary = PlainTextField(
        label="One line for app users",
        max_length=SUMMARY_LENGTH,
        required=False,
        help_text="What changed for the reader. Apps may show it. Needed when the severity is “safety”.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("severity") == Severity.SAFETY and not cleaned.get("summary"):
            self.add_error("summary", SAFETY_NEEDS_A_LINE)
        return cleaned


class ReviewDateField(forms.DateField):
    def __init__(self) -> None:
        super().__init__(
            label="To be read again by",
            initial=lambda: timezone.now().date() + review.REVIEW_INTERVAL,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            help_text="When a clinician should check it against the evidence again.",
        )

    def clean(self, value: Any) -> datetime.date:
        day: datetime.date = super().clean(value)
        if day <= timezone.now().date():
            raise forms.ValidationError("Choose a day in the future.")
        if day > timezone.now().date() + LONGEST_INTERVAL:
            raise forms.ValidationError("Choose a day within the next ten years.")
        return day


class ApproveForm(PublishedForm):
    """With `publish` in what was sent, it goes live at once; what concerns readers is asked for then only."""

    role = forms.ChoiceField(label="You vouch for this wording as", choices=ROLES, initial=ReviewRole.CLINICAL_EDITOR)
    scope = forms.ChoiceField(
        label="What you have read", choices=ReviewScope.choices, initial=ReviewScope.WHOLE, widget=forms.RadioSelect
    )
    next_review_on = ReviewDateField()
    note = PlainTextField(
        label="A note",
        required=False,
        max_length=Approval._meta.get_field("note").max_length,
        help_text="For colleagues, in the history. You may leave it empty.",
    )
    revision = SeenField()
    approval = SeenField()
    field_order = ("role", "scope", "next_review_on", "note", "severity", "summary", "revision", "approval")

    def __init__(self, *args: Any, was_approved_before: bool, says_the_same: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goes_live = "publish" in self.data
        if not was_approved_before:
            del self.fields["scope"]
        if says_the_same:
            self.fields["severity"].initial = Severity.EDITORIAL
        if self.is_bound and not self.goes_live:
            self.fields["severity"].required = False

    def clean(self) -> dict[str, Any]:
        if self.goes_live:
            return super().clean() | {"publish": True}
        return forms.Form.clean(self) or self.cleaned_data


class PublishForm(PublishedForm):
    revision = SeenField()
    live = SeenField()


class BulkApproveForm(forms.Form):
    role = forms.ChoiceField(label="You vouch for them as", choices=ROLES, initial=ReviewRole.CLINICAL_EDITOR)
    next_review_on = ReviewDateField()


class PutInForm(forms.Form):
    release = forms.ModelChoiceField(
        label="Which release",
        queryset=Release.objects.filter(state=ReleaseState.DRAFT).order_by("-created_at", "-pk"),
        required=False,
        empty_label="A new release",
        help_text="Those that are being prepared. A scheduled one must be opened again first.",
    )
    title = PlainTextField(
        label="What a new release is about",
        required=False,
        max_length=200,
        help_text="For colleagues: a few words by which they find it again.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned["release"] and not cleaned["title"].strip():
            self.add_error("title", "Say in a few words what the new release is about.")
        return cleaned


class WithdrawForm(PublishedForm):
    """A withdrawal for safety is a safety change, whatever else was ticked."""

    reason = forms.ChoiceField(label="Why it goes", choices=REASONS, widget=forms.RadioSelect)
    live = SeenField()
    field_order = ("reason", "severity", "summary")

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("reason") == TombstoneReason.SAFETY:
            self.cleaned_data["severity"] = Severity.SAFETY
        return super().clean()


class MergeTargetForm(forms.Form):
    """Which page survives; asked first, so that the next page can show what would happen."""

    into = forms.ModelChoiceField(
        label="Into which page",
        queryset=Entry.objects.none(),
        help_text="Type a part of its name. Readers who look for this page, and all links to it, are sent there.",
        error_messages=dict.fromkeys(("required", "invalid_choice"), NO_TARGET),
    )

    def __init__(self, *args: Any, entry: Entry, targets_url: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["into"]
        field.queryset = merge_targets(entry)
        field.widget = _TargetSelect(targets_url)
        field.widget.choices = field.choices


class MergeForm(PublishedForm):
    into = forms.ModelChoiceField(queryset=Entry.objects.none(), widget=forms.HiddenInput)
    live = SeenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["into"]
        field.queryset = merge_targets(self.entry)


def merge_targets(entry: Entry) -> Any:
    """The other pages of its kind that readers have."""
    live = Document.objects.filter(kind=entry.kind, locale=DEFAULT_LOCALE, gone_reason="")
    return Entry.objects.filter(pk__in=live.values("entry")).exclude(pk=entry.pk).order_by("name", "pk")


class _TargetSelect(AutocompleteSelect):
    """Django's own, but it asks the page of this merge for what can be chosen."""

    def __init__(self, url: str) -> None:
        super().__init__(ReleaseItem._meta.get_field("replaced_by"), admin.site)
        self.url = url

    def get_url(self) -> str:
        return self.url
