"""`/app` where the pocket app was not built; where it was, WhiteNoise answers before any of this."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.generic import RedirectView


def not_built(request: HttpRequest) -> HttpResponse:
    """Says how to build it."""
    return render(request, "docs/not_built.html", status=404)


app_patterns = [
    path("app", RedirectView.as_view(url="/app/")),
    path("app/", not_built, name="app"),
]
