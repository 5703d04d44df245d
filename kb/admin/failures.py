"""What somebody at the desk reads when a request cannot be answered: what happened, and what became of their text.

Elsewhere Django's own answers stay as they are; those under /api become problem details.
"""

from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views import csrf, defaults

TOO_LARGE = RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent
MOVED_MEANWHILE = "Somebody else changed this at the same moment. Nothing was done; look again, then try once more."
NOTHING_TO_OPEN = ("logout", "jsi18n", "autocomplete")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_at_the_desk(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, TOO_LARGE):
        return _page(request, "too_large", 413)
    return _page(request, "bad_request", 400)


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is not the browser's: signed in anew since, or no cookies."""
    if not _is_at_the_desk(request):
        return csrf.csrf_failure(request, reason)
    return _page(request, "expired_form", 403)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_at_the_desk(request):
        return defaults.permission_denied(request, exception)
    return _page(request, "permission_denied", 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_at_the_desk(request):
        return defaults.page_not_found(request, exception)
    return _page(request, "page_not_found", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    if not _is_at_the_desk(request):
        return defaults.server_error(request)
    return _page(request, "server_error", 500)


def _is_at_the_desk(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))


def _page(request: HttpRequest, name: str, status: int) -> HttpResponse:
    """Made without the request: what failed may be the session, the database or the body that a template would ask."""
    was_sent = request.method == "POST"
    context = {
        "again": _address_to_open(request),
        "was_sent": was_sent,
        "is_kept": was_sent and _is_form_of_an_entry(request),
    }
    return HttpResponse(render_to_string(f"admin/failures/{name}.html", context), status=status)


def _is_form_of_an_entry(request: HttpRequest) -> bool:
    """Those are the forms whose text the browser keeps."""
    name = getattr(request.resolver_match, "url_name", None) or ""
    return name.endswith(("_add", "_change")) and not name.startswith("auth_")


def _address_to_open(request: HttpRequest) -> str:
    match: Any = request.resolver_match
    if match is None or match.url_name in NOTHING_TO_OPEN:
        return reverse("admin:index")
    return request.get_full_path()
