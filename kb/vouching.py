"""Approving what readers have already, many pages at once: a starter pack, or what is due to be read again."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from kb import kinds, releases, review
from kb.desk import DEFAULT_LOCALE
from kb.editing import findings_of, locked
from kb.enums import ReviewRole, Severity
from kb.models.editing import Release, Revision
from kb.models.entry import Entry
from kb.models.published import Document
from kb.publishing import Refused
from kb.quality import sentence

Reasons = dict[UUID, list[str]]
"""Why this person cannot approve each of these entries, as sentences."""

GONE = "Readers do not have this page any more."
MOVED = "Readers got another wording after you opened this page. Read that one."
APPROVED = "Somebody approved it after you opened this page."


@dataclass(frozen=True)
class Seen:
    """What readers had of an entry when somebody read it: its wording, and who vouched for it then."""

    entry_id: UUID
    revision_id: int
    approval_id: int | None


@transaction.atomic
def approve_live(
    seen: Iterable[Seen],
    *,
    by: User,
    at: datetime.datetime,
    role: ReviewRole = ReviewRole.CLINICAL_EDITOR,
    next_review_on: datetime.date | None = None,
    title: str = "Approve what readers see",
) -> Release:
    """Approves each wording that readers have, and publishes them all in one editorial release. All or nothing."""
    seen = sorted(seen, key=lambda one: one.entry_id)  # always in this order, so that two people never wait in a circle
    for one in seen:
        locked(Entry(pk=one.entry_id))
    names = dict(Entry.objects.filter(pk__in=[one.entry_id for one in seen]).values_list("pk", "name"))
    reasons = objections(seen, by=by)
    if reasons:
        raise Refused([f"{names[pk]}: {reason}" for pk, some in reasons.items() for reason in some])
    release = releases.prepare(title, by=by, at=at, severity=Severity.EDITORIAL)
    for revision in _revisions(seen):
        review.approve(revision, by=by, at=at, role=role, next_review_on=next_review_on)
        item = releases.put_in(release, revision)
        if item.prepared_against_id != revision.pk:
            raise Refused([f"{revision.entry}: {MOVED}"])
    return releases.publish_now(release, by=by, at=at)


def objections(seen: Iterable[Seen], *, by: User) -> Reasons:
    """Without those entries against which nothing stands."""
    seen = list(seen)
    live = {one.entry_id: one for one in live_now(one.entry_id for one in seen)}
    against = {revision.entry_id: _against(revision, by) for revision in _revisions(seen)}
    reasons = {one.entry_id: [*_moved(one, live.get(one.entry_id)), *against.get(one.entry_id, [])] for one in seen}
    return {pk: some for pk, some in reasons.items() if some}


def live_now(entry_ids: Iterable[UUID]) -> list[Seen]:
    """Those of the entries that readers have, as they have them now."""
    documents = Document.objects.filter(entry__in=list(entry_ids), locale=DEFAULT_LOCALE, gone_reason="")
    return [Seen(*columns) for columns in documents.values_list("entry_id", "revision_id", "approval_id")]


def is_done(seen: Iterable[Seen], *, by: User) -> bool:
    """Whether this person has approved and published all of it since they saw it: a second press of the same button."""
    seen = list(seen)
    documents = Document.objects.filter(
        entry__in=[one.entry_id for one in seen], locale=DEFAULT_LOCALE, gone_reason="", approval__approved_by=by
    )
    now = {columns[0]: Seen(*columns) for columns in documents.values_list("entry_id", "revision_id", "approval_id")}
    return bool(seen) and all(_is_approved_since(one, now.get(one.entry_id)) for one in seen)


def _is_approved_since(one: Seen, now: Seen | None) -> bool:
    return now is not None and now.revision_id == one.revision_id and now.approval_id != one.approval_id


def _moved(one: Seen, now: Seen | None) -> list[str]:
    if now is None:
        return [GONE]
    if now.revision_id != one.revision_id:
        return [MOVED]
    return [APPROVED] if now.approval_id != one.approval_id else []


def _against(revision: Revision, by: User) -> list[str]:
    kind = kinds.get(revision.entry.kind)
    wrong = [sentence(kind, one) for one in findings_of(revision) if one.is_error]
    return review.objections(revision, by=by) + wrong


def _revisions(seen: list[Seen]) -> list[Revision]:
    """Only those that are the entry's own; anything else was made up."""
    owners = {one.revision_id: one.entry_id for one in seen}
    found = Revision.objects.filter(pk__in=owners).select_related("entry").order_by("entry_id")
    return [revision for revision in found if owners[revision.pk] == revision.entry_id]
