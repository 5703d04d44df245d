"""The pages of review, one for each act: it says what will happen, and pressing its button does it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from kb import editing, workflow
from kb.admin.act_forms import ActForm, merge_targets
from kb.admin.failures import MOVED_MEANWHILE
from kb.admin.listing import searchable
from kb.admin.release_acts import Merge, Publish, Withdraw
from kb.admin.release_page import receipt
from kb.admin.review_acts import Approve, SendBack, Submit, TakeBack
from kb.admin.scenes import Act, Said, Scene, digest, scene_of
from kb.publishing import Refused

ACTS: tuple[Act, ...] = (Submit(), TakeBack(), SendBack(), Approve(), Publish(), Withdraw(), Merge())
FROM_ELSEWHERE = "This page was not opened here, or it is too old. Open it again, and look before you press."
READ_FIRST = "Read what stands under “Please read this first”, and tick that you have."
FOUND_AT_ONCE = 20


def page(model_admin: Any, act: Act) -> Callable[..., HttpResponse]:
    """The view for one act on entries of one kind."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        _require_right(model_admin, act, request)
        found = model_admin.get_object(request, unquote(object_id))
        if found is None:
            missing: HttpResponse = model_admin.missing(request, object_id)
            return missing
        scene = scene_of(found.pk, by=request.user, at=timezone.now(), query=request.GET)
        back = reverse(f"admin:{model_admin._url_name('change')}", args=[found.pk])
        if request.method != "POST":
            return _page(model_admin, request, act, scene, back)
        form = act.make_form(scene, request.POST)
        problems = _problems_of(act, scene, form, request.POST)
        if form.is_valid() and not problems:
            problems = _tried(request, act, scene, form.cleaned_data)
            if not problems:
                return HttpResponseRedirect(back)
        return _page(model_admin, request, act, scene, back, form, problems)

    return view


def merge_targets_view(model_admin: Any) -> Callable[..., HttpResponse]:
    """Answers what somebody types into “Into which page”."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        _require_right(model_admin, Merge(), request)
        found = model_admin.get_object(request, unquote(object_id))
        if found is None:
            return JsonResponse({"results": [], "pagination": {"more": False}}, status=404)
        targets = merge_targets(scene_of(found.pk, by=request.user, at=timezone.now(), query=request.GET).entry)
        named = targets.filter(name__icontains=searchable(request.GET.get("term", "")))[: FOUND_AT_ONCE + 1]
        results = [{"id": str(entry.pk), "text": entry.name} for entry in named]
        return JsonResponse({"results": results[:FOUND_AT_ONCE], "pagination": {"more": False}})

    return view


def _require_right(model_admin: Any, act: Act, request: HttpRequest) -> None:
    """Before anything is looked up, so that nobody learns what there is from how they are refused."""
    if not model_admin.has_change_permission(request) or not workflow.may(request.user, act.move):
        raise PermissionDenied


def _problems_of(act: Act, scene: Scene, form: ActForm, sent: Any) -> list[str]:
    """What stands against it besides the fields that people fill in."""
    if not form.is_valid():
        return [FROM_ELSEWHERE] if form.is_from_elsewhere else []
    if act.is_done(scene, form.cleaned_data) or act.refusals(scene):
        return []  # said when it is tried
    to_read = act.to_read(scene, form.cleaned_data)
    return [READ_FIRST] if to_read and sent.get("read") != digest(to_read) else []


def _tried(request: HttpRequest, act: Act, scene: Scene, said: Said) -> list[str]:
    """Does it. What comes back are the reasons why it was refused; nothing has changed then.

    With the entry locked, so that the second of two presses finds what the first has done.
    """
    try:
        with transaction.atomic():
            editing.locked(scene.entry)
            now = scene_of(scene.entry.pk, by=scene.person, at=scene.at, query=scene.query)
            was_done = act.is_done(now, said)
            if not was_done:
                _require(act.refusals(now))
                act.perform(now, said)
    except Refused as refused:
        return refused.problems
    except IntegrityError:
        return [MOVED_MEANWHILE]
    done = act.done(now, said)
    messages.success(request, f"That is done already. {done}" if was_done else done)
    return []


def _require(problems: list[str]) -> None:
    if problems:
        raise Refused(problems)


def _page(
    model_admin: Any,
    request: HttpRequest,
    act: Act,
    scene: Scene,
    back: str,
    form: ActForm | None = None,
    problems: list[str] | None = None,
) -> HttpResponse:
    said: Said = getattr(form, "cleaned_data", {}) if form else {}
    against = act.refusals(scene)
    plan = None if against else act.rehearse(scene, said)
    if plan is not None and not act.is_open_without_publishing:
        against = plan.problems
    to_read = [] if against else act.to_read(scene, said)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": act.title(scene),
        "subtitle": scene.entry.name,
        "opts": model_admin.opts,
        "label": model_admin.label,
        "act": act,
        "entry": scene.entry,
        "scene": scene,
        "standing": scene.standing,
        "back": back,
        "form": form or act.make_form(scene, None),
        "problems": problems or against,
        "is_refused": bool(problems),
        "is_hopeless": bool(against) and form is None,
        "receipt": receipt(plan) if plan and not plan.problems else None,
        "to_read": to_read,
        "read_digest": digest(to_read),
        "is_read": request.POST.get("read") == digest(to_read),
    }
    context |= act.headline(scene, said) if against else act.details(scene, said, plan)
    return TemplateResponse(request, "admin/entry/act.html", context)
