"""The small kinds that every other may point at, and the rows and columns that most kinds share."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, URLValidator
from django.db import models
from django.db.models import F, Q

from kb import published
from kb.enums import Basis, Urgency
from kb.models.entry import Entry
from kb.models.fields import LinesField
from kb.vocabulary.enums import (
    Certainty,
    CodeMapping,
    CodeSystem,
    EvidenceLevel,
    RedFlagUrgency,
    SourceAuthority,
    SourceCheck,
    SourceType,
    StructureCategory,
)


def unknown_kinds(names: list[str]) -> list[str]:
    """A sentence for each name that is no kind whose documents carry house texts."""
    known = [kind.kind for kind in published.all_kinds() if kind.has_house_texts]
    return [f"“{name}” is none of: {', '.join(known)}." for name in names if name not in known]


HTTPS = URLValidator(schemes=["https", "http"])
DOI = RegexValidator(r"^10\.\d{4,9}/\S+$", "A DOI looks like 10.1136/bmj.k1662, without “https://doi.org/”.")
PMID = RegexValidator(r"^\d{1,8}$", "A PubMed id is a number: 30539087.")
PMCID = RegexValidator(r"^PMC\d{1,8}$", "A PubMed Central id looks like PMC6226070.")
REGION = RegexValidator(r"^([A-Z]{2}|default)$", "Two capital letters (ISO 3166-1), such as GB, or the word default.")


class Source(Entry):
    """Something that a statement rests on. Its name is its title."""

    authors = models.CharField(max_length=300, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    journal = models.CharField(max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )
    citation = models.CharField(max_length=100, blank=True, help_text="Volume, issue and pages: 54(23):1382-1394.")
    doi = models.CharField("DOI", max_length=200, blank=True, validators=[DOI])
    pmid = models.CharField("PubMed id", max_length=10, blank=True, validators=[PMID])
    pmcid = models.CharField("PubMed Central id", max_length=12, blank=True, validators=[PMCID])
    url = models.CharField("address", max_length=500, blank=True, validators=[HTTPS])
    source_type = models.CharField(max_length=30, choices=SourceType.choices)
    authority = models.CharField(max_length=20, choices=SourceAuthority.choices)
    checked = models.CharField(max_length=10, choices=SourceCheck.choices, default=SourceCheck.PARTIAL)
    last_reviewed_on = models.DateField("last reviewed by its publisher", null=True, blank=True)
    note = models.TextField(blank=True, help_text="What a reader should know of this source.")
    editorial_note = models.TextField(blank=True, help_text="For editors only; never published.")

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["doi"], condition=~Q(doi=""), name="source_doi_unique"),
            models.CheckConstraint(condition=Q(year=None) | Q(year__range=(1900, 2100)), name="source_year_in_range"),
        ]


class Cited(models.Model):
    """Where a statement comes from, and whether a clinician should look at it first."""

    basis = models.CharField(
        max_length=10, choices=Basis.choices, default=Basis.GENERAL, help_text="Where this comes from."
    )
    sources = models.ManyToManyField(Source, blank=True, related_name="+", help_text="What this rests on.")
    needs_clinical_review = models.BooleanField(
        default=False, help_text="A clinician should look at this first; readers' apps are told so."
    )

    class Meta:
        abstract = True


class Sourced(Cited):
    """The same for a whole entry, with notes for editors."""

    review_note = models.TextField(blank=True, help_text="What the clinician should look at.")
    editorial_note = models.TextField(blank=True, help_text="For editors only; never published.")

    class Meta:
        abstract = True


class RedFlag(Sourced, Entry):
    """A warning sign: what you notice, why it matters, what to do."""

    synonyms = LinesField(
        "other words", help_text="What people may search for, one a line: “DVT”. Apps find the warning sign by them."
    )
    urgency = models.CharField(max_length=10, choices=RedFlagUrgency.choices)
    is_global = models.BooleanField(
        "stands everywhere", default=False, help_text="Stands in every clinical document, whatever its own list says."
    )
    text = models.TextField("what you notice", help_text="To the reader: “You cannot put weight on the leg.”")
    why = models.TextField("why it matters")
    action = models.TextField("what to do", help_text="Name no telephone number: contact routes give it by region.")
    rule_out = LinesField(verbose_name="to rule out", help_text="For clinicians, one a line; not published.")

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(urgency__in=RedFlagUrgency.values), name="red_flag_urgency_known"),
        ]


class Disclaimer(Sourced, Entry):
    """A short text that travels inside the documents it belongs to."""

    text = models.TextField()
    applies_to = LinesField(
        verbose_name="stands in every",
        help_text="Kinds whose documents all carry it, one a line: condition, treatment. Others link to it.",
    )

    class Meta:
        ordering = ["name", "id"]

    def clean(self) -> None:
        problems = unknown_kinds(list(self.applies_to))
        if problems:
            raise ValidationError({"applies_to": problems})


class ContactRoute(Sourced, Entry):
    """Where people in one region turn to, for each urgency."""

    region = models.CharField(max_length=7, validators=[REGION], help_text="GB, US, … or the word default.")
    emergency = models.CharField(max_length=200)
    urgent = models.CharField(max_length=200)
    routine = models.CharField(max_length=200)
    self_care = models.CharField("self-care", max_length=200)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["region"], name="contact_route_region_unique")]


class Clinical(Sourced):
    """What every kind shares that advises a reader: urgency, disclaimers, and (as rows) red flags."""

    summary = models.TextField(help_text="One or two short sentences for lists and the top of the page.")
    urgency = models.CharField(
        max_length=10,
        choices=Urgency.choices,
        help_text="How soon to act for a reader whom no red flag fits.",
    )
    urgency_text = models.TextField("what to do, and how soon", blank=True)
    disclaimers = models.ManyToManyField(
        Disclaimer, blank=True, related_name="+", help_text="Besides those that stand in every document of this kind."
    )

    class Meta:
        abstract = True
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(urgency__in=Urgency.values), name="%(class)s_urgency_known"),
            models.CheckConstraint(condition=~Q(summary=""), name="%(class)s_has_summary"),
        ]


class BodyStructure(Sourced, Entry):
    """A part of the body."""

    synonyms = LinesField(help_text="Other names, one a line.")
    category = models.CharField(max_length=20, choices=StructureCategory.choices)
    summary = models.TextField()
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(category__in=StructureCategory.values), name="body_structure_category_known"
            )
        ]


# Rows: ordered, owned by one entry, part of its wording.


class Row(models.Model):
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "id"]


class StatementRow(Cited, Row):
    """An ordered sentence with its sources."""

    text = models.TextField()

    class Meta(Row.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.text[:80]


class BodyStructurePart(Row):
    whole = models.ForeignKey(BodyStructure, models.CASCADE, related_name="parts")
    part = models.ForeignKey(BodyStructure, models.PROTECT, related_name="+")

    class Meta(Row.Meta):
        constraints = [
            models.UniqueConstraint(fields=["whole", "part"], name="body_structure_part_once"),
            models.CheckConstraint(condition=~Q(whole=F("part")), name="body_structure_not_part_of_itself"),
        ]

    def __str__(self) -> str:
        return f"Part: {self.part}"


class RedFlagLink(Row):
    """A clinical entry shows this red flag, besides the global ones."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="red_flags")
    red_flag = models.ForeignKey(RedFlag, models.PROTECT, related_name="+")

    class Meta(Row.Meta):
        verbose_name = "red flag"
        constraints = [models.UniqueConstraint(fields=["entry", "red_flag"], name="red_flag_link_once")]

    def __str__(self) -> str:
        return f"Red flag: {self.red_flag}"


class RelatedLink(Row):
    """“See also”: any entry may point at any other."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="related")
    target = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta(Row.Meta):
        verbose_name = "related entry"
        verbose_name_plural = "related entries"
        constraints = [
            models.UniqueConstraint(fields=["entry", "target"], name="related_link_once"),
            models.CheckConstraint(condition=~Q(entry=F("target")), name="related_link_not_to_itself"),
        ]

    def __str__(self) -> str:
        return f"See also: {self.target}"


class Caution(StatementRow):
    """What must be known when the entry is read alone."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="cautions")


class EvidenceStatement(StatementRow):
    """What studies say, how strong they are, and how sure they let one be."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="evidence")
    level = models.CharField(max_length=20, choices=EvidenceLevel.choices)
    certainty = models.CharField(max_length=10, choices=Certainty.choices, default=Certainty.NOT_GRADED)

    class Meta(Row.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(level__in=EvidenceLevel.values), name="evidence_level_known"),
            models.CheckConstraint(condition=Q(certainty__in=Certainty.values), name="evidence_certainty_known"),
        ]


class Code(Row):
    """A cross-reference to a code system. Not a diagnosis and not billing advice."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="codes")
    system = models.CharField(max_length=10, choices=CodeSystem.choices)
    code = models.CharField(max_length=20)
    display = models.CharField("the code's own name", max_length=200)
    mapping = models.CharField(max_length=12, choices=CodeMapping.choices)
    note = models.CharField(max_length=200, blank=True)

    class Meta(Row.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entry", "system", "code"], name="code_once"),
            models.CheckConstraint(condition=Q(system__in=CodeSystem.values), name="code_system_known"),
            models.CheckConstraint(condition=Q(mapping__in=CodeMapping.values), name="code_mapping_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_system_display()} {self.code}"
