"""How snapshots and notices describe themselves to OpenAPI."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers

from kb.api.notices import MOST, NoticesView
from kb.api.schema import ABOUT_SYNC, EDITION_PATTERN, IF_NONE_MATCH, LOCALE, NOT_MODIFIED, described, errors, ok, up_to
from kb.api.snapshots import MEDIA_TYPE, MOST_LISTED, SnapshotsView, SnapshotView
from kb.documents import KIND_PATTERN, LOCALE_PATTERN, SLUG_PATTERN
from kb.enums import NoticeAction, Severity
from kb.shelf import NAME

OF_A_RELEASE = "The mark of a release, as the index has it in `edition`."


class Snapshot(serializers.Serializer[Any]):
    """A file with everything that was live after one release, in one language."""

    name = serializers.RegexField(f"^{NAME}$", help_text="Its name, which is made of its bytes.")
    href = serializers.CharField(help_text="Its path.")
    locale = serializers.RegexField(LOCALE_PATTERN, help_text="The language of its documents.")
    edition = serializers.RegexField(EDITION_PATTERN, max_length=16, help_text=OF_A_RELEASE)
    head = serializers.SerializerMethodField(help_text="The feed's head after that release.")
    cursor = serializers.CharField(max_length=1000, help_text="Send it to `/sync` as `since` once you have the file.")
    made_at = serializers.DateTimeField(help_text="When the file was written, in UTC.")
    bytes = serializers.SerializerMethodField(help_text="How long the file is.")
    sha256 = serializers.RegexField("^[0-9a-f]{64}$", help_text="Of the file as it is downloaded.")
    uncompressed_bytes = serializers.SerializerMethodField(help_text="How long its text is.")
    documents = serializers.IntegerField(min_value=0, help_text="How many documents are in it.")

    @extend_schema_field({"type": "integer", "format": "int64", "minimum": 0})
    def get_head(self, body: dict[str, Any]) -> int:
        return int(body["head"])

    @extend_schema_field({"type": "integer", "format": "int64", "minimum": 0})
    def get_bytes(self, body: dict[str, Any]) -> int:
        return int(body["bytes"])

    @extend_schema_field({"type": "integer", "format": "int64", "minimum": 0})
    def get_uncompressed_bytes(self, body: dict[str, Any]) -> int:
        return int(body["uncompressed_bytes"])


class SnapshotList(serializers.Serializer[Any]):
    """What a phone can start from."""

    items = up_to(
        MOST_LISTED,
        Snapshot,
        "The newest first; may be none, and then `/sync` begins without `since`.",
    )


class NoticeDocument(serializers.Serializer[Any]):
    """What a notice is about."""

    action = serializers.ChoiceField(NoticeAction.choices, help_text="What happened to it.")
    kind = serializers.RegexField(KIND_PATTERN, help_text="The kind of content, such as `treatment`.")
    id = serializers.UUIDField(help_text="Names the entry. Never changes.")
    slug = serializers.RegexField(SLUG_PATTERN, max_length=80, help_text="As it was then.")
    name = serializers.CharField(max_length=300, help_text="The title, as it was then.")
    replaced_by = serializers.UUIDField(allow_null=True, help_text="What it was merged into. Null: into nothing.")


class Notice(serializers.Serializer[Any]):
    """A release that readers should hear of before their copy is current."""

    edition = serializers.RegexField(EDITION_PATTERN, max_length=16, help_text=OF_A_RELEASE)
    head = serializers.SerializerMethodField(help_text="The feed's head after it.")
    at = serializers.DateTimeField(help_text="When it went live, in UTC.")
    severity = serializers.ChoiceField(Severity.choices, help_text="What it means for who read the older text.")
    summary = serializers.CharField(allow_blank=True, max_length=200, help_text="For your users; may be empty.")
    documents = NoticeDocument(many=True, help_text="What was withdrawn, or changed for safety.")

    @extend_schema_field({"type": "integer", "format": "int64", "minimum": 0})
    def get_head(self, body: dict[str, Any]) -> int:
        return int(body["head"])


class NoticeList(serializers.Serializer[Any]):
    """What to warn of."""

    items = up_to(MOST, Notice, f"The newest {MOST} at most, the newest first.")


def described_snapshots() -> type[Any]:
    operation = extend_schema(
        operation_id="listSnapshots",
        tags=[ABOUT_SYNC],
        summary="List what a first start can begin with",
        description=(
            f"Files with everything that was live after a release, the newest {MOST_LISTED} at most. Take the first, "
            "check its sha256, keep its documents, and go on with `/sync` from its cursor. A release is followed by "
            "its snapshot within seconds; until then an older one does as well."
        ),
        parameters=[LOCALE, IF_NONE_MATCH],
        responses={200: ok(SnapshotList, "The snapshots."), 304: NOT_MODIFIED, **errors(400, 405, 406, 500, 503)},
    )
    return described(SnapshotsView, "Snapshots", operation)


def described_snapshot() -> type[Any]:
    operation = extend_schema(
        operation_id="downloadSnapshot",
        tags=[ABOUT_SYNC],
        summary="Download a snapshot",
        description=(
            "JSON lines in gzip, to be unpacked by you: the answer has no Content-Encoding. The first line tells what "
            "it is (`format`, `feed_id`, `edition`, `head`, `locale`, `cursor`; `counts` and `state_digest` by kind); "
            "each other line is a document. The bytes behind a name never change: a broken download goes on by `Range`."
        ),
        parameters=[
            OpenApiParameter(
                "name",
                {"type": "string", "pattern": f"^{NAME}$"},
                OpenApiParameter.PATH,
                description="As the list tells it.",
            ),
            OpenApiParameter(
                "Range",
                {"type": "string"},
                OpenApiParameter.HEADER,
                description="`bytes=1000-`: what is missing. Several ranges, or a malformed one, give the whole file.",
            ),
            OpenApiParameter(
                "If-Range",
                {"type": "string"},
                OpenApiParameter.HEADER,
                description="The ETag of what you hold: if it is another file, you get all of it.",
            ),
            IF_NONE_MATCH,
        ],
        responses={
            (200, MEDIA_TYPE): OpenApiResponse(OpenApiTypes.BINARY, description="The whole file."),
            (206, MEDIA_TYPE): OpenApiResponse(OpenApiTypes.BINARY, description="The bytes that `Range` asks for."),
            304: NOT_MODIFIED,
            **errors(400, 404, 405, 406, 416, 500, 503),
        },
    )
    return described(SnapshotView, "SnapshotFile", operation)


def described_notices() -> type[Any]:
    operation = extend_schema(
        operation_id="listNotices",
        tags=[ABOUT_SYNC],
        summary="List withdrawals and safety changes",
        description=(
            "What was withdrawn, and what changed because the older text could harm. Small, so that an app can warn "
            "before it has synced: hide what was withdrawn and say what changed."
        ),
        parameters=[LOCALE, IF_NONE_MATCH],
        responses={200: ok(NoticeList, "The notices."), 304: NOT_MODIFIED, **errors(400, 405, 406, 500, 503)},
    )
    return described(NoticesView, "Notices", operation)
