"""What goes away: apps are told in the contract, and in the headers of each answer that carries it."""

from collections.abc import Iterable
from datetime import UTC, datetime, time

from django.http.response import HttpResponseBase
from django.utils.http import http_date

from kb import published
from kb.published import Deprecation, PublishedKind

EXPLAINED = '</docs>; rel="deprecation"; type="text/html"'


def in_document(kind: PublishedKind) -> tuple[Deprecation, ...]:
    return kind.deprecations


def in_list(kind: PublishedKind) -> tuple[Deprecation, ...]:
    return tuple(each for each in kind.deprecations if each.field in kind.summary._declared_fields)


def in_sync() -> tuple[Deprecation, ...]:
    return tuple(each for kind in published.all_kinds() for each in kind.deprecations)


def announce(response: HttpResponseBase, deprecations: Iterable[Deprecation]) -> None:
    """Headers of RFC 9745 and RFC 8594: the first of the days, if several things go away."""
    deprecations = tuple(deprecations)
    if not deprecations:
        return
    since = datetime.combine(min(each.since for each in deprecations), time(), UTC)
    sunset = datetime.combine(min(each.sunset for each in deprecations), time(), UTC)
    response.headers["Deprecation"] = f"@{int(since.timestamp())}"
    response.headers["Sunset"] = http_date(sunset.timestamp())
    response.headers["Link"] = EXPLAINED
