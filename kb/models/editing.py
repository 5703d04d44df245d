"""What editors make: revisions, approvals, releases. Readers never touch these tables."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q

from kb.enums import (
    ReleaseAction,
    ReleaseOrigin,
    ReleaseState,
    ReviewRole,
    ReviewScope,
    Severity,
    StepVerb,
    TombstoneReason,
)
from kb.models.entry import Entry

USER = settings.AUTH_USER_MODEL
SUMMARY_LENGTH = 200


class Revision(models.Model):
    """One wording of one entry in one locale. Inserted once; a database trigger refuses any update."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="revisions")
    locale = models.CharField(max_length=12, default="en")
    number = models.PositiveIntegerField()
    body = models.TextField(help_text="The wording, as canonical JSON.")
    sha256 = models.CharField(max_length=64)
    saved_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["entry_id", "locale", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "locale", "number"], name="revision_number_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.entry}, revision {self.number}"


class Approval(models.Model):
    """A named role vouches for one revision: its id and its sha256. A trigger refuses one by its writers."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="approvals")
    sha256 = models.CharField(max_length=64)
    approved_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    role = models.CharField(max_length=20, choices=[c for c in ReviewRole.choices if c[0] != ReviewRole.NOBODY])
    scope = models.CharField("what was read", max_length=10, choices=ReviewScope.choices, default=ReviewScope.WHOLE)
    next_review_on = models.DateField("next review", help_text="When a clinician should read this again.")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-approved_at", "-id"]
        permissions = [("approve_wording", "Can approve a wording")]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[role for role in ReviewRole.values if role != ReviewRole.NOBODY]),
                name="approval_role_known",
            ),
            models.CheckConstraint(condition=Q(scope__in=ReviewScope.values), name="approval_scope_known"),
        ]

    def __str__(self) -> str:
        return f"Approval of {self.revision} by a {self.get_role_display().lower()}"


class Release(models.Model):
    """Pinned revisions and withdrawals that go live all together or not at all."""

    title = models.CharField(max_length=200)
    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.CONTENT)
    summary = models.CharField(
        "summary for app users",
        max_length=SUMMARY_LENGTH,
        blank=True,
        validators=[MaxLengthValidator(SUMMARY_LENGTH)],
        help_text="One line that an app can show: what changed for the reader.",
    )
    origin = models.CharField(max_length=10, choices=ReleaseOrigin.choices, default=ReleaseOrigin.EDITORIAL)
    state = models.CharField(max_length=10, choices=ReleaseState.choices, default=ReleaseState.DRAFT)
    created_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    publish_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    problems = models.TextField(blank=True, help_text="Why it could not be published, one reason a line.")

    class Meta:
        ordering = ["-created_at", "-id"]
        permissions = [("publish_release", "Can publish, withdraw and merge")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReleaseState.values), name="release_state_known"),
            models.CheckConstraint(condition=Q(origin__in=ReleaseOrigin.values), name="release_origin_known"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="release_severity_known"),
            models.CheckConstraint(
                condition=Q(state=ReleaseState.PUBLISHED, published_at__isnull=False)
                | (~Q(state=ReleaseState.PUBLISHED) & Q(published_at=None)),
                name="release_published_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ReleaseItem(models.Model):
    """One entry in a release: a pinned revision that goes live, or a withdrawal."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="items")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="release_items")
    locale = models.CharField(max_length=12, default="en")
    action = models.CharField(max_length=10, choices=ReleaseAction.choices, default=ReleaseAction.PUBLISH)
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, blank=True, related_name="+")
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, blank=True, related_name="+")
    prepared_against = models.ForeignKey(
        Revision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The revision that was live when the item was prepared; empty if none was.",
    )
    reason = models.CharField(max_length=10, choices=TombstoneReason.choices, blank=True)
    replaced_by = models.ForeignKey(Entry, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["release_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["release", "entry", "locale"], name="release_names_an_entry_once"),
            models.CheckConstraint(
                condition=Q(action=ReleaseAction.PUBLISH, revision__isnull=False, reason="", replaced_by=None)
                | Q(action=ReleaseAction.WITHDRAW, revision=None, approval=None, replaced_by=None) & ~Q(reason="")
                | Q(
                    action=ReleaseAction.MERGE, revision=None, approval=None, reason="merged", replaced_by__isnull=False
                ),
                name="release_item_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by=None) | ~Q(replaced_by=F("entry")), name="release_item_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.entry}"


class Step(models.Model):
    """What somebody did to a wording or a release, and why. Inserted once; a trigger refuses any change.

    With revisions (who saved) and approvals (who vouched) it is the whole record of what happened on the desk.
    """

    verb = models.CharField(max_length=10, choices=StepVerb.choices)
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, blank=True, related_name="steps")
    release = models.ForeignKey(Release, models.PROTECT, null=True, blank=True, related_name="steps")
    by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(verb__in=StepVerb.values), name="step_verb_known"),
            models.CheckConstraint(
                condition=Q(revision__isnull=False, release=None) | Q(revision=None, release__isnull=False),
                name="step_is_about_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()}: {self.revision or self.release}"
