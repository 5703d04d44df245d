"""Stored bytes as an HTTP answer: strong ETags, one for each coding, and a 304 where the reader has it already."""

import re

from django.http import HttpRequest, HttpResponse

from kb.canonical import gzipped, sha256

JSON = "application/json"
CACHE = "public, max-age=60, stale-if-error=86400"
ASK_AGAIN = "public, no-cache"
"""For what a phone asks because something changed: an answer from before would make it miss just that."""
GZIP_SUFFIX = "-gzip"
ANY = "*"
VERSION_LENGTH = 32
# Anything else in If-None-Match was not made here. A weak tag counts: for a GET the comparison is the weak one.
ENTITY_TAG = re.compile(r'(?:W/)?"([0-9a-f]{32})(?:-gzip)?"')
MAX_TAGS = 20


def version_of(body: bytes) -> str:
    """The version of something that is put together on the way out: of its bytes, or of all that they depend on."""
    return sha256(body)[:VERSION_LENGTH]


def accepts_gzip(request: HttpRequest) -> bool:
    qualities = {}
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        coding, _, parameter = part.partition(";")
        qualities[coding.strip()] = _quality(parameter)
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


def held_versions(request: HttpRequest) -> list[str]:
    """The versions that the reader says it has, whatever coding it got them in. At most 20 are looked at."""
    tags = [tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")[:MAX_TAGS]]
    matches = [ENTITY_TAG.fullmatch(tag) for tag in tags]
    return [ANY] if ANY in tags else [match[1] for match in matches if match]


def holds(request: HttpRequest, version: str) -> bool:
    held = held_versions(request)
    return version in held or ANY in held


def not_modified(request: HttpRequest, version: str, *, cache: str = CACHE) -> HttpResponse:
    response = HttpResponse(status=304)
    _label(response, version, is_gzip=accepts_gzip(request), cache=cache)
    return response


def stored(
    request: HttpRequest, body: bytes, version: str, *, is_gzip: bool, media_type: str = JSON, cache: str = CACHE
) -> HttpResponse:
    """`body` is in the coding that it was stored in."""
    response = HttpResponse(b"" if request.method == "HEAD" else body, media_type)
    response.headers["Content-Length"] = str(len(body))
    if is_gzip:
        response.headers["Content-Encoding"] = "gzip"
    _label(response, version, is_gzip=is_gzip, cache=cache)
    return response


def answered(request: HttpRequest, body: bytes, *, cache: str = CACHE) -> HttpResponse:
    """A body with its own hash as version: who has it is not sent it again because something else was published."""
    version = version_of(body)
    if holds(request, version):
        return not_modified(request, version, cache=cache)
    return made(request, body, version, cache=cache)


def made(request: HttpRequest, body: bytes, version: str, *, cache: str = CACHE) -> HttpResponse:
    """For bodies that are put together on the way out, such as lists. However small: a 304 must name the same tag."""
    is_gzip = accepts_gzip(request)
    return stored(request, gzipped(body) if is_gzip else body, version, is_gzip=is_gzip, cache=cache)


def _quality(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def _label(response: HttpResponse, version: str, *, is_gzip: bool, cache: str) -> None:
    response.headers["ETag"] = f'"{version}{GZIP_SUFFIX if is_gzip else ""}"'
    response.headers["Cache-Control"] = cache
    response.headers["Vary"] = "Accept-Encoding"
