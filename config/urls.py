"""Addresses: the public API, its documentation, the editors' desk, and two probes for operators."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from config import health
from config.docs import docs_patterns
from kb.api.urls import patterns

urlpatterns = [
    path("", RedirectView.as_view(url="/docs")),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    *docs_patterns,
    *patterns(),
]
