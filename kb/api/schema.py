"""How the endpoints describe themselves to OpenAPI: one place, so that no operation forgets its errors."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from kb.api import parameters
from kb.api.views import DocumentView, IndexView, ListView, VocabularyView
from kb.enums import TombstoneReason
from kb.published import Filter, PublishedKind

NAME_PATTERN = r"^[a-z0-9-]{1,80}$"


class Problem(serializers.Serializer[Any]):
    """An error, as RFC 9457 has it."""

    type = serializers.CharField(help_text="A stable name for this sort of error, and where it is explained.")
    title = serializers.CharField(help_text="The same for every error of this type.")
    status = serializers.IntegerField(min_value=400, max_value=599, help_text="The HTTP status.")
    detail = serializers.CharField(help_text="What is wrong with this request, and what to do.")
    instance = serializers.CharField(help_text="The path that was asked for.")
    parameter = serializers.CharField(allow_blank=True, help_text="The query parameter that is wrong; else empty.")
    reason = serializers.CharField(
        allow_blank=True, help_text=f"At 410, why the entry is gone: {', '.join(TombstoneReason.values)}; else empty."
    )
    replaced_by = serializers.UUIDField(allow_null=True, help_text="At 410, what it was merged into. Null: into nothing.")


class Collection(serializers.Serializer[Any]):
    """One list of the API."""

    kind = serializers.CharField()
    href = serializers.CharField()
    description = serializers.CharField()


class Index(serializers.Serializer[Any]):
    """Where everything is, and how far the feed has come."""

    title = serializers.CharField()
    api_version = serializers.CharField(help_text="Semantic version of this contract.")
    feed_id = serializers.UUIDField(help_text="Another one than before means: forget your copy and take everything again.")
    head = serializers.IntegerField(min_value=0, help_text="Rises with each change. The same as before means: nothing changed.")
    locales = serializers.ListField(child=serializers.CharField())
    intended_use = serializers.CharField(help_text="Show it to your users.")
    report_unsafe_content = serializers.CharField(help_text="Where to report content that could hurt somebody.")
    openapi = serializers.CharField()
    vocabulary = serializers.CharField()
    collections = Collection(many=True)


class EnumerationValue(serializers.Serializer[Any]):
    """One value of an enumeration with its label."""

    value = serializers.CharField()
    label = serializers.CharField()


class Enumeration(serializers.Serializer[Any]):
    """One enumeration, by its name in this document."""

    name = serializers.CharField()
    values = EnumerationValue(many=True)


class Vocabulary(serializers.Serializer[Any]):
    """Labels of all enumerations, for people."""

    locale = serializers.CharField()
    enumerations = Enumeration(many=True)


def described_list_view(kind: PublishedKind) -> type[ListView]:
    operation = extend_schema(
        operation_id=f"list{kind.plural}",
        tags=[kind.plural],
        summary=f"List {_words(kind.plural)}",
        description=f"{kind.description}\n\nSummaries, page by page. Repeat a filter for “or”; different filters mean “and”.",
        parameters=[*_list_parameters(), *(_filter_parameter(filter_) for filter_ in kind.filters)],
        responses={200: _page(kind), **_errors(400, 405, 406, 503), 304: NOT_MODIFIED},
    )
    return _described(ListView, f"{kind.singular}ListView", operation, kind=kind)


def described_document_view(kind: PublishedKind) -> type[DocumentView]:
    operation = extend_schema(
        operation_id=f"get{kind.singular}",
        tags=[kind.plural],
        summary=f"Get one of the {_words(kind.plural)}",
        description="The whole document, by slug or id: the same bytes. A slug of former times is redirected.",
        parameters=[
            OpenApiParameter(
                "name", {"type": "string", "pattern": NAME_PATTERN}, OpenApiParameter.PATH, description="Slug or id."
            ),
            LOCALE,
            IF_NONE_MATCH,
        ],
        responses={200: kind.document, **_errors(400, 404, 405, 406, 410, 503), 304: NOT_MODIFIED, 308: MOVED},
    )
    return _described(DocumentView, f"{kind.singular}View", operation, kind=kind)


def described_singles() -> tuple[type[IndexView], type[VocabularyView]]:
    index = extend_schema(
        operation_id="getIndex",
        tags=["About"],
        summary="Get the index",
        description="Where everything is, and the feed's head. Poll it: while nothing changed it answers 304.",
        parameters=[IF_NONE_MATCH],
        responses={200: Index, **_errors(400, 405, 406, 503), 304: NOT_MODIFIED},
    )
    vocabulary = extend_schema(
        operation_id="getVocabulary",
        tags=["About"],
        summary="Get the labels of all enumerations",
        description="What to show people in place of values such as `self_care`.",
        parameters=[LOCALE, IF_NONE_MATCH],
        responses={200: Vocabulary, **_errors(400, 405, 406), 304: NOT_MODIFIED},
    )
    return _described(IndexView, "Index", index), _described(VocabularyView, "Vocabulary", vocabulary)


def _described(view: type[Any], name: str, operation: Any, **attributes: Any) -> type[Any]:
    """A view class of its own for each operation, since spectacular keeps descriptions on the method."""

    def get(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        return view.get(self, request, *args, **kwargs)

    return type(name, (view,), {"get": operation(get), "__doc__": view.__doc__, "__module__": __name__, **attributes})


def _page(kind: PublishedKind) -> type[serializers.Serializer[Any]]:
    return type(
        f"{kind.singular}Page",
        (serializers.Serializer,),
        {
            "items": kind.summary(many=True),
            "next": serializers.CharField(allow_null=True, help_text="Path of the next page. Null: this is the last."),
            "__doc__": f"A page of {_words(kind.plural)}.",
            "__module__": __name__,
        },
    )


def _errors(*statuses: int) -> dict[Any, OpenApiResponse]:
    return {(status, "application/problem+json"): OpenApiResponse(Problem, description=ERRORS[status]) for status in statuses}


def _list_parameters() -> list[OpenApiParameter]:
    return [
        OpenApiParameter(
            "id",
            {"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": parameters.MAX_IDS},
            description="Only these entries. Repeat it to fetch a batch.",
            explode=True,
        ),
        OpenApiParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": parameters.LIMIT_MAX, "default": parameters.LIMIT_DEFAULT},
            description="How many items a page has at most.",
        ),
        OpenApiParameter(
            "sort",
            {"type": "string", "enum": list(parameters.SORTS), "default": parameters.SORTS[0]},
            description="`urgency`: most urgent first, then by name. `name`: by name.",
        ),
        OpenApiParameter(
            "cursor",
            {"type": "string", "maxLength": 1000},
            description="Where the page starts. Opaque: follow `next` rather than make one.",
        ),
        LOCALE,
        IF_NONE_MATCH,
    ]


def _filter_parameter(filter_: Filter) -> OpenApiParameter:
    item: dict[str, Any] = {"type": "string"}
    text = filter_.help
    if filter_.choices is not None:
        item["enum"] = list(filter_.choices.values)
    elif filter_.target:
        item |= {"pattern": NAME_PATTERN}
        text += f" A slug or an id of a {filter_.target.replace('_', ' ')}; an unknown one finds nothing."
    else:
        item |= {"pattern": filter_.pattern}
    schema = {"type": "array", "items": item, "maxItems": parameters.MAX_VALUES}
    return OpenApiParameter(filter_.name, schema, description=text, explode=True)


def _words(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


LOCALE = OpenApiParameter(
    "locale",
    {"type": "string", "enum": list(parameters.LOCALES), "default": parameters.LOCALES[0]},
    description="The language to read. A missing translation falls back whole, and says so.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description="The ETag of the copy that you hold: if it is still right, the answer is 304 and has no body.",
)
NOT_MODIFIED = OpenApiResponse(description="Your copy is still right.")
MOVED = OpenApiResponse(description="The slug has changed: follow Location. The query is kept.")
ERRORS = {
    400: "bad-parameter: a query parameter is unknown, repeated or wrong.",
    404: "not-found: nothing is published here.",
    405: "method-not-allowed: only GET, HEAD and OPTIONS.",
    406: "not-acceptable: the answer is JSON.",
    410: "gone: withdrawn or merged; remove your copy.",
    503: "not-ready: try again after Retry-After seconds.",
}
