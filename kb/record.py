"""The record: who did what to which wording, and when. Made of rows that nobody can change: see the triggers."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from kb.enums import StepVerb
from kb.models.editing import Approval, Release, ReleaseItem, Revision, Step
from kb.models.entry import Entry

SAVED = "saved"
APPROVED = "approved"
ACTS = ((SAVED, "Saved"), (APPROVED, "Approved"), *StepVerb.choices)
ON_A_PAGE = 50


@dataclass(frozen=True, order=True)
class Cursor:
    """Where a page of the record ends: everything older comes after it."""

    at: datetime.datetime
    sort: int
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.sort}_{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """None for what is no cursor."""
        at, _, rest = text.partition("_")
        sort, _, pk = rest.partition("_")
        try:
            read = cls(datetime.datetime.fromisoformat(at), int(sort), int(pk))
        except (ValueError, OverflowError):
            return None
        return read if read.at.tzinfo and 0 <= read.pk < 2**63 else None


@dataclass(frozen=True)
class Act:
    """`entry` with `number` of its revision, or a `release`: what was acted on."""

    cursor: Cursor
    label: str
    by: Any
    note: str
    entry: Entry | None = None
    number: int | None = None
    release: Release | None = None

    @property
    def at(self) -> datetime.datetime:
        return self.cursor.at


@dataclass(frozen=True)
class Wanted:
    """What to look for; what is left empty does not matter. `page` is a part of a name, or an entry's UUID."""

    by: int | None = None
    page: str = ""
    act: str = ""


def acts(wanted: Wanted, *, before: Cursor | None = None) -> tuple[list[Act], Cursor | None]:
    """A page of the record, newest first, and where the next one begins; in three queries, one a table."""
    sources = (_saved(wanted), _approved(wanted), _stepped(wanted))
    found = chain.from_iterable(
        _some(rows, time, sort, before) for sort, (rows, time) in enumerate(sources) if rows is not None
    )
    newest = sorted(found, key=attrgetter("cursor"), reverse=True)
    page = newest[:ON_A_PAGE]
    return page, page[-1].cursor if len(newest) > ON_A_PAGE else None


def note_of(step: Step) -> str:
    """Of a scheduled release the note is its time."""
    if step.verb != StepVerb.SCHEDULED:
        return step.note
    return f"To go live on {told(datetime.datetime.fromisoformat(step.note))}."


def told(at: datetime.datetime) -> str:
    """A time as the desk tells it: in its own zone, which it names."""
    local = timezone.localtime(at)
    return f"{date_format(local, 'j F Y, H:i')} {local.tzname()}"


def _saved(wanted: Wanted) -> tuple[QuerySet[Any] | None, str]:
    if wanted.act not in ("", SAVED):
        return None, ""
    revisions = Revision.objects.defer("body").select_related("entry", "saved_by")
    return _narrowed(revisions, wanted, by="saved_by", entry="entry"), "saved_at"


def _approved(wanted: Wanted) -> tuple[QuerySet[Any] | None, str]:
    if wanted.act not in ("", APPROVED):
        return None, ""
    approvals = Approval.objects.defer("revision__body").select_related("revision__entry", "approved_by")
    return _narrowed(approvals, wanted, by="approved_by", entry="revision__entry"), "approved_at"


def _stepped(wanted: Wanted) -> tuple[QuerySet[Any] | None, str]:
    if wanted.act in (SAVED, APPROVED):
        return None, ""
    steps = Step.objects.defer("revision__body").select_related("revision__entry", "release", "by")
    if wanted.act:
        steps = steps.filter(verb=wanted.act)
    return _narrowed(steps, wanted, by="by", entry="revision__entry", releases=True), "at"


def _narrowed(rows: QuerySet[Any], wanted: Wanted, *, by: str, entry: str, releases: bool = False) -> QuerySet[Any]:
    if wanted.by is not None:
        rows = rows.filter(**{by: wanted.by})
    if wanted.page:
        named = _named(wanted.page, f"{entry}__")
        if releases:  # a release is about each page in it
            items = ReleaseItem.objects.filter(_named(wanted.page, "entry__"), release=OuterRef("release"))
            named |= Q(Exists(items))
        rows = rows.filter(named)
    return rows


def _named(page: str, prefix: str) -> Q:
    try:
        return Q(**{f"{prefix}pk": UUID(page)})
    except ValueError:
        return Q(**{f"{prefix}name__icontains": page})


def _some(rows: QuerySet[Any], time: str, sort: int, before: Cursor | None) -> Iterator[Act]:
    """As many as a page could want, and one more."""
    if before is not None:
        older = Q(**{f"{time}__lt": before.at})
        if sort <= before.sort:
            also = {"pk__lt": before.pk} if sort == before.sort else {}
            older |= Q(**{time: before.at, **also})
        rows = rows.filter(older)
    for row in rows.order_by(f"-{time}", "-pk")[: ON_A_PAGE + 1]:
        yield _act(row, Cursor(getattr(row, time), sort, row.pk))


def _act(row: Any, cursor: Cursor) -> Act:
    if isinstance(row, Revision):
        return Act(cursor, "Saved", row.saved_by, row.note, row.entry, row.number)
    if isinstance(row, Approval):
        note = " ".join(filter(None, [f"As {row.get_role_display().lower()}.", row.note]))
        return Act(cursor, "Approved", row.approved_by, note, row.revision.entry, row.revision.number)
    if row.revision:
        return Act(cursor, row.get_verb_display(), row.by, row.note, row.revision.entry, row.revision.number)
    return Act(cursor, row.get_verb_display(), row.by, note_of(row), release=row.release)
