"""Unsaved text is kept by the browser. This tells it what was saved, so that it lets go of exactly that."""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

FIELD = "kept_text"
COOKIE = "desk_saved"
KEY = re.compile(r"[0-9a-f]{32}")
MOST = 40
"""Keys that one cookie names. The browser empties it whenever a form is opened, so it seldom holds more than a few."""
LONGEST_KEPT = 30 * 24 * 60 * 60


def confirm(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Adds the keys of the text that this request has saved to a cookie, which the desk's scripts read.

    A cookie and not the next page: it stays until a script has read it, whatever becomes of that page.
    """
    keys = KEY.findall(request.POST.get(FIELD, ""))
    if keys:
        before = KEY.findall(request.COOKIES.get(COOKIE, ""))
        response.set_cookie(
            COOKIE,
            ".".join(dict.fromkeys([*keys, *before][:MOST])),
            max_age=LONGEST_KEPT,
            path=reverse("admin:index"),
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    return response
