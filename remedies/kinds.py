"""The editing half of the remedies' kinds."""

from kb.kinds import Kind, Rows, register
from kb.vocabulary.kinds import (
    CAUTIONS,
    CLINICAL,
    CODES,
    EVIDENCE,
    RED_FLAGS,
    RELATED,
    SOURCED,
    STATEMENT,
)
from kb.vocabulary.quality import clinical_findings, summarised_findings
from remedies.models import Exercise, PreventionStrategy, Provider, Treatment

EXERCISES = Rows("exercise_links", ("exercise", "note"))

register(
    Kind(
        name="exercise",
        model=Exercise,
        columns=(
            "slug",
            "name",
            *CLINICAL,
            "purpose",
            "how",
            "sets",
            "repetitions_min",
            "repetitions_max",
            "hold_seconds",
            "times_per_day",
            "days_per_week",
            "dose_source",
            "disclaimers",
            *SOURCED,
        ),
        rows={
            "body_structures": Rows("targets", ("body_structure",)),
            "stop_rules": Rows("stop_rules", STATEMENT),
            "cautions": CAUTIONS,
            "evidence": EVIDENCE,
            "red_flags": RED_FLAGS,
            "related": RELATED,
        },
        findings=clinical_findings,
    )
)
register(
    Kind(
        name="treatment",
        model=Treatment,
        columns=(
            "slug",
            "name",
            "synonyms",
            *CLINICAL,
            "category",
            "setting",
            "group",
            "line",
            "how",
            "who_for",
            "no_dose_reason",
            "disclaimers",
            *SOURCED,
        ),
        rows={
            "cautions": CAUTIONS,
            "evidence": EVIDENCE,
            "exercises": EXERCISES,
            "red_flags": RED_FLAGS,
            "related": RELATED,
            "codes": CODES,
        },
        findings=clinical_findings,
    )
)
register(
    Kind(
        name="prevention_strategy",
        model=PreventionStrategy,
        columns=(
            "slug",
            "name",
            "synonyms",
            *CLINICAL,
            "category",
            "how",
            "benefit",
            "evidence_gap",
            "disclaimers",
            *SOURCED,
        ),
        rows={
            "activities": Rows("activities", (*STATEMENT, "caution")),
            "cautions": CAUTIONS,
            "evidence": EVIDENCE,
            "exercises": EXERCISES,
            "red_flags": RED_FLAGS,
            "related": RELATED,
            "codes": CODES,
        },
        findings=clinical_findings,
    )
)
register(
    Kind(
        name="provider",
        model=Provider,
        columns=(
            "slug",
            "name",
            "short_name",
            "category",
            "locality",
            "region",
            "country",
            "url",
            "phone",
            "email",
            "services",
            "summary",
            "about",
            "call_to_action",
            "claims_are_its_own",
            *SOURCED,
        ),
        rows={"related": RELATED},
        findings=summarised_findings,
    )
)
