"""What the editors' desk asks about many entries at once, worked out in SQL and stored nowhere."""

from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from kb.enums import ReleaseState, StepVerb
from kb.models.editing import Approval, ReleaseItem, Revision, Step
from kb.models.entry import Entry
from kb.models.published import Document
from kb.wording import batches
from kb.workflow import Status

DEFAULT_LOCALE = "en"
AnEntry = TypeVar("AnEntry", bound=Entry)


def with_status(entries: QuerySet[AnEntry]) -> Any:
    """The same queryset, each entry with `newest_revision_id`, `live_revision_id` and `status`, in one query."""
    revisions = Revision.objects.filter(entry=OuterRef("pk"), locale=DEFAULT_LOCALE)
    documents = Document.objects.filter(entry=OuterRef("pk"), locale=DEFAULT_LOCALE)
    approvals = Approval.objects.filter(revision=OuterRef("newest_revision_id"))
    was_live = ReleaseItem.objects.filter(
        revision=OuterRef("newest_revision_id"),
        release__state=ReleaseState.PUBLISHED,
        release__published_at__gte=OuterRef("approved_at"),
    )
    steps = Step.objects.filter(revision=OuterRef("newest_revision_id")).order_by("-id").values("verb")
    return (
        entries.annotate(
            newest_revision_id=Subquery(revisions.order_by("-number").values("pk")[:1]),
            live_revision_id=Subquery(documents.filter(gone_reason="").values("revision")[:1]),
        )
        .annotate(
            last_step=Subquery(steps[:1]),
            approved_at=Subquery(approvals.order_by("-approved_at").values("approved_at")[:1]),
        )
        .annotate(
            status=Case(
                When(newest_revision_id=None, then=Value(Status.NEW)),
                When(live_revision_id=F("newest_revision_id"), then=Value(Status.LIVE)),
                When(Exists(documents.filter(revision=OuterRef("newest_revision_id"))), then=Value(Status.WITHDRAWN)),
                # What was rolled back has its approval still, and waits for nobody unless it is approved once more.
                When(Exists(approvals) & ~Exists(was_live), then=Value(Status.APPROVED)),
                When(~Exists(approvals) & Q(last_step=StepVerb.SUBMITTED), then=Value(Status.IN_REVIEW)),
                When(~Exists(approvals) & Q(last_step=StepVerb.RETURNED), then=Value(Status.RETURNED)),
                When(live_revision_id__isnull=False, then=Value(Status.LIVE_WITH_CHANGES)),
                default=Value(Status.DRAFT),
                output_field=models.CharField(),
            )
        )
    )


def live_revision_ids(entries: list[UUID], locale: str = DEFAULT_LOCALE) -> dict[UUID, int]:
    """For those of the entries that readers can see."""
    documents = Document.objects.filter(locale=locale, gone_reason="")
    live: dict[UUID, int] = {}
    for some in batches(entries):
        live |= documents.filter(entry__in=some).values_list("entry_id", "revision_id")
    return live


def live_revision_id(entry: Entry, locale: str = DEFAULT_LOCALE) -> int | None:
    documents = Document.objects.filter(entry=entry, locale=locale, gone_reason="")
    return documents.values_list("revision_id", flat=True).first()
