"""Where an entry is used: live pages, drafts and coming releases that link to it, pages that were merged into it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from kb import desk, editing, kinds, wording
from kb.enums import STILL_OPEN, ReleaseAction
from kb.kinds import Kind, Wording
from kb.models.editing import Release, ReleaseItem, Revision
from kb.models.entry import Entry
from kb.models.published import Document, Link
from kb.readable import part_name

MOST = 200
"""So many of each sort are named; of the others only their number is told."""


@dataclass(frozen=True)
class Place:
    """Where in a page the link stands, in the words of its form, and as what: “treatments”, “Avoid”."""

    part: str
    role: str = ""


@dataclass(frozen=True)
class Use:
    """One page that links here. `via`: the merged page that it names instead, which leads here."""

    entry: Entry
    places: list[Place] = field(default_factory=list)
    via: Entry | None = None
    release: Release | None = None


@dataclass(frozen=True)
class Uses:
    """`live` is what readers have; a link counts too where they do not see it, because its target is not live.

    `more` says of how many live pages only the number is told. `drafts` are newest wordings that readers do not have;
    `releases` are wordings in releases that are not published yet; `merged` are the pages whose readers are sent here,
    `merging` those that an unpublished release would send here.
    """

    live: list[Use]
    more: int
    drafts: list[Use]
    releases: list[Use]
    merged: list[Entry]
    merging: list[Use]

    def __bool__(self) -> bool:
        return bool(self.live or self.drafts or self.releases or self.merged or self.merging)


def of(entry: Entry) -> Uses:
    """Everything that would notice if this entry went. Takes the same few queries however much it is used."""
    merged = _merged_into(entry)
    targets = {target.pk: target for target in (entry, *merged)}
    live, more = _live(entry, targets)
    items = list(_unpublished(entry, targets))
    return Uses(
        live=live,
        more=more,
        drafts=_linking(_drafts(targets), entry, targets),
        releases=[
            Use(use.entry, use.places, use.via, item.release)
            for item in items
            if item.revision
            for use in _linking([item.revision], entry, targets)
        ],
        merged=merged,
        merging=[Use(item.entry, release=item.release) for item in items if item.replaced_by_id],
    )


def _merged_into(entry: Entry) -> list[Entry]:
    """Tombstones always name the last of a chain of merges."""
    gone = Document.objects.filter(replaced_by=entry.pk, locale=desk.DEFAULT_LOCALE)
    return list(Entry.objects.filter(pk__in=gone.values("entry")).order_by("name", "pk"))


def _live(entry: Entry, targets: dict[UUID, Entry]) -> tuple[list[Use], int]:
    linking = Link.objects.filter(target__in=targets, locale=desk.DEFAULT_LOCALE).exclude(entry=entry.pk)
    pins = Document.objects.filter(
        entry__in=linking.values("entry"), locale=desk.DEFAULT_LOCALE, gone_reason=""
    ).order_by("entry__name", "pk")
    count = pins.count()
    named = Revision.objects.filter(pk__in=[pin for pin in pins.values_list("revision", flat=True)[:MOST]])
    return _linking(named.select_related("entry").order_by("entry__name", "pk"), entry, targets), max(0, count - MOST)


def _drafts(targets: Iterable[UUID]) -> QuerySet[Revision]:
    live = Document.objects.filter(locale=desk.DEFAULT_LOCALE, gone_reason="").values("revision")
    drafts = editing.newest_revisions().filter(_names_any(targets, "body")).exclude(pk__in=live)
    return drafts.select_related("entry").order_by("entry__name", "pk")[:MOST]


def _unpublished(entry: Entry, targets: Iterable[UUID]) -> QuerySet[ReleaseItem]:
    carries = Q(action=ReleaseAction.PUBLISH) & _names_any(targets, "revision__body")
    items = ReleaseItem.objects.filter(carries | Q(replaced_by=entry.pk), release__state__in=STILL_OPEN)
    return items.select_related("entry", "release", "revision__entry").order_by("release_id", "entry__name", "pk")[
        :MOST
    ]


def _names_any(targets: Iterable[UUID], body: str) -> Q:
    """The UUID stands somewhere in the wording. Whether it is a link there is looked at afterwards."""
    named = Q(pk=None)
    for target in targets:
        named |= Q(**{f"{body}__contains": str(target)})
    return named


def _linking(revisions: Iterable[Revision], entry: Entry, targets: dict[UUID, Entry]) -> list[Use]:
    found = []
    for revision in revisions:
        if revision.entry_id == entry.pk:
            continue
        kind, said = kinds.get(revision.entry.kind), editing.said(revision)
        linked = {target: list(_places(kind, said, str(target))) for target in targets}
        places = list(dict.fromkeys(place for some in linked.values() for place in some))
        via = next((targets[target] for target, some in linked.items() if some and target != entry.pk), None)
        if places:
            found.append(Use(revision.entry, places, via if not linked[entry.pk] else None))
    return found


def _places(kind: Kind, said: Wording, target: str) -> Iterator[Place]:
    for column in kind.columns:
        if _leads_to(kind.model, column, said[column], target):
            yield Place(part_name(kind, column))
    for name, rows in kind.rows.items():
        model = kind.row_model(name)
        for row in said[name]:
            for column in rows.columns:
                if _leads_to(model, column, row[column], target):
                    yield _place(kind, name, column, row)


def _leads_to(model: Any, column: str, value: Any, target: str) -> bool:
    field = wording.field_of(model, column)
    return bool(field.is_relation and value and (target in value if field.many_to_many else value == target))


def _place(kind: Kind, name: str, column: str, row: Wording) -> Place:
    """A row that is a link has a role, perhaps. A source of a row is named after both."""
    field = wording.field_of(kind.row_model(name), column)
    if field.many_to_many:
        return Place(f"{part_name(kind, name)}, {field.verbose_name}")
    role = wording.field_of(kind.row_model(name), "role") if "role" in row else None
    return Place(part_name(kind, name), str(dict(role.flatchoices).get(row["role"], "")) if role else "")
