"""How the endpoints for phones describe themselves to OpenAPI."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from kb import published
from kb.api.cursors import LONGEST
from kb.api.parameters import LOCALES
from kb.api.problems import GONE
from kb.api.schema import (
    ABOUT_SYNC,
    EDITION_PATTERN,
    IF_NONE_MATCH,
    NOT_MODIFIED,
    described,
    errors,
    ok,
    repeatable,
    up_to,
)
from kb.api.sync import MAX_PAGE, SyncView, property_of
from kb.documents import KIND_PATTERN, LOCALE_PATTERN
from kb.enums import TombstoneReason

LOCALE_OF_A_CURSOR = OpenApiParameter(
    "locale",
    # No default: a client that sends it unasked would contradict a cursor of another language.
    {"type": "string", "pattern": LOCALE_PATTERN},
    description=f"The language to begin with; a cursor remembers it. Not given: `{LOCALES[0]}`.",
)


class Tombstone(serializers.Serializer[Any]):
    """An entry that is no longer published: remove your copy."""

    kind = serializers.RegexField(KIND_PATTERN, help_text="The kind of content that it was.")
    id = serializers.UUIDField(help_text="Names the entry.")
    reason = serializers.ChoiceField(TombstoneReason.choices, help_text="Why it is gone.")
    replaced_by = serializers.UUIDField(allow_null=True, help_text="What it was merged into. Null: into nothing.")


class KindDigest(serializers.Serializer[Any]):
    """What is live of one kind: compare it with what you hold."""

    count = serializers.IntegerField(min_value=0, help_text="How many documents are live.")
    digest = serializers.RegexField(
        "^[0-9a-f]{64}$", help_text="SHA-256 of the lines `id:version` of all of them, sorted, joined by line feeds."
    )


def state_digest() -> type[serializers.Serializer[Any]]:
    """One digest a kind."""
    fields = {
        property_of(kind.path): KindDigest(help_text=f"Of the {kind.path.replace('-', ' ')}.")
        for kind in published.all_kinds()
    }
    about = "What is live of each kind, once `has_more` is false: a copy whose digests differ is wrong."
    return type("StateDigest", (serializers.Serializer,), {**fields, "__doc__": about, "__module__": __name__})


def sync_page() -> type[serializers.Serializer[Any]]:
    """One typed array a kind, and what a phone needs to go on."""
    arrays = {
        property_of(kind.path): up_to(MAX_PAGE, kind.document, f"New or changed {kind.path.replace('-', ' ')}.")
        for kind in published.all_kinds()
    }
    fields = {
        **arrays,
        "deleted": up_to(MAX_PAGE, Tombstone, "What to remove."),
        "edition": serializers.RegexField(
            EDITION_PATTERN,
            allow_blank=True,
            max_length=16,
            help_text="As the index names it; may be empty. Keep the index's ETag only if both name the same.",
        ),
        "cursor": serializers.CharField(max_length=LONGEST, help_text="Send it as `since` next time. Opaque."),
        "has_more": serializers.BooleanField(
            help_text="True: ask again at once, and apply nothing before an answer says false."
        ),
        "state_digest": state_digest()(help_text="What your copy must come to once `has_more` is false."),
        "__doc__": "A part of what changed.",
        "__module__": __name__,
    }
    return type("SyncPage", (serializers.Serializer,), fields)


def described_sync() -> type[Any]:
    operation = extend_schema(
        operation_id="syncContent",
        tags=[ABOUT_SYNC],
        summary="Get what changed",
        description=(
            "Everything that changed since a cursor: whole documents, and tombstones of those that are gone. Keep the "
            "pages aside until `has_more` is false, then apply them in one transaction of your own and keep the "
            "cursor. A 410 `resync-required` means that your copy belongs to another history: take everything again, "
            "and show the old copy until you have it."
        ),
        parameters=[
            OpenApiParameter(
                "since",
                {"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "maxLength": LONGEST},
                description="The cursor of the last answer or snapshot. Not given: from the beginning.",
            ),
            repeatable(
                "kind",
                {"type": "string", "pattern": KIND_PATTERN},
                "Only these kinds of content, as the index names them. A cursor remembers them.",
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": MAX_PAGE},
                description="How many changes at most.",
            ),
            LOCALE_OF_A_CURSOR,
            IF_NONE_MATCH,
        ],
        responses={
            200: ok(sync_page(), "A page of changes."),
            304: NOT_MODIFIED,
            **errors(400, 405, 406, 410, 500, 503, but=GONE),
        },
    )
    return described(SyncView, "Sync", operation)
