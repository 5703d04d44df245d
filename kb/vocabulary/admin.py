"""The vocabulary on the desk, and the groups of fields and lists that most kinds share."""

from typing import Any

from django.contrib import admin

from kb.admin import kernel  # noqa: F401  registers Entry, where “see also” links lead
from kb.admin.base import EntryAdmin
from kb.admin.forms import explain
from kb.admin.rows import RowInline
from kb.vocabulary.models import (
    BodyStructure,
    BodyStructurePart,
    Caution,
    Code,
    ContactRoute,
    Disclaimer,
    EvidenceStatement,
    RedFlag,
    RedFlagLink,
    RelatedLink,
    Source,
)

Fieldset = tuple[str | None, Any]

CITED = (("sources", "basis"), ("needs_clinical_review", "place"))
CITED_LINK = (("sources", "basis"), "needs_clinical_review")
QUIET = ("basis", "sources", "needs_clinical_review")

HOW_SOON: Fieldset = ("How soon to act", {"fields": ("urgency", "urgency_text", "disclaimers")})
ORIGIN: Fieldset = ("Where this comes from", {"fields": ("basis", "sources", "needs_clinical_review", "review_note")})
FOR_EDITORS: Fieldset = ("For editors only", {"fields": ("editorial_note",), "description": "Never published."})
CLOSING = (ORIGIN, FOR_EDITORS)

explain("entry_slug_unique_in_kind", "Another page of this kind has this short name.", field="slug")
explain("source_doi_unique", "Another source has this DOI.", field="doi")
explain("source_year_in_range", "Write a year from 1900 to 2100.", field="year")
explain("contact_route_region_unique", "This region has its contact route already.", field="region")
explain("body_structure_not_part_of_itself", "Nothing is a part of itself. Choose another.", field="part")
explain("related_link_not_to_itself", "This is the page that you are on. Choose another.", field="target")


class StatementInline(RowInline):
    """Sentences, each with its sources."""

    fields = ("text", *CITED)
    quiet = QUIET


class RedFlagInline(RowInline):
    model = RedFlagLink
    fk_name = "entry"
    verbose_name_plural = "red flags"
    about = "The warning signs that a reader must check first. Those that “stand everywhere” need not be added."
    fields = (("red_flag", "place"),)
    is_short = True


class RelatedInline(RowInline):
    model = RelatedLink
    fk_name = "entry"
    verbose_name_plural = "see also"
    verbose_name = "page to see also"
    about = "Other pages worth reading after this one."
    fields = (("target", "place"),)
    is_short = True


class CautionInline(StatementInline):
    model = Caution
    fk_name = "entry"
    about = "What a reader must know when this page is all they read."


class EvidenceInline(RowInline):
    model = EvidenceStatement
    fk_name = "entry"
    verbose_name_plural = "evidence"
    about = "What studies say, and how sure they let one be."
    fields = ("text", ("level", "certainty"), *CITED)
    quiet = QUIET


class CodeInline(RowInline):
    model = Code
    fk_name = "entry"
    about = "Cross-references to ICD-10-CM and MeSH. Not a diagnosis and not billing advice."
    fields = (("system", "code"), ("display", "mapping"), ("note", "place"))


class PartInline(RowInline):
    model = BodyStructurePart
    fk_name = "whole"
    verbose_name = "part"
    verbose_name_plural = "parts"
    about = "Smaller structures that it is made of."
    fields = (("part", "place"),)
    is_short = True


@admin.register(RedFlag)
class RedFlagAdmin(EntryAdmin):
    rank = 10
    about = "Warning signs: what you notice, why it matters, what to do."
    filters = ("is_global",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "synonyms", "urgency", "is_global")}),
        ("What the reader sees", {"fields": ("text", "why", "action")}),
        *CLOSING[:1],
        ("For editors only", {"fields": ("rule_out", "editorial_note"), "description": "Never published."}),
    )


@admin.register(Disclaimer)
class DisclaimerAdmin(EntryAdmin):
    rank = 20
    about = "Short texts that travel inside the articles they belong to."
    fieldsets = ((None, {"fields": ("name", "slug", "text", "applies_to")}), *CLOSING)


@admin.register(ContactRoute)
class ContactRouteAdmin(EntryAdmin):
    rank = 30
    about = "Where people in one region turn to, for each urgency."
    columns = ("region",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "region")}),
        ("Whom to turn to", {"fields": ("emergency", "urgent", "routine", "self_care")}),
        *CLOSING,
    )


@admin.register(BodyStructure)
class BodyStructureAdmin(EntryAdmin):
    rank = 40
    about = "Joints, muscles, tendons and other parts of the body."
    columns = ("category",)
    filters = ("category",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "synonyms", "category")}),
        ("Text", {"fields": ("summary", "description")}),
        *CLOSING,
    )
    inlines = (PartInline, CodeInline)


@admin.register(Source)
class SourceAdmin(EntryAdmin):
    rank = 60
    about = "Studies, guidelines and pages that statements rest on."
    columns = ("authors", "year", "authority", "checked")
    filters = ("checked", "authority", "source_type")
    fieldsets = (
        (None, {"fields": ("name", "slug", "source_type", "authority", "checked")}),
        ("Where it appeared", {"fields": ("authors", "publisher", "journal", ("year", "citation"))}),
        ("How to find it", {"fields": ("url", "doi", ("pmid", "pmcid"))}),
        ("Notes", {"fields": ("note", "last_reviewed_on")}),
        FOR_EDITORS,
    )

    def get_search_fields(self, request: object) -> list[str]:
        return ["name", "slug", "authors", "doi"]
