"""The editing half of the conditions' kinds."""

from conditions.models import Condition, Guide, Question, Symptom
from kb.kinds import Kind, Rows, register
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
    clinical_problems,
)

LINK = ("note", *CITED, "editorial_note")

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
        problems=clinical_problems,
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
        problems=clinical_problems,
    )
)
register(
    Kind(
        name="guide",
        model=Guide,
        columns=("slug", "name", *CLINICAL, "body", "disclaimers", *SOURCED),
        rows={"cautions": CAUTIONS, "red_flags": RED_FLAGS, "related": RELATED},
        problems=clinical_problems,
    )
)
register(
    Kind(
        name="question",
        model=Question,
        columns=("slug", "name", "order", *CLINICAL, "answer", "disclaimers", *SOURCED),
        rows={"cautions": CAUTIONS, "red_flags": RED_FLAGS, "related": RELATED},
        problems=clinical_problems,
    )
)
