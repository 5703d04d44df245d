"""Addresses: the public API, its documentation, the pocket app, the editors’ desk, and two probes for operators."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from config import health
from config.app import app_patterns
from config.docs import docs_patterns
from kb.admin import failures
from kb.api.urls import patterns

handler400 = failures.bad_request
handler403 = failures.permission_denied
handler404 = failures.page_not_found
handler500 = failures.server_error

urlpatterns = [
    path("", RedirectView.as_view(url="/docs")),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    *app_patterns,
    *docs_patterns,
    *patterns(),
]
