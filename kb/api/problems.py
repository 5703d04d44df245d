"""Errors as RFC 9457 problem details. Each type has a stable URI, and its own section in the documentation."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

PROBLEM_JSON = "application/problem+json"
TYPE_BASE = "/docs/problems#"
INSTANCE_LENGTH = 300


@dataclass(frozen=True)
class ProblemType:
    """`is_cacheable`: the address alone decides it, so a cache may give it to the next reader for a minute."""

    name: str
    status: int
    title: str
    meaning: str
    is_cacheable: bool = True


BAD_REQUEST = ProblemType(
    "bad-request",
    400,
    "The request is not one that this server can read",
    "Its Host header names another server, or a header is malformed.",
    is_cacheable=False,
)
BAD_PARAMETER = ProblemType(
    "bad-parameter",
    400,
    "A query parameter is wrong",
    "Unknown, repeated, or with a value that cannot be. `parameter` names it.",
)
NOT_FOUND = ProblemType(
    "not-found", 404, "Nothing is published here", "No such path, or no such entry among the published ones."
)
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed",
    405,
    "Only GET, HEAD and OPTIONS are allowed here",
    "The API is read-only.",
    is_cacheable=False,
)
NOT_ACCEPTABLE = ProblemType(
    "not-acceptable",
    406,
    "This API answers in JSON",
    "The Accept header leaves out application/json.",
    is_cacheable=False,
)
GONE = ProblemType(
    "gone", 410, "This entry is no longer published", "`reason` says why; `replaced_by` where to look now."
)
RESYNC_REQUIRED = ProblemType(
    "resync-required",
    410,
    "Your copy does not belong to this server's history",
    "Take the newest snapshot, or sync without `since`, and replace your copy with it. Show the old one until then.",
    is_cacheable=False,
)
RANGE_NOT_SATISFIABLE = ProblemType(
    "range-not-satisfiable",
    416,
    "There are no such bytes",
    "The range begins beyond the end of the file. `Content-Range` tells how long it is.",
    is_cacheable=False,
)
SERVER_ERROR = ProblemType(
    "server-error", 500, "The server made a mistake", "It has been logged. Trying again may help.", is_cacheable=False
)
NOT_READY = ProblemType(
    "not-ready",
    503,
    "The knowledge base is not ready",
    "Try again after the seconds in Retry-After.",
    is_cacheable=False,
)

ALL = (
    BAD_REQUEST,
    BAD_PARAMETER,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    GONE,
    RESYNC_REQUIRED,
    RANGE_NOT_SATISFIABLE,
    SERVER_ERROR,
    NOT_READY,
)


class ApiProblem(Exception):
    """Raised anywhere below a view; the view answers with it."""

    def __init__(self, type_: ProblemType, detail: str, headers: dict[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.type = type_
        self.detail = detail
        self.headers = headers or {}
        self.members = members

    def response(self, request: HttpRequest) -> HttpResponse:
        body = {
            "type": TYPE_BASE + self.type.name,
            "title": self.type.title,
            "status": self.type.status,
            "detail": self.detail,
            "instance": request.path[:INSTANCE_LENGTH],
            "parameter": "",
            "reason": "",
            "replaced_by": None,
        } | self.members
        response = HttpResponse(json.dumps(body, ensure_ascii=False).encode(), PROBLEM_JSON, self.type.status)
        response.headers["Cache-Control"] = "public, max-age=60" if self.type.is_cacheable else "no-store"
        for name, value in self.headers.items():
            response.headers[name] = value
        return response
