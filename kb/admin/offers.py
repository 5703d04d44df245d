"""What one person can do with a page now, the likeliest first; and what others can, with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from kb import review, workflow
from kb.admin.standing import Standing, names_of_people_with
from kb.models.published import Document
from kb.workflow import UNFINISHED, Move, Status

TO_APPROVE = (*UNFINISHED, Status.IN_REVIEW)


@dataclass(frozen=True)
class Offer:
    """One button. `page` names the act's page, `query` what follows its address."""

    page: str
    label: str
    query: str = ""
    url: str = ""
    is_main: bool = False


@dataclass(frozen=True)
class Offers:
    """`reasons`: why something is not open to this person, and who can do it."""

    acts: list[Offer]
    reasons: list[str]


def offers_to(person: Any, standing: Standing, *, may_change: bool, urls: dict[str, str]) -> Offers:
    """`urls` are the addresses of the acts' pages."""
    if standing.newest is None or not may_change:
        return Offers([], [])
    writers = review.writers(standing.newest)
    is_writer = person.pk in writers
    acts = [*_for_newest(person, standing, is_writer), *_for_what_is_live(person, standing)]
    addressed = [replace(act, url=urls[act.page] + act.query) for act in acts]
    return Offers(addressed, list(_reasons(person, standing, writers)))


def _for_newest(person: Any, standing: Standing, is_writer: bool) -> Iterator[Offer]:
    """On its way to readers, the newest wording has one likeliest next step."""
    status, is_approver = standing.status, _may(person, workflow.APPROVE_IT, standing) and not is_writer
    if status == Status.APPROVED and _may(person, workflow.PUBLISH, standing):
        yield Offer("publish", "Publish…", is_main=True)
        yield Offer("put_in_release", "Put in a release…")
    if is_approver and status in TO_APPROVE:
        yield Offer("approve", "Approve…", is_main=status != Status.RETURNED)  # that waits for its writer
    if _may(person, workflow.SEND_BACK, standing):
        yield Offer("send_back", "Return with a note…")
    if _may(person, workflow.SUBMIT, standing) and not standing.newest_approval:
        yield Offer("submit", "Send for review…", is_main=not is_approver)
    if _may(person, workflow.TAKE_BACK, standing) and not _objections_to_taking_back(person, standing):
        yield Offer("take_back", "Take back…")
    if status == Status.WITHDRAWN and standing.newest_approval and _may(person, workflow.PUBLISH, standing):
        yield Offer("publish", "Publish again…")
    elif status == Status.WITHDRAWN and is_approver:
        yield Offer("approve", "Approve…", is_main=True)


def _for_what_is_live(person: Any, standing: Standing) -> Iterator[Offer]:
    if standing.live is None:
        return
    yield from _approvals_of_live(person, standing, standing.live)
    if _may(person, workflow.WITHDRAW, standing):
        yield Offer("withdraw", "Withdraw…")
    if _may(person, workflow.MERGE, standing):
        yield Offer("merge", "Merge…")


def _approvals_of_live(person: Any, standing: Standing, live: Document) -> Iterator[Offer]:
    is_renewal = bool(live.approval_id)
    if (is_renewal and not standing.is_newest_live) or review.objections(live.revision, by=person):
        return
    label = "Renew the review…" if is_renewal else "Approve what is live…"
    query = "" if standing.is_newest_live else f"?revision={live.revision.number}"
    yield Offer("approve", label, query, is_main=standing.is_newest_live and not is_renewal)


def _reasons(person: Any, standing: Standing, writers: set[int]) -> Iterator[str]:
    status = standing.status
    may_approve = workflow.may(person, workflow.APPROVE_IT)
    if status in TO_APPROVE and not may_approve:
        who = _named(names_of_people_with(workflow.APPROVE, without=writers))
        yield f"A clinical editor who did not write it can approve it{who}."
    elif status in TO_APPROVE and person.pk in writers:
        who = _named(names_of_people_with(workflow.APPROVE, without=writers))
        yield f"You wrote part of this, so another clinical editor must approve it{who}."
    if status == Status.APPROVED and not workflow.may(person, workflow.PUBLISH):
        yield f"A clinical editor can publish it{_named(names_of_people_with(workflow.RELEASE))}."
    if status == Status.LIVE and standing.live and not standing.live.approval_id and not may_approve:
        yield f"A clinical editor can approve what readers see{_named(names_of_people_with(workflow.APPROVE))}."


def _objections_to_taking_back(person: Any, standing: Standing) -> list[str]:
    return review.objections_to_taking_back(standing.newest, by=person) if standing.newest else []


def _may(person: Any, move: Move, standing: Standing) -> bool:
    return workflow.may(person, move) and workflow.is_open(move, standing.status, is_live=standing.live is not None)


def _named(people: list[str]) -> str:
    return f": {', '.join(people)}" if people else ""
