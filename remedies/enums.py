"""Enumerations of the remedies. Values are the public names."""

from django.db.models import TextChoices


class TreatmentCategory(TextChoices):
    SELF_CARE = "self_care", "Self-care"
    CONSERVATIVE = "conservative", "Conservative (without surgery)"
    MEDICINE = "medicine", "Medicine"
    INJECTION = "injection", "Injection"
    SURGICAL = "surgical", "Surgery"


class Setting(TextChoices):
    """Where it is done. A home remedy is a treatment whose setting is home."""

    HOME = "home", "At home"
    HOME_AND_CLINIC = "home_and_clinic", "At home and in a clinic"
    CLINIC = "clinic", "In a clinic"
    SPECIALIST = "specialist", "With a specialist"
    HOSPITAL = "hospital", "In a hospital"


class Line(TextChoices):
    """When it is considered."""

    FIRST = "first", "First"
    SECOND = "second", "Second"
    LAST = "last", "Last"
    SPECIALIST = "specialist", "When a specialist says so"
    NOT_STATED = "not_stated", "Not stated"


class TreatmentGroup(TextChoices):
    RICE = "rice", "RICE: rest, ice, compression, elevation"
    NONE = "none", "None"


class PreventionCategory(TextChoices):
    ROUTINE = "routine", "Routine around a run"
    STRENGTH = "strength", "Strength"
    TRAINING = "training", "Training plan"
    EQUIPMENT = "equipment", "Kit and shoes"
    TECHNIQUE = "technique", "Technique"
    RECOVERY = "recovery", "Food and recovery"


class ExercisePurpose(TextChoices):
    STRENGTH = "strength", "Strength"
    MOVEMENT = "movement", "Movement"
    STRETCH = "stretch", "Stretch"
    BALANCE = "balance", "Balance and control"


class ProviderCategory(TextChoices):
    PHYSICAL_THERAPY_CLINIC = "physical_therapy_clinic", "Physiotherapy (physical therapy) clinic"
    SPORTS_MEDICINE_CLINIC = "sports_medicine_clinic", "Sports medicine clinic"
    HOSPITAL = "hospital", "Hospital"
