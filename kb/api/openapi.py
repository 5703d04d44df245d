"""Last touches to the OpenAPI document: what spectacular cannot know, less noise, and real answers as examples."""

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils.module_loading import import_string

from kb import published
from kb.api.schema import ABOUT, ABOUT_SYNC, tag_of

Json = dict[str, Any]


def _header(description: str, kind: str = "string", *, is_always_there: bool = True) -> Json:
    return {"description": description, "required": is_always_there, "schema": {"type": kind}}


HEADERS = {
    "ETag": _header("Strong, one for each coding. Send it back in If-None-Match."),
    "Cache-Control": _header("How long a cache may keep it."),
    "Vary": _header("The request headers that the bytes depend on."),
    "Location": _header("The entry's address now, query included."),
    "Link": _header("The entry that it was merged into: `rel=successor-version`.", is_always_there=False),
    "Allow": _header("The methods that can be used here."),
    "Retry-After": _header("Seconds to wait.", "integer"),
    "Accept-Ranges": _header("`bytes`: parts can be asked for by `Range`."),
    "Content-Range": _header("Which bytes of how many."),
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
"""What every enumeration of Kotlin or Java has already; a value of that name gets another one in generated clients."""


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
            names = [(name, name.replace("-", "")) for name in of[status]]
            response["headers"] = {name: {"$ref": f"#/components/headers/{key}"} for name, key in names}
    result["components"]["headers"] = {name.replace("-", ""): header for name, header in HEADERS.items()}
    return result


def describe_enumerations(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """One component for each enumeration, those of parameters too, with the meaning of its values."""
    named = settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"]
    schemas = result["components"]["schemas"]
    schemas |= {name: _enumeration(import_string(path)) for name, path in named.items()}
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result


def tidy(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """Without `readOnly`, since all of it is, and without an `allOf` that adds nothing; `nullable` beside a type."""
    for schema in result["components"]["schemas"].values():
        properties = schema.get("properties", {})
        for name, described in properties.items():
            described.pop("readOnly", None)
            if list(described) == ["allOf"]:
                properties[name] = described["allOf"][0]
            elif "allOf" in described and described.get("nullable"):
                described["type"] = "object"
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


def _named(problems: dict[str, Json]) -> Json:
    """One example for each type of error that has this status."""
    return {name: {"summary": problem["title"], "value": problem} for name, problem in sorted(problems.items())}


def _tags() -> Iterator[Json]:
    """The kinds, those first that point at the others: their packages registered last."""
    kinds = published.all_kinds()
    packages = list(dict.fromkeys(kind.document.__module__ for kind in kinds))
    for kind in sorted(kinds, key=lambda kind: -packages.index(kind.document.__module__)):
        yield {"name": tag_of(kind), "description": kind.description}


def _enumeration(choices: type[TextChoices]) -> Json:
    values = "\n".join(f"* `{value}`: {label}" for value, label in choices.choices)
    about = " ".join((choices.__doc__ or "").split())
    described = {"type": "string", "enum": list(choices.values), "description": f"{about}\n\n{values}".strip()}
    if TAKEN & set(choices.values):
        described["x-enum-varnames"] = [name.lower() for name in choices.names]
    return described


def _operations(result: Json) -> list[Json]:
    return [operation for path in result["paths"].values() for operation in path.values()]
