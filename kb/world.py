"""What is live, or would be after a release: pins, and from them the inputs of any document. Reads, never writes."""

import datetime
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from kb import kinds, published, wording
from kb.canonical import canonical_json, clean_text
from kb.compiler import HouseText, Inputs, Vouched, card_of
from kb.kinds import Wording
from kb.models.editing import Approval, Release, Revision
from kb.models.published import Document, Link

Json = dict[str, Any]

GRACE = datetime.timedelta(days=183)
"""How long after its next-review date a document counts as fresh: half a year for a busy clinic to come round to it."""


@dataclass(frozen=True)
class Pin:
    """Which revision of an entry is live, with which approval, and by which release its words last changed."""

    entry_id: UUID
    kind: str
    slug: str
    revision_id: int
    approval_id: int | None
    changed_by_id: int
    gone_reason: str = ""
    replaced_by_id: UUID | None = None
    document_id: int | None = None
    version: str = ""

    @property
    def is_live(self) -> bool:
        return not self.gone_reason


PIN_COLUMNS = (
    "entry_id",
    "kind",
    "slug",
    "revision_id",
    "approval_id",
    "changed_by_id",
    "gone_reason",
    "replaced_by_id",
    "pk",
    "version",
)


class World:
    """The pins of one locale, and what they make. Loads wordings and cards when they are asked for, in batches."""

    def __init__(self, locale: str, pins: dict[UUID, Pin], stored_cards: bool = True) -> None:
        self.locale = locale
        self.pins = pins
        self._wordings: dict[UUID, Wording] = {}
        self._cards: dict[str, Json] = {}
        self._vouched: dict[int, Vouched] = {}
        self._changes: dict[int, Json] = {}
        self._uses_stored_cards = stored_cards

    @classmethod
    def as_it_is(cls, locale: str, *, stored_cards: bool = True) -> "World":
        """`stored_cards=False` makes every card anew from its live revision, which is what `verify` wants."""
        rows = Document.objects.filter(locale=locale).values_list(*PIN_COLUMNS)
        return cls(locale, {row[0]: Pin(*row) for row in rows.iterator(chunk_size=2000)}, stored_cards)

    def with_pins(self, changed: dict[UUID, Pin]) -> "World":
        """The world after these pins moved. The others' cards stay as stored; those of the moved are made anew."""
        after = World(self.locale, {**self.pins, **changed})
        after.load_wordings(pk for pk, pin in changed.items() if pin.is_live)
        after._cards = {str(pk): after._made_card(pk) for pk, pin in changed.items() if pin.is_live}
        return after

    def with_wording(self, pin: Pin, said: Wording, change: Json) -> "World":
        """The world with these words in one entry's place, approved by nobody. They need not be saved anywhere."""
        after = World(self.locale, {**self.pins, pin.entry_id: pin})
        after._wordings = {pin.entry_id: said}
        after._cards = {str(pin.entry_id): after._made_card(pin.entry_id)}
        after._changes = {pin.changed_by_id: change}
        return after

    def note_change(self, release: Release, at: datetime.datetime) -> None:
        """What documents will say of this release, which need not be published yet."""
        self._changes[release.pk or 0] = _change(release, at)

    def note_approval(self, approval: Approval) -> None:
        """What documents will say of this approval, which need not be saved yet."""
        self._vouched[approval.pk] = _vouched(approval)

    def title(self, pk: UUID) -> str:
        """The name in the entry's card, or its slug if readers have no card of it."""
        self.load_cards([pk])
        card = self._cards.get(str(pk))
        return str(card["name"]) if card else self.pins[pk].slug

    def is_live(self, pk: UUID) -> bool:
        pin = self.pins.get(pk)
        return pin is not None and pin.is_live

    def live(self) -> Iterator[Pin]:
        return (pin for pin in self.pins.values() if pin.is_live)

    def card(self, pk: UUID) -> bytes | None:
        """The entry's card as bytes, to compare; None if it is not live."""
        self.load_cards([pk])
        card = self._cards.get(str(pk))
        return None if card is None else canonical_json(card)

    def survivor(self, pk: UUID) -> UUID | None:
        """The entry itself, or what it was merged into, chains followed; None in a circle or for an unknown entry."""
        seen: set[UUID] = set()
        while pk not in seen:
            seen.add(pk)
            pin = self.pins.get(pk)
            if pin is None:
                return None
            if pin.replaced_by_id is None:
                return pk
            pk = pin.replaced_by_id
        return None

    def linking_to(self, targets: set[UUID]) -> set[UUID]:
        """Live entries whose own live wording links to one of these, or to one that was merged into one of these."""
        merged = {
            pin.entry_id for pin in self.pins.values() if pin.replaced_by_id and self.survivor(pin.entry_id) in targets
        }
        found: set[UUID] = set()
        for some in wording.batches([*targets, *merged]):
            found.update(Link.objects.filter(locale=self.locale, target__in=some).values_list("entry_id", flat=True))
        return {pk for pk in found if self.is_live(pk)}

    def inputs(self, pk: UUID) -> Inputs:
        """Call `prepare` with all the entries first."""
        pin = self.pins[pk]
        return Inputs(
            entry_id=str(pk),
            kind=pin.kind,
            locale=self.locale,
            wording=self._wordings[pk],
            vouched=self._vouched[pin.approval_id] if pin.approval_id else None,
            last_change=self._changes[pin.changed_by_id],
            cards=self._cards,
            house=self.house,
        )

    def prepare(self, pks: set[UUID]) -> None:
        """Loads all that compiling these entries needs, in a fixed number of queries a batch."""
        self.load_wordings(pks)
        targets = {UUID(target) for pk in pks for _, target in self.links(pk)}
        survivors = {target: self.survivor(target) for target in targets}
        self.load_cards([*pks, *(survivor for survivor in survivors.values() if survivor)])
        for target, survivor in survivors.items():
            if survivor and survivor != target and str(survivor) in self._cards:
                self._cards[str(target)] = self._cards[str(survivor)]
        self._load_vouched(self.pins[pk].approval_id for pk in pks)
        self._load_changes(self.pins[pk].changed_by_id for pk in pks)

    def links(self, pk: UUID) -> set[tuple[str, str]]:
        return set(wording.links(kinds.get(self.pins[pk].kind), self._wordings[pk]))

    def wording(self, pk: UUID) -> Wording:
        return self._wordings[pk]

    @cached_property
    def house(self) -> dict[str, list[HouseText]]:
        """The live house texts of each kind, by name."""
        names = {kind.kind for kind in published.all_kinds() if kind.is_house}
        pins = [pin for pin in self.live() if pin.kind in names]
        self.load_wordings(pin.entry_id for pin in pins)
        self.load_cards(pin.entry_id for pin in pins)
        texts: dict[str, list[HouseText]] = {name: [] for name in names}
        for pin in pins:
            texts[pin.kind].append(HouseText(self._cards[str(pin.entry_id)], self._wordings[pin.entry_id]))
        for some in texts.values():
            some.sort(key=lambda text: (text.card["name"].casefold(), text.card["id"]))
        return texts

    def load_wordings(self, pks: Iterable[UUID]) -> None:
        wanted = {self.pins[pk].revision_id: pk for pk in pks if pk not in self._wordings}
        for some in wording.batches(list(wanted)):
            for revision_id, body in Revision.objects.filter(pk__in=some).values_list("pk", "body"):
                pk = wanted[revision_id]
                self._wordings[pk] = wording.completed(kinds.get(self.pins[pk].kind), json.loads(body))

    def load_cards(self, pks: Iterable[UUID]) -> None:
        wanted = [pk for pk in set(pks) if str(pk) not in self._cards and self.is_live(pk)]
        if not self._uses_stored_cards:
            self.load_wordings(wanted)
            self._cards |= {str(pk): self._made_card(pk) for pk in wanted}
            return
        for some in wording.batches(wanted):
            stored = Document.objects.filter(locale=self.locale, entry__in=some).values_list("entry_id", "card")
            self._cards |= {str(pk): json.loads(bytes(card)) for pk, card in stored if card is not None}

    def _made_card(self, pk: UUID) -> Json:
        pin = self.pins[pk]
        is_reviewed = pin.approval_id is not None
        return card_of(pin.kind, str(pk), self.locale, self._wordings[pk], is_reviewed=is_reviewed)

    def _load_vouched(self, approval_ids: Iterable[int | None]) -> None:
        wanted = [pk for pk in set(approval_ids) if pk is not None and pk not in self._vouched]
        for some in wording.batches(wanted):
            for approval in Approval.objects.filter(pk__in=some):
                self._vouched[approval.pk] = _vouched(approval)

    def _load_changes(self, release_ids: Iterable[int]) -> None:
        wanted = [pk for pk in set(release_ids) if pk not in self._changes]
        for release in Release.objects.filter(pk__in=wanted):
            assert release.published_at is not None
            self._changes[release.pk] = _change(release, release.published_at)


def _vouched(approval: Approval) -> Vouched:
    return Vouched(
        role=approval.role,
        reviewed_on=approval.approved_at.date().isoformat(),
        next_review_on=approval.next_review_on.isoformat(),
        stale_after=(approval.next_review_on + GRACE).isoformat(),
    )


def _change(release: Release, at: datetime.datetime) -> Json:
    utc = at.astimezone(datetime.UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    return {"at": utc, "severity": release.severity, "summary": clean_text(release.summary)}
