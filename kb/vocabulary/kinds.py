"""The editing half of the vocabulary's kinds, and the lists that most kinds share."""

from kb.kinds import Kind, Rows, Wording, register
from kb.vocabulary.models import BodyStructure, ContactRoute, Disclaimer, RedFlag, Source, unknown_kinds

CITED = ("basis", "sources", "needs_clinical_review")
SOURCED = (*CITED, "review_note", "editorial_note")
CLINICAL = ("summary", "urgency", "urgency_text")
STATEMENT = ("text", *CITED)

RED_FLAGS = Rows("red_flags", ("red_flag",))
RELATED = Rows("related", ("target",))
CAUTIONS = Rows("cautions", STATEMENT)
EVIDENCE = Rows("evidence", ("text", "level", "certainty", *CITED))
CODES = Rows("codes", ("system", "code", "display", "mapping", "note"))


def clinical_problems(wording: Wording) -> list[str]:
    """What no entry that advises a reader may lack."""
    problems = []
    if not wording["red_flags"]:
        problems.append("It names no red flag. Add the warning signs that a reader must check first.")
    if wording["basis"] != "stated" and not wording["sources"] and not wording["needs_clinical_review"]:
        problems.append("It names no source. Add one, or mark it “needs clinical review”.")
    return problems


register(
    Kind(
        name="source",
        model=Source,
        columns=(
            "slug",
            "name",
            "authors",
            "publisher",
            "journal",
            "year",
            "citation",
            "doi",
            "pmid",
            "pmcid",
            "url",
            "source_type",
            "authority",
            "checked",
            "last_reviewed_on",
            "note",
            "editorial_note",
        ),
    )
)
register(
    Kind(
        name="red_flag",
        model=RedFlag,
        columns=("slug", "name", "urgency", "is_global", "text", "why", "action", "rule_out", *SOURCED),
    )
)
register(
    Kind(
        name="disclaimer",
        model=Disclaimer,
        columns=("slug", "name", "text", "applies_to", *SOURCED),
        problems=lambda wording: unknown_kinds(wording["applies_to"]),
    )
)
register(
    Kind(
        name="contact_route",
        model=ContactRoute,
        columns=("slug", "name", "region", "emergency", "urgent", "routine", "self_care", *SOURCED),
    )
)
register(
    Kind(
        name="body_structure",
        model=BodyStructure,
        columns=("slug", "name", "synonyms", "category", "summary", "description", *SOURCED),
        rows={"parts": Rows("parts", ("part",)), "codes": CODES},
    )
)
