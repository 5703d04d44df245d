"""Pages to read the contract and the guides for app developers, with nothing loaded from elsewhere."""

import json
import re
from functools import cache
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import SafeString
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb.api import problems
from kb.api.problems import ProblemType

FOLDER = settings.BASE_DIR / "docs"
GUIDES = {
    "first-request": "First request",
    "safety": "Safety",
    "offline": "Offline",
    "caching": "Caching",
    "errors": "Errors",
    "clients": "Clients",
    "versioning": "Versions",
    "api-changes": "Changes",
}
"""Files in docs/ that an app developer reads, with their names in the navigation."""
CONTRACT = {"openapi.json": "/api/v1/openapi.json", "openapi.yaml": "/api/v1/openapi.yaml"}


def reference(request: HttpRequest) -> HttpResponse:
    """The interactive reference: Swagger UI over the committed contract."""
    return render(request, "docs/reference.html", {"guides": GUIDES})


def problem_types(request: HttpRequest) -> HttpResponse:
    """What each `type` of an error means; the URIs in error bodies lead here."""
    answers = json.loads((FOLDER / "examples.json").read_text(encoding="utf-8"))
    # Every second part of a meaning stands between backticks.
    types = [(type_, type_.meaning.split("`"), _example(type_, answers)) for type_ in problems.ALL]
    return render(request, "docs/problems.html", {"types": types, "guides": GUIDES})


def guide(request: HttpRequest, name: str) -> HttpResponse:
    """One of the guides, as the repository has it."""
    if name not in GUIDES:
        raise Http404
    return render(request, "docs/guide.html", {"name": name, "text": _as_html(name), "guides": GUIDES})


def _example(type_: ProblemType, answers: dict[str, Any]) -> str:
    """One that the API really gave, as text; a document's says more than a list's."""
    of_status = (answers[name].get(str(type_.status), {}) for name in sorted(answers))
    found = next((some[type_.name] for some in of_status if type_.name in some), None)
    return json.dumps(found, indent=2, ensure_ascii=False) if found else ""


@cache
def _as_html(name: str) -> SafeString:
    """The project's own text, in which HTML is shown and not obeyed."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", slugify(content.content))
        _lead_to_pages(content.children or [])
    return SafeString(parser.renderer.render(tokens, parser.options, {}))  # HTML in it was made harmless


def _lead_to_pages(tokens: list[Token]) -> None:
    """Files of the repository become pages here; of what is in the repository only, the name stays."""
    for number, token in enumerate(tokens):
        if token.type == "link_open":
            address = _address(str(token.attrGet("href")))
            if address:
                token.attrSet("href", address)
            else:
                closing = next(later for later in tokens[number:] if later.type == "link_close")
                token.type, token.tag, closing.type, closing.tag = "em_open", "em", "em_close", "em"
                token.attrs = {}


def _address(written: str) -> str:
    """Where a link of a guide leads on this server; “” for nowhere."""
    if re.match(r"https?://", written):
        return written
    file, hash_, place = written.partition("#")
    name = file.removesuffix(".md")
    page = CONTRACT.get(file) or (f"/docs/{name}" if name in GUIDES else "")
    return page and f"{page}{hash_}{place}"


docs_patterns = [
    path("docs", reference, name="docs"),
    path("docs/problems", problem_types, name="docs-problems"),
    path("docs/<slug:name>", guide, name="docs-guide"),
]
