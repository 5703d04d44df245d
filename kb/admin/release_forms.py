"""What people fill in on a release's page. Each form says what is missing; none of them does anything."""

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils import timezone

from kb.enums import Severity, TombstoneReason
from kb.models.editing import SUMMARY_LENGTH, ReleaseItem, Revision
from kb.models.entry import Entry
from kb.record import told

REASONS = [(reason, label) for reason, label in TombstoneReason.choices if reason != TombstoneReason.MERGED]
LOCAL = "%Y-%m-%dT%H:%M"


class TitleForm(forms.Form):
    title = forms.CharField(
        label="What is it about",
        max_length=200,
        help_text="For colleagues: a few words by which they find it again. Readers never see it.",
    )


class DescribeForm(TitleForm):
    """Sent with each of the buttons “Save”, “Publish now” and “Publish at this time”; `act` says which."""

    severity = forms.ChoiceField(
        label="What this means for somebody who has read the older text",
        choices=Severity.choices,
        widget=forms.RadioSelect,
    )
    summary = forms.CharField(
        label="One line for app users",
        max_length=SUMMARY_LENGTH,
        required=False,
        help_text="What changed for the reader. Apps may show it. Needed when the severity is “safety”.",
    )
    has_looked = forms.BooleanField(label="I have looked at the remarks above. Publish all the same.", required=False)
    publish_at = forms.DateTimeField(
        label="Publish at",
        required=False,
        input_formats=[LOCAL, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
    )

    def __init__(self, *args: Any, act: str = "", asks: bool = False, now: datetime.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.act, self.asks = act, asks
        at: Any = self.fields["publish_at"]
        at.help_text = f"A time of {settings.TIME_ZONE}, where it is now {told(now)}."
        if not asks:
            del self.fields["has_looked"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("severity") == Severity.SAFETY and not cleaned.get("summary"):
            self.add_error("summary", "Say in one line what was unsafe and what the reader should do now.")
        if self.act == "schedule" and not cleaned.get("publish_at") and "publish_at" not in self.errors:
            self.add_error("publish_at", "Choose the day and the hour.")
        if self.act in ("publish", "schedule") and self.asks and not cleaned.get("has_looked"):
            self.add_error("has_looked", "Look at the remarks first, then tick this.")
        return cleaned


class EntryField(forms.ModelChoiceField):
    """A page of any kind, looked up by typing."""

    def __init__(self, **kwargs: Any) -> None:
        widget = AutocompleteSelect(ReleaseItem._meta.get_field("entry"), admin.site)
        super().__init__(queryset=Entry.objects.all(), widget=widget, **kwargs)


class GatherForm(forms.Form):
    revisions = forms.ModelMultipleChoiceField(queryset=Revision.objects.select_related("entry"), required=False)
    entry = EntryField(
        label="Any other page",
        required=False,
        help_text="Its newest wording goes in. It must be approved before the release can go live.",
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="gather_%s")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned["revisions"] and not cleaned["entry"]:
            raise forms.ValidationError("Tick a page, or look one up by its name.")
        return cleaned


class RemovalForm(forms.Form):
    entry = EntryField(label="Page to withdraw")
    reason = forms.ChoiceField(label="Why it goes", choices=REASONS, widget=forms.RadioSelect)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="removal_%s")


class CancelForm(forms.Form):
    note = forms.CharField(
        label="Why (optional)",
        max_length=300,
        required=False,
        help_text="For colleagues who wonder later.",
    )


def on_screen(at: datetime.datetime) -> str:
    """A time as a field for times wants it."""
    return timezone.localtime(at).strftime(LOCAL)
