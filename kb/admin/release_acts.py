"""What readers notice: publish an approved wording, withdraw a page, merge it into another."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.urls import reverse

from kb import differences, kinds, releases, workflow
from kb.admin import used
from kb.admin.act_forms import ActForm, MergeForm, MergeTargetForm, PublishForm, WithdrawForm, merge_targets
from kb.admin.scenes import Act, Said, Scene
from kb.admin.standing import names_of
from kb.desk import DEFAULT_LOCALE
from kb.editing import said as said_in
from kb.enums import TombstoneReason
from kb.models.entry import Entry
from kb.models.published import Document
from kb.planning import Plan
from kb.publishing import Refused
from kb.slugs import UUID_SHAPE

MOVED = "What readers see has changed after you opened this page. Look at it again."
WARNING_ROLES = ("avoid", "with caution")
"""What a page says of a treatment that may do harm."""

RELEASE_FIELDS = ("severity", "summary")


class Publish(Act):
    move = workflow.PUBLISH
    button = "Publish"
    form = PublishForm

    def title(self, scene: Scene) -> str:
        return f"Publish revision {scene.revision.number}" if scene.revision else "Publish"

    def refusals(self, scene: Scene) -> list[str]:
        if scene.standing.newest_approval is None:
            return ["This wording has not been approved. A clinical editor who did not write it can approve it."]
        if scene.standing.is_approval_published:
            return ["Readers have exactly this wording already."]
        return super().refusals(scene)

    def rehearse(self, scene: Scene, said: Said) -> Plan | None:
        assert scene.standing.newest is not None  # refused before
        return releases.rehearse_approved(scene.standing.newest, at=scene.at)

    def is_done(self, scene: Scene, said: Said) -> bool:
        return scene.standing.is_approval_published and scene.live_revision_id == said["revision"]

    def perform(self, scene: Scene, said: Said) -> None:
        newest = scene.standing.newest
        if newest is None or newest.pk != said["revision"]:
            raise Refused(
                [f"{scene.entry}: somebody saved a newer wording after you opened this page. Look at it again."]
            )
        if said["live"] != scene.live_revision_id:
            raise Refused([f"{scene.entry}: {MOVED}"])
        releases.publish_approved(newest, by=scene.person, at=scene.at, **_for_readers(said))

    def done(self, scene: Scene, said: Said) -> str:
        return f"“{scene.entry.name}” is live. Apps see it within a minute."


class Withdraw(Act):
    move = workflow.WITHDRAW
    button = "Withdraw"
    style = "danger"
    form = WithdrawForm

    def rehearse(self, scene: Scene, said: Said) -> Plan | None:
        return releases.rehearse_removal(scene.entry, at=scene.at, reason=TombstoneReason.WITHDRAWN)

    def to_read(self, scene: Scene, said: Said) -> list[str]:
        return [
            f"“{name}” tells readers of this page: {role}. That warning vanishes from it."
            for name, role in _warnings_about(scene)
        ]

    def details(self, scene: Scene, said: Said, plan: Plan | None) -> dict[str, Any]:
        return scene.used

    def is_done(self, scene: Scene, said: Said) -> bool:
        gone = scene.standing.document
        return gone is not None and bool(gone.gone_reason) and gone.revision_id == said["live"]

    def perform(self, scene: Scene, said: Said) -> None:
        releases.withdraw(
            scene.entry,
            by=scene.person,
            at=scene.at,
            reason=TombstoneReason(said["reason"]),
            seen=said["live"],
            **_for_readers(said),
        )

    def done(self, scene: Scene, said: Said) -> str:
        return f"“{scene.entry.name}” is withdrawn. Readers are told so; your text is kept here."


class Merge(Act):
    """In two steps: which page survives, named in the address; then what would happen."""

    move = workflow.MERGE
    button = "Merge"
    style = "danger"
    form = MergeForm

    def make_form(self, scene: Scene, data: Any) -> ActForm:
        form: ActForm = super().make_form(scene, data)
        target = self.target(scene)
        form.fields["into"].initial = target.pk if target else None
        return form

    def rehearse(self, scene: Scene, said: Said) -> Plan | None:
        into = said.get("into") or self.target(scene)
        if into is None:
            return None
        return releases.rehearse_removal(scene.entry, at=scene.at, reason=TombstoneReason.MERGED, into=into)

    def to_read(self, scene: Scene, said: Said) -> list[str]:
        into = said.get("into") or self.target(scene)
        return [
            f"“{name}” tells readers of this page: {role}. That warning will be about “{into}” instead."
            for name, role in _warnings_about(scene)
            if into
        ]

    def details(self, scene: Scene, said: Said, plan: Plan | None) -> dict[str, Any]:
        into = said.get("into") or self.target(scene)
        if into is None:
            return {"choose": self._choice_of_target(scene)}
        return scene.used | {"into": into, "changes": _compared(scene, into), "target": used.listed(into)}

    def headline(self, scene: Scene, said: Said) -> dict[str, Any]:
        return {"into": said.get("into") or self.target(scene)}

    def is_done(self, scene: Scene, said: Said) -> bool:
        gone = scene.standing.document
        return gone is not None and gone.replaced_by_id == said["into"].pk and gone.revision_id == said["live"]

    def perform(self, scene: Scene, said: Said) -> None:
        releases.merge(
            scene.entry, into=said["into"], by=scene.person, at=scene.at, seen=said["live"], **_for_readers(said)
        )

    def done(self, scene: Scene, said: Said) -> str:
        return f"“{scene.entry.name}” is merged into “{said['into']}”. Its readers and all links to it go there now."

    def target(self, scene: Scene) -> Entry | None:
        asked = scene.query.get("into", "")
        found: Entry | None = merge_targets(scene.entry).filter(pk=asked).first() if UUID_SHAPE.match(asked) else None
        return found

    def _choice_of_target(self, scene: Scene) -> forms.Form:
        meta = kinds.get(scene.entry.kind).model._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_merge_targets", args=[scene.entry.pk])
        asked = scene.query.get("into", "")
        data = {"into": asked if UUID_SHAPE.match(asked) else ""}
        return MergeTargetForm(data if "into" in scene.query else None, entry=scene.entry, targets_url=url)


def _for_readers(said: Said) -> dict[str, Any]:
    return {name: said[name] for name in RELEASE_FIELDS}


def _compared(scene: Scene, into: Entry) -> Any:
    """What differs between the page that goes and the one that stays, as readers have them."""
    goes = scene.standing.live
    stays = Document.objects.filter(entry=into, locale=DEFAULT_LOCALE).select_related("revision__entry").first()
    if goes is None or stays is None:
        return None
    old, new = said_in(goes.revision), said_in(stays.revision)
    return differences.compare(scene.kind, old, new, names_of(scene.kind, old, new))


def _warnings_about(scene: Scene) -> Iterator[tuple[str, str]]:
    """(page that readers have, how it warns of this one)."""
    for use in scene.used["uses"].live:
        for role in dict.fromkeys(place.role for place in use.places if place.role.casefold() in WARNING_ROLES):
            yield use.entry.name, f"“{role.lower()}”"
