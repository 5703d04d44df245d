"""What every clinical document carries: red flags, disclaimers, review, sources, and the cards that show them."""

from collections.abc import Iterable, Iterator
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kb.compiler import HouseText, Inputs
from kb.documents import Card, Document, EntryCard, Json, inputs_of
from kb.enums import ActionCode, Basis, ReviewRole, ReviewStatus, Urgency
from kb.vocabulary.enums import (
    Certainty,
    CodeMapping,
    CodeSystem,
    EvidenceLevel,
    RedFlagUrgency,
)

ACTION_CODES = {
    Urgency.EMERGENCY: ActionCode.GET_EMERGENCY_HELP,
    Urgency.URGENT: ActionCode.GET_URGENT_CHECK,
    Urgency.ROUTINE: ActionCode.BOOK_APPOINTMENT,
    Urgency.SELF_CARE: ActionCode.CARE_FOR_YOURSELF,
}


# Cards


class SourceCard(Card):
    """A source, as other documents show it."""


class BodyStructureCard(Card):
    """A body structure, as other documents show it."""


class RedFlagCard(Card):
    """A red flag with its whole text, so that it can be read with nothing else at hand."""

    urgency = serializers.ChoiceField(RedFlagUrgency.choices, help_text="How soon to act.")
    is_global = serializers.BooleanField(help_text="True if it stands in every clinical document.")
    text = serializers.CharField(help_text="What the reader notices.")
    why = serializers.CharField(help_text="Why it matters.")
    action = serializers.CharField(help_text="What to do. Names no telephone number: see the contact routes.")
    is_reviewed = serializers.BooleanField(help_text="True if a clinician approved exactly this text.")


class DisclaimerCard(Card):
    """A disclaimer with its whole text."""

    text = serializers.CharField(help_text="To be shown with the content.")
    is_reviewed = serializers.BooleanField(help_text="True if a clinician approved exactly this text.")


class ContactRouteCard(Card):
    """A contact route, as other documents show it."""


# Parts


class Statement(serializers.Serializer[Any]):
    """A sentence with the sources it rests on."""

    text = serializers.CharField(help_text="Markdown subset.")
    basis = serializers.ChoiceField(Basis.choices, help_text="Where it comes from.")
    sources = SourceCard(many=True, help_text="What it rests on.")


class EvidenceStatement(Statement):
    """What studies say, how strong they are, and how sure they let one be."""

    level = serializers.ChoiceField(EvidenceLevel.choices, help_text="What kind of evidence it is.")
    certainty = serializers.ChoiceField(Certainty.choices, help_text="How sure it lets one be.")


class CodeReference(serializers.Serializer[Any]):
    """A cross-reference to a code system. Not a diagnosis and not billing advice."""

    system = serializers.ChoiceField(CodeSystem.choices, help_text="Whose code it is.")
    code = serializers.CharField(max_length=20, help_text="As its system writes it.")
    display = serializers.CharField(max_length=200, help_text="The code's own name in its system.")
    mapping = serializers.ChoiceField(
        CodeMapping.choices, help_text="How the code's meaning compares with this entry's."
    )
    note = serializers.CharField(max_length=200, allow_blank=True, help_text="Where the meanings differ; may be empty.")


class HelpGroup(serializers.Serializer[Any]):
    """Red flags that ask for the same speed, and what to do if one of them fits."""

    urgency = serializers.ChoiceField(RedFlagUrgency.choices, help_text="How soon to act.")
    action_code = serializers.ChoiceField(ActionCode.choices, help_text="Look it up in your region's contact route.")
    action = serializers.CharField(help_text="Neutral text, for readers whose region is not known.")
    red_flags = RedFlagCard(many=True, help_text="Those that ask for this speed; may be none.")


class WhenToGetHelp(serializers.Serializer[Any]):
    """All red flags of a document, grouped by how soon to act. Show it before anything else."""

    emergency = HelpGroup(help_text="Get help now.")
    urgent = HelpGroup(help_text="Get a check today or as soon as you can.")
    routine = HelpGroup(help_text="See a doctor or physiotherapist.")


class Review(serializers.Serializer[Any]):
    """Whether clinicians vouch for these exact words, and until when."""

    status = serializers.ChoiceField(ReviewStatus.choices, help_text="Show it with the content.")
    role = serializers.ChoiceField(ReviewRole.choices, help_text="In which role somebody reviewed it.")
    reviewed_on = serializers.DateField(allow_null=True, help_text="Null: nobody has reviewed it.")
    next_review_on = serializers.DateField(allow_null=True, help_text="Null: nobody has reviewed it.")
    stale_after = serializers.DateField(
        allow_null=True, help_text="From this day on, tell readers that it may be out of date. Null: never reviewed."
    )
    needs_clinical_review = serializers.BooleanField(
        help_text="True if its editors ask a clinician to check something in it."
    )
    note = serializers.CharField(allow_blank=True, help_text="What they ask to have checked; may be empty.")


# Documents


class SourcedDocument(Document):
    """A document whose words rest on sources and can be reviewed."""

    basis = serializers.ChoiceField(Basis.choices, help_text="Where its main statement comes from.")
    sources = SourceCard(many=True, help_text="What it rests on.")
    review = serializers.SerializerMethodField(help_text="Whether clinicians vouch for these exact words.")

    @extend_schema_field(Review)
    def get_review(self, wording: Json) -> Json:
        return _review(inputs_of(self).vouched, wording, safety_texts=[])


class ClinicalDocument(SourcedDocument):
    """A document that advises a reader. It never leaves without its safety fields."""

    summary = serializers.CharField(help_text="One or two sentences. Markdown subset.")
    urgency = serializers.ChoiceField(Urgency.choices, help_text="How soon to act for a reader whom no red flag fits.")
    urgency_text = serializers.CharField(
        allow_blank=True, help_text="The same in words; may be empty. Markdown subset."
    )
    when_to_get_help = serializers.SerializerMethodField(help_text="Red flags. Show them before anything else.")
    disclaimers = serializers.SerializerMethodField(help_text="To be shown with the content.")
    related = serializers.SerializerMethodField(help_text="See also.")

    @extend_schema_field(WhenToGetHelp)
    def get_when_to_get_help(self, wording: Json) -> Json:
        flags = self._red_flags(wording)
        return {urgency: self._help_group(Urgency(urgency), flags) for urgency in RedFlagUrgency.values}

    @extend_schema_field(DisclaimerCard(many=True))
    def get_disclaimers(self, wording: Json) -> list[Json]:
        return _once([*house_disclaimers(self), *_cards(self, wording["disclaimers"])])

    @extend_schema_field(EntryCard(many=True))
    def get_related(self, wording: Json) -> list[Json]:
        return live_cards(self, [row["target"] for row in wording["related"]])

    @extend_schema_field(Review)
    def get_review(self, wording: Json) -> Json:
        safety_texts = [*self._red_flags(wording), *self.get_disclaimers(wording)]
        return _review(inputs_of(self).vouched, wording, safety_texts)

    def _red_flags(self, wording: Json) -> list[Json]:
        """The entry's own red flags, then the global ones."""
        own = _cards(self, [row["red_flag"] for row in wording["red_flags"]])
        everywhere = [text.card for text in inputs_of(self).house.get("red_flag", []) if text.wording["is_global"]]
        return _once([*own, *everywhere])

    def _help_group(self, urgency: Urgency, flags: list[Json]) -> Json:
        return {
            "urgency": str(urgency),
            "action_code": str(ACTION_CODES[urgency]),
            "action": _neutral_route(inputs_of(self).house.get("contact_route", []), urgency),
            "red_flags": [flag for flag in flags if flag["urgency"] == urgency],
        }


# Helpers


def _cards(field: serializers.Field[Any, Any, Any, Any], targets: Iterable[str]) -> list[Json]:
    """The cards of those targets that are live."""
    inputs = inputs_of(field)
    cards = (inputs.cards.get(target) for target in targets)
    return [card for card in cards if card is not None and card["id"] != inputs.entry_id]


def live_cards(field: serializers.Field[Any, Any, Any, Any], targets: Iterable[str]) -> list[Json]:
    """The same, each entry once."""
    return _once(_cards(field, targets))


def house_disclaimers(field: serializers.Field[Any, Any, Any, Any]) -> list[Json]:
    """Those that stand in every document of this kind."""
    inputs = inputs_of(field)
    return [text.card for text in inputs.house.get("disclaimer", []) if inputs.kind in text.wording["applies_to"]]


def _once(cards: Iterable[Json]) -> list[Json]:
    return list({card["id"]: card for card in cards}.values())


def _neutral_route(routes: list[HouseText], urgency: Urgency) -> str:
    """The default region's text; empty if there is none, which the guard refuses."""
    return next((str(route.wording[urgency]) for route in routes if route.wording["region"] == "default"), "")


def _review(vouched: Any, wording: Json, safety_texts: list[Json]) -> Json:
    status = ReviewStatus.UNREVIEWED
    if vouched is not None:
        all_reviewed = all(text["is_reviewed"] for text in safety_texts)
        status = ReviewStatus.REVIEWED if all_reviewed else ReviewStatus.PARTLY_REVIEWED
    return {
        "status": str(status),
        "role": vouched.role if vouched else str(ReviewRole.NOBODY),
        "reviewed_on": vouched and vouched.reviewed_on,
        "next_review_on": vouched and vouched.next_review_on,
        "stale_after": vouched and vouched.stale_after,
        "needs_clinical_review": any(_asks_for_review(wording)),
        "note": wording["review_note"],
    }


def _asks_for_review(wording: Json) -> Iterator[bool]:
    """The entry's own mark, and those of its rows."""
    yield wording["needs_clinical_review"]
    rows = (row for value in wording.values() if isinstance(value, list) for row in value if isinstance(row, dict))
    yield from (row.get("needs_clinical_review", False) for row in rows)


def clinical_guard(document: Json, inputs: Inputs) -> list[str]:
    """What would hurt a reader: advice without warning signs, without a way to get help, or without disclaimers."""
    problems = []
    groups = document["when_to_get_help"].values()
    shown = {flag["id"] for group in groups for flag in group["red_flags"]}
    if not shown:
        problems.append("It would show no red flag at all.")
    if any(not group["action"] for group in groups):
        problems.append("There is no live contact route for the default region, so it could not say where to get help.")
    if not document["disclaimers"]:
        problems.append("It would carry no disclaimer.")
    return problems
