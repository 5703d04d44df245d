"""The editing half of the conditions' kinds."""

from collections.abc import Iterator

from conditions.models import Condition, Guide, Question, Symptom
from kb.kinds import Finding, Kind, Rows, Wording, register, warning
from kb.vocabulary.kinds import (
    CAUTIONS,
    CITED,
    CLINICAL,
    CODES,
    EVIDENCE,
    RED_FLAGS,
    RELATED,
    SOURCED,
    STATEMENT,
)
from kb.vocabulary.quality import clinical_findings

LINK = ("note", *CITED, "editorial_note")
NO_POPULATION = ("", "not stated")


def condition_findings(wording: Wording) -> Iterator[Finding]:
    """The same as for all, and every number says of whom it is."""
    yield from clinical_findings(wording)
    for index, figure in enumerate(wording["figures"]):
        if figure["population"].strip().casefold() in NO_POPULATION:
            yield warning(
                ("figures", index, "population"),
                "It does not say of whom this number is.",
                "Look in the source whom it counted: “recreational runners”, “women over 50”.",
            )


register(
    Kind(
        name="symptom",
        model=Symptom,
        columns=(
            "slug",
            "name",
            "synonyms",
            *CLINICAL,
            "is_key_sign",
            "body_regions",
            "what_it_may_mean",
            "what_to_do",
            "disclaimers",
            *SOURCED,
        ),
        rows={"red_flags": RED_FLAGS, "related": RELATED, "codes": CODES},
        findings=clinical_findings,
    )
)
register(
    Kind(
        name="condition",
        model=Condition,
        columns=(
            "slug",
            "name",
            "synonyms",
            "synonym_note",
            *CLINICAL,
            "body_regions",
            "tissue",
            "overview",
            "disclaimers",
            *SOURCED,
        ),
        rows={
            "causes": Rows("causes", STATEMENT),
            "risk_factors": Rows("risk_factors", STATEMENT),
            "affects": Rows("affects", ("text", "age_min", "age_max", *CITED)),
            "figures": Rows(
                "figures",
                (
                    "text",
                    "measure",
                    "measure_note",
                    "value_low",
                    "value_high",
                    "unit",
                    "population",
                    "confidence",
                    "note",
                    *CITED,
                ),
            ),
            "outlook": Rows("outlook", STATEMENT),
            "complications": Rows("complications", ("text", "leads_to", *CITED)),
            "cautions": CAUTIONS,
            "evidence": EVIDENCE,
            "symptoms": Rows("symptom_links", ("symptom", "typicality", *LINK)),
            "treatments": Rows("treatment_links", ("treatment", "role", "line", "evidence_level", *LINK)),
            "exercises": Rows("exercise_links", ("exercise", "role", "line", "evidence_level", *LINK)),
            "prevention_strategies": Rows("prevention_strategy_links", ("prevention_strategy", *LINK)),
            "body_structures": Rows("body_structure_links", ("body_structure", "role", *LINK)),
            "red_flags": RED_FLAGS,
            "related": RELATED,
            "codes": CODES,
        },
        findings=condition_findings,
        needs_live=("red_flags",),
    )
)
register(
    Kind(
        name="guide",
        model=Guide,
        columns=("slug", "name", *CLINICAL, "body", "disclaimers", *SOURCED),
        rows={"cautions": CAUTIONS, "red_flags": RED_FLAGS, "related": RELATED},
        findings=clinical_findings,
    )
)
register(
    Kind(
        name="question",
        model=Question,
        columns=("slug", "name", "order", *CLINICAL, "answer", "disclaimers", *SOURCED),
        rows={"cautions": CAUTIONS, "red_flags": RED_FLAGS, "related": RELATED},
        findings=clinical_findings,
    )
)
