"""Stored bytes as an HTTP answer: strong ETags, one for each coding, and a 304 where the reader has it already."""

import gzip

from django.http import HttpRequest, HttpResponse

from kb.canonical import gzipped

JSON = "application/json"
CACHE = "public, max-age=60, stale-if-error=86400"
WORTH_COMPRESSING = 500
GZIP_SUFFIX = "-gzip"


def accepts_gzip(request: HttpRequest) -> bool:
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        coding, _, quality = part.strip().partition(";")
        if coding.strip() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def held_versions(request: HttpRequest) -> list[str]:
    """The versions that the reader says it has, whatever coding it got them in. At most 20 are looked at."""
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")[:20]]
    return [tag.strip('"').removesuffix(GZIP_SUFFIX) for tag in tags if tag]


def holds(request: HttpRequest, version: str) -> bool:
    held = held_versions(request)
    return version in held or "*" in held


def not_modified(request: HttpRequest, version: str) -> HttpResponse:
    response = HttpResponse(status=304)
    _label(response, version, is_gzip=accepts_gzip(request))
    del response.headers["Content-Type"]
    return response


def stored(request: HttpRequest, body: bytes, version: str, *, is_gzip: bool) -> HttpResponse:
    """`body` is in the coding that it was stored in."""
    response = _body(request, body)
    if is_gzip:
        response.headers["Content-Encoding"] = "gzip"
    _label(response, version, is_gzip=is_gzip)
    return response


def made(request: HttpRequest, body: bytes, version: str) -> HttpResponse:
    """For bodies that are put together on the way out, such as lists."""
    is_gzip = accepts_gzip(request) and len(body) >= WORTH_COMPRESSING
    return stored(request, gzipped(body) if is_gzip else body, version, is_gzip=is_gzip)


def unpacked(response: HttpResponse) -> bytes:
    return gzip.decompress(response.content) if response.headers.get("Content-Encoding") == "gzip" else response.content


def _body(request: HttpRequest, body: bytes) -> HttpResponse:
    response = HttpResponse(b"" if request.method == "HEAD" else body, JSON)
    response.headers["Content-Length"] = str(len(body))
    return response


def _label(response: HttpResponse, version: str, *, is_gzip: bool) -> None:
    response.headers["ETag"] = f'"{version}{GZIP_SUFFIX if is_gzip else ""}"'
    response.headers["Cache-Control"] = CACHE
    response.headers["Vary"] = "Accept-Encoding"
