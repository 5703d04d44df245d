"""Enumerations of the vocabulary. Values are the public names."""

from django.db.models import TextChoices


class RedFlagUrgency(TextChoices):
    """How soon a warning sign asks one to act: the part of the one urgency scale that a warning sign can have."""

    EMERGENCY = "emergency", "Emergency: get help now"
    URGENT = "urgent", "Urgent: get a check today or as soon as you can"
    ROUTINE = "routine", "Routine: see a doctor or physiotherapist"


class StructureCategory(TextChoices):
    JOINT = "joint", "Joint"
    BONE = "bone", "Bone"
    CARTILAGE = "cartilage", "Cartilage"
    MUSCLE = "muscle", "Muscle"
    TENDON = "tendon", "Tendon"
    LIGAMENT = "ligament", "Ligament"
    BURSA = "bursa", "Bursa"
    CONNECTIVE_TISSUE = "connective_tissue", "Connective tissue"


class SourceType(TextChoices):
    JOURNAL_ARTICLE = "journal_article", "Journal article"
    GUIDELINE = "guideline", "Guideline"
    HEALTH_SERVICE_PAGE = "health_service_page", "Health service page"
    PATIENT_INFORMATION = "patient_information", "Patient leaflet or page"
    PROFESSIONAL_GUIDANCE = "professional_guidance", "Guidance or tool for professionals"
    WEB_ARTICLE = "web_article", "Web article"
    PRESS_REPORT = "press_report", "Press report"


class SourceAuthority(TextChoices):
    """How much weight a source can carry, the weightiest first."""

    GUIDELINE = "guideline", "Guideline"
    SYSTEMATIC_REVIEW = "systematic_review", "Systematic review"
    TRIAL = "trial", "Randomised trial"
    COHORT = "cohort", "Cohort study"
    CONSENSUS = "consensus", "Consensus statement"
    REVIEW = "review", "Review"
    HEALTH_SERVICE = "health_service", "Health service"
    REFERENCE = "reference", "Reference work"
    SECONDARY = "secondary", "Secondary source"
    SEED = "seed", "The seed article"


class SourceCheck(TextChoices):
    VERIFIED = "verified", "Read and checked"
    PARTIAL = "partial", "Only partly checked"


class EvidenceLevel(TextChoices):
    """What kind of evidence stands behind a statement, the strongest first."""

    GUIDELINE = "guideline", "Guideline"
    SYSTEMATIC_REVIEW = "systematic_review", "Systematic review"
    RANDOMISED_TRIAL = "randomised_trial", "Randomised trial"
    COHORT_STUDY = "cohort_study", "Cohort study"
    CONSENSUS = "consensus", "Consensus statement"
    REVIEW = "review", "Review"
    EXPERT_OPINION = "expert_opinion", "Expert opinion"
    PATIENT_LEAFLET = "patient_leaflet", "Patient leaflets"
    ARTICLE_ONLY = "article_only", "The seed article only"
    NOT_STATED = "not_stated", "Not stated"


class Certainty(TextChoices):
    """How sure the evidence lets one be (GRADE's words)."""

    HIGH = "high", "High"
    MODERATE = "moderate", "Moderate"
    LOW = "low", "Low"
    VERY_LOW = "very_low", "Very low"
    NOT_GRADED = "not_graded", "Not graded"


class CodeSystem(TextChoices):
    ICD_10_CM = "icd_10_cm", "ICD-10-CM"
    MESH = "mesh", "MeSH"


class CodeMapping(TextChoices):
    """How the code's meaning compares with the entry's."""

    EXACT = "exact", "Same meaning"
    BROADER = "broader", "The code is broader"
    NARROWER = "narrower", "The code is narrower"
    APPROXIMATE = "approximate", "The nearest code"
    RELATED = "related", "A related concept"


class BodyRegion(TextChoices):
    FRONT_OF_HIP = "front_of_hip", "Front of the hip"
    GROIN = "groin", "Groin"
    OUTER_HIP = "outer_hip", "Outer side of the hip"
    BUTTOCK = "buttock", "Buttock"
    THIGH = "thigh", "Front of the thigh"
