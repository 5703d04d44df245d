"""How the search describes itself to OpenAPI."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers

from kb.api.schema import ABOUT_SYNC, IF_NONE_MATCH, LOCALE, NOT_MODIFIED, described, errors, ok, repeatable, up_to
from kb.api.search import LIMIT_DEFAULT, LIMIT_MAX, LONGEST, SearchView
from kb.documents import KIND_PATTERN, SLUG_PATTERN
from kb.enums import FoundIn, FoundUrgency, HighlightField
from kb.search.asking import MOST_WORDS

ASKED_PATTERN = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
"""Not only spaces, and no NUL, which no parameter may hold."""


class SearchHighlight(serializers.Serializer[Any]):
    """Where a word that was asked for stands. Counted in characters (Unicode code points), not in bytes."""

    field = serializers.ChoiceField(HighlightField.choices, help_text="In which field of the item.")
    start = serializers.IntegerField(min_value=0, help_text="Its first character.")
    end = serializers.IntegerField(min_value=1, help_text="The character after its last one.")


class SearchItem(serializers.Serializer[Any]):
    """A document that was found. `kind` and `slug` make its address."""

    id = serializers.UUIDField(help_text="Names the entry. Never changes.")
    kind = serializers.RegexField(
        KIND_PATTERN, help_text="The kind of content, such as `condition`; the index lists them."
    )
    slug = serializers.RegexField(SLUG_PATTERN, max_length=80, help_text="May change; an old one is redirected.")
    name = serializers.CharField(max_length=300, help_text="The title.")
    urgency = serializers.ChoiceField(FoundUrgency.choices, help_text="How soon to act, as the document says it.")
    summary = serializers.CharField(
        allow_blank=True, help_text="What it is about, as the document says it; may be empty. Markdown subset."
    )
    matched = serializers.ChoiceField(FoundIn.choices, help_text="Where most of the words stand.")
    matched_text = serializers.CharField(
        allow_blank=True,
        help_text="The synonym or the passage in which they stand, without markup; empty for name and summary.",
    )
    highlights = SearchHighlight(many=True, help_text="The words in `name`, `summary` and `matched_text`.")


class SearchCorrection(serializers.Serializer[Any]):
    """A word that stands in no document, and what was looked for instead."""

    typed = serializers.CharField(help_text="As it was asked for, in lower case.")
    used = serializers.CharField(help_text="The nearest word of a document.")


class SearchResult(serializers.Serializer[Any]):
    """What answers a question best."""

    items = up_to(LIMIT_MAX, SearchItem, "The best first; may be none.")
    corrections = up_to(MOST_WORDS, SearchCorrection, "Tell your user; may be none.")


def described_search() -> type[Any]:
    operation = extend_schema(
        operation_id="searchContent",
        tags=[ABOUT_SYNC],
        summary="Search",
        description=(
            "Everything that is published, of all kinds: names first, then other names, summaries and texts. The last "
            "word may be unfinished, and typing errors are forgiven. Ranked by text alone: a library is no symptom "
            f"checker. The first {MOST_WORDS} words count."
        ),
        parameters=[
            OpenApiParameter(
                "q",
                {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": ASKED_PATTERN},
                required=True,
                description="What to look for: more than spaces. There are no operators.",
                examples=[OpenApiExample("lay words", value="runner's hip")],
            ),
            repeatable(
                "kind",
                {"type": "string", "pattern": KIND_PATTERN},
                "Only these kinds of content, as the index names them.",
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT},
                description="How many items at most.",
            ),
            LOCALE,
            IF_NONE_MATCH,
        ],
        responses={200: ok(SearchResult, "What was found."), 304: NOT_MODIFIED, **errors(400, 405, 406, 500, 503)},
    )
    return described(SearchView, "Search", operation)
