"""Pages to read the contract, with nothing loaded from elsewhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from drf_spectacular.views import SpectacularSwaggerSplitView

from kb.api import problems


def reference(request: HttpRequest) -> HttpResponse:
    """The interactive reference: Swagger UI over the committed contract."""
    return SpectacularSwaggerSplitView.as_view(url="/api/v1/openapi.json", title="Stride KB API")(request)


def problem_types(request: HttpRequest) -> HttpResponse:
    """What each `type` of an error means; the URIs in error bodies lead here."""
    return render(request, "docs/problems.html", {"types": problems.ALL})


docs_patterns = [
    path("docs", reference, name="docs"),
    path("docs/problems", problem_types, name="docs-problems"),
]
