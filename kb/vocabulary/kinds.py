"""The editing half of the vocabulary's kinds, and the lists that most kinds share."""

from kb.kinds import Kind, Rows, register
from kb.vocabulary.models import BodyStructure, ContactRoute, Disclaimer, RedFlag, Source
from kb.vocabulary.quality import disclaimer_findings, red_flag_findings, sourced_findings, summarised_findings

CITED = ("basis", "sources", "needs_clinical_review")
SOURCED = (*CITED, "review_note", "editorial_note")
CLINICAL = ("summary", "urgency", "urgency_text")
STATEMENT = ("text", *CITED)

RED_FLAGS = Rows("red_flags", ("red_flag",))
RELATED = Rows("related", ("target",))
CAUTIONS = Rows("cautions", STATEMENT)
EVIDENCE = Rows("evidence", ("text", "level", "certainty", *CITED))
CODES = Rows("codes", ("system", "code", "display", "mapping", "note"))

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
        identifiers=("doi", "pmid", "pmcid"),
    )
)
register(
    Kind(
        name="red_flag",
        model=RedFlag,
        columns=("slug", "name", "synonyms", "urgency", "is_global", "text", "why", "action", "rule_out", *SOURCED),
        findings=red_flag_findings,
    )
)
register(
    Kind(
        name="disclaimer",
        model=Disclaimer,
        columns=("slug", "name", "text", "applies_to", *SOURCED),
        findings=disclaimer_findings,
    )
)
register(
    Kind(
        name="contact_route",
        model=ContactRoute,
        columns=("slug", "name", "region", "emergency", "urgent", "routine", "self_care", *SOURCED),
        findings=sourced_findings,
    )
)
register(
    Kind(
        name="body_structure",
        model=BodyStructure,
        columns=("slug", "name", "synonyms", "category", "summary", "description", *SOURCED),
        rows={"parts": Rows("parts", ("part",)), "codes": CODES},
        findings=summarised_findings,
    )
)
