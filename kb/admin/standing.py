"""Where one entry stands: what readers see, what the newest wording is, and what differs. For people to read."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from kb import published
from kb.desk import DEFAULT_LOCALE, Status
from kb.editing import newest_revision, said
from kb.kinds import Kind, Wording
from kb.models.editing import Approval, Revision
from kb.models.entry import Entry
from kb.models.published import Document

PUBLISHING = ("kb.approve_wording", "kb.publish_release")


@dataclass(frozen=True)
class Standing:
    """`document` is what readers get, or the tombstone that they find; None if the entry was never live."""

    status: Status
    newest: Revision | None
    newest_approval: Approval | None
    document: Document | None
    api_path: str

    @property
    def is_live(self) -> bool:
        return self.status in (Status.LIVE, Status.LIVE_WITH_CHANGES)

    @property
    def live(self) -> Document | None:
        return self.document if self.is_live else None

    @property
    def may_be_published(self) -> bool:
        return self.newest is not None

    @property
    def publish_label(self) -> str:
        if self.status != Status.LIVE:
            return "Publish…"
        return "Renew the review…" if self.document and self.document.approval_id else "Approve what is live…"


def standing_of(entry: Any) -> Standing:
    """`entry` carries the status that `kb.desk.with_status` works out."""
    newest = newest_revision(entry)
    document = (
        Document.objects.filter(entry=entry.pk, locale=DEFAULT_LOCALE)
        .select_related("revision__saved_by", "approval__approved_by", "changed_by__published_by", "replaced_by")
        .defer("body", "body_gzip", "summary", "card")
        .first()
    )
    approvals = Approval.objects.filter(revision=newest).select_related("approved_by")
    slug = document.slug if document else entry.slug
    return Standing(
        status=Status(entry.status),
        newest=newest,
        newest_approval=approvals.first(),
        document=document,
        api_path=f"/api/v1/{published.get(entry.kind).path}/{slug}",
    )


def changed_parts(kind: Kind, old: Wording, new: Wording) -> list[str]:
    """The names of the fields and lists in which two wordings differ."""
    return [part_name(kind, key) for key in new if old.get(key) != new[key]]


def parts_waiting(kind: Kind, standing: Standing) -> list[str]:
    """In what the newest wording differs from what readers see."""
    if standing.live is None or standing.newest is None:
        return []
    return changed_parts(kind, said(standing.live.revision), said(standing.newest))


def part_name(kind: Kind, key: str) -> str:
    if key in kind.rows:
        return str(kind.row_model(key)._meta.verbose_name_plural)
    field: Any = kind.model._meta.get_field(key)
    return str(field.verbose_name)


def name_of(person: AbstractBaseUser | None) -> str:
    """How people call them. Packs are loaded by nobody in particular."""
    if person is None:
        return "The content pack"
    full_name: str = getattr(person, "get_full_name", str)()
    return full_name or person.get_username()


def may_publish(person: Any) -> bool:
    return bool(person.has_perms(PUBLISHING))


def who_may_publish() -> list[str]:
    """Names of some colleagues who can, for those who cannot."""
    backend = "django.contrib.auth.backends.ModelBackend"
    people = get_user_model()._default_manager.with_perm(PUBLISHING[1], include_superusers=False, backend=backend)
    return [name_of(person) for person in people.filter(is_staff=True).order_by("username")[:5]]


def entry_of(entry: Any) -> Entry:
    """The bare entry behind a kind's own row, as foreign keys to Entry want it."""
    return Entry.objects.get(pk=entry.pk)
