"""What is true of every answer under /api: any origin may read it, no reader is remembered, errors are problems."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from kb.api.problems import BAD_REQUEST, NOT_FOUND, PROBLEM_JSON, SERVER_ERROR, ApiProblem

EXPOSED = "ETag, Link, Location, Deprecation, Sunset, Retry-After, Accept-Ranges, Content-Range"


class PublicApiMiddleware:
    """Adds CORS and hardening headers. It stands before sessions, so that API answers set no cookie, vary by none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != "/api" and not request.path_info.startswith("/api/"):
            return self.get_response(request)
        # An empty or expired session cookie would otherwise be answered with Set-Cookie and Vary: Cookie.
        request.META.pop("HTTP_COOKIE", None)
        response = _as_problem(request, self.get_response(request))
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        if response.status_code in (204, 304):
            # They have no body, so a length or type would be of something that is not there.
            response.headers.pop("Content-Length", None)
            response.headers.pop("Content-Type", None)
        return response


def _as_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Django answers in HTML what goes wrong outside the views, such as a made-up Host header or a fault of ours."""
    if response.status_code < 400 or response.headers.get("Content-Type") == PROBLEM_JSON:
        return response
    if response.status_code == 404:
        return ApiProblem(NOT_FOUND, "There is nothing at this path.").response(request)
    if response.status_code < 500:
        return ApiProblem(BAD_REQUEST, "The Host header or another one cannot be used here.").response(request)
    return ApiProblem(SERVER_ERROR, "Something went wrong here, not with your request.").response(request)
