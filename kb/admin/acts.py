"""Publish, withdraw, merge: one page each. It says what will happen; a second press does it."""

import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from kb import review
from kb.admin.standing import Standing, entry_of, may_publish, parts_waiting, standing_of
from kb.desk import DEFAULT_LOCALE
from kb.enums import ReviewRole, Severity, TombstoneReason
from kb.models.editing import SUMMARY_LENGTH, Revision
from kb.models.entry import Entry
from kb.models.published import Document
from kb.publishing import Refused
from kb.review import LONGEST_INTERVAL

ROLES = [(role, label) for role, label in ReviewRole.choices if role != ReviewRole.NOBODY]
REASONS = [(reason, label) for reason, label in TombstoneReason.choices if reason != TombstoneReason.MERGED]
MOVED_MEANWHILE = "Somebody else changed this at the same moment. Nothing was done; look again, then try once more."


class ActForm(forms.Form):
    severity = forms.ChoiceField(
        label="What this means for somebody who has read the older text",
        choices=Severity.choices,
        initial=Severity.CONTENT,
        widget=forms.RadioSelect,
    )
    summary = forms.CharField(
        label="One line for app users",
        max_length=SUMMARY_LENGTH,
        required=False,
        help_text="What changed for the reader. Apps may show it. Needed when the severity is “safety”.",
    )

    def __init__(self, *args: Any, entry: Any, standing: Standing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entry, self.standing = entry, standing

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("severity") == Severity.SAFETY and not cleaned.get("summary"):
            self.add_error("summary", "Say in one line what was unsafe and what the reader should do now.")
        return cleaned


class PublishForm(ActForm):
    role = forms.ChoiceField(label="You vouch for this wording as", choices=ROLES, initial=ReviewRole.CLINICAL_EDITOR)
    next_review_on = forms.DateField(
        label="To be read again by",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="When a clinician should check it against the evidence again.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ("role", "next_review_on", "severity", "summary", "revision")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = self.standing.newest
        self.initial["next_review_on"] = timezone.now().date() + review.REVIEW_INTERVAL
        self.initial["revision"] = newest.pk if newest else None

    def clean_next_review_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["next_review_on"]
        if day <= timezone.now().date():
            raise forms.ValidationError("Choose a day in the future.")
        if day > timezone.now().date() + LONGEST_INTERVAL:
            raise forms.ValidationError("Choose a day within the next ten years.")
        return day


class WithdrawForm(ActForm):
    reason = forms.ChoiceField(label="Why it goes", choices=REASONS, widget=forms.RadioSelect)
    field_order = ("reason", "severity", "summary")


class MergeForm(ActForm):
    into = forms.ModelChoiceField(
        label="Into which page",
        queryset=Entry.objects.none(),
        empty_label="Choose a page",
        help_text="Readers who look for this one, and all links to it, are sent there.",
    )
    field_order = ("into", "severity", "summary")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        live = Document.objects.filter(kind=self.entry.kind, locale=DEFAULT_LOCALE, gone_reason="")
        others = Entry.objects.filter(pk__in=live.values("entry")).exclude(pk=self.entry.pk)
        field: Any = self.fields["into"]
        field.queryset = others.order_by("name", "pk")


class Publish:
    name = "publish"
    button = "Approve and publish"
    form = PublishForm

    def title(self, standing: Standing) -> str:
        return "Publish" if standing.publish_label == "Publish…" else "Approve"

    def perform(self, entry: Entry, said: dict[str, Any], *, by: Any, at: datetime.datetime) -> None:
        revision = Revision.objects.filter(pk=said["revision"], entry=entry).first()
        if revision is None:
            raise Refused([f"{entry}: this page was opened for another wording. Open it again."])
        review.approve_and_publish(entry, by=by, at=at, **(said | {"revision": revision}))

    def rehearsed(self, form: ActForm) -> dict[str, Any]:
        newest = form.standing.newest
        return {"revision": newest.pk if newest else None}

    def done(self, entry: Any) -> str:
        return f"“{entry.name}” is live. Apps see it within a minute."


class Withdraw:
    name = "withdraw"
    button = "Withdraw"
    form = WithdrawForm

    def title(self, standing: Standing) -> str:
        return "Withdraw"

    def perform(self, entry: Entry, said: dict[str, Any], *, by: Any, at: datetime.datetime) -> None:
        review.withdraw(entry, by=by, at=at, **said)

    def rehearsed(self, form: ActForm) -> dict[str, Any]:
        return {"reason": TombstoneReason.WITHDRAWN}

    def done(self, entry: Any) -> str:
        return f"“{entry.name}” is withdrawn. Readers are told so; your text is kept here."


class Merge:
    name = "merge"
    button = "Merge"
    form = MergeForm

    def title(self, standing: Standing) -> str:
        return "Merge"

    def perform(self, entry: Entry, said: dict[str, Any], *, by: Any, at: datetime.datetime) -> None:
        review.merge(entry, by=by, at=at, **said)

    def rehearsed(self, form: ActForm) -> None:
        """Nothing to rehearse before a page is chosen."""

    def done(self, entry: Any) -> str:
        return f"“{entry.name}” is merged. Its readers and links now go to the other page."


Act = Publish | Withdraw | Merge
ACTS: tuple[Act, ...] = (Publish(), Withdraw(), Merge())


def page(model_admin: Any, act: Act) -> Callable[..., HttpResponse]:
    """The view for one act on entries of one kind."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        if not may_publish(request.user):
            raise PermissionDenied
        entry = model_admin.get_object(request, unquote(object_id))
        if entry is None:
            missing: HttpResponse = model_admin.missing(request, object_id)
            return missing
        standing = standing_of(entry)
        form = act.form(request.POST if request.method == "POST" else None, entry=entry, standing=standing)
        problems: list[str] = []
        if request.method == "POST" and form.is_valid():
            problems = _tried(act, entry, form.cleaned_data, by=request.user)
            if not problems:
                messages.success(request, act.done(entry))
                return HttpResponseRedirect(reverse(f"admin:{model_admin._url_name('change')}", args=[entry.pk]))
        elif request.method != "POST":
            problems = _rehearsal(act, entry, form, by=request.user)
        context = {
            **model_admin.admin_site.each_context(request),
            "title": act.title(standing),
            "subtitle": entry.name,
            "opts": model_admin.opts,
            "label": model_admin.label,
            "act": act,
            "entry": entry,
            "standing": standing,
            "waiting": parts_waiting(model_admin.kind, standing),
            "form": form,
            "problems": problems,
            "is_hopeless": bool(problems) and request.method != "POST",
        }
        return TemplateResponse(request, "admin/entry/act.html", context)

    return view


def _tried(act: Act, entry: Any, said: dict[str, Any], *, by: Any) -> list[str]:
    """Does it. What comes back are the reasons why it was refused; nothing has changed then."""
    try:
        act.perform(entry_of(entry), said, by=by, at=timezone.now())
    except Refused as refused:
        return refused.problems
    except IntegrityError:
        return [MOVED_MEANWHILE]
    return []


def _rehearsal(act: Act, entry: Any, form: ActForm, *, by: Any) -> list[str]:
    """Does it and undoes it, to say at once what would be refused, not after somebody has filled in the page."""
    said = act.rehearsed(form)
    if said is None:
        return []
    with transaction.atomic():
        problems = _tried(act, entry, said, by=by)
        transaction.set_rollback(True)
    return problems
