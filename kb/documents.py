"""Base serializers of documents. They read a wording, take cards from the compiler, and tell OpenAPI what they make."""

from collections import OrderedDict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kb.compiler import Inputs
from kb.enums import Severity

Json = dict[str, Any]
KIND_PATTERN = "^[a-z_]{1,40}$"
SLUG_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LOCALE_PATTERN = r"^[a-z]{2}(-[A-Z]{2})?$"
ADDRESS_PATTERN = r"^([A-Za-z]+://\S+)?$"


def inputs_of(field: serializers.Field[Any, Any, Any, Any]) -> Inputs:
    inputs = field.context["inputs"]
    assert isinstance(inputs, Inputs)
    return inputs


class NumberField(serializers.FloatField):
    """A number in its one spelling: 10, never 10.0."""

    def to_representation(self, value: float) -> Any:
        return int(value) if float(value).is_integer() else value


class LiveTargets(serializers.ListSerializer[Any]):
    """A list of links. A target that is not live is left out; two that were merged into one are shown once."""

    child: Any

    def to_representation(self, data: Any) -> list[Any]:
        shown, seen = [], set()
        for item in data:
            represented = self.child.to_representation(item)
            target = represented and self._target_id(represented)
            if target and target not in seen:
                seen.add(target)
                shown.append(represented)
        return shown

    def _target_id(self, represented: Json) -> str | None:
        if isinstance(self.child, Card):
            return str(represented["id"])
        card = represented[self.child.target_field]
        return str(card["id"]) if card else None


class Card(serializers.Serializer[Any]):
    """The few fields by which a document shows an entry that it links to."""

    id = serializers.UUIDField(help_text="Names the entry. Never changes.")
    kind = serializers.RegexField(
        KIND_PATTERN, help_text="The kind of content, such as `condition`; the index lists them."
    )
    slug = serializers.RegexField(SLUG_PATTERN, max_length=80, help_text="May change; an old one is redirected.")
    name = serializers.CharField(max_length=300, help_text="The title, in `content_locale`.")
    content_locale = serializers.RegexField(LOCALE_PATTERN, help_text="The language of this card's text.")

    class Meta:
        list_serializer_class = LiveTargets

    def to_representation(self, instance: Any) -> Any:
        """From the target's UUID to its card; None if it is not live or is the document's own entry."""
        inputs = inputs_of(self)
        card = inputs.cards.get(instance)
        return None if card is None or card["id"] == inputs.entry_id else card


class EntryCard(Card):
    """An entry of any kind, as other documents show it. `kind` and `slug` make its address."""


class Link(serializers.Serializer[Any]):
    """A row that links to one entry and says something about the link."""

    target_field = ""  # names the card among its fields

    class Meta:
        list_serializer_class = LiveTargets


class LastChange(serializers.Serializer[Any]):
    """The last change that an editor made to this entry; a recompile is none."""

    at = serializers.DateTimeField(help_text="When it went live, UTC.")
    severity = serializers.ChoiceField(
        Severity.choices, help_text="What it means for somebody who read the older text."
    )
    summary = serializers.CharField(max_length=200, allow_blank=True, help_text="One line for app users; may be empty.")


class Document(serializers.Serializer[Any]):
    """What every document carries."""

    id = serializers.SerializerMethodField(help_text="Names the entry. Never changes.")
    kind = serializers.SerializerMethodField(
        help_text="The kind of content, such as `condition`; the index lists them."
    )
    slug = serializers.RegexField(SLUG_PATTERN, max_length=80, help_text="May change; an old one is redirected.")
    name = serializers.CharField(max_length=300, help_text="The title.")
    locale = serializers.SerializerMethodField(help_text="The language that was asked for.")
    content_locale = serializers.SerializerMethodField(help_text="The language of the text.")
    is_fallback = serializers.SerializerMethodField(help_text="True if there is no text in the language asked for.")
    translation_outdated = serializers.SerializerMethodField(
        help_text="True if the text that it was translated from has changed since."
    )
    version = serializers.SerializerMethodField(help_text="Hash of all other fields; also the ETag.")
    last_change = serializers.SerializerMethodField(help_text="What an editor changed last.")

    @extend_schema_field({"type": "string", "format": "uuid"})
    def get_id(self, wording: Json) -> str:
        return inputs_of(self).entry_id

    @extend_schema_field({"type": "string", "pattern": KIND_PATTERN})
    def get_kind(self, wording: Json) -> str:
        return inputs_of(self).kind

    @extend_schema_field({"type": "string", "pattern": LOCALE_PATTERN})
    def get_locale(self, wording: Json) -> str:
        return inputs_of(self).locale

    @extend_schema_field({"type": "string", "pattern": LOCALE_PATTERN})
    def get_content_locale(self, wording: Json) -> str:
        return inputs_of(self).locale

    def get_is_fallback(self, wording: Json) -> bool:
        return False

    def get_translation_outdated(self, wording: Json) -> bool:
        return False

    @extend_schema_field({"type": "string", "pattern": "^[0-9a-f]{32}$"})
    def get_version(self, wording: Json) -> str:
        return ""

    @extend_schema_field(LastChange)
    def get_last_change(self, wording: Json) -> Json:
        return dict(inputs_of(self).last_change)


def summary_of(document: type[Document], name: str, *fields: str) -> type[serializers.Serializer[Any]]:
    """The serializer of a kind's list item: what every document carries, and the fields named."""
    chosen = [*Document._declared_fields, *fields]
    declared: dict[str, Any] = OrderedDict((field, document._declared_fields[field]) for field in chosen)
    declared |= {
        method: getattr(document, method)
        for method in dir(document)
        if method.startswith("get_") and method[4:] in chosen
    }
    declared["__doc__"] = f"The list item of a {name.removesuffix('Summary')}: a part of the whole document."
    declared["__module__"] = document.__module__
    return type(name, (serializers.Serializer,), declared)
