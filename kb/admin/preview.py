"""The page as a phone would show it, and what the checks say, from a form that is not saved. Writes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse

from kb import phone, quality, readable, wording
from kb.admin import findings, unsaved
from kb.admin.unsaved import TooMuch, Unsaved
from kb.compiler import Compiled, Compiler
from kb.desk import DEFAULT_LOCALE
from kb.enums import Severity
from kb.kinds import Kind
from kb.models.entry import Entry
from kb.wording import field_of
from kb.world import Pin, World

NOT_SAVED = -1
"""In the place of the ids of a revision and a release that do not exist."""

JUST_NOW = {"at": "", "severity": str(Severity.CONTENT), "summary": ""}


def page(model_admin: Any) -> Callable[..., HttpResponse]:
    """The view for entries of one kind: a new one if no id is given."""

    def view(request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not _may_write(model_admin, request, is_new=object_id is None):
            raise PermissionDenied
        entry = model_admin.get_object(request, unquote(object_id)) if object_id else None
        if object_id and entry is None:
            return _fragment(request, {"refused": "This page is not there any more."}, status=404)
        try:
            said = unsaved.read(model_admin, request, entry)
        except TooMuch as refused:
            return _fragment(request, {"refused": str(refused)})
        return _fragment(request, shown(model_admin.kind, said))

    return view


def shown(kind: Kind, said: Unsaved) -> dict[str, Any]:
    """What `admin/entry/preview.html` shows."""
    world, compiled = compile_unsaved(kind, said)
    unanswered = said.unanswered and said.unanswered | _depending(kind, said, compiled.document)
    found = [finding for finding in quality.findings(kind, said.wording) if not _is_named_already(finding, said)]
    checks = findings.shown(kind, found)
    refusals = [problem for problem in said.problems if not problem.is_empty]
    return {
        "kind": kind,
        "screen": phone.screen(compiled.document, unanswered),
        "hidden": list(_hidden_links(kind, world, said)),
        "refusals": refusals,
        "empty": [problem for problem in said.problems if problem.is_empty],
        "guard": compiled.problems,
        "findings": checks,
        "to_mend": len(refusals) + len(compiled.problems) + len(checks.errors),
        "reading": quality.reading(kind, said.wording),
    }


def compile_unsaved(kind: Kind, said: Unsaved) -> tuple[World, Compiled]:
    """The document that publishing these words now would make, but for its review, and the world that it is made in."""
    pk = said.entry.id
    pin = Pin(pk, kind.name, said.wording["slug"], NOT_SAVED, None, NOT_SAVED)
    world = World.as_it_is(DEFAULT_LOCALE).with_wording(pin, said.wording, JUST_NOW)
    world.prepare({pk})
    return world, Compiler().compile(world.inputs(pk))


def _depending(kind: Kind, said: Unsaved, document: dict[str, Any]) -> set[str]:
    """What the document says only because of what stands in for a choice: with another it says something else."""
    choices = {column: field_of(kind.model, column).flatchoices for column in said.unanswered}
    other = {column: some[-1][0] for column, some in choices.items() if some}
    _, compiled = compile_unsaved(kind, replace(said, wording=said.wording | other))
    return {name for name, value in compiled.document.items() if value != document[name]} - {"version"}


def _fragment(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return TemplateResponse(request, "admin/entry/preview.html", context, status=status)


def _may_write(model_admin: Any, request: HttpRequest, *, is_new: bool) -> bool:
    return bool(model_admin.has_add_permission(request) if is_new else model_admin.has_change_permission(request))


def _is_named_already(finding: Any, said: Unsaved) -> bool:
    """What the form refuses in a field, the checks need not say again."""
    return len(finding.place) == 1 and any(problem.anchor == f"id_{finding.place[0]}" for problem in said.problems)


def _hidden_links(kind: Kind, world: World, said: Unsaved) -> Iterator[tuple[str, list[str]]]:
    """By list, the names of linked entries that phones are not shown, because they are not live."""
    links = [(place, UUID(target)) for place, target in wording.links(kind, said.wording)]
    hidden = {target for _, target in links if not _is_shown(world, target)}
    if not hidden:
        return
    names = dict(Entry.objects.filter(pk__in=hidden).values_list("pk", "name"))
    by_list: dict[str, list[str]] = {}
    for place, target in links:
        if target in hidden:
            name = readable.part_name(kind, place.split(".")[0])
            by_list.setdefault(name, []).append(names.get(target, ""))
    yield from ((name, list(dict.fromkeys(listed))) for name, listed in by_list.items())


def _is_shown(world: World, target: UUID) -> bool:
    survivor = world.survivor(target)
    return survivor is not None and world.is_live(survivor)
