"""Last touches to the OpenAPI document: what spectacular cannot know of headers, and examples from the starter pack."""

import json
from typing import Any

from django.conf import settings

Json = dict[str, Any]

HEADERS: dict[str, Json] = {
    "ETag": {"description": "Strong, one for each coding.", "schema": {"type": "string"}},
    "Cache-Control": {"description": "How long a cache may keep it.", "schema": {"type": "string"}},
    "Location": {"description": "The entry's address now.", "schema": {"type": "string"}},
    "Link": {"description": "At 410, the entry it was merged into: rel=successor-version.", "schema": {"type": "string"}},
    "Allow": {"description": "The methods that are.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}},
}
HEADERS_OF = {
    "200": ("ETag", "Cache-Control"),
    "304": ("ETag", "Cache-Control"),
    "308": ("Location", "Cache-Control"),
    "405": ("Allow",),
    "410": ("Link", "Cache-Control"),
    "503": ("Retry-After",),
}


def describe_responses(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """Adds each status's headers, and the OpenAPI parts that describe the whole document."""
    for operation in _operations(result):
        for status, response in operation["responses"].items():
            names = HEADERS_OF.get(status, ())
            if names:
                response["headers"] = {name: {"$ref": f"#/components/headers/{name.replace('-', '')}"} for name in names}
    result["components"]["headers"] = {name.replace("-", ""): header for name, header in HEADERS.items()}
    result["externalDocs"] = {"description": "Documentation", "url": "/docs"}
    return result


def add_examples(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """Real answers, kept in docs/examples.json; a test compares them with what the server says today."""
    path = settings.BASE_DIR / "docs" / "examples.json"
    examples = json.loads(path.read_text()) if path.exists() else {}
    for operation in _operations(result):
        for status, example in examples.get(operation["operationId"], {}).items():
            for content in operation["responses"][status].get("content", {}).values():
                content["example"] = example
    return result


def _operations(result: Json) -> list[Json]:
    return [operation for path in result["paths"].values() for operation in path.values()]
