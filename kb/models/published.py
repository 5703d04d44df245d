"""What readers get. Only `publishing` writes these tables; the public connection reads them, less Link."""

from django.db import models
from django.db.models import Q

from kb.enums import Severity, TombstoneReason
from kb.models.fields import BytewiseField


class Document(models.Model):
    """What readers get for one entry in one locale: exact bytes. Without a body it is a tombstone, for ever."""

    entry = models.ForeignKey("kb.Entry", models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=40)
    locale = models.CharField(max_length=12)
    slug = models.CharField(max_length=80)
    body = models.BinaryField(null=True, help_text="Canonical JSON, UTF-8.")
    body_gzip = models.BinaryField(null=True)
    summary = models.BinaryField(null=True, help_text="The list item, canonical JSON.")
    card = models.BinaryField(null=True, help_text="How other documents show this entry, canonical JSON.")
    terms = models.BinaryField(null=True, help_text="What the search keeps of its own words; null: not made yet.")
    version = models.CharField(max_length=32, help_text="Hash of all other fields of the body; its ETag.")
    seq = models.BigIntegerField(help_text="The feed's number at which these bytes last changed.")
    sort_key = BytewiseField(max_length=500, help_text="Most urgent first, then name.")
    name_key = BytewiseField(max_length=500, help_text="By name.")
    revision = models.ForeignKey("kb.Revision", models.PROTECT, related_name="+")
    approval = models.ForeignKey("kb.Approval", models.PROTECT, null=True, related_name="+")
    changed_by = models.ForeignKey("kb.Release", models.PROTECT, related_name="+")
    gone_reason = models.CharField(max_length=10, choices=TombstoneReason.choices, blank=True)
    replaced_by = models.ForeignKey("kb.Entry", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["kind", "sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "locale"], name="document_unique_in_locale"),
            models.UniqueConstraint(fields=["locale", "seq"], name="document_seq_unique"),
            models.CheckConstraint(
                condition=Q(
                    gone_reason="",
                    body__isnull=False,
                    body_gzip__isnull=False,
                    summary__isnull=False,
                    card__isnull=False,
                    replaced_by=None,
                )
                | Q(body=None, body_gzip=None, summary=None, card=None) & ~Q(gone_reason=""),
                name="document_is_whole_or_tombstone",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by=None) | Q(gone_reason=TombstoneReason.MERGED),
                name="document_replaced_only_if_merged",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "locale", "sort_key"], name="document_by_urgency"),
            models.Index(fields=["kind", "locale", "name_key"], name="document_by_name"),
            models.Index(fields=["replaced_by"], name="document_replaced_by", condition=Q(replaced_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.slug} ({self.locale})"


class Slug(models.Model):
    """Every slug that was ever live, and whose it is, for ever."""

    kind = models.CharField(max_length=40)
    slug = models.CharField(max_length=80)
    entry = models.ForeignKey("kb.Entry", models.PROTECT, related_name="+")
    is_current = models.BooleanField()

    class Meta:
        ordering = ["kind", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="slug_unique_in_kind"),
            models.UniqueConstraint(fields=["entry"], condition=Q(is_current=True), name="slug_one_current"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.slug}"


class Facet(models.Model):
    """One value by which a live document can be filtered. `target` is set where the value is a live entry."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="facets")
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=100)
    target = models.ForeignKey("kb.Entry", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["document_id", "name", "value"]
        constraints = [models.UniqueConstraint(fields=["document", "name", "value"], name="facet_unique")]
        indexes = [
            models.Index(fields=["name", "value", "document"], name="facet_by_value"),
            models.Index(fields=["name", "target", "document"], name="facet_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


class Link(models.Model):
    """Every link of every live wording, shown or not. Private: it drives recompiling and “where used”."""

    entry = models.ForeignKey("kb.Entry", models.PROTECT, related_name="+")
    locale = models.CharField(max_length=12)
    target = models.ForeignKey("kb.Entry", models.PROTECT, related_name="+")
    place = models.CharField(max_length=80, help_text="Where in the wording: symptoms, or causes.sources.")

    class Meta:
        ordering = ["entry_id", "locale", "place", "target_id"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "locale", "place", "target"], name="link_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.place} → {self.target_id}"


class Edition(models.Model):
    """A release that went live, as far as readers are told of it.

    `mark` is random, so that after a restored backup no later release can be taken for one that a phone has seen.
    """

    release = models.OneToOneField("kb.Release", models.PROTECT, primary_key=True, related_name="+")
    mark = models.CharField(max_length=16, unique=True)
    head = models.BigIntegerField(help_text="The feed's head after it.")
    at = models.DateTimeField()
    severity = models.CharField(max_length=10, choices=Severity.choices)
    summary = models.CharField(max_length=200, blank=True)
    notice = models.TextField(default="", help_text="What readers are warned of: canonical JSON; empty: of nothing.")

    class Meta:
        ordering = ["release_id"]

    def __str__(self) -> str:
        return f"Edition {self.mark}"


class Feed(models.Model):
    """One row. Every publish locks it until commit; it hands out `seq`."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    feed_id = models.UUIDField(help_text="Names this line of history; another one means: take everything again.")
    head = models.BigIntegerField(default=0, help_text="The highest `seq` handed out.")
    last_release = models.ForeignKey("kb.Release", models.PROTECT, null=True, related_name="+")
    compiler_version = models.PositiveIntegerField(default=0)
    mark = models.CharField(max_length=16, blank=True, help_text="The last edition's mark; empty before the first.")
    digests = models.TextField(default="{}", help_text="By locale and kind, what is live: canonical JSON.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="feed_is_one_row")]

    def __str__(self) -> str:
        return f"Feed at {self.head}"
