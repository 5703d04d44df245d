"""Last touches to the OpenAPI document: what spectacular cannot know, less noise, and real answers as examples."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils.module_loading import import_string

from kb import published
from kb.api import deprecation
from kb.api.schema import ABOUT, ABOUT_SYNC, tag_of
from kb.published import Deprecation

Json = dict[str, Any]


def _header(description: str, *, is_always_there: bool = True, example: Any, **schema: Any) -> Json:
    kind = {"type": "string"} | schema
    return {"description": description, "required": is_always_there, "schema": kind, "example": example}


HEADERS = {
    "ETag": _header(
        "Strong, one for each coding. Send it back in If-None-Match.",
        pattern='^"[0-9a-f]{32}(-gzip)?"$',
        example='"6a1f0e5c2b7d4f83a9c0d1e2f3a4b5c6"',
    ),
    "Cache-Control": _header("How long a cache may keep it.", example="public, max-age=60, stale-if-error=86400"),
    "Vary": _header("The request headers that the bytes depend on.", example="Accept-Encoding"),
    "Location": _header("The entry's address now, query included.", example="/api/v1/conditions/hip-impingement"),
    "Link": _header(
        "`rel=successor-version`: the entry that it was merged into. `rel=deprecation`: about what goes away.",
        is_always_there=False,
        example='</api/v1/conditions/hip-impingement>; rel="successor-version"',
    ),
    "Allow": _header("The methods that can be used here.", example="GET, HEAD, OPTIONS"),
    "Retry-After": _header("Seconds to wait.", type="integer", minimum=1, example=10),
    "Accept-Ranges": _header("`bytes`: parts can be asked for by `Range`.", example="bytes"),
    "Content-Range": _header("Which bytes of how many.", example="bytes 1000-99999/100000"),
}
DEPRECATION_HEADERS = {
    "Deprecation": _header(
        "Something in this answer goes away: since when (RFC 9745). The schema marks what.",
        pattern="^@[0-9]+$",
        example="@1767225600",
    ),
    "Sunset": _header("The day from which it may be gone (RFC 8594).", example="Wed, 01 Jul 2026 00:00:00 GMT"),
}
HEADERS_OF = {
    "200": ("ETag", "Cache-Control", "Vary"),
    "304": ("ETag", "Cache-Control", "Vary"),
    "308": ("Location", "Cache-Control"),
    "400": ("Cache-Control",),
    "404": ("Cache-Control",),
    "405": ("Allow", "Cache-Control"),
    "406": ("Cache-Control",),
    "410": ("Link", "Cache-Control"),
    "416": ("Content-Range", "Cache-Control"),
    "500": ("Cache-Control",),
    "503": ("Retry-After", "Cache-Control"),
}
OF_A_FILE = {
    "200": ("ETag", "Cache-Control", "Accept-Ranges"),
    "206": ("ETag", "Cache-Control", "Accept-Ranges", "Content-Range"),
    "304": ("ETag", "Cache-Control", "Accept-Ranges"),
}
"""It comes in one coding, whatever the request says, and in parts."""

TAKEN = {"entries", "name", "ordinal", "value", "values"}
"""What every enumeration of Kotlin, Java or Dart has already. Constants for such values are named after our own."""


def describe_document(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """The parts about the whole: tags in reading order, no security, where to read more."""
    result["tags"] = [
        {"name": ABOUT, "description": "The index, and what to call things."},
        {"name": ABOUT_SYNC, "description": "To hold a copy, keep it current, and find things."},
        *_tags(),
    ]
    result["security"] = []
    result["externalDocs"] = {"description": "To read and to try out", "url": "/docs"}
    return result


def describe_responses(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """Each status's headers; statuses in their order."""
    for operation in _operations(result):
        operation["responses"] = dict(sorted(operation["responses"].items()))
        of = HEADERS_OF | OF_A_FILE if "206" in operation["responses"] else HEADERS_OF
        for status, response in operation["responses"].items():
            response["headers"] = _references(of[status])
    result["components"]["headers"] = _components(HEADERS)
    return result


def describe_deprecations(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """Marks the fields that go away, and the headers of the answers that carry them."""
    schemas = result["components"]["schemas"]
    for kind in published.all_kinds():
        for name in {kind.singular, f"{kind.singular}Summary"} & set(schemas):
            _mark_deprecated(schemas[name], kind.deprecations)
    told = _told_of_deprecations()
    for operation in _operations(result):
        if operation["operationId"] in told:
            result["components"]["headers"] |= _components(DEPRECATION_HEADERS)
            for status in ("200", "304"):
                operation["responses"][status]["headers"] |= _references([*DEPRECATION_HEADERS, "Link"])
    return result


def describe_enumerations(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """One component for each enumeration, those of parameters too, with the meaning of its values."""
    named = settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"]
    schemas = result["components"]["schemas"]
    schemas |= {name: _enumeration(import_string(path)) for name, path in named.items()}
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result


def tidy(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """Without `readOnly`, since all of it is, and without unions and an `allOf` that add nothing."""
    for schema in result["components"]["schemas"].values():
        properties = schema.get("properties", {})
        for name, described in properties.items():
            described.pop("readOnly", None)
            described |= described.pop("oneOf", [{}])[0]  # the union with empty text: our patterns allow that
            if list(described) == ["allOf"]:
                properties[name] = described["allOf"][0]
    return result


def say_null_once(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """A component that may be null says so itself: beside a reference, `nullable` allows nothing in OpenAPI 3.0."""
    schemas = result["components"]["schemas"]
    for schema in list(schemas.values()):
        for name, described in schema.get("properties", {}).items():
            if "allOf" in described and described.get("nullable"):
                schema["properties"][name] = described["allOf"][0]
                schemas[_name_of(described["allOf"][0])]["nullable"] = True
    return result


def add_examples(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """Real answers, kept in docs/examples.json; a test compares them with what the server says."""
    path = settings.BASE_DIR / "docs" / "examples.json"
    examples = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for operation in _operations(result):
        answers = examples.get(operation["operationId"], {})
        for status, answer in answers.items():
            for content in operation["responses"].get(status, {}).get("content", {}).values():
                content |= {"example": answer} if status == "200" else {"examples": _named(answer)}
        for parameter in operation["parameters"]:
            if parameter["name"] == "slug_or_id" and "200" in answers:
                parameter["example"] = answers["200"]["slug"]
            elif parameter["name"] == "name" and "listSnapshots" in examples:
                parameter["example"] = examples["listSnapshots"]["200"]["items"][0]["name"]
    return result


def _name_of(reference: Json) -> str:
    """The component that it leads to."""
    return str(reference["$ref"]).rpartition("/")[2]


def _named(problems: dict[str, Json]) -> Json:
    """One example for each type of error that has this status."""
    return {name: {"summary": problem["title"], "value": problem} for name, problem in sorted(problems.items())}


def _tags() -> Iterator[Json]:
    """The kinds, those first that point at the others: their packages registered last."""
    kinds = published.all_kinds()
    packages = list(dict.fromkeys(kind.document.__module__ for kind in kinds))
    for kind in sorted(kinds, key=lambda kind: -packages.index(kind.document.__module__)):
        yield {"name": tag_of(kind), "description": kind.description}


def _references(names: Iterable[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name.replace('-', '')}"} for name in names}


def _components(headers: Json) -> Json:
    return {name.replace("-", ""): header for name, header in headers.items()}


def _mark_deprecated(schema: Json, deprecations: Iterable[Deprecation]) -> None:
    for each in deprecations:
        described = schema["properties"].get(each.field)
        if described is not None:
            about = {"allOf": [described], "description": ""} if "$ref" in described else described
            fate = f"Deprecated since {each.since}; it may be gone from {each.sunset} on. {each.instead}"
            more = {"deprecated": True, "description": f"{about['description']} {fate}".strip()}
            schema["properties"][each.field] = about | more


def _told_of_deprecations() -> set[str]:
    """The operations whose answers carry something that goes away."""
    kinds = published.all_kinds()
    documents = {f"get{kind.singular}" for kind in kinds if deprecation.in_document(kind)}
    lists = {f"list{kind.plural}" for kind in kinds if deprecation.in_list(kind)}
    return documents | lists | ({"syncContent"} if deprecation.in_sync() else set())


def _enumeration(choices: type[TextChoices]) -> Json:
    values = "\n".join(f"* `{value}`: {label}" for value, label in choices.choices)
    about = " ".join((choices.__doc__ or "").split())
    described = {"type": "string", "enum": list(choices.values), "description": f"{about}\n\n{values}".strip()}
    if TAKEN & set(choices.values):
        described["x-enum-varnames"] = [_camel(name) for name in choices.names]
    return described


def _camel(name: str) -> str:
    """IN_NAME: inName, as the languages of phones write it."""
    first, *others = name.lower().split("_")
    return first + "".join(word.capitalize() for word in others)


def _operations(result: Json) -> list[Json]:
    return [operation for path in result["paths"].values() for operation in path.values()]
