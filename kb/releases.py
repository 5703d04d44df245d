"""Releases: what goes live together. Gathered, looked at, published now or at a time, cancelled, rolled back."""

import datetime
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction

from kb import desk, review, workflow
from kb.canonical import canonical_json, sha256
from kb.editing import newest_revision
from kb.enums import (
    STILL_OPEN,
    ReleaseAction,
    ReleaseOrigin,
    ReleaseState,
    ReviewRole,
    ReviewScope,
    Severity,
    StepVerb,
    TombstoneReason,
)
from kb.models.editing import Approval, Release, ReleaseItem, Revision, Step
from kb.models.entry import Entry
from kb.models.published import Feed
from kb.planning import Plan, plan
from kb.publishing import Refused, items_of, publish
from kb.wording import batches

FURTHEST = datetime.timedelta(days=366)


# One page at once


@transaction.atomic
def approve_and_publish(
    entry: Entry,
    *,
    by: User,
    at: datetime.datetime,
    severity: Severity = Severity.CONTENT,
    summary: str = "",
    role: ReviewRole = ReviewRole.CLINICAL_EDITOR,
    scope: ReviewScope = ReviewScope.WHOLE,
    next_review_on: datetime.date | None = None,
    note: str = "",
    revision: Revision | None = None,
    is_older_meant: bool = False,
) -> Release:
    """Approves the entry's newest revision and makes it live, as a release of one.

    `revision`: what was on screen; refused if it is not the newest, unless the person chose an older one.
    """
    chosen = newest_revision(entry)
    if chosen is None:
        raise Refused([f"{entry}: nothing has been saved yet."])
    if revision is not None and revision.pk != chosen.pk:
        if not is_older_meant or revision.entry_id != entry.pk:
            raise Refused([f"{entry}: somebody saved a newer wording after you opened this page. Read it first."])
        chosen = revision
    review.approve(chosen, by=by, at=at, role=role, scope=scope, next_review_on=next_review_on, note=note)
    return publish_approved(chosen, by=by, at=at, severity=severity, summary=summary)


@transaction.atomic
def publish_approved(
    revision: Revision, *, by: User, at: datetime.datetime, severity: Severity = Severity.CONTENT, summary: str = ""
) -> Release:
    """Makes an approved wording live, as a release of one."""
    release = prepare(f"Publish {revision.entry}", by=by, at=at, severity=severity, summary=summary)
    put_in(release, revision)
    return publish_now(release, by=by, at=at)


@transaction.atomic
def withdraw(
    entry: Entry,
    *,
    by: User,
    at: datetime.datetime,
    reason: TombstoneReason,
    severity: Severity = Severity.CONTENT,
    summary: str = "",
    seen: int | None = None,
) -> Release:
    """Takes the entry from readers. Its tombstone stays for ever; its working copy stays for editors.

    `seen`: the live revision that was on screen; refused if another is live by now.
    """
    release = prepare(f"Withdraw {entry}", by=by, at=at, severity=severity, summary=summary)
    put_in_removal(release, entry, reason=reason, seen=seen)
    return publish_now(release, by=by, at=at)


@transaction.atomic
def merge(
    entry: Entry,
    *,
    into: Entry,
    by: User,
    at: datetime.datetime,
    severity: Severity = Severity.CONTENT,
    summary: str = "",
    seen: int | None = None,
) -> Release:
    """Withdraws the entry and sends its readers, and all links to it, to another of the same kind."""
    if entry.pk == into.pk:
        raise Refused([f"{entry}: it cannot be merged into itself."])
    release = prepare(f"Merge {entry} into {into}", by=by, at=at, severity=severity, summary=summary)
    put_in_removal(release, entry, reason=TombstoneReason.MERGED, into=into, seen=seen)
    return publish_now(release, by=by, at=at)


# Several pages together


def prepare(
    title: str, *, by: User, at: datetime.datetime, severity: Severity = Severity.CONTENT, summary: str = ""
) -> Release:
    """An empty release, to put pages in."""
    return Release.objects.create(title=title[:200], severity=severity, summary=summary, created_by=by, created_at=at)


@transaction.atomic
def put_in(release: Release, revision: Revision, *, instead: bool = False) -> ReleaseItem:
    """Pins a revision against what is live now, with its approval if it has one.

    Refused if the release does something else with the page already, unless this is meant to go in `instead`.
    """
    _open_for_changes(release)
    earlier = release.items.filter(entry=revision.entry_id, locale=revision.locale)
    others = earlier.exclude(action=ReleaseAction.PUBLISH, revision=revision)
    if others and not instead:
        raise Refused([f"{item.entry}: {_what_it_does(item)} Take it out first." for item in others])
    earlier.delete()
    item = _publication(release, revision)
    item.save()
    return item


@transaction.atomic
def put_in_removal(
    release: Release,
    entry: Entry,
    *,
    reason: TombstoneReason,
    into: Entry | None = None,
    seen: int | None = None,
) -> ReleaseItem:
    """A withdrawal, or with `into` a merge. Refused if the release publishes the page."""
    _open_for_changes(release)
    earlier = release.items.filter(entry=entry)
    publishes = earlier.filter(action=ReleaseAction.PUBLISH)
    if publishes:
        raise Refused([f"{entry}: {_what_it_does(item)} Take it out first." for item in publishes])
    earlier.delete()
    item = _removal(release, entry, reason=reason, into=into, seen=seen)
    item.save()
    return item


@transaction.atomic
def take_out(release: Release, item: ReleaseItem) -> None:
    _open_for_changes(release)
    release.items.filter(pk=item.pk).delete()


@transaction.atomic
def describe(release: Release, *, title: str, severity: Severity, summary: str) -> Release:
    """What app users will read of it."""
    release = _open_for_changes(release)
    release.title, release.severity, release.summary = title[:200], severity, summary
    release.save()
    return release


@transaction.atomic
def prepare_again(release: Release) -> Release:
    """Takes what is live now as seen, for every page in it. For when somebody published one of them meanwhile."""
    items = list(_open_for_changes(release).items.all())
    live = desk.live_revision_ids([item.entry_id for item in items])
    for item in items:
        item.prepared_against_id = live.get(item.entry_id)
    ReleaseItem.objects.bulk_update(items, ["prepared_against"], batch_size=200)
    return release


def fingerprint(release: Release) -> str:
    """A short hash of what somebody sees of a release, to tell later whether it is still what they saw."""
    items = release.items.order_by("pk").values_list(
        "entry_id", "action", "revision_id", "prepared_against_id", "reason", "replaced_by_id"
    )
    own = [release.pk, release.state, release.title, release.severity, release.summary, release.publish_at]
    seen = [[str(value) for value in some] for some in (own, *items)]
    return sha256(canonical_json(seen))[:16]


def require_unchanged(release: Release, *, seen: str) -> Release:
    """The release as stored, held until the end of the transaction. Refused if it is not what the person saw."""
    release = held(release)
    if fingerprint(release) == seen:
        return release
    if release.state == ReleaseState.PUBLISHED:
        raise Refused(["This release is published already. Nothing more was done."])
    raise Refused(
        ["Somebody changed this release after you opened the page. Nothing was done. Look at it as it is now."]
    )


def rehearse(release: Release, *, at: datetime.datetime) -> Plan:
    """What publishing it now would do. Writes nothing and waits for nobody."""
    items = items_of(release)
    _take_approvals(items)
    return plan(release, items, feed=Feed.objects.get(), at=at)


def rehearse_publishing(revision: Revision, *, by: User, at: datetime.datetime) -> Plan:
    """What approving and publishing this one wording would do."""
    return rehearse_publishing_all([revision], by=by, at=at)


def rehearse_publishing_all(revisions: list[Revision], *, by: User, at: datetime.datetime) -> Plan:
    """What approving and publishing these wordings together would do."""
    live = desk.live_revision_ids([revision.entry_id for revision in revisions])
    items = [
        ReleaseItem(
            entry=revision.entry,
            locale=revision.locale,
            revision=revision,
            approval=review.as_if_approved(revision, by=by, at=at, number=number),
            prepared_against_id=live.get(revision.entry_id),
        )
        for number, revision in enumerate(revisions, start=1)
    ]
    return _rehearsed(items, at)


def rehearse_approved(revision: Revision, *, at: datetime.datetime) -> Plan:
    """What publishing this one wording would do, with the approval that it has."""
    return _rehearsed([_publication(None, revision)], at)


def rehearse_removal(
    entry: Entry, *, at: datetime.datetime, reason: TombstoneReason, into: Entry | None = None
) -> Plan:
    """What withdrawing it, or merging it, would do."""
    return _rehearsed([_removal(None, entry, reason=reason, into=into)], at)


def rehearse_roll_back(release: Release, *, at: datetime.datetime) -> Plan:
    """What rolling it back would do, once the way back is approved."""
    return _rehearsed(_way_back(release), at)


@transaction.atomic
def publish_now(release: Release, *, by: User, at: datetime.datetime) -> Release:
    """All of it goes live, or Refused says why not and nothing has changed. Published already: nothing happens."""
    _require_right(by, "publish")
    release = held(release)
    if release.state in STILL_OPEN:
        keep_approvals(release)
    return publish(release, by=by, at=at)


@transaction.atomic
def schedule(release: Release, *, publish_at: datetime.datetime, by: User, at: datetime.datetime) -> Release:
    """Goes live at that time by itself, if nothing stands against it then. Refused if something does now."""
    _require_right(by, "schedule a release")
    if not at < publish_at <= at + FURTHEST:
        raise Refused(["Choose a time in the future, within the next year."])
    held(release)  # nobody publishes while we look
    release = _open_for_changes(release)
    problems = rehearse(release, at=at).problems
    if problems:
        raise Refused(problems)
    keep_approvals(release)
    release.publish_at = publish_at
    return move(
        release,
        ReleaseState.SCHEDULED,
        StepVerb.SCHEDULED,
        by=by,
        at=at,
        note=publish_at.astimezone(datetime.UTC).isoformat(),
    )


@transaction.atomic
def reopen(release: Release, *, by: User, at: datetime.datetime) -> Release:
    """A scheduled or failed release can be changed again; it will not go live by itself."""
    _require_right(by, "open a release again")
    release = _locked(release)
    if release.state not in (ReleaseState.SCHEDULED, ReleaseState.FAILED):
        raise Refused(["Only a scheduled or failed release can be opened again."])
    release.publish_at, release.problems = None, ""
    return move(release, ReleaseState.DRAFT, StepVerb.REOPENED, by=by, at=at)


@transaction.atomic
def cancel(release: Release, *, by: User, at: datetime.datetime, note: str = "") -> Release:
    """Gives it up, for good. What was in it stays as it was."""
    _require_right(by, "cancel a release")
    release = _locked(release)
    if release.state == ReleaseState.CANCELLED:
        return release
    if release.state not in STILL_OPEN:
        raise Refused(["It is published. Roll it back instead."])
    release.publish_at = None
    return move(release, ReleaseState.CANCELLED, StepVerb.CANCELLED, by=by, at=at, note=note)


@transaction.atomic
def roll_back(release: Release, *, by: User, at: datetime.datetime) -> Release:
    """A new release, not published yet, of what was live before this one. Refused if later ones moved on.

    Pressed twice, it is the same new release.
    """
    _require_right(by, "roll back a release")
    release = held(release)
    title = f"Roll back: {release.title}"[:200]
    items = _way_back(release)
    for earlier in Release.objects.filter(title=title, state__in=STILL_OPEN):
        if _says(earlier.items.all()) == _says(items):
            return earlier
    back = prepare(title, by=by, at=at, severity=Severity(release.severity))
    for item in items:
        item.release = back
    ReleaseItem.objects.bulk_create(items, batch_size=200)
    return back


def move(
    release: Release, state: ReleaseState, verb: StepVerb, *, by: User | None, at: datetime.datetime, note: str = ""
) -> Release:
    release.state = state
    release.save()
    Step.objects.create(verb=verb, release=release, by=by, at=at, note=note)
    return release


def _require_right(person: User, act: str) -> None:
    if not workflow.may(person, workflow.PUBLISH):
        raise Refused([f"Only a clinical editor can {act}."])


def held(release: Release) -> Release:
    """The locked release, after the locked feed: in this order everywhere, or two people would wait for each other."""
    Feed.objects.select_for_update().get()
    return _locked(release)


def _locked(release: Release) -> Release:
    return Release.objects.select_for_update().get(pk=release.pk)


def _what_it_does(item: ReleaseItem) -> str:
    what = f"revision {item.revision.number} of it" if item.revision else "its withdrawal"
    return f"{what} is in this release already."


def _open_for_changes(release: Release) -> Release:
    release = _locked(release)
    if release.state != ReleaseState.DRAFT:
        state = ReleaseState(release.state).label.lower()
        raise Refused([f"The release “{release.title}” is {state}, so it cannot be changed. Open it again first."])
    return release


def keep_approvals(release: Release) -> None:
    """What was approved, or approved once more, after it was put in takes the newest approval of the same wording."""
    ReleaseItem.objects.bulk_update(_take_approvals(items_of(release)), ["approval"], batch_size=200)


def _take_approvals(items: list[ReleaseItem]) -> list[ReleaseItem]:
    """Gives each item the latest approval of its wording. Returns those that took another one."""
    waiting = {item.revision_id: item for item in items if item.revision_id is not None}
    before = {revision_id: item.approval_id for revision_id, item in waiting.items()}
    for some in batches(list(waiting)):
        for approval in Approval.objects.filter(revision__in=some).order_by("approved_at", "pk"):
            waiting[approval.revision_id].approval = approval
    return [item for revision_id, item in waiting.items() if item.approval_id != before[revision_id]]


def _publication(release: Release | None, revision: Revision) -> ReleaseItem:
    return ReleaseItem(
        release=release,
        entry=revision.entry,
        locale=revision.locale,
        revision=revision,
        approval=review.latest_approval(revision),
        prepared_against_id=desk.live_revision_id(revision.entry, revision.locale),
    )


def _removal(
    release: Release | None,
    entry: Entry,
    *,
    reason: TombstoneReason,
    into: Entry | None = None,
    seen: int | None = None,
) -> ReleaseItem:
    return ReleaseItem(
        release=release,
        entry=entry,
        action=ReleaseAction.MERGE if into else ReleaseAction.WITHDRAW,
        reason=reason,
        replaced_by=into,
        prepared_against_id=desk.live_revision_id(entry) if seen is None else seen,
    )


def _way_back(release: Release) -> list[ReleaseItem]:
    """What would bring back what was live before the release. Not saved."""
    if release.state != ReleaseState.PUBLISHED or release.origin != ReleaseOrigin.EDITORIAL:
        raise Refused(["Only a release that editors published can be rolled back."])
    items = list(release.items.select_related("entry", "prepared_against__entry"))
    moved = [item.entry for item in items if _has_moved_on(item)]
    if moved:
        raise Refused([f"{entry}: it has changed again since. Roll back the later release first." for entry in moved])
    return [_undone(item) for item in items]


def _has_moved_on(item: ReleaseItem) -> bool:
    """Whether a later release changed the entry. What is live now cannot tell: it may have come and gone again."""
    own = item.release.steps.filter(verb=StepVerb.PUBLISHED).values("pk")[:1]
    later = Step.objects.filter(verb=StepVerb.PUBLISHED, pk__gt=own).exclude(release__origin=ReleaseOrigin.RECOMPILE)
    return later.filter(release__items__entry=item.entry_id, release__items__locale=item.locale).exists()


def _undone(item: ReleaseItem) -> ReleaseItem:
    if item.prepared_against:
        return _publication(None, item.prepared_against)
    before = ReleaseItem.objects.filter(
        entry=item.entry_id, locale=item.locale, release__published_at__lte=item.release.published_at
    ).exclude(pk=item.pk)
    last = before.order_by("-release__published_at", "-pk").first()
    if last is None or last.action == ReleaseAction.PUBLISH:
        return _removal(None, item.entry, reason=TombstoneReason.WITHDRAWN)
    return _removal(None, item.entry, reason=TombstoneReason(last.reason), into=last.replaced_by)


def _says(items: Iterable[ReleaseItem]) -> set[tuple[object, ...]]:
    """To compare what two releases do."""
    return {(item.entry_id, item.action, item.revision_id, item.prepared_against_id) for item in items}


def _rehearsed(items: list[ReleaseItem], at: datetime.datetime) -> Plan:
    return plan(Release(created_at=at), items, feed=Feed.objects.get(), at=at)
