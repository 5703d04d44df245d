"""How the endpoints describe themselves to OpenAPI: one place, so that no operation forgets its errors."""

from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers

from kb.api import parameters, problems
from kb.api.parameters import UUID_EXACT
from kb.api.problems import PROBLEM_JSON, RESYNC_REQUIRED, ProblemType
from kb.api.views import DocumentView, IndexView, ListView, VocabularyView
from kb.documents import KIND_PATTERN, LOCALE_PATTERN
from kb.enums import TombstoneReason
from kb.published import Filter, PublishedKind
from kb.slugs import SLUG_SHAPE

ABOUT = "About"
ABOUT_SYNC = "For phones"
EDITION_PATTERN = "^([0-9a-f]{16})?$"
PROBLEM_PATTERN = f"^{problems.TYPE_BASE}[a-z-]+$"
NAME_PATTERN = "^[A-Za-z0-9-]{1,80}$"
TARGET_PATTERN = f"^({SLUG_SHAPE.pattern[:-2]}|{UUID_EXACT.pattern[1:-1]})$"


class TextExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # drf-spectacular ships no types
    """Text that is never empty says so, which spectacular leaves out of answers."""

    target_class = "rest_framework.fields.CharField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        described = dict(auto_schema._map_serializer_field(self.target, direction, True))  # type: ignore[no-untyped-call]  # drf-spectacular ships no types
        return described if self.target.allow_blank else {"minLength": 1} | described


class ListExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # drf-spectacular ships no types
    """A list says how long it can be, which spectacular tells of lists of plain values only."""

    target_class = "rest_framework.serializers.ListSerializer"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        described = dict(auto_schema._map_serializer_field(self.target, direction, True))  # type: ignore[no-untyped-call]  # drf-spectacular ships no types
        return described | ({"maxItems": self.target.max_length} if self.target.max_length else {})


class Sort(TextChoices):
    """The order of a list."""

    BY_URGENCY = "urgency", "Most urgent first, then by name"
    BY_NAME = "name", "By name"


class Problem(serializers.Serializer[Any]):
    """An error, as RFC 9457 has it."""

    type = serializers.RegexField(
        PROBLEM_PATTERN, help_text="A stable name for this sort of error, and where it is explained."
    )
    title = serializers.CharField(help_text="The same for every error of this type.")
    status = serializers.IntegerField(min_value=400, max_value=599, help_text="The HTTP status.")
    detail = serializers.CharField(help_text="What is wrong with this request, and what to do.")
    instance = serializers.CharField(help_text="The path that was asked for.")
    parameter = serializers.CharField(allow_blank=True, help_text="The query parameter that is wrong; else empty.")
    reason = serializers.CharField(
        allow_blank=True, help_text=f"At 410, why the entry is gone: {', '.join(TombstoneReason.values)}; else empty."
    )
    replaced_by = serializers.UUIDField(
        allow_null=True, help_text="At 410, the id of the entry that it was merged into. Null: into none."
    )


class ApiCollection(serializers.Serializer[Any]):
    """One list of the API."""

    kind = serializers.RegexField(KIND_PATTERN, help_text="The kind of content that it lists.")
    href = serializers.CharField(help_text="Its path.")
    description = serializers.CharField(help_text="What stands in it.")


class ApiIndex(serializers.Serializer[Any]):
    """Where everything is, and how far the feed has come."""

    title = serializers.CharField(help_text="The name of this API.")
    api_version = serializers.CharField(help_text="Semantic version of this contract.")
    feed_id = serializers.UUIDField(
        help_text="Another one than before means: forget your copy and take everything again."
    )
    head = serializers.SerializerMethodField(
        help_text="Rises with each change. The same as before means: nothing changed."
    )
    locales = serializers.ListField(child=serializers.CharField(), help_text="Languages that `locale` may name.")
    intended_use = serializers.CharField(help_text="Show it to your users.")
    report_unsafe_content = serializers.CharField(
        allow_blank=True,
        help_text="Where to report content that could hurt somebody: `mailto:` or `https:`; empty if none is set.",
    )
    openapi = serializers.CharField(help_text="Path of this contract.")
    vocabulary = serializers.CharField(help_text="Path of the labels of all enumerations.")
    edition = serializers.RegexField(
        EDITION_PATTERN,
        max_length=16,
        allow_blank=True,
        help_text="The last release's mark; empty before the first one. Another one than before: something changed.",
    )
    sync = serializers.CharField(help_text="Path of what changed.")
    snapshots = serializers.CharField(help_text="Path of whole copies to begin with.")
    notices = serializers.CharField(help_text="Path of withdrawals and safety changes.")
    search = serializers.CharField(help_text="Path of the search.")
    collections = ApiCollection(many=True, help_text="Every list of the API.")

    @extend_schema_field({"type": "integer", "format": "int64", "minimum": 0})
    def get_head(self, body: dict[str, Any]) -> int:
        return int(body["head"])


class EnumerationValue(serializers.Serializer[Any]):
    """One value of an enumeration with its label."""

    value = serializers.CharField(help_text="As it stands in documents.")
    label = serializers.CharField(help_text="What to show people.")  # type: ignore[assignment]  # `label` is an attribute of DRF fields; here it is a field


class Enumeration(serializers.Serializer[Any]):
    """One enumeration."""

    name = serializers.CharField(help_text="Its name in this contract.")
    values = EnumerationValue(many=True, help_text="In their natural order.")


class Vocabulary(serializers.Serializer[Any]):
    """Labels of all enumerations, for people."""

    locale = serializers.CharField(help_text="The language that was asked for.")
    enumerations = Enumeration(many=True, help_text="By name.")


def described_list_view(kind: PublishedKind) -> type[ListView]:
    operation = extend_schema(
        operation_id=f"list{kind.plural}",
        tags=[tag_of(kind)],
        summary=f"List {words(kind.plural)}",
        description=(
            f"{kind.description}\n\nSummaries, in pages. Repeat a filter for “or”, add another one for “and”; "
            f"all together may have {parameters.MAX_ALL_VALUES} values."
        ),
        parameters=[*(_filter_parameter(filter_) for filter_ in kind.filters), *_list_parameters()],
        responses={200: ok(_page(kind), "A page of the list."), 304: NOT_MODIFIED, **errors(400, 405, 406, 500, 503)},
    )
    return described(ListView, f"{kind.singular}ListView", operation, kind=kind)


def described_document_view(kind: PublishedKind) -> type[DocumentView]:
    operation = extend_schema(
        operation_id=f"get{kind.singular}",
        tags=[tag_of(kind)],
        summary=f"Get one {words(kind.singular)}",
        description=(
            f"{kind.description}\n\nThe whole document, by slug or id: the same bytes. A slug of former times answers "
            "308; an entry that was withdrawn or merged answers 410, and copies of it are to be removed."
        ),
        parameters=[
            OpenApiParameter(
                "slug_or_id",
                {"type": "string", "pattern": NAME_PATTERN},
                OpenApiParameter.PATH,
                description="Slug or id.",
            ),
            LOCALE,
            IF_NONE_MATCH,
        ],
        responses={
            200: ok(kind.document, "The document."),
            304: NOT_MODIFIED,
            308: MOVED,
            **errors(400, 404, 405, 406, 410, 500, 503, but=RESYNC_REQUIRED),
        },
    )
    return described(DocumentView, f"{kind.singular}View", operation, kind=kind)


def described_singles() -> tuple[type[IndexView], type[VocabularyView]]:
    index = extend_schema(
        operation_id="getIndex",
        tags=[ABOUT],
        summary="Get the index",
        description="Where everything is, and the feed's head. Poll it: while nothing changed it answers 304.",
        parameters=[IF_NONE_MATCH],
        responses={200: ok(ApiIndex, "The index."), 304: NOT_MODIFIED, **errors(400, 405, 406, 500, 503)},
    )
    vocabulary = extend_schema(
        operation_id="getVocabulary",
        tags=[ABOUT],
        summary="Get the labels of all enumerations",
        description="What to show people in place of values such as `self_care`.",
        parameters=[LOCALE, IF_NONE_MATCH],
        responses={200: ok(Vocabulary, "All enumerations."), 304: NOT_MODIFIED, **errors(400, 405, 406, 500)},
    )
    return described(IndexView, "Index", index), described(VocabularyView, "Vocabulary", vocabulary)


def tag_of(kind: PublishedKind) -> str:
    return words(kind.plural).capitalize()


def words(name: str) -> str:
    """RedFlags: red flags."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def described(view: type[Any], name: str, operation: Any, **attributes: Any) -> type[Any]:
    """A view class of its own for each operation, since spectacular keeps descriptions on the method."""

    def get(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        return view.get(self, request, *args, **kwargs)

    return type(name, (view,), {"get": operation(get), "__doc__": view.__doc__, "__module__": __name__, **attributes})


def _page(kind: PublishedKind) -> type[serializers.Serializer[Any]]:
    return type(
        f"{kind.singular}Page",
        (serializers.Serializer,),
        {
            "items": up_to(parameters.LIMIT_MAX, kind.summary, "In the order of `sort`."),
            "next": serializers.CharField(allow_null=True, help_text="Path of the next page. Null: this is the last."),
            "__doc__": f"A page of {words(kind.plural)}.",
            "__module__": __name__,
        },
    )


def up_to(most: int, item: type[serializers.Serializer[Any]], text: str) -> serializers.ListSerializer[Any]:
    """A list that is never longer."""
    return serializers.ListSerializer(child=item(), max_length=most, help_text=text)


def ok(body: type[serializers.Serializer[Any]], description: str) -> OpenApiResponse:
    return OpenApiResponse(body, description=description)


def errors(*statuses: int, but: ProblemType | None = None) -> dict[Any, OpenApiResponse]:
    """`but`: a type of one of these statuses that this operation never answers with."""
    return {(status, PROBLEM_JSON): OpenApiResponse(Problem, description=_meanings(status, but)) for status in statuses}


def _meanings(status: int, but: ProblemType | None) -> str:
    types = [type_ for type_ in problems.ALL if type_.status == status and type_ != but]
    return "\n\n".join(f"`{type_.name}`: {type_.title}. {type_.meaning}" for type_ in types)


def _list_parameters() -> list[OpenApiParameter]:
    return [
        repeatable(
            "id",
            {"type": "string", "pattern": UUID_EXACT.pattern},
            "Only the entries with these ids.",
            parameters.MAX_IDS,
        ),
        OpenApiParameter("sort", _ref(Sort), description=f"The order. Not given: `{parameters.SORTS[0]}`."),
        OpenApiParameter(
            "limit",
            # No default: a client that sends it unasked would cut a batch of ids short.
            {"type": "integer", "minimum": 1, "maximum": parameters.LIMIT_MAX},
            description=(
                f"How many items a page has at most. Not given: {parameters.LIMIT_DEFAULT}; "
                f"with `id`, {parameters.LIMIT_MAX}."
            ),
        ),
        OpenApiParameter(
            "cursor",
            {"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "maxLength": 2700},
            description="Where the page starts. Opaque: follow `next` rather than make one.",
        ),
        LOCALE,
        IF_NONE_MATCH,
    ]


def _filter_parameter(filter_: Filter) -> OpenApiParameter:
    if filter_.is_flag:  # not a list: generated Python clients would spell its items True and False
        return OpenApiParameter(filter_.name, {"type": "boolean"}, description=filter_.help)
    if filter_.choices is not None:
        return repeatable(filter_.name, _ref(filter_.choices), filter_.help)
    if filter_.target:
        text = f"{filter_.help} By slug or id; one that is unknown finds nothing."
        return repeatable(filter_.name, {"type": "string", "pattern": TARGET_PATTERN, "maxLength": 80}, text)
    return repeatable(filter_.name, {"type": "string", "pattern": filter_.pattern}, filter_.help)


def repeatable(name: str, items: dict[str, Any], text: str, most: int = parameters.MAX_VALUES) -> OpenApiParameter:
    """A parameter that may be repeated."""
    schema = {"type": "array", "items": items, "maxItems": most}
    return OpenApiParameter(name, schema, description=text, style="form", explode=True)


def _ref(choices: type[TextChoices]) -> dict[str, str]:
    """The enumeration's component."""
    names = {path: name for name, path in settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"].items()}
    return {"$ref": f"#/components/schemas/{names[f'{choices.__module__}.{choices.__name__}']}"}


LOCALE = OpenApiParameter(
    "locale",
    {"type": "string", "pattern": LOCALE_PATTERN, "default": parameters.LOCALES[0]},
    description="The language to read, one of the index's `locales`. A missing translation falls back, and says so.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description="The ETag of the copy that you hold: if it is still right, the answer is 304 and has no body.",
)
NOT_MODIFIED = OpenApiResponse(description="Your copy is still right.")
MOVED = OpenApiResponse(description="The slug has changed: follow Location. The query is kept.")
