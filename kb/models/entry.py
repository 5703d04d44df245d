"""The entry: one item of a kind. Its row, with the row of its kind, is the working copy."""

import uuid

from django.db import models
from django.db.models import Q

from kb.slugs import validate_slug


class Entry(models.Model):
    """One item of a kind. The kinds are multi-table children of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40, editable=False)
    slug = models.CharField(
        "short name in addresses",
        max_length=80,
        validators=[validate_slug],
        help_text="Words in lower case, joined by hyphens. It becomes part of the address; an old one keeps working.",
    )
    name = models.CharField(max_length=300, help_text="What readers see as the title.")
    edit_version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="entry_slug_unique_in_kind"),
            models.CheckConstraint(condition=~Q(kind=""), name="entry_has_kind"),
            models.CheckConstraint(condition=~Q(slug=""), name="entry_has_slug"),
        ]

    def __str__(self) -> str:
        return self.name
