"""Enumerations that the kernel and every package share. Values are the public names; labels are shown to people."""

from django.db.models import TextChoices


class Urgency(TextChoices):
    """How soon to act. One scale everywhere, the most urgent first."""

    EMERGENCY = "emergency", "Emergency: get help now"
    URGENT = "urgent", "Urgent: get a check today or as soon as you can"
    ROUTINE = "routine", "Routine: see a doctor or physiotherapist"
    SELF_CARE = "self_care", "Self-care: look after it at home"


class ActionCode(TextChoices):
    """What a reader is asked to do. An app shows its region's contact route for it."""

    GET_EMERGENCY_HELP = "get_emergency_help", "Get emergency help"
    GET_URGENT_CHECK = "get_urgent_check", "Get an urgent check"
    BOOK_APPOINTMENT = "book_appointment", "Book an appointment"
    CARE_FOR_YOURSELF = "care_for_yourself", "Look after it at home"


class ReviewStatus(TextChoices):
    """Whether clinicians vouch for the exact words of a document."""

    REVIEWED = "reviewed", "Reviewed, with every warning sign and disclaimer in it"
    PARTLY_REVIEWED = "partly_reviewed", "Reviewed, but a warning sign or disclaimer in it is not"
    UNREVIEWED = "unreviewed", "Not yet reviewed by a clinician"


class ReviewRole(TextChoices):
    """In which role somebody vouches for a wording."""

    PHYSIOTHERAPIST = "physiotherapist", "Physiotherapist"
    PHYSICIAN = "physician", "Physician"
    CLINICAL_EDITOR = "clinical_editor", "Clinical editor"
    NOBODY = "nobody", "Nobody yet"


class Severity(TextChoices):
    """What a change means for somebody who has read the older text."""

    EDITORIAL = "editorial", "Editorial: same meaning, better words"
    CONTENT = "content", "Content: new or changed information"
    SAFETY = "safety", "Safety: the older text could harm"


class TombstoneReason(TextChoices):
    """Why a document is no longer published."""

    WITHDRAWN = "withdrawn", "Withdrawn"
    SAFETY = "safety", "Withdrawn for safety"
    OUTDATED = "outdated", "Withdrawn because it is out of date"
    MERGED = "merged", "Merged into another entry"


class NoticeAction(TextChoices):
    """What a notice tells of a document."""

    CHANGED = "changed", "Its words have changed, because the older ones could harm"
    WITHDRAWN = "withdrawn", TombstoneReason.WITHDRAWN.label
    WITHDRAWN_FOR_SAFETY = "withdrawn_for_safety", TombstoneReason.SAFETY.label
    WITHDRAWN_AS_OUTDATED = "withdrawn_as_outdated", TombstoneReason.OUTDATED.label
    MERGED = "merged", TombstoneReason.MERGED.label


class Basis(TextChoices):
    """Where a statement comes from."""

    STATED = "stated", "The clinic article that we began with says so"
    INFERRED = "inferred", "It follows from the article that we began with"
    GENERAL = "general", "General clinical knowledge, from the sources named"


class ReleaseOrigin(TextChoices):
    EDITORIAL = "editorial", "Editors"
    STARTER = "starter", "Starter pack"
    RECOMPILE = "recompile", "Recompile after an upgrade"


class ReleaseState(TextChoices):
    DRAFT = "draft", "Being prepared"
    SCHEDULED = "scheduled", "Scheduled"
    PUBLISHED = "published", "Published"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


STILL_OPEN = (ReleaseState.DRAFT, ReleaseState.SCHEDULED, ReleaseState.FAILED)
"""The states of a release that may still be published."""


class ReleaseAction(TextChoices):
    PUBLISH = "publish", "Publish"
    WITHDRAW = "withdraw", "Withdraw"
    MERGE = "merge", "Merge into another entry"


class ReviewScope(TextChoices):
    """What somebody read before vouching for a wording. Either way they vouch for exactly this one."""

    WHOLE = "whole", "The whole page"
    CHANGES = "changes", "What has changed since the last approved wording"


class StepVerb(TextChoices):
    """What people do to a wording or a release, besides saving, approving and being read."""

    SUBMITTED = "submitted", "Sent for review"
    TAKEN_BACK = "taken_back", "Taken back from review"
    RETURNED = "returned", "Returned with a note"
    SCHEDULED = "scheduled", "Scheduled"
    REOPENED = "reopened", "Opened again for changes"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Could not be published"
    PUBLISHED = "published", "Published"


class FoundIn(TextChoices):
    """Where a search found the words that were asked for."""

    IN_NAME = "name", "In its name"
    IN_SYNONYM = "synonym", "In another name for it"
    IN_SUMMARY = "summary", "In its summary"
    IN_TEXT = "text", "In its text"


class HighlightField(TextChoices):
    """A field of a search's answer in which a word stands."""

    IN_NAME = "name", "The name"
    IN_SUMMARY = "summary", "The summary"
    IN_MATCHED_TEXT = "matched_text", "The text that matched"


class FoundUrgency(TextChoices):
    """Urgency, where every kind of content is shown together."""

    EMERGENCY = "emergency", Urgency.EMERGENCY.label
    URGENT = "urgent", Urgency.URGENT.label
    ROUTINE = "routine", Urgency.ROUTINE.label
    SELF_CARE = "self_care", Urgency.SELF_CARE.label
    NONE = "none", "This kind of content has none"
