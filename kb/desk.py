"""What the editors' desk asks about many entries at once, worked out in SQL and stored nowhere."""

from typing import Any, TypeVar

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, Value, When

from kb.models.editing import Approval, Revision
from kb.models.entry import Entry
from kb.models.published import Document

DEFAULT_LOCALE = "en"
AnEntry = TypeVar("AnEntry", bound=Entry)


class Status(models.TextChoices):
    """Where an entry stands, from its newest revision, that revision's approval, and the live pin."""

    NEW = "new", "New"
    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    LIVE = "live", "Live"
    LIVE_WITH_CHANGES = "live_with_changes", "Live with changes"
    WITHDRAWN = "withdrawn", "Withdrawn"


def with_status(entries: QuerySet[AnEntry]) -> Any:
    """The same queryset, each entry with `newest_revision_id`, `live_revision_id` and `status`, in one query."""
    revisions = Revision.objects.filter(entry=OuterRef("pk"), locale=DEFAULT_LOCALE)
    documents = Document.objects.filter(entry=OuterRef("pk"), locale=DEFAULT_LOCALE)
    approvals = Approval.objects.filter(revision=OuterRef("newest_revision_id"))
    return entries.annotate(
        newest_revision_id=Subquery(revisions.order_by("-number").values("pk")[:1]),
        live_revision_id=Subquery(documents.filter(gone_reason="").values("revision")[:1]),
    ).annotate(
        status=Case(
            When(newest_revision_id=None, then=Value(Status.NEW)),
            When(live_revision_id=F("newest_revision_id"), then=Value(Status.LIVE)),
            When(live_revision_id__isnull=False, then=Value(Status.LIVE_WITH_CHANGES)),
            When(Exists(documents.filter(revision=OuterRef("newest_revision_id"))), then=Value(Status.WITHDRAWN)),
            When(Exists(approvals), then=Value(Status.APPROVED)),
            When(Exists(documents), then=Value(Status.WITHDRAWN)),
            default=Value(Status.DRAFT),
            output_field=models.CharField(),
        )
    )
