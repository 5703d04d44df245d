"""A document as a good app would lay it out, from its shape and its serializer alone. It knows no kind of content."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.utils.html import linebreaks
from django.utils.safestring import SafeString
from drf_spectacular.drainage import get_override
from rest_framework import serializers

from kb import markdown, published
from kb.documents import Card, Document, Json

ELSEWHERE = {"urgency", "urgency_text", "review", "when_to_get_help", "disclaimers", "summary"}
"""Fields with places of their own on the screen, above or below the rest."""

NOT_STATED = ("", "not_stated", "not_graded")
LONGEST_BADGE = 42
LONGEST_FACT = 60
RANGES = {"_min": "_max", "_low": "_high"}
NOT_CHOSEN = "Not chosen yet"


@dataclass(frozen=True)
class Choice:
    field: str
    value: str
    label: str


@dataclass(frozen=True)
class Fact:
    label: str
    text: str


@dataclass(frozen=True)
class CardShown:
    """Another entry, to be tapped on. `text` is there if its card carries its whole text."""

    id: str
    kind: str
    name: str
    text: str = ""


@dataclass(frozen=True)
class Row:
    """One item of a list: a statement, a link to another entry with what is said of it, or a few values."""

    title: str = ""
    card: CardShown | None = None
    text: SafeString | str = ""
    badges: tuple[Choice, ...] = ()
    facts: tuple[Fact, ...] = ()
    notes: tuple[SafeString, ...] = ()
    cards: tuple[CardShown, ...] = ()
    references: tuple[int, ...] = ()
    origin: str = ""


@dataclass(frozen=True)
class Part:
    """A block of the screen. `key` names the document’s field; facts that follow each other share a block."""

    key: str
    heading: str = ""
    caption: str = ""
    text: SafeString | str = ""
    facts: tuple[Fact, ...] = ()
    cards: tuple[CardShown, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Help:
    """The warning signs that ask for the same speed."""

    urgency: Choice
    action: str
    flags: tuple[Json, ...]


@dataclass(frozen=True)
class Screen:
    """`references` are what statements point at by number, the first being 1."""

    kind: str
    name: str
    urgency: Choice | None
    urgency_text: SafeString | str
    review: Json | None
    help: tuple[Help, ...]
    summary: SafeString | str
    parts: tuple[Part, ...]
    references: tuple[CardShown, ...]
    disclaimers: tuple[Json, ...]


def screen(document: Json, unanswered: frozenset[str] = frozenset()) -> Screen:
    """`unanswered` are fields in which nothing has been chosen yet, whatever the document says there."""
    return _Layout(document, unanswered).screen()


@dataclass(frozen=True)
class _Shape:
    """What a field holds: its label and help are the document's, its field may be what a method says it returns."""

    label: str
    help: str
    field: Any

    @property
    def is_markdown(self) -> bool:
        return "Markdown subset" in self.help

    @property
    def holds_cards(self) -> bool:
        return isinstance(self.field, serializers.ListSerializer) and isinstance(self.field.child, Card)


@lru_cache(maxsize=200)
def _shapes_of(serializer: Any) -> dict[str, _Shape]:
    """Of a serializer's class, by name. Building them costs more than using them."""
    return {
        name: _Shape(str(field.label or ""), str(field.help_text or ""), _said_by_method(field))
        for name, field in serializer().fields.items()
    }


def _shapes(serializer: Any) -> dict[str, _Shape]:
    return _shapes_of(serializer)


def _said_by_method(field: Any) -> Any:
    if not isinstance(field, serializers.SerializerMethodField):
        return field
    said = get_override(getattr(field.parent, str(field.method_name)), "field")
    if isinstance(said, type):
        return said()
    return said if isinstance(said, serializers.Field) else serializers.CharField()


class _Layout:
    def __init__(self, document: Json, unanswered: frozenset[str]) -> None:
        self.document = document
        self.unanswered = unanswered
        self.serializer = published.get(document["kind"]).document
        self.shapes = _shapes(self.serializer)
        self.references: dict[str, CardShown] = {}

    def screen(self) -> Screen:
        parts = tuple(_joined(self._parts()))
        return Screen(
            kind=_kind_label(self.document["kind"]),
            name=self.document["name"],
            urgency=self._choice("urgency"),
            urgency_text=self._text("urgency_text"),
            review=self._review(),
            help=tuple(self._help()),
            summary=self._text("summary"),
            parts=parts,
            references=tuple(self.references.values()),
            disclaimers=tuple(self.document.get("disclaimers", [])),
        )

    def _choice(self, name: str) -> Choice | None:
        if name not in self.shapes:
            return None
        if name in self.unanswered:
            return Choice(name, "", f"{self.shapes[name].label}: {NOT_CHOSEN.lower()}")
        return _choice(name, self.shapes[name].field, self.document[name])

    def _text(self, name: str) -> SafeString | str:
        return _prose(self.shapes[name], self.document[name]) if name in self.shapes else ""

    def _review(self) -> Json | None:
        if "review" not in self.document:
            return None
        said = self.document["review"]
        return {**said, "status": _choice("status", _inside(self.shapes["review"])["status"].field, said["status"])}

    def _help(self) -> Iterator[Help]:
        groups = self.document.get("when_to_get_help", {})
        inside = _inside(self.shapes["when_to_get_help"]) if groups else {}
        for name, group in groups.items():
            urgency = _choice(name, _inside(inside[name])["urgency"].field, group["urgency"])
            if group["red_flags"]:
                yield Help(urgency, group["action"], tuple(group["red_flags"]))

    def _parts(self) -> Iterator[Part]:
        """The kind's own fields first, then what it shares with more and more kinds."""
        for name in _nearest_first(self.serializer):
            if name not in ELSEWHERE:
                part = self._part(name, self.shapes[name], self.document[name])
                if part:
                    yield part

    def _part(self, name: str, shape: _Shape, value: Any) -> Part | None:
        if name in self.unanswered:
            return Part(name, facts=(Fact(shape.label, NOT_CHOSEN),))
        if _says_nothing(value):
            return None
        if shape.holds_cards and self._is_cited(name):
            self._cite(value)
            return None
        if isinstance(shape.field, serializers.BaseSerializer):
            return self._block(name, shape, value)
        return self._value(name, shape, value)

    def _block(self, name: str, shape: _Shape, value: Any) -> Part | None:
        made = Part(name, shape.label, _caption(shape.help))
        if shape.holds_cards:
            return replace(made, cards=tuple(map(_card, value)))
        if isinstance(shape.field, Card):
            return replace(made, cards=(_card(value),))
        if isinstance(shape.field, serializers.ListSerializer):
            return replace(made, rows=tuple(self._row(shape.field.child, item) for item in value))
        row = self._row(shape.field, value)
        return replace(made, facts=row.facts, cards=row.cards) if row.facts or row.cards else None

    def _value(self, name: str, shape: _Shape, value: Any) -> Part | None:
        text = _in_words(shape.field, value)
        if isinstance(shape.field, serializers.CharField) and (shape.is_markdown or _is_prose(text)):
            return Part(name, shape.label, text=_prose(shape, text))
        return Part(name, facts=(Fact(shape.label, text),)) if text else None

    # Rows

    def _row(self, serializer: Any, item: Json) -> Row:
        shapes = _shapes(type(serializer))
        said = {name: shape for name, shape in shapes.items() if not _says_nothing(item[name])}
        cards = {name: _card(item[name]) for name, shape in said.items() if isinstance(shape.field, Card)}
        target = cards.pop(getattr(serializer, "target_field", ""), None)
        text = next((_prose(shape, item[name]) for name, shape in said.items() if shape.is_markdown), "")
        values = [name for name, shape in said.items() if _is_value(shape)]
        choices = [_choice(name, shape.field, item[name]) for name, shape in said.items() if _is_choice(shape)]
        long = [choice.label for choice in choices if len(choice.label) > LONGEST_BADGE]
        badges = [choice for choice in choices if choice.label not in long and choice.field != "unit"]
        short = [name for name in values if not _is_prose(str(item[name]))]
        title = "" if text or target else " ".join(str(item[name]) for name in short if _is_text(said[name]))
        facts = [] if title else list(_facts(shapes, short, item))
        notes = [_prose(said[name], item[name]) for name in values if name not in short]
        numbers = [self._cite(item[name]) for name, shape in said.items() if shape.holds_cards]
        references = tuple(sorted({number for cited in numbers for number in cited}))
        return Row(
            title=title,
            card=target,
            text=text,
            badges=tuple(_told_apart(badges, shapes)),
            facts=tuple(facts),
            notes=tuple(notes),
            cards=tuple(cards.values()),
            references=references,
            origin="" if references else "; ".join(long),
        )

    def _cite(self, cards: list[Json]) -> list[int]:
        for card in cards:
            self.references.setdefault(card["id"], _card(card))
        order = list(self.references)
        return [order.index(card["id"]) + 1 for card in cards]

    def _is_cited(self, name: str) -> bool:
        """A list of cards that rows have too, under the same name: the sources of each sentence and of the whole."""
        lists = [shape.field.child for shape in self.shapes.values() if _is_list_of_rows(shape)]
        return any(name in _shapes(type(child)) and _shapes(type(child))[name].holds_cards for child in lists)


# What a value says


def _says_nothing(value: Any) -> bool:
    return value is None or value is False or value == [] or value in NOT_STATED


def _choice(name: str, field: Any, value: Any) -> Choice:
    return Choice(name, str(value), str(field.choices.get(value, value)))


def _told_apart(choices: list[Choice], shapes: dict[str, _Shape]) -> list[Choice]:
    """The first speaks for itself (“Avoid”); what follows says what it is about (“Certainty: low”)."""
    about = (f"{shapes[choice.field].label}: {choice.label[0].lower()}{choice.label[1:]}" for choice in choices[1:])
    return [*choices[:1], *(replace(choice, label=label) for choice, label in zip(choices[1:], about, strict=True))]


def _in_words(field: Any, value: Any) -> str:
    if isinstance(field, serializers.ListField):
        return ", ".join(_in_words(field.child, item) for item in value)
    if isinstance(field, serializers.ChoiceField):
        return _choice("", field, value).label
    return "Yes" if value is True else str(value)


def _prose(shape: _Shape, text: str) -> SafeString:
    return markdown.html(text) if shape.is_markdown else SafeString(linebreaks(text, autoescape=True))


def _card(card: Json) -> CardShown:
    return CardShown(card["id"], _kind_label(card["kind"]), card["name"], card.get("text", ""))


def _facts(shapes: dict[str, _Shape], names: list[str], item: Json) -> Iterator[Fact]:
    """Two ends of a range are one fact; a unit stands behind it."""
    ends = {name: other for name in shapes for other in [_other_end(name)] if other in shapes}
    unit = _choice("unit", shapes["unit"].field, item["unit"]).label.lower() if "unit" in shapes else ""
    done: set[str] = set()
    for name in names:
        low = name if name in ends else next((low for low, high in ends.items() if high == name), name)
        if low in done:
            continue
        done.add(low)
        if low in ends:
            label = shapes[low].label.rsplit(" ", 1)[0]
            yield Fact(label, f"{_range(item[low], item[ends[low]])} {unit}".strip())
        else:
            yield Fact(shapes[name].label, _in_words(shapes[name].field, item[name]))


def _other_end(name: str) -> str:
    return next((name.removesuffix(low) + high for low, high in RANGES.items() if name.endswith(low)), "")


def _range(low: Any, high: Any) -> str:
    if low is None or high is None:
        return f"up to {high}" if low is None else f"{low} or more"
    return str(low) if low == high else f"{low}–{high}"


def _caption(help_text: str) -> str:
    return re.split(r"[;:.]", help_text.replace("Markdown subset.", ""))[0].strip()


def _kind_label(kind: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", published.get(kind).singular)
    return words[0] + words[1:].lower()


def _is_prose(text: str) -> bool:
    return len(text) > LONGEST_FACT or "\n" in text or text.endswith((".", "!", "?"))


def _is_text(shape: _Shape) -> bool:
    return isinstance(shape.field, serializers.CharField)


def _is_choice(shape: _Shape) -> bool:
    return isinstance(shape.field, serializers.ChoiceField)


def _is_value(shape: _Shape) -> bool:
    return not (isinstance(shape.field, serializers.BaseSerializer) or shape.is_markdown or _is_choice(shape))


def _is_list_of_rows(shape: _Shape) -> bool:
    return isinstance(shape.field, serializers.ListSerializer) and not shape.holds_cards


def _inside(shape: _Shape) -> dict[str, _Shape]:
    return _shapes(type(shape.field))


# How parts follow each other


def _nearest_first(serializer: type[Any]) -> Iterator[str]:
    for made in serializer.__mro__:
        if made is Document:
            return
        inherited = {name for base in made.__bases__ for name in getattr(base, "_declared_fields", {})}
        yield from (name for name in getattr(made, "_declared_fields", {}) if name not in inherited)


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    waiting: Part | None = None
    for part in parts:
        is_fact = bool(part.facts) and not part.heading
        if waiting and is_fact:
            waiting = replace(waiting, key=f"{waiting.key} {part.key}", facts=(*waiting.facts, *part.facts))
            continue
        if waiting:
            yield waiting
        waiting = part if is_fact else None
        if not is_fact:
            yield part
    if waiting:
        yield waiting
