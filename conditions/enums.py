"""Enumerations of the conditions. Values are the public names."""

from django.db.models import TextChoices


class Tissue(TextChoices):
    MUSCLE = "muscle", "Muscle"
    TENDON = "tendon", "Tendon"
    BURSA = "bursa", "Bursa"
    CARTILAGE = "cartilage", "Cartilage"
    JOINT = "joint", "Joint"
    BONE = "bone", "Bone"
    NERVE = "nerve", "Nerve"
    LIGAMENT = "ligament", "Ligament"


class Typicality(TextChoices):
    """How often the condition shows the symptom. A teaching aid, not a probability."""

    COMMON = "common", "Common"
    SOMETIMES = "sometimes", "Sometimes"
    RARE = "rare", "Rare"


class TreatmentRole(TextChoices):
    """What a treatment or exercise is for a condition. Caution and avoid never mean “this helps”."""

    RECOMMENDED = "recommended", "Recommended"
    OPTION = "option", "An option"
    SPECIALIST = "specialist", "Only with a specialist"
    CAUTION = "caution", "With caution"
    AVOID = "avoid", "Avoid"


HELPING_ROLES = (TreatmentRole.RECOMMENDED, TreatmentRole.OPTION, TreatmentRole.SPECIALIST)


class StructureRole(TextChoices):
    """How a body structure takes part in a condition."""

    PRIMARY = "primary", "The structure that is affected"
    GROUP = "group", "The group or region it belongs to"
    PART = "part", "A part that is involved"
    RELATED = "related", "Close by, often sore too"


class Measure(TextChoices):
    """What a figure counts."""

    PREVALENCE = "prevalence", "Prevalence: how many have it"
    INCIDENCE = "incidence", "Incidence: new cases in a time"
    IMAGING_FINDING = "imaging_finding", "Finding on a scan, with or without pain"
    SHARE_OF_INJURIES = "share_of_injuries", "Share of injuries"


class Unit(TextChoices):
    PERCENT = "percent", "Percent"
    PER_100000_PERSON_YEARS = "per_100000_person_years", "Per 100,000 people a year"


class Confidence(TextChoices):
    """How far a figure can be trusted."""

    HIGH = "high", "High"
    MODERATE = "moderate", "Moderate"
    LOW = "low", "Low"
