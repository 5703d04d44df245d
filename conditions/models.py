"""What is wrong and how it shows: symptoms, conditions, guides, questions, and the links that a condition owns."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from conditions.enums import Confidence, Measure, StructureRole, Tissue, TreatmentRole, Typicality, Unit
from kb.models.entry import Entry
from kb.models.fields import LinesField
from kb.vocabulary.enums import BodyRegion, EvidenceLevel
from kb.vocabulary.models import BodyStructure, Cited, Clinical, Row, StatementRow
from remedies.enums import Line
from remedies.models import Exercise, PreventionStrategy, Treatment


class Symptom(Clinical, Entry):
    """Something that a runner can notice."""

    synonyms = LinesField(help_text="Other names and everyday words, one a line.")
    is_key_sign = models.BooleanField("key sign", default=False, help_text="One of the signs to know first.")
    body_regions = LinesField(choices=BodyRegion.choices, verbose_name="where it is felt", help_text="")
    what_it_may_mean = models.TextField(blank=True)
    what_to_do = models.TextField()

    class Meta(Clinical.Meta):
        pass


class Condition(Clinical, Entry):
    """An injury or disease that hurts a runner."""

    synonyms = LinesField(help_text="Other names and everyday words, one a line.")
    synonym_note = models.TextField(blank=True, help_text="Where another name does not mean quite the same.")
    body_regions = LinesField(choices=BodyRegion.choices, verbose_name="where it is felt", help_text="", blank=False)
    tissue = models.CharField(max_length=10, choices=Tissue.choices)
    overview = models.TextField()
    symptoms = models.ManyToManyField(Symptom, through="ConditionSymptom", related_name="+")
    treatments = models.ManyToManyField(Treatment, through="ConditionTreatment", related_name="+")
    exercises = models.ManyToManyField(Exercise, through="ConditionExercise", related_name="+")
    prevention_strategies = models.ManyToManyField(
        PreventionStrategy, through="ConditionPreventionStrategy", related_name="+"
    )
    body_structures = models.ManyToManyField(BodyStructure, through="ConditionBodyStructure", related_name="+")

    class Meta(Clinical.Meta):
        constraints = [
            *Clinical.Meta.constraints,
            models.CheckConstraint(condition=Q(tissue__in=Tissue.values), name="condition_tissue_known"),
        ]


class Cause(StatementRow):
    condition = models.ForeignKey(Condition, models.CASCADE, related_name="causes")


class RiskFactor(StatementRow):
    condition = models.ForeignKey(Condition, models.CASCADE, related_name="risk_factors")


class Outlook(StatementRow):
    """How it usually goes."""

    condition = models.ForeignKey(Condition, models.CASCADE, related_name="outlook")

    class Meta(Row.Meta):
        verbose_name = "sentence on the outlook"
        verbose_name_plural = "outlook"


class Complication(StatementRow):
    """What it can turn into; where that is a condition of its own, a link to it."""

    condition = models.ForeignKey(Condition, models.CASCADE, related_name="complications")
    leads_to = models.ForeignKey(Condition, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Row.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(leads_to=None) | ~Q(leads_to=F("condition")), name="complication_not_itself"
            )
        ]


class AffectedGroup(StatementRow):
    """Whom it affects, in words and, where a source gives them, in years of age."""

    condition = models.ForeignKey(Condition, models.CASCADE, related_name="affects")
    age_min = models.PositiveSmallIntegerField(
        "age from", null=True, blank=True, validators=[MaxValueValidator(120)], help_text="In years."
    )
    age_max = models.PositiveSmallIntegerField(
        "age to", null=True, blank=True, validators=[MaxValueValidator(120)], help_text="In years."
    )

    class Meta(Row.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(age_min=None) | Q(age_max=None) | Q(age_max__gte=F("age_min")),
                name="affected_ages_in_order",
            )
        ]


class Figure(StatementRow):
    """A number about how often something is found: its text for readers, and the value with unit and population."""

    condition = models.ForeignKey(Condition, models.CASCADE, related_name="figures")
    measure = models.CharField(max_length=20, choices=Measure.choices)
    measure_note = models.CharField(max_length=200, blank=True, help_text="What exactly was counted.")
    value_low = models.FloatField(validators=[MinValueValidator(0)])
    value_high = models.FloatField(
        validators=[MinValueValidator(0)], help_text="The same as the low value if it is one number."
    )
    unit = models.CharField(max_length=30, choices=Unit.choices)
    population = models.CharField(max_length=200, help_text="Of whom; “not stated” if the source does not say.")
    confidence = models.CharField(max_length=10, choices=Confidence.choices)
    note = models.TextField(blank=True)

    class Meta(Row.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(value_low__gte=0, value_high__gte=F("value_low")), name="figure_values_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(unit=Unit.PERCENT) | Q(value_high__lte=100), name="figure_percent_at_most_100"
            ),
            models.CheckConstraint(condition=~Q(population=""), name="figure_names_its_population"),
            models.CheckConstraint(condition=Q(confidence__in=Confidence.values), name="figure_confidence_known"),
        ]


class LinkRow(Cited, Row):
    """A link that makes a statement, so it has its own note and sources."""

    note = models.TextField(blank=True, help_text="For readers: what to know about this link.")
    editorial_note = models.TextField(blank=True, help_text="For editors only; never published.")

    class Meta(Row.Meta):
        abstract = True


class ConditionSymptom(LinkRow):
    condition = models.ForeignKey(Condition, models.CASCADE, related_name="symptom_links")
    symptom = models.ForeignKey(Symptom, models.PROTECT, related_name="+")
    typicality = models.CharField(max_length=10, choices=Typicality.choices)

    class Meta(Row.Meta):
        verbose_name = "symptom"
        constraints = [
            models.UniqueConstraint(fields=["condition", "symptom"], name="condition_symptom_once"),
            models.CheckConstraint(
                condition=Q(typicality__in=Typicality.values), name="condition_symptom_typicality_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Symptom: {self.symptom}"


class ConditionTreatment(LinkRow):
    condition = models.ForeignKey(Condition, models.CASCADE, related_name="treatment_links")
    treatment = models.ForeignKey(Treatment, models.PROTECT, related_name="+")
    role = models.CharField(max_length=15, choices=TreatmentRole.choices)
    line = models.CharField(max_length=10, choices=Line.choices, default=Line.NOT_STATED)
    evidence_level = models.CharField(max_length=20, choices=EvidenceLevel.choices, default=EvidenceLevel.NOT_STATED)

    class Meta(Row.Meta):
        verbose_name = "treatment"
        constraints = [
            models.UniqueConstraint(fields=["condition", "treatment"], name="condition_treatment_once"),
            models.CheckConstraint(condition=Q(role__in=TreatmentRole.values), name="condition_treatment_role_known"),
            models.CheckConstraint(
                condition=~Q(role__in=[TreatmentRole.CAUTION, TreatmentRole.AVOID])
                | Q(line=Line.NOT_STATED) & ~Q(note=""),
                name="condition_treatment_harm_has_note_and_no_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.treatment}"


class ConditionExercise(LinkRow):
    condition = models.ForeignKey(Condition, models.CASCADE, related_name="exercise_links")
    exercise = models.ForeignKey(Exercise, models.PROTECT, related_name="+")
    role = models.CharField(max_length=15, choices=TreatmentRole.choices)
    line = models.CharField(max_length=10, choices=Line.choices, default=Line.NOT_STATED)
    evidence_level = models.CharField(max_length=20, choices=EvidenceLevel.choices, default=EvidenceLevel.NOT_STATED)

    class Meta(Row.Meta):
        verbose_name = "exercise"
        constraints = [
            models.UniqueConstraint(fields=["condition", "exercise"], name="condition_exercise_once"),
            models.CheckConstraint(condition=Q(role__in=TreatmentRole.values), name="condition_exercise_role_known"),
            models.CheckConstraint(
                condition=~Q(role__in=[TreatmentRole.CAUTION, TreatmentRole.AVOID])
                | Q(line=Line.NOT_STATED) & ~Q(note=""),
                name="condition_exercise_harm_has_note_and_no_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.exercise}"


class ConditionPreventionStrategy(LinkRow):
    condition = models.ForeignKey(Condition, models.CASCADE, related_name="prevention_strategy_links")
    prevention_strategy = models.ForeignKey(PreventionStrategy, models.PROTECT, related_name="+")

    class Meta(Row.Meta):
        verbose_name = "prevention strategy"
        verbose_name_plural = "prevention strategies"
        constraints = [
            models.UniqueConstraint(fields=["condition", "prevention_strategy"], name="condition_prevention_once")
        ]

    def __str__(self) -> str:
        return f"Prevention: {self.prevention_strategy}"


class ConditionBodyStructure(LinkRow):
    condition = models.ForeignKey(Condition, models.CASCADE, related_name="body_structure_links")
    body_structure = models.ForeignKey(BodyStructure, models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=StructureRole.choices)

    class Meta(Row.Meta):
        verbose_name = "body structure"
        constraints = [
            models.UniqueConstraint(fields=["condition", "body_structure"], name="condition_body_structure_once"),
            models.CheckConstraint(condition=Q(role__in=StructureRole.values), name="condition_structure_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.body_structure}"


class Guide(Clinical, Entry):
    """A topic page."""

    body = models.TextField()

    class Meta(Clinical.Meta):
        pass


class Question(Clinical, Entry):
    """A frequent question. Its name is the question."""

    answer = models.TextField()
    order = models.PositiveSmallIntegerField(default=0, help_text="Its place in the list of questions.")

    class Meta(Clinical.Meta):
        ordering = ["order", "name", "id"]
