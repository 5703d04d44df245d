"""An editor's verbs between a saved revision and a live document: approve, publish, withdraw, merge."""

import datetime

from django.contrib.auth.models import User
from django.db import transaction

from kb.editing import newest_revision
from kb.enums import ReleaseAction, ReviewRole, Severity, TombstoneReason
from kb.models.editing import Approval, Release, ReleaseItem, Revision
from kb.models.entry import Entry
from kb.models.published import Document
from kb.publishing import Refused, publish

LONGEST_INTERVAL = datetime.timedelta(days=3653)
REVIEW_INTERVAL = datetime.timedelta(days=730)
"""When nobody says otherwise, a wording is read again after two years."""


@transaction.atomic
def approve(
    revision: Revision,
    *,
    by: User,
    at: datetime.datetime,
    role: ReviewRole = ReviewRole.CLINICAL_EDITOR,
    next_review_on: datetime.date | None = None,
    note: str = "",
) -> Approval:
    """Vouches for exactly this wording. Refused to anybody who saved a revision since the last approved one."""
    if by.pk in _writers(revision):
        raise Refused(["You wrote part of this yourself, so somebody else must approve it."])
    latest = at.date() + LONGEST_INTERVAL
    if next_review_on is not None and not at.date() < next_review_on <= latest:
        raise Refused([f"The next review must be on a day after today and no later than {latest}."])
    return Approval.objects.create(
        revision=revision,
        sha256=revision.sha256,
        approved_by=by,
        approved_at=at,
        role=role,
        next_review_on=next_review_on or at.date() + REVIEW_INTERVAL,
        note=note,
    )


@transaction.atomic
def approve_and_publish(
    entry: Entry,
    *,
    by: User,
    at: datetime.datetime,
    severity: Severity = Severity.CONTENT,
    summary: str = "",
    role: ReviewRole = ReviewRole.CLINICAL_EDITOR,
    next_review_on: datetime.date | None = None,
    revision: Revision | None = None,
) -> Release:
    """Approves the entry's newest revision and makes it live, as a release of one. `revision`: what was on screen."""
    newest = newest_revision(entry)
    if newest is None:
        raise Refused([f"{entry}: nothing has been saved yet."])
    if revision is not None and revision.pk != newest.pk:
        raise Refused([f"{entry}: somebody saved a newer wording after you opened this page. Read it first."])
    approval = approve(newest, by=by, at=at, role=role, next_review_on=next_review_on)
    release = _release(f"Publish {entry}", by=by, at=at, severity=severity, summary=summary)
    add(release, newest, approval=approval)
    return publish(release, by=by, at=at)


@transaction.atomic
def withdraw(
    entry: Entry,
    *,
    by: User,
    at: datetime.datetime,
    reason: TombstoneReason,
    severity: Severity = Severity.CONTENT,
    summary: str = "",
) -> Release:
    """Takes the entry from readers. Its tombstone stays for ever; its working copy stays for editors."""
    return _remove(entry, None, reason=reason, by=by, at=at, severity=severity, summary=summary)


@transaction.atomic
def merge(
    entry: Entry,
    *,
    into: Entry,
    by: User,
    at: datetime.datetime,
    severity: Severity = Severity.CONTENT,
    summary: str = "",
) -> Release:
    """Withdraws the entry and sends its readers, and all links to it, to another of the same kind."""
    if entry.pk == into.pk:
        raise Refused([f"{entry}: it cannot be merged into itself."])
    return _remove(entry, into, reason=TombstoneReason.MERGED, by=by, at=at, severity=severity, summary=summary)


def add(release: Release, revision: Revision, *, approval: Approval | None) -> ReleaseItem:
    """Pins a revision in a release, against what is live now."""
    return ReleaseItem.objects.create(
        release=release,
        entry_id=revision.entry_id,
        locale=revision.locale,
        revision=revision,
        approval=approval,
        prepared_against_id=live_revision_id(revision.entry, revision.locale),
    )


def live_revision_id(entry: Entry, locale: str = "en") -> int | None:
    documents = Document.objects.filter(entry=entry, locale=locale, gone_reason="")
    return documents.values_list("revision_id", flat=True).first()


def _writers(revision: Revision) -> set[int]:
    """Who saved a revision of the entry since the last approved one before this, up to this."""
    history = Revision.objects.filter(entry=revision.entry_id, locale=revision.locale)
    approved = history.filter(number__lt=revision.number, approvals__isnull=False)
    since = approved.order_by("-number").values_list("number", flat=True).first() or 0
    saved = history.filter(number__gt=since, number__lte=revision.number, saved_by__isnull=False)
    return set(saved.values_list("saved_by_id", flat=True))


def _remove(
    entry: Entry,
    into: Entry | None,
    *,
    reason: TombstoneReason,
    by: User,
    at: datetime.datetime,
    severity: Severity,
    summary: str,
) -> Release:
    verb = f"Merge {entry} into {into}" if into else f"Withdraw {entry}"
    release = _release(verb, by=by, at=at, severity=severity, summary=summary)
    ReleaseItem.objects.create(
        release=release,
        entry=entry,
        action=ReleaseAction.MERGE if into else ReleaseAction.WITHDRAW,
        reason=reason,
        replaced_by=into,
        prepared_against_id=live_revision_id(entry),
    )
    return publish(release, by=by, at=at)


def _release(title: str, *, by: User, at: datetime.datetime, severity: Severity, summary: str) -> Release:
    return Release.objects.create(title=title[:200], severity=severity, summary=summary, created_by=by, created_at=at)
