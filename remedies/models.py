"""What helps: treatments, exercises, prevention strategies and care providers."""

from django.core.validators import EmailValidator, MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from kb.models.entry import Entry
from kb.models.fields import LinesField
from kb.vocabulary.models import HTTPS, BodyStructure, Clinical, Row, Source, Sourced, StatementRow
from remedies.enums import (
    ExercisePurpose,
    Line,
    PreventionCategory,
    ProviderCategory,
    Setting,
    TreatmentCategory,
    TreatmentGroup,
)

COUNTRY = RegexValidator(r"^[A-Z]{2}$", "Two capital letters (ISO 3166-1): GB, US.")


class Exercise(Clinical, Entry):
    """One exercise, with its dose as numbers. A number is empty where no source gives one: “ask a physiotherapist”."""

    purpose = models.CharField(max_length=10, choices=ExercisePurpose.choices)
    how = models.TextField("how to do it")
    sets = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    repetitions_min = models.PositiveSmallIntegerField(
        "repetitions, from", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    repetitions_max = models.PositiveSmallIntegerField(
        "repetitions, to", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    hold_seconds = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    times_per_day = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    days_per_week = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    dose_source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="+", help_text="Which source gives these numbers."
    )
    body_structures = models.ManyToManyField(BodyStructure, through="ExerciseBodyStructure", related_name="+")

    class Meta(Clinical.Meta):
        constraints = [
            *Clinical.Meta.constraints,
            models.CheckConstraint(condition=Q(purpose__in=ExercisePurpose.values), name="exercise_purpose_known"),
            models.CheckConstraint(
                condition=Q(repetitions_min=None, repetitions_max=None)
                | Q(repetitions_min__gte=1, repetitions_max__gte=F("repetitions_min")),
                name="exercise_repetitions_in_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    sets=None,
                    repetitions_min=None,
                    repetitions_max=None,
                    hold_seconds=None,
                    times_per_day=None,
                    days_per_week=None,
                )
                | Q(dose_source__isnull=False),
                name="exercise_dose_has_source",
            ),
        ]


class ExerciseBodyStructure(Row):
    exercise = models.ForeignKey(Exercise, models.CASCADE, related_name="targets")
    body_structure = models.ForeignKey(BodyStructure, models.PROTECT, related_name="+")

    class Meta(Row.Meta):
        verbose_name = "body structure that it works on"
        verbose_name_plural = "body structures that it works on"
        constraints = [
            models.UniqueConstraint(fields=["exercise", "body_structure"], name="exercise_body_structure_once")
        ]

    def __str__(self) -> str:
        return f"Works on: {self.body_structure}"


class StopRule(StatementRow):
    """When to stop doing an exercise."""

    exercise = models.ForeignKey(Exercise, models.CASCADE, related_name="stop_rules")


class Treatment(Clinical, Entry):
    """Something done about a condition. A home remedy is a treatment whose setting is home."""

    synonyms = LinesField(help_text="Other names, one a line.")
    category = models.CharField(max_length=15, choices=TreatmentCategory.choices)
    setting = models.CharField(max_length=20, choices=Setting.choices)
    group = models.CharField(max_length=10, choices=TreatmentGroup.choices, default=TreatmentGroup.NONE)
    line = models.CharField(
        max_length=10, choices=Line.choices, default=Line.NOT_STATED, help_text="When it is considered."
    )
    how = models.TextField("how it is done", blank=True)
    who_for = models.TextField("whom it was studied in", blank=True)
    no_dose_reason = models.TextField(
        blank=True, help_text="For a medicine: why no dose is given. This library never gives one."
    )
    exercises = models.ManyToManyField(Exercise, through="TreatmentExercise", related_name="+")

    class Meta(Clinical.Meta):
        constraints = [
            *Clinical.Meta.constraints,
            models.CheckConstraint(condition=Q(category__in=TreatmentCategory.values), name="treatment_category_known"),
            models.CheckConstraint(condition=Q(setting__in=Setting.values), name="treatment_setting_known"),
            models.CheckConstraint(
                condition=~Q(category=TreatmentCategory.MEDICINE) | ~Q(no_dose_reason=""),
                name="treatment_medicine_says_why_no_dose",
            ),
        ]


class TreatmentExercise(Row):
    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="exercise_links")
    exercise = models.ForeignKey(Exercise, models.PROTECT, related_name="+")
    note = models.TextField(blank=True)

    class Meta(Row.Meta):
        verbose_name = "exercise"
        constraints = [models.UniqueConstraint(fields=["treatment", "exercise"], name="treatment_exercise_once")]

    def __str__(self) -> str:
        return f"Exercise: {self.exercise}"


class PreventionStrategy(Clinical, Entry):
    """Something that may keep a problem away."""

    synonyms = LinesField(help_text="Other names, one a line.")
    category = models.CharField(max_length=10, choices=PreventionCategory.choices)
    how = models.TextField("how to do it")
    benefit = models.TextField("what it may do for you")
    evidence_gap = models.TextField("what no study has shown", blank=True)
    exercises = models.ManyToManyField(Exercise, through="PreventionStrategyExercise", related_name="+")

    class Meta(Clinical.Meta):
        verbose_name_plural = "prevention strategies"
        constraints = [
            *Clinical.Meta.constraints,
            models.CheckConstraint(
                condition=Q(category__in=PreventionCategory.values), name="prevention_category_known"
            ),
        ]


class PreventionStrategyExercise(Row):
    prevention_strategy = models.ForeignKey(PreventionStrategy, models.CASCADE, related_name="exercise_links")
    exercise = models.ForeignKey(Exercise, models.PROTECT, related_name="+")
    note = models.TextField(blank=True)

    class Meta(Row.Meta):
        verbose_name = "exercise"
        constraints = [
            models.UniqueConstraint(fields=["prevention_strategy", "exercise"], name="prevention_exercise_once")
        ]

    def __str__(self) -> str:
        return f"Exercise: {self.exercise}"


class Activity(StatementRow):
    """A kind of sport that a prevention strategy names. Its text is the activity's name."""

    prevention_strategy = models.ForeignKey(PreventionStrategy, models.CASCADE, related_name="activities")
    caution = models.TextField(blank=True)

    class Meta(Row.Meta):
        verbose_name_plural = "activities"


class Provider(Sourced, Entry):
    """A clinic or service. What it says of itself is marked as its own claim."""

    short_name = models.CharField(max_length=100, blank=True)
    category = models.CharField(max_length=30, choices=ProviderCategory.choices)
    locality = models.CharField("town", max_length=100, blank=True)
    region = models.CharField("state or county", max_length=100, blank=True)
    country = models.CharField(
        max_length=2, blank=True, validators=[COUNTRY], help_text="Two letters; empty if unknown."
    )
    url = models.CharField("address", max_length=500, blank=True, validators=[HTTPS])
    phone = models.CharField(max_length=30, blank=True)
    email = models.CharField(max_length=200, blank=True, validators=[EmailValidator()])
    services = LinesField(help_text="One a line.")
    summary = models.TextField()
    about = models.TextField(blank=True)
    call_to_action = models.TextField(blank=True)
    claims_are_its_own = models.BooleanField(
        default=True, help_text="What it says of its results is its own view and nobody else's."
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "care provider"
        constraints = [
            models.CheckConstraint(condition=Q(category__in=ProviderCategory.values), name="provider_category_known")
        ]
