"""The published half of the drill."""

from datetime import date

from rest_framework import serializers

from kb.documents import Card, Link, summary_of
from kb.published import Deprecation, Filter, PublishedKind, register
from kb.vocabulary.clinical import BodyStructureCard, SourcedDocument
from kb.vocabulary.filters import REVIEW_STATUS, ids_of


class DrillCard(Card):
    """A drill, as other documents show it."""


class DrillTarget(Link):
    """A part of the body that the drill works on."""

    target_field = "body_structure"
    body_structure = BodyStructureCard(help_text="The part.")
    note = serializers.CharField(allow_blank=True, help_text="May be empty.")


class Drill(SourcedDocument):
    """A short movement that a runner practises."""

    how = serializers.CharField(help_text="How to do it. Markdown subset.")
    minutes = serializers.IntegerField(allow_null=True, min_value=0, help_text="Null: as long as one likes.")
    body_structures = DrillTarget(many=True, help_text="What it works on.")


register(
    PublishedKind(
        kind="drill",
        path="drills",
        singular="Drill",
        plural="Drills",
        description="Running drills.",
        document=Drill,
        summary=summary_of(Drill, "DrillSummary", "minutes", "review"),
        card=DrillCard,
        filters=(
            Filter(
                name="body_structure",
                help="Works on this structure.",
                values=ids_of("body_structures", "body_structure"),
                target="body_structure",
            ),
            REVIEW_STATUS,
        ),
        deprecations=(
            Deprecation(
                field="minutes",
                since=date(2026, 1, 1),
                sunset=date(2026, 7, 1),
                instead="Read `how` instead: it says how long.",
            ),
            Deprecation(field="how", since=date(2026, 2, 1), sunset=date(2026, 6, 1), instead="It moves to `steps`."),
        ),
    )
)
