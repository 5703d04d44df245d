"""Where one entry stands: what readers see, what the newest wording is, and what differs. For people to read."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q

from kb import published
from kb.desk import DEFAULT_LOCALE
from kb.differences import changed_parts
from kb.editing import newest_revision, said
from kb.enums import STILL_OPEN, StepVerb
from kb.kinds import Kind, Wording
from kb.models.editing import Approval, ReleaseItem, Revision, Step
from kb.models.entry import Entry
from kb.models.published import Document
from kb.wording import batches, links
from kb.workflow import APPROVE, RELEASE, Status

SHOWN_PEOPLE = 5


@dataclass(frozen=True)
class Standing:
    """`document` is what readers get, or the tombstone that they find; None if the entry was never live.

    `approval` is the newest of any revision, `step` the newest since then. `waiting_in`: the entry's places in releases
    that are not published yet.
    """

    status: Status
    newest: Revision | None
    approval: Approval | None
    step: Step | None
    document: Document | None
    waiting_in: list[ReleaseItem]
    api_path: str

    @property
    def live(self) -> Document | None:
        return self.document if self.document and not self.document.gone_reason else None

    @property
    def is_newest_live(self) -> bool:
        return bool(self.live and self.newest and self.live.revision_id == self.newest.pk)

    @property
    def newest_approval(self) -> Approval | None:
        is_of_newest = self.approval and self.newest and self.approval.revision_id == self.newest.pk
        return self.approval if is_of_newest else None

    @property
    def stale_approval(self) -> Approval | None:
        """What was approved before somebody changed it."""
        return None if self.newest_approval else self.approval

    @property
    def is_approval_published(self) -> bool:
        """Whether readers are told of the newest approval."""
        return bool(self.live and self.approval and self.live.approval_id == self.approval.pk)

    @property
    def returned(self) -> Step | None:
        return self.step if self.step and self.step.verb == StepVerb.RETURNED else None

    @property
    def submitted(self) -> Step | None:
        return self.step if self.step and self.step.verb == StepVerb.SUBMITTED else None

    @property
    def is_changed_since_step(self) -> bool:
        return bool(self.step and self.newest and self.step.revision_id != self.newest.pk)


def standing_of(entry: Any) -> Standing:
    """`entry` carries the status that `kb.desk.with_status` works out."""
    document = (
        Document.objects.filter(entry=entry.pk, locale=DEFAULT_LOCALE)
        .select_related("revision__saved_by", "approval__approved_by", "changed_by__published_by", "replaced_by")
        .defer("body", "body_gzip", "summary", "card", "revision__body")
        .first()
    )
    approval = _newest_approval(entry)
    slug = document.slug if document else entry.slug
    return Standing(
        status=Status(entry.status),
        newest=newest_revision(entry),
        approval=approval,
        step=_newest_step(entry, approval),
        document=document,
        waiting_in=_open_items(entry),
        api_path=f"/api/v1/{published.get(entry.kind).path}/{slug}",
    )


def _newest_approval(entry: Any) -> Approval | None:
    approvals = Approval.objects.filter(revision__entry=entry.pk, revision__locale=DEFAULT_LOCALE)
    approvals = approvals.select_related("revision", "approved_by").defer("revision__body")
    return approvals.order_by("-revision__number", "-approved_at", "-pk").first()


def _newest_step(entry: Any, approval: Approval | None) -> Step | None:
    steps = Step.objects.filter(revision__entry=entry.pk, revision__locale=DEFAULT_LOCALE)
    if approval is not None:
        steps = steps.filter(revision__number__gt=approval.revision.number)
    return steps.select_related("revision", "by").defer("revision__body").order_by("-pk").first()


def _open_items(entry: Any) -> list[ReleaseItem]:
    items = ReleaseItem.objects.filter(entry=entry.pk, release__state__in=STILL_OPEN)
    return list(items.select_related("release", "revision").defer("revision__body").order_by("release_id"))


def parts_waiting(kind: Kind, standing: Standing) -> list[str]:
    """In what the newest wording differs from what readers see."""
    if standing.live is None or standing.newest is None or standing.is_newest_live:
        return []
    return changed_parts(kind, said(standing.live.revision), said(standing.newest))


def names_of(kind: Kind, *wordings: Wording) -> dict[str, str]:
    """The names of all pages that these wordings link to."""
    targets = {UUID(target) for said in wordings for _, target in links(kind, said)}
    found = (Entry.objects.filter(pk__in=some).values_list("pk", "name") for some in batches(sorted(targets)))
    return {str(pk): name for some in found for pk, name in some}


def name_of(person: AbstractBaseUser | None) -> str:
    """How people call them. Packs are loaded by nobody in particular."""
    if person is None:
        return "The content pack"
    full_name: str = getattr(person, "get_full_name", str)()
    return full_name or person.get_username()


def names_of_people_with(permission: str, *, without: set[int] | None = None) -> list[str]:
    """Names of some colleagues who can, for those who cannot."""
    backend = "django.contrib.auth.backends.ModelBackend"
    people = get_user_model()._default_manager.with_perm(permission, include_superusers=False, backend=backend)
    others = people.filter(is_staff=True).exclude(Q(pk__in=without or ()))
    return [name_of(person) for person in others.order_by("username")[:SHOWN_PEOPLE]]


def may_publish(person: Any) -> bool:
    return bool(person.has_perms((APPROVE, RELEASE)))


def entry_of(entry: Any) -> Entry:
    """The bare entry behind a kind's own row, as foreign keys to Entry want it."""
    return Entry.objects.get(pk=entry.pk)
