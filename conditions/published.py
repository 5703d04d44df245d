"""The published half of the conditions' kinds."""

from collections.abc import Iterator

from rest_framework import serializers

from conditions.enums import (
    HELPING_ROLES,
    Confidence,
    Measure,
    StructureRole,
    Tissue,
    TreatmentRole,
    Typicality,
    Unit,
)
from kb.compiler import Inputs
from kb.documents import Card, Json, Link, NumberField, summary_of
from kb.enums import Basis
from kb.published import FLAG, Filter, PublishedKind, register
from kb.vocabulary.clinical import (
    BodyStructureCard,
    ClinicalDocument,
    CodeReference,
    EvidenceStatement,
    SourceCard,
    Statement,
    clinical_guard,
)
from kb.vocabulary.enums import BodyRegion, EvidenceLevel
from kb.vocabulary.filters import BODY_REGION, CLINICAL_FILTERS, CLINICAL_SUMMARY, CODE, ids_of, related_of, value_of
from remedies.enums import Line
from remedies.published import ExerciseCard, PreventionStrategyCard, TreatmentCard


class SymptomCard(Card):
    """A symptom, as other documents show it."""


class ConditionCard(Card):
    """A condition, as other documents show it."""


class GuideCard(Card):
    """A guide, as other documents show it."""


class QuestionCard(Card):
    """A question, as other documents show it."""


class ConditionLink(Link):
    """What every link that a condition owns says of itself."""

    note = serializers.CharField(allow_blank=True, help_text="What to know about this link; may be empty.")
    basis = serializers.ChoiceField(Basis.choices, help_text="Where it comes from.")
    sources = SourceCard(many=True, help_text="What it rests on.")


class SymptomLink(ConditionLink):
    """A symptom that the condition can show."""

    target_field = "symptom"
    symptom = SymptomCard(help_text="The symptom.")
    typicality = serializers.ChoiceField(Typicality.choices, help_text="A teaching aid, not a probability.")


class TreatmentLink(ConditionLink):
    """What a treatment is for the condition. `caution` and `avoid` never mean that it helps."""

    target_field = "treatment"
    treatment = TreatmentCard(help_text="The treatment.")
    role = serializers.ChoiceField(TreatmentRole.choices, help_text="Whether it helps, or needs care, or harms.")
    line = serializers.ChoiceField(Line.choices, help_text="When it is considered.")
    evidence_level = serializers.ChoiceField(EvidenceLevel.choices, help_text="What kind of evidence stands behind it.")


class ConditionExerciseLink(ConditionLink):
    """What an exercise is for the condition. `caution` and `avoid` never mean that it helps."""

    target_field = "exercise"
    exercise = ExerciseCard(help_text="The exercise.")
    role = serializers.ChoiceField(TreatmentRole.choices, help_text="Whether it helps, or needs care, or harms.")
    line = serializers.ChoiceField(Line.choices, help_text="When it is considered.")
    evidence_level = serializers.ChoiceField(EvidenceLevel.choices, help_text="What kind of evidence stands behind it.")


class PreventionStrategyLink(ConditionLink):
    """A strategy that may help to prevent the condition."""

    target_field = "prevention_strategy"
    prevention_strategy = PreventionStrategyCard(help_text="The strategy.")


class BodyStructureLink(ConditionLink):
    """A body structure that takes part in the condition."""

    target_field = "body_structure"
    body_structure = BodyStructureCard(help_text="The structure.")
    role = serializers.ChoiceField(StructureRole.choices, help_text="How it takes part.")


class AffectedGroup(Statement):
    """Whom the condition affects, in words and in years of age."""

    age_min = serializers.IntegerField(
        allow_null=True, min_value=0, max_value=120, help_text="Years. Null: no lower bound stated."
    )
    age_max = serializers.IntegerField(
        allow_null=True, min_value=0, max_value=120, help_text="Years. Null: no upper bound stated."
    )


class Figure(Statement):
    """A number about how often something is found."""

    measure = serializers.ChoiceField(Measure.choices, help_text="What it counts.")
    measure_note = serializers.CharField(
        allow_blank=True, max_length=200, help_text="What exactly was counted; may be empty."
    )
    value_low = NumberField(min_value=0, help_text="In `unit`.")
    value_high = NumberField(min_value=0, help_text="In `unit`; equals value_low if it is one number.")
    unit = serializers.ChoiceField(Unit.choices, help_text="Of both values.")
    population = serializers.CharField(max_length=200, help_text="Of whom.")
    confidence = serializers.ChoiceField(Confidence.choices, help_text="How far it can be trusted. Show it.")
    note = serializers.CharField(allow_blank=True, help_text="What to know about it; may be empty.")


class ComplicationCard(ConditionCard):
    """The condition that a complication is, or null: it has no published entry of its own."""


class Complication(Statement):
    """What the condition can turn into."""

    leads_to = ComplicationCard(allow_null=True)


class Symptom(ClinicalDocument):
    """Something that a runner can notice."""

    synonyms = serializers.ListField(child=serializers.CharField(max_length=200), help_text="Other names for it.")
    is_key_sign = serializers.BooleanField(help_text="One of the signs to know first.")
    body_regions = serializers.ListField(
        child=serializers.ChoiceField(BodyRegion.choices), help_text="Where it is felt."
    )
    what_it_may_mean = serializers.CharField(
        allow_blank=True, help_text="What can lie behind it; may be empty. Markdown subset."
    )
    what_to_do = serializers.CharField(help_text="What the reader can do. Markdown subset.")
    codes = CodeReference(many=True, help_text="Cross-references to code systems.")


class Condition(ClinicalDocument):
    """An injury or disease that hurts a runner."""

    synonyms = serializers.ListField(child=serializers.CharField(max_length=200), help_text="Other names for it.")
    synonym_note = serializers.CharField(allow_blank=True, help_text="How the names differ; may be empty.")
    body_regions = serializers.ListField(
        child=serializers.ChoiceField(BodyRegion.choices), help_text="Where it is felt."
    )
    tissue = serializers.ChoiceField(Tissue.choices, help_text="What is hurt.")
    overview = serializers.CharField(help_text="What it is. Markdown subset.")
    affects = AffectedGroup(many=True, help_text="Whom it affects.")
    figures = Figure(many=True, help_text="How often it is found.")
    causes = Statement(many=True, help_text="What brings it on.")
    risk_factors = Statement(many=True, help_text="What makes it more likely.")
    outlook = Statement(many=True, help_text="How it goes on and how long it takes.")
    complications = Complication(many=True, help_text="What it can turn into.")
    cautions = Statement(many=True, help_text="What not to do.")
    evidence = EvidenceStatement(many=True, help_text="What studies say.")
    symptoms = SymptomLink(many=True, help_text="What it can feel like.")
    treatments = TreatmentLink(many=True, help_text="What is done about it, and what to avoid: see `role`.")
    exercises = ConditionExerciseLink(many=True, help_text="Exercises for it, and what to avoid: see `role`.")
    prevention_strategies = PreventionStrategyLink(many=True, help_text="What may keep it away.")
    body_structures = BodyStructureLink(many=True, help_text="Which parts of the body take part.")
    codes = CodeReference(many=True, help_text="Cross-references to code systems.")


class Guide(ClinicalDocument):
    """A topic page."""

    body = serializers.CharField(help_text="The text. Markdown subset.")
    cautions = Statement(many=True, help_text="What must be known when this is read alone.")


class Question(ClinicalDocument):
    """A frequent question. Its name is the question."""

    order = serializers.IntegerField(min_value=0, help_text="Its place among the questions.")
    answer = serializers.CharField(help_text="The answer. Markdown subset.")
    cautions = Statement(many=True, help_text="What must be known when this is read alone.")


def _condition_guard(document: Json, inputs: Inputs) -> list[str]:
    """The same as for all, and a condition keeps a red flag of its own: the global ones do not know this condition."""
    groups = document["when_to_get_help"].values()
    shown = {flag["id"] for group in groups for flag in group["red_flags"]}
    own = {_survivor(inputs, row["red_flag"]) for row in inputs.wording["red_flags"]}
    lost = (
        [] if own & shown else ["None of its own red flags would be live. Publish one with it, or link another first."]
    )
    opposed = [*_opposed(inputs, "treatments", "treatment"), *_opposed(inputs, "exercises", "exercise")]
    return [*lost, *opposed, *clinical_guard(document, inputs)]


def _opposed(inputs: Inputs, rows: str, column: str) -> Iterator[str]:
    """After a merge two rows may mean the same entry. A warning must never vanish behind the row that recommends it."""
    roles: dict[str, str] = {}
    for row in inputs.wording[rows]:
        target = _survivor(inputs, row[column])
        if target and roles.setdefault(target, row["role"]) != row["role"]:
            name = inputs.cards[target]["name"]
            yield f"“{name}” would stand under it as “{roles[target]}” and as “{row['role']}”. Mend that link first."


def _survivor(inputs: Inputs, target: str) -> str | None:
    """The live entry that a link leads to, merges followed."""
    card = inputs.cards.get(target)
    return str(card["id"]) if card else None


def _by_role(name: str, help_text: str, *roles: TreatmentRole) -> tuple[Filter, Filter]:
    """The same filter for treatments and for exercises: a list of what helps must never show what harms."""
    suffix = f"_{name}" if name else ""
    return (
        Filter(
            name=f"treatment{suffix}",
            help=f"{help_text} treatment.",
            values=ids_of("treatments", "treatment", role=roles),
            target="treatment",
        ),
        Filter(
            name=f"exercise{suffix}",
            help=f"{help_text} exercise.",
            values=ids_of("exercises", "exercise", role=roles),
            target="exercise",
        ),
    )


RELATED_CONDITION = Filter(
    name="condition", help="Points to this condition.", values=related_of("condition"), target="condition"
)
RELATED_SYMPTOM = Filter(name="symptom", help="Points to this symptom.", values=related_of("symptom"), target="symptom")
RELATED_TREATMENT = Filter(
    name="treatment", help="Points to this treatment.", values=related_of("treatment"), target="treatment"
)

register(
    PublishedKind(
        kind="condition",
        path="conditions",
        singular="Condition",
        plural="Conditions",
        description="Injuries and diseases that hurt runners.",
        document=Condition,
        summary=summary_of(Condition, "ConditionSummary", *CLINICAL_SUMMARY, "synonyms", "body_regions", "tissue"),
        card=ConditionCard,
        filters=(
            Filter(
                name="symptom", help="Can show this symptom.", values=ids_of("symptoms", "symptom"), target="symptom"
            ),
            *_by_role("", "Is helped by this", *HELPING_ROLES),
            *_by_role("caution", "Needs caution with this", TreatmentRole.CAUTION),
            *_by_role("avoid", "Must not be treated with this", TreatmentRole.AVOID),
            Filter(
                name="prevention_strategy",
                help="May be prevented by this strategy.",
                values=ids_of("prevention_strategies", "prevention_strategy"),
                target="prevention_strategy",
            ),
            Filter(
                name="body_structure",
                help="Involves this body structure.",
                values=ids_of("body_structures", "body_structure"),
                target="body_structure",
            ),
            BODY_REGION,
            Filter(name="tissue", help="Affects this tissue.", values=value_of("tissue"), choices=Tissue),
            CODE,
            *CLINICAL_FILTERS,
        ),
        has_house_texts=True,
        guard=_condition_guard,
    )
)
register(
    PublishedKind(
        kind="symptom",
        path="symptoms",
        singular="Symptom",
        plural="Symptoms",
        description="What a runner can notice. The conditions that can show it: /conditions?symptom=",
        document=Symptom,
        summary=summary_of(Symptom, "SymptomSummary", *CLINICAL_SUMMARY, "synonyms", "is_key_sign", "body_regions"),
        card=SymptomCard,
        filters=(
            Filter(
                name="is_key_sign",
                help="One of the signs to know first.",
                values=value_of("is_key_sign"),
                pattern=FLAG,
            ),
            BODY_REGION,
            CODE,
            *CLINICAL_FILTERS,
        ),
        has_house_texts=True,
        guard=clinical_guard,
    )
)
register(
    PublishedKind(
        kind="guide",
        path="guides",
        singular="Guide",
        plural="Guides",
        description="Topic pages.",
        document=Guide,
        summary=summary_of(Guide, "GuideSummary", *CLINICAL_SUMMARY),
        card=GuideCard,
        filters=(RELATED_CONDITION, RELATED_SYMPTOM, *CLINICAL_FILTERS),
        has_house_texts=True,
        guard=clinical_guard,
    )
)
register(
    PublishedKind(
        kind="question",
        path="questions",
        singular="Question",
        plural="Questions",
        description="Frequent questions with their answers.",
        document=Question,
        summary=summary_of(Question, "QuestionSummary", *CLINICAL_SUMMARY, "order"),
        card=QuestionCard,
        filters=(RELATED_CONDITION, RELATED_TREATMENT, *CLINICAL_FILTERS),
        has_house_texts=True,
        guard=clinical_guard,
    )
)
