"""What people do to a page, from which state and with which right. The diagram in the docs is drawn from this table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices

APPROVE = "kb.approve_wording"
RELEASE = "kb.publish_release"


class Status(TextChoices):
    """Where a page stands: its newest wording, on its way to readers."""

    NEW = "new", "New"
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    RETURNED = "returned", "Returned"
    APPROVED = "approved", "Approved"
    LIVE = "live", "Live"
    LIVE_WITH_CHANGES = "live_with_changes", "Live with changes"
    WITHDRAWN = "withdrawn", "Withdrawn"


UNFINISHED = (Status.DRAFT, Status.RETURNED, Status.LIVE_WITH_CHANGES)


@dataclass(frozen=True)
class Move:
    """One thing to do, and where it leads: one of `to`, or, from one that `stays`, nowhere else.

    `if_live`: possible whenever readers have the page, wherever its newest wording stands; work on that stays as it is.
    `permission` is besides the right to change pages of the kind, which every move needs.
    """

    name: str
    label: str
    froms: tuple[Status, ...]
    to: tuple[Status, ...]
    permission: str = ""
    stays: tuple[Status, ...] = ()
    if_live: bool = False


SAVE = Move("save", "Save", tuple(Status), (Status.DRAFT, Status.LIVE_WITH_CHANGES))
SUBMIT = Move("submit", "Send for review", UNFINISHED, (Status.IN_REVIEW,))
TAKE_BACK = Move("take_back", "Take back", (Status.IN_REVIEW,), (Status.DRAFT, Status.LIVE_WITH_CHANGES))
SEND_BACK = Move("send_back", "Return with a note", (Status.IN_REVIEW,), (Status.RETURNED,), APPROVE)
APPROVE_IT = Move(
    "approve",
    "Approve",
    (*UNFINISHED, Status.IN_REVIEW, Status.APPROVED, Status.LIVE, Status.WITHDRAWN),
    (Status.APPROVED,),
    APPROVE,
    stays=(Status.LIVE, Status.WITHDRAWN),
)
PUBLISH = Move("publish", "Publish", (Status.APPROVED, Status.LIVE, Status.WITHDRAWN), (Status.LIVE,), RELEASE)
READERS_HAVE_IT = (Status.LIVE, Status.LIVE_WITH_CHANGES)
GONE = (Status.WITHDRAWN, Status.DRAFT)
"""A draft, if its newest wording was never live: it waits for its writer still."""
AT_WORK = (Status.IN_REVIEW, Status.RETURNED, Status.APPROVED)
WITHDRAW = Move("withdraw", "Withdraw", READERS_HAVE_IT, GONE, RELEASE, stays=AT_WORK, if_live=True)
MERGE = Move("merge", "Merge", READERS_HAVE_IT, GONE, RELEASE, stays=AT_WORK, if_live=True)

MOVES = (SAVE, SUBMIT, TAKE_BACK, SEND_BACK, APPROVE_IT, PUBLISH, WITHDRAW, MERGE)


def is_open(move: Move, status: str, *, is_live: bool) -> bool:
    """Whether a page that stands there can make this move."""
    return is_live if move.if_live else status in move.froms


def may(person: Any, move: Move) -> bool:
    """Whether the person has the right to it. That nobody approves what they wrote is looked at when they do."""
    return not move.permission or bool(person.is_active and person.has_perm(move.permission))


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    return "\n".join(["stateDiagram-v2", *_states(), *_arrows()]) + "\n"


def _states() -> Iterator[str]:
    yield f"    [*] --> {Status.DRAFT}: {SAVE.label}"
    yield from (f"    {status}: {status.label}" for status in Status if status != Status.NEW)


def _arrows() -> Iterator[str]:
    for move in MOVES[1:]:  # saving leads from everywhere to a draft, which a drawing need not repeat
        who = " (clinical editor)" if move.permission else ""
        for status in move.froms:
            ends = (status,) if status in move.stays else move.to
            yield from (f"    {status} --> {to}: {move.label}{who}" for to in ends)
