"""Running drills: a kind with a column, a list and a link."""

from django.db import models

from kb.models.entry import Entry
from kb.vocabulary.models import BodyStructure, Row, Sourced


class Drill(Sourced, Entry):
    """A short movement that a runner practises."""

    how = models.TextField("how to do it")
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]


class DrillTarget(Row):
    """A part of the body that the drill works on."""

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="targets")
    body_structure = models.ForeignKey(BodyStructure, models.PROTECT, related_name="+")
    note = models.TextField(blank=True)

    class Meta(Row.Meta):
        constraints = [models.UniqueConstraint(fields=["drill", "body_structure"], name="drill_target_once")]

    def __str__(self) -> str:
        return f"Works on: {self.body_structure}"
