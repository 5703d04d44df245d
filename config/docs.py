"""Pages to read the contract, with nothing loaded from elsewhere."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from kb.api import problems
from kb.api.problems import ProblemType


def reference(request: HttpRequest) -> HttpResponse:
    """The interactive reference: Swagger UI over the committed contract."""
    return render(request, "docs/reference.html")


def problem_types(request: HttpRequest) -> HttpResponse:
    """What each `type` of an error means; the URIs in error bodies lead here."""
    answers = json.loads((settings.BASE_DIR / "docs" / "examples.json").read_text(encoding="utf-8"))
    # Every second part of a meaning stands between backticks.
    types = [(type_, type_.meaning.split("`"), _example(type_, answers)) for type_ in problems.ALL]
    return render(request, "docs/problems.html", {"types": types})


def _example(type_: ProblemType, answers: dict[str, Any]) -> str:
    """One that the API really gave, as text; a document's says more than a list's."""
    of_status = (answers[name].get(str(type_.status), {}) for name in sorted(answers))
    found = next((some[type_.name] for some in of_status if type_.name in some), None)
    return json.dumps(found, indent=2, ensure_ascii=False) if found else ""


docs_patterns = [
    path("docs", reference, name="docs"),
    path("docs/problems", problem_types, name="docs-problems"),
]
