"""Before readers see it: send for review, take back, return with a note, approve."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from kb import checks, differences, editing, releases, review, workflow
from kb.admin.act_forms import ActForm, ApproveForm, SendBackForm, SubmitForm, TakeBackForm
from kb.admin.bulk import put_in_release_url
from kb.admin.findings import shown
from kb.admin.scenes import Act, Said, Scene
from kb.admin.standing import names_of, names_of_people_with
from kb.desk import DEFAULT_LOCALE
from kb.editing import findings_of, reading_of
from kb.enums import StepVerb
from kb.kinds import Finding
from kb.models.editing import Approval, Revision
from kb.planning import Plan
from kb.publishing import Refused
from kb.quality import sentence
from kb.review import REVIEW_INTERVAL
from kb.workflow import Status

APPROVAL_FIELDS = ("role", "scope", "next_review_on", "note")
RELEASE_FIELDS = ("severity", "summary")


class Submit(Act):
    move = workflow.SUBMIT
    button = "Send for review"
    form = SubmitForm

    def refusals(self, scene: Scene) -> list[str]:
        if scene.revision is None:
            return ["Nothing has been saved yet."]
        return super().refusals(scene) or checks.wording_problems(scene.revision)

    def to_read(self, scene: Scene, said: Said) -> list[str]:
        return _to_look_at(scene, _found(scene, said))

    def details(self, scene: Scene, said: Said, plan: Plan | None) -> dict[str, Any]:
        assert scene.revision is not None  # refused before
        who = names_of_people_with(workflow.APPROVE, without=review.writers(scene.revision))
        before = scene.standing.live.revision if scene.standing.live else None
        return _what_it_says(scene, said, before) | {"reviewers": who}

    def is_done(self, scene: Scene, said: Said) -> bool:
        step = scene.standing.submitted
        return bool(scene.standing.status == Status.IN_REVIEW and step and step.revision_id == said["revision"])

    def perform(self, scene: Scene, said: Said) -> None:
        review.submit(_seen(scene, said), by=scene.person, at=scene.at, note=said["note"])

    def done(self, scene: Scene, said: Said) -> str:
        return f"“{scene.entry.name}” is with the clinical editors now. You can take it back until they are done."


class TakeBack(Act):
    move = workflow.TAKE_BACK
    button = "Take back"
    form = TakeBackForm

    def refusals(self, scene: Scene) -> list[str]:
        stands = super().refusals(scene)
        if stands or scene.standing.newest is None:
            return stands
        return review.objections_to_taking_back(scene.standing.newest, by=scene.person)

    def is_done(self, scene: Scene, said: Said) -> bool:
        return _was_last(scene, said, StepVerb.TAKEN_BACK)

    def perform(self, scene: Scene, said: Said) -> None:
        review.take_back(_seen(scene, said), by=scene.person, at=scene.at)

    def done(self, scene: Scene, said: Said) -> str:
        return f"“{scene.entry.name}” is yours again. Send it for review when it is ready."


class SendBack(Act):
    move = workflow.SEND_BACK
    button = "Return with this note"
    form = SendBackForm

    def is_done(self, scene: Scene, said: Said) -> bool:
        return _was_last(scene, said, StepVerb.RETURNED)

    def perform(self, scene: Scene, said: Said) -> None:
        review.send_back(_seen(scene, said), by=scene.person, at=scene.at, note=said["note"])

    def done(self, scene: Scene, said: Said) -> str:
        return f"“{scene.entry.name}” is returned. Its writer finds your note on top of the page."


class Approve(Act):
    """Also of an older wording, when `?revision=` asks for it. With `publish` pressed it goes live at once."""

    move = workflow.APPROVE_IT
    button = "Approve"
    form = ApproveForm
    is_open_without_publishing = True

    def title(self, scene: Scene) -> str:
        return f"Approve revision {scene.revision.number}" if scene.revision else "Approve"

    def make_form(self, scene: Scene, data: Any) -> ActForm:
        return ApproveForm(
            data,
            shown=self.shown(scene),
            entry=scene.entry,
            was_approved_before=_approved_before(scene) is not None,
            says_the_same=bool(scene.revision and scene.revision.pk == scene.live_revision_id),
        )

    def shown(self, scene: Scene) -> dict[str, int]:
        latest = review.latest_approval(scene.revision) if scene.revision else None
        return super().shown(scene) | {"approval": latest.pk if latest else 0}

    def refusals(self, scene: Scene) -> list[str]:
        if scene.query.get("revision") and scene.chosen is None:
            return [f"This page has no revision {scene.query['revision'][:20]}."]
        if scene.revision is None:
            return ["Nothing has been saved yet."]
        objections = review.objections(scene.revision, by=scene.person)
        return objections + checks.wording_problems(scene.revision)

    def rehearse(self, scene: Scene, said: Said) -> Plan | None:
        assert scene.revision is not None  # refused before
        return releases.rehearse_publishing(scene.revision, by=scene.person, at=scene.at)

    def to_read(self, scene: Scene, said: Said) -> list[str]:
        return _to_look_at(scene, _found(scene, said))

    def details(self, scene: Scene, said: Said, plan: Plan | None) -> dict[str, Any]:
        return _what_it_says(scene, said, _compared_with(scene)) | {
            "against_publishing": plan.problems if plan else [],
            "is_live_wording": bool(scene.revision and scene.revision.pk == scene.live_revision_id),
        }

    def is_done(self, scene: Scene, said: Said) -> bool:
        """Its latest approval is by the same person, and newer than the one that was on screen."""
        latest = Approval.objects.filter(revision=said["revision"], revision__entry=scene.entry).order_by("-pk").first()
        is_newer = latest is not None and latest.pk > said["approval"] and latest.approved_by_id == scene.person.pk
        is_live = (
            scene.standing.live is not None and latest is not None and scene.standing.live.approval_id == latest.pk
        )
        return is_newer and (is_live or "publish" not in said)

    def perform(self, scene: Scene, said: Said) -> None:
        revision, is_older_meant = _seen(scene, said), scene.chosen is not None
        if scene.revision is None or revision.pk != scene.revision.pk:
            raise Refused([f"{scene.entry}: somebody saved a newer wording after you opened this page. Read it first."])
        approval = {name: said[name] for name in APPROVAL_FIELDS if name in said}
        if "publish" not in said:
            review.approve(revision, by=scene.person, at=scene.at, **approval)
            return
        release = {name: said[name] for name in RELEASE_FIELDS}
        releases.approve_and_publish(
            scene.entry,
            by=scene.person,
            at=scene.at,
            revision=revision,
            is_older_meant=is_older_meant,
            **approval,
            **release,
        )

    def done(self, scene: Scene, said: Said) -> SafeString | str:
        if "publish" in said:
            return f"“{scene.entry.name}” is live, with your approval. Apps see it within a minute."
        if scene.chosen is not None and scene.chosen != scene.standing.newest:
            return f"Revision {scene.chosen.number} of “{scene.entry.name}” is approved."
        return format_html(
            '“{}” is approved, and not released yet. Publish it here, or <a href="{}">put it in a release</a>.',
            scene.entry.name,
            put_in_release_url([scene.entry.pk]),
        )


def _seen(scene: Scene, said: Said) -> Revision:
    """The wording that was on screen, which must be the page's own."""
    history = Revision.objects.filter(entry=scene.entry, locale=DEFAULT_LOCALE).select_related("entry")
    revision = history.filter(pk=said["revision"]).first()
    if revision is None:
        raise Refused([f"{scene.entry}: this page was opened for another wording. Open it again."])
    return revision


def _was_last(scene: Scene, said: Said, verb: StepVerb) -> bool:
    step = scene.standing.step
    is_same = step is not None and step.verb == verb and step.by_id == scene.person.pk
    return bool(is_same and step and step.revision_id == said["revision"])


def _found(scene: Scene, said: Said) -> list[Finding]:
    """Of the wording alone and of what it links to. The review date is the one that is about to be given."""
    assert scene.revision is not None  # refused before
    today = scene.at.date()
    return checks.all_findings(
        scene.revision, next_review_on=said.get("next_review_on") or today + REVIEW_INTERVAL, today=today
    )


def _to_look_at(scene: Scene, found: list[Finding]) -> list[str]:
    """What is not wrong in itself. That a page which it needs is not live may be mended by a release of both."""
    assert scene.revision is not None  # refused before
    wrong = [one for one in findings_of(scene.revision) if one.is_error]
    return [sentence(scene.kind, one) for one in found if one not in wrong]


def _approved_before(scene: Scene) -> Revision | None:
    if scene.revision is None:
        return None
    history = Revision.objects.filter(entry=scene.entry, locale=DEFAULT_LOCALE, number__lt=scene.revision.number)
    return history.filter(approvals__isnull=False).select_related("entry").order_by("-number").first()


def _compared_with(scene: Scene) -> Revision | None:
    """An older wording, to which somebody goes back, beside what readers have; any other beside the last approved."""
    live = scene.standing.live.revision if scene.standing.live else None
    return live if scene.chosen else _approved_before(scene) or live


def _what_it_says(scene: Scene, asked: Said, before: Revision | None) -> dict[str, Any]:
    assert scene.revision is not None  # refused before
    context: dict[str, Any] = {
        "findings": shown(scene.kind, _found(scene, asked)),
        "reading": reading_of(scene.revision),
        "before": before,
    }
    if before is not None and before.pk != scene.revision.pk:
        old, new = editing.said(before), editing.said(scene.revision)
        context["changes"] = differences.compare(scene.kind, old, new, names_of(scene.kind, old, new))
    return context
