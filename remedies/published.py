"""The published half of the remedies' kinds."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kb.documents import ADDRESS_PATTERN, Card, Json, Link, summary_of
from kb.published import Filter, PublishedKind, register
from kb.vocabulary.clinical import (
    BodyStructureCard,
    ClinicalDocument,
    CodeReference,
    DisclaimerCard,
    EvidenceStatement,
    SourceCard,
    SourcedDocument,
    Statement,
    clinical_guard,
    house_disclaimers,
    live_cards,
)
from kb.vocabulary.filters import CLINICAL_FILTERS, CLINICAL_SUMMARY, CODE, REVIEW_STATUS, ids_of, value_of
from remedies.enums import (
    ExercisePurpose,
    Line,
    PreventionCategory,
    ProviderCategory,
    Setting,
    TreatmentCategory,
    TreatmentGroup,
)


class TreatmentCard(Card):
    """A treatment, as other documents show it."""


class ExerciseCard(Card):
    """An exercise, as other documents show it."""


class PreventionStrategyCard(Card):
    """A prevention strategy, as other documents show it."""


class ProviderCard(Card):
    """A care provider, as other documents show it."""


class DoseSource(SourceCard):
    """The source that gives a dose's numbers, or null: none does."""


class Dose(serializers.Serializer[Any]):
    """How much of an exercise. Null where no source gives a number: ask a physiotherapist."""

    sets = serializers.IntegerField(allow_null=True, min_value=1, help_text="How many sets.")
    repetitions_min = serializers.IntegerField(allow_null=True, min_value=1, help_text="In each set, at least.")
    repetitions_max = serializers.IntegerField(allow_null=True, min_value=1, help_text="In each set, at most.")
    hold_seconds = serializers.IntegerField(
        allow_null=True, min_value=1, max_value=600, help_text="How long to hold each."
    )
    times_per_day = serializers.IntegerField(allow_null=True, min_value=1, help_text="How often a day.")
    days_per_week = serializers.IntegerField(
        allow_null=True, min_value=1, max_value=7, help_text="On how many days a week."
    )
    dose_source = DoseSource(allow_null=True)


class Exercise(ClinicalDocument):
    """One exercise."""

    purpose = serializers.ChoiceField(ExercisePurpose.choices, help_text="What it is for.")
    how = serializers.CharField(help_text="How to do it. Markdown subset.")
    dose = Dose(source="*", help_text="How much of it.")
    stop_rules = Statement(many=True, help_text="When to stop.")
    cautions = Statement(many=True, help_text="What to know before starting.")
    evidence = EvidenceStatement(many=True, help_text="What studies say.")
    body_structures = serializers.SerializerMethodField(help_text="What it works on.")

    @extend_schema_field(BodyStructureCard(many=True))
    def get_body_structures(self, wording: Json) -> list[Json]:
        return live_cards(self, [row["body_structure"] for row in wording["body_structures"]])


class ExerciseLink(Link):
    """An exercise that belongs to this entry."""

    target_field = "exercise"
    exercise = ExerciseCard(help_text="The exercise.")
    note = serializers.CharField(allow_blank=True, help_text="What to know about this link; may be empty.")


class Treatment(ClinicalDocument):
    """Something done about a condition. A home remedy is a treatment whose setting is home."""

    synonyms = serializers.ListField(child=serializers.CharField(max_length=200), help_text="Other names for it.")
    category = serializers.ChoiceField(TreatmentCategory.choices, help_text="What it is.")
    setting = serializers.ChoiceField(Setting.choices, help_text="Where it is done.")
    group = serializers.ChoiceField(TreatmentGroup.choices, help_text="The group of treatments it belongs to.")
    line = serializers.ChoiceField(Line.choices, help_text="When it is considered.")
    how = serializers.CharField(allow_blank=True, help_text="How it is done; may be empty. Markdown subset.")
    who_for = serializers.CharField(allow_blank=True, help_text="Whom it was studied in; may be empty.")
    no_dose_reason = serializers.CharField(
        allow_blank=True, help_text="For a medicine: why no dose is given; else empty."
    )
    cautions = Statement(many=True, help_text="What must be known when this is read alone.")
    evidence = EvidenceStatement(many=True, help_text="What studies say.")
    exercises = ExerciseLink(many=True, help_text="Exercises that belong to it.")
    codes = CodeReference(many=True, help_text="Cross-references to code systems.")


class Activity(Statement):
    """A kind of sport."""

    caution = serializers.CharField(allow_blank=True, help_text="What to take care of; may be empty.")


class PreventionStrategy(ClinicalDocument):
    """Something that may keep a problem away."""

    synonyms = serializers.ListField(child=serializers.CharField(max_length=200), help_text="Other names for it.")
    category = serializers.ChoiceField(PreventionCategory.choices, help_text="What it is.")
    how = serializers.CharField(help_text="How to do it. Markdown subset.")
    benefit = serializers.CharField(help_text="What it may do for the reader.")
    evidence_gap = serializers.CharField(allow_blank=True, help_text="What no study has shown; may be empty.")
    activities = Activity(many=True, help_text="Kinds of sport that it names.")
    cautions = Statement(many=True, help_text="What must be known when this is read alone.")
    evidence = EvidenceStatement(many=True, help_text="What studies say.")
    exercises = ExerciseLink(many=True, help_text="Exercises that belong to it.")
    codes = CodeReference(many=True, help_text="Cross-references to code systems.")


class Provider(SourcedDocument):
    """A clinic or service. Being listed is no recommendation."""

    short_name = serializers.CharField(allow_blank=True, max_length=100, help_text="For narrow places; may be empty.")
    category = serializers.ChoiceField(ProviderCategory.choices, help_text="What it is.")
    locality = serializers.CharField(allow_blank=True, max_length=100, help_text="Town; empty if not known.")
    region = serializers.CharField(allow_blank=True, max_length=100, help_text="State or county; empty if not known.")
    country = serializers.RegexField(
        "^([A-Z]{2})?$", allow_blank=True, max_length=2, help_text="ISO 3166-1 code; empty if not known."
    )
    url = serializers.RegexField(
        ADDRESS_PATTERN, allow_blank=True, max_length=500, help_text="Its address on the web; empty if not known."
    )
    phone = serializers.CharField(allow_blank=True, max_length=30, help_text="Empty if not known.")
    email = serializers.CharField(allow_blank=True, max_length=200, help_text="Empty if not known.")
    services = serializers.ListField(child=serializers.CharField(max_length=200), help_text="What it offers.")
    summary = serializers.CharField(help_text="One or two sentences. Markdown subset.")
    about = serializers.CharField(allow_blank=True, help_text="What it says of itself; may be empty. Markdown subset.")
    call_to_action = serializers.CharField(allow_blank=True, help_text="How it invites people; may be empty.")
    claims_are_its_own = serializers.BooleanField(help_text="What it says of its results is its own view.")
    disclaimers = serializers.SerializerMethodField(help_text="To be shown with the content.")

    @extend_schema_field(DisclaimerCard(many=True))
    def get_disclaimers(self, wording: Json) -> list[Json]:
        return house_disclaimers(self)


EXERCISE = Filter(
    name="exercise", help="Uses this exercise.", values=ids_of("exercises", "exercise"), target="exercise"
)

register(
    PublishedKind(
        kind="treatment",
        path="treatments",
        singular="Treatment",
        plural="Treatments",
        description="What is done about a condition, home remedies included.",
        document=Treatment,
        summary=summary_of(Treatment, "TreatmentSummary", *CLINICAL_SUMMARY, "category", "setting", "group", "line"),
        card=TreatmentCard,
        filters=(
            Filter(name="setting", help="Where it is done.", values=value_of("setting"), choices=Setting),
            Filter(name="category", help="What it is.", values=value_of("category"), choices=TreatmentCategory),
            Filter(name="group", help="The group it belongs to.", values=value_of("group"), choices=TreatmentGroup),
            Filter(name="line", help="When it is considered.", values=value_of("line"), choices=Line),
            EXERCISE,
            CODE,
            *CLINICAL_FILTERS,
        ),
        has_house_texts=True,
        guard=clinical_guard,
    )
)
register(
    PublishedKind(
        kind="exercise",
        path="exercises",
        singular="Exercise",
        plural="Exercises",
        description="Exercises with their dose, cautions and stop rules.",
        document=Exercise,
        summary=summary_of(Exercise, "ExerciseSummary", *CLINICAL_SUMMARY, "purpose"),
        card=ExerciseCard,
        filters=(
            Filter(name="purpose", help="What it is for.", values=value_of("purpose"), choices=ExercisePurpose),
            Filter(
                name="body_structure",
                help="Works on this structure.",
                values=ids_of("body_structures"),
                target="body_structure",
            ),
            *CLINICAL_FILTERS,
        ),
        has_house_texts=True,
        guard=clinical_guard,
    )
)
register(
    PublishedKind(
        kind="prevention_strategy",
        path="prevention-strategies",
        singular="PreventionStrategy",
        plural="PreventionStrategies",
        description="What may keep a problem away.",
        document=PreventionStrategy,
        summary=summary_of(PreventionStrategy, "PreventionStrategySummary", *CLINICAL_SUMMARY, "category"),
        card=PreventionStrategyCard,
        filters=(
            Filter(name="category", help="What it is.", values=value_of("category"), choices=PreventionCategory),
            EXERCISE,
            CODE,
            *CLINICAL_FILTERS,
        ),
        has_house_texts=True,
        guard=clinical_guard,
    )
)
register(
    PublishedKind(
        kind="provider",
        path="providers",
        singular="Provider",
        plural="Providers",
        description="Clinics and services. Being listed is no recommendation.",
        document=Provider,
        summary=summary_of(Provider, "ProviderSummary", "summary", "category", "locality", "country", "review"),
        card=ProviderCard,
        filters=(
            Filter(name="category", help="What it is.", values=value_of("category"), choices=ProviderCategory),
            Filter(name="country", help="ISO 3166-1 code.", values=value_of("country"), pattern="^[A-Z]{2}$"),
            REVIEW_STATUS,
        ),
        has_house_texts=True,
        not_searched=("url", "phone", "email"),
    )
)
