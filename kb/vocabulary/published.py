"""The published half of the vocabulary's kinds."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kb.documents import ADDRESS_PATTERN, KIND_PATTERN, Document, Json, summary_of
from kb.enums import ActionCode, Urgency
from kb.published import FLAG, Filter, PublishedKind, register
from kb.vocabulary.clinical import (
    ACTION_CODES,
    BodyStructureCard,
    CodeReference,
    ContactRouteCard,
    DisclaimerCard,
    RedFlagCard,
    SourceCard,
    SourcedDocument,
    live_cards,
)
from kb.vocabulary.enums import (
    RedFlagUrgency,
    SourceAuthority,
    SourceCheck,
    SourceType,
    StructureCategory,
)
from kb.vocabulary.filters import CODE, REVIEW_STATUS, SOURCE, ids_of, value_of, values_of


class Source(Document):
    """Something that statements rest on. Its name is its title."""

    authors = serializers.CharField(allow_blank=True, max_length=300, help_text="Empty if not known.")
    publisher = serializers.CharField(allow_blank=True, max_length=200, help_text="Empty if not known.")
    journal = serializers.CharField(allow_blank=True, max_length=200, help_text="Empty if it stands in none.")
    year = serializers.IntegerField(allow_null=True, min_value=1900, max_value=2100, help_text="Null: not known.")
    citation = serializers.CharField(
        allow_blank=True, max_length=100, help_text="Volume, issue and pages; may be empty."
    )
    doi = serializers.RegexField(
        r"^(10\.\S+)?$",
        allow_blank=True,
        max_length=200,
        help_text="Without https://doi.org/; empty if it has none.",
    )
    pmid = serializers.CharField(allow_blank=True, max_length=10, help_text="PubMed id; empty if it has none.")
    pmcid = serializers.RegexField(
        r"^(PMC\S+)?$", allow_blank=True, max_length=12, help_text="PubMed Central id; empty if it has none."
    )
    url = serializers.RegexField(
        ADDRESS_PATTERN, allow_blank=True, max_length=500, help_text="Its address; empty if it has no public one."
    )
    source_type = serializers.ChoiceField(SourceType.choices, help_text="What it is.")
    authority = serializers.ChoiceField(SourceAuthority.choices, help_text="How much weight it can carry.")
    checked = serializers.ChoiceField(SourceCheck.choices, help_text="How far the editors have read it.")
    last_reviewed_on = serializers.DateField(allow_null=True, help_text="By its publisher. Null: not stated.")
    note = serializers.CharField(allow_blank=True, help_text="What to know about it; may be empty.")


class RedFlag(SourcedDocument):
    """A warning sign: what the reader notices, why it matters, what to do."""

    synonyms = serializers.ListField(
        child=serializers.CharField(max_length=200),
        help_text="Other words that people search for. Not to be shown as a diagnosis.",
    )
    urgency = serializers.ChoiceField(RedFlagUrgency.choices, help_text="How soon to act.")
    action_code = serializers.SerializerMethodField(help_text="Look it up in your region's contact route.")
    is_global = serializers.BooleanField(help_text="True if it stands in every clinical document.")
    text = serializers.CharField(help_text="What the reader notices.")
    why = serializers.CharField(help_text="Why it matters.")
    action = serializers.CharField(help_text="What to do. Names no telephone number: see the contact routes.")

    @extend_schema_field(serializers.ChoiceField(ActionCode.choices))
    def get_action_code(self, wording: Json) -> str:
        return str(ACTION_CODES[Urgency(wording["urgency"])])


class Disclaimer(SourcedDocument):
    """A short text that travels inside the documents it belongs to."""

    text = serializers.CharField(help_text="To be shown with the content.")
    applies_to = serializers.ListField(
        child=serializers.RegexField(KIND_PATTERN), help_text="Kinds whose documents all carry it; may be none."
    )


class ContactRoute(SourcedDocument):
    """Where people in one region turn to, for each urgency."""

    region = serializers.RegexField(
        r"^([A-Z]{2}|default)$", max_length=7, help_text="ISO 3166-1 code; `default` where it is not known."
    )
    emergency = serializers.CharField(max_length=200, help_text="For get_emergency_help.")
    urgent = serializers.CharField(max_length=200, help_text="For get_urgent_check.")
    routine = serializers.CharField(max_length=200, help_text="For book_appointment.")
    self_care = serializers.CharField(max_length=200, help_text="For care_for_yourself.")


class BodyStructure(SourcedDocument):
    """A part of the body."""

    synonyms = serializers.ListField(child=serializers.CharField(max_length=200), help_text="Other names for it.")
    category = serializers.ChoiceField(StructureCategory.choices, help_text="What it is made of.")
    summary = serializers.CharField(help_text="One or two sentences. Markdown subset.")
    description = serializers.CharField(allow_blank=True, help_text="More about it; may be empty. Markdown subset.")
    parts = serializers.SerializerMethodField(help_text="What it is made of.")
    codes = CodeReference(many=True, help_text="Cross-references to code systems.")

    @extend_schema_field(BodyStructureCard(many=True))
    def get_parts(self, wording: Json) -> list[Json]:
        return live_cards(self, [row["part"] for row in wording["parts"]])


register(
    PublishedKind(
        kind="source",
        path="sources",
        singular="Source",
        plural="Sources",
        description="Studies, guidelines and pages that statements rest on.",
        document=Source,
        summary=summary_of(Source, "SourceSummary", "year", "source_type", "authority"),
        card=SourceCard,
        filters=(
            Filter(name="source_type", help="What it is.", values=value_of("source_type"), choices=SourceType),
            Filter(
                name="authority", help="What weight it carries.", values=value_of("authority"), choices=SourceAuthority
            ),
            Filter(name="year", help="Year of publication.", values=value_of("year"), pattern=r"^(19|20)\d\d$"),
        ),
        not_searched=("url",),
        is_reference=True,
    )
)
register(
    PublishedKind(
        kind="red_flag",
        path="red-flags",
        singular="RedFlag",
        plural="RedFlags",
        description="Warning signs that ask for help now, today or soon.",
        document=RedFlag,
        summary=summary_of(
            RedFlag, "RedFlagSummary", "urgency", "action_code", "is_global", "text", "action", "review"
        ),
        card=RedFlagCard,
        filters=(
            Filter(name="urgency", help="How soon to act.", values=value_of("urgency"), choices=RedFlagUrgency),
            Filter(
                name="is_global",
                help="Stands in every clinical document.",
                values=value_of("is_global"),
                pattern=FLAG,
            ),
            REVIEW_STATUS,
            SOURCE,
        ),
        is_house=True,
    )
)
register(
    PublishedKind(
        kind="disclaimer",
        path="disclaimers",
        singular="Disclaimer",
        plural="Disclaimers",
        description="Short texts that travel inside the documents they belong to.",
        document=Disclaimer,
        summary=summary_of(Disclaimer, "DisclaimerSummary", "text", "applies_to", "review"),
        card=DisclaimerCard,
        filters=(
            Filter(
                name="applies_to",
                help="Stands in every document of this kind.",
                values=values_of("applies_to"),
                pattern=KIND_PATTERN,
            ),
            REVIEW_STATUS,
        ),
        is_house=True,
        not_searched=("applies_to",),
        is_reference=True,
    )
)
register(
    PublishedKind(
        kind="contact_route",
        path="contact-routes",
        singular="ContactRoute",
        plural="ContactRoutes",
        description="Where people in one region turn to, for each urgency.",
        document=ContactRoute,
        summary=summary_of(
            ContactRoute, "ContactRouteSummary", "region", "emergency", "urgent", "routine", "self_care", "review"
        ),
        card=ContactRouteCard,
        filters=(
            Filter(
                name="region",
                help="ISO 3166-1 code, or default.",
                values=value_of("region"),
                pattern="^([A-Z]{2}|default)$",
            ),
        ),
        is_house=True,
        unique="region",
        is_reference=True,
    )
)
register(
    PublishedKind(
        kind="body_structure",
        path="body-structures",
        singular="BodyStructure",
        plural="BodyStructures",
        description="Parts of the body.",
        document=BodyStructure,
        summary=summary_of(BodyStructure, "BodyStructureSummary", "summary", "category", "review"),
        card=BodyStructureCard,
        filters=(
            Filter(name="category", help="What it is made of.", values=value_of("category"), choices=StructureCategory),
            Filter(name="part", help="Has this part.", values=ids_of("parts"), target="body_structure"),
            CODE,
            SOURCE,
        ),
    )
)
