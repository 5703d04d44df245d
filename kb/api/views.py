"""The public endpoints. They read the request, ask one question of the published tables, and hand out stored bytes."""

import logging
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import TextChoices
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.log import log_response
from django.utils.module_loading import import_string
from rest_framework import exceptions
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.views import APIView

from kb import published
from kb.api import deprecation, parameters, queries, responses
from kb.api.problems import (
    BAD_PARAMETER,
    GONE,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    NOT_READY,
    ApiProblem,
)
from kb.canonical import canonical_json, gzipped
from kb.enums import TombstoneReason
from kb.models.published import Feed
from kb.published import Deprecation, PublishedKind
from kb.reader import reading
from kb.slugs import UUID_SHAPE

API_VERSION = "1.0.0"
ROOT = "/api/v1"
METHODS = "GET, HEAD, OPTIONS"
RETRY_AFTER = "10"
MAX_HINT = 200

logger = logging.getLogger(__name__)


def problem_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Every error that a view raises, as problem+json. None: our own fault; Django logs it, the middleware answers."""
    request: HttpRequest = context["request"]
    if isinstance(error, ApiProblem):
        return error.response(request)
    if isinstance(error, exceptions.MethodNotAllowed):
        return ApiProblem(METHOD_NOT_ALLOWED, "This API is read-only.", {"Allow": METHODS}).response(request)
    if isinstance(error, exceptions.NotAcceptable):
        produced = context["view"].renderer_classes[0].media_type
        return ApiProblem(NOT_ACCEPTABLE, f"Ask for {produced}.").response(request)
    if isinstance(error, Http404 | exceptions.NotFound):
        return ApiProblem(NOT_FOUND, "There is nothing at this path.").response(request)
    if isinstance(error, exceptions.APIException):
        return ApiProblem(BAD_PARAMETER, str(error.detail)).response(request)
    if isinstance(error, DatabaseError | Feed.DoesNotExist):
        return _not_ready(request, error)
    return None


def _not_ready(request: HttpRequest, error: Exception) -> HttpResponse:
    """One line in the log, without a stack trace: while a database is away, every request would write one."""
    problem = ApiProblem(NOT_READY, "The database cannot answer now.", {"Retry-After": RETRY_AFTER})
    response = problem.response(request)
    reason = " ".join(str(error).split()) or type(error).__name__
    log_response("Readers cannot be answered: %s", reason, response=response, request=request, logger=logger)
    return response


class PublicView(APIView):
    """Anonymous, read-only, JSON only; OPTIONS answers browsers that ask before they fetch."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = []
    renderer_classes = [JSONRenderer]
    parser_classes = []
    http_method_names = ["get", "head", "options"]

    def deprecations(self) -> Iterable[Deprecation]:
        """What its answers carry that will go away."""
        return ()

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Django REST framework calls it with every answer."""
        if response.status_code in (200, 304):
            deprecation.announce(response, self.deprecations())
        return super().finalize_response(request, response, *args, **kwargs)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]  # stored bytes, so a plain response and not DRF's
        response = HttpResponse(status=204)
        response.headers["Allow"] = METHODS
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = "Accept, If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response


class ListView(PublicView):
    """A page of summaries of one kind."""

    kind: PublishedKind

    def deprecations(self) -> Iterable[Deprecation]:
        return deprecation.in_list(self.kind)

    def get(self, request: HttpRequest) -> HttpResponse:
        query = parameters.read_list(self.kind, request.META["QUERY_STRING"])
        with reading() as connection:
            if responses.held_versions(request):
                feed = queries.feed(connection)
                version = self._version(feed, query)
                if responses.holds(request, version):
                    return responses.not_modified(request, version)
            page = queries.list_page(connection, self.kind, query)
        items = [summary for summary, _ in page.rows[: query.limit]]
        body = b'{"items":[%b],"next":%b}' % (b",".join(items), canonical_json(self._next(page, query)))
        return responses.made(request, body, self._version(page, query))

    def _next(self, page: queries.Page, query: parameters.ListQuery) -> str | None:
        if len(page.rows) <= query.limit:
            return None
        last_key = page.rows[query.limit - 1][1]
        return f"{ROOT}/{self.kind.path}?{query.canonical(after=last_key)}"

    def _version(self, feed: Feed | queries.Page, query: parameters.ListQuery) -> str:
        """The mark, not the head: after a restored backup the same head can come again with other content."""
        state = f"{feed.feed_id} {feed.mark} {feed.compiler_version} {API_VERSION}"
        return responses.version_of(f"{state} {self.kind.path} {query.canonical()}".encode())


class DocumentView(PublicView):
    """One whole document, by slug or id: the same bytes."""

    kind: PublishedKind

    def deprecations(self) -> Iterable[Deprecation]:
        return deprecation.in_document(self.kind)

    def get(self, request: HttpRequest, slug_or_id: str) -> HttpResponse:
        values = parameters.read_pairs(request.META["QUERY_STRING"], ["locale"])
        locale = parameters.read_locale(values)
        is_gzip = responses.accepts_gzip(request)
        held = responses.held_versions(request)
        with reading() as connection:
            found = queries.find(connection, self.kind.kind, slug_or_id, locale, gzip=is_gzip, held=held)
            if found is None:
                queries.feed(connection)  # in a database that is not ready yet, nothing would be found either
        if found is None:
            raise ApiProblem(NOT_FOUND, f"No {self.kind.singular} with this slug or id is published.{_hint(request)}")
        if found.gone_reason:
            raise self._gone(found)
        if not parameters.is_uuid(slug_or_id) and slug_or_id != found.slug:
            return self._moved(request, found.slug)
        if found.body is None or responses.ANY in held:
            return responses.not_modified(request, found.version)
        return responses.stored(request, found.body, found.version, is_gzip=is_gzip)

    def _gone(self, found: queries.Found) -> ApiProblem:
        """The replacement's address stands in the problem and in a Link header."""
        reason = str(TombstoneReason(found.gone_reason).label)
        headers = {}
        if found.replaced_by_slug:
            headers["Link"] = f'<{ROOT}/{self.kind.path}/{found.replaced_by_slug}>; rel="successor-version"'
        return ApiProblem(
            GONE,
            f"{reason}. Remove your copy of it.",
            headers,
            reason=found.gone_reason,
            replaced_by=str(found.replaced_by_id) if found.replaced_by_id else None,
        )

    def _moved(self, request: HttpRequest, slug: str) -> HttpResponse:
        query = request.META["QUERY_STRING"]
        address = f"{ROOT}/{self.kind.path}/{slug}" + (f"?{query}" if query else "")
        response = HttpResponsePermanentRedirect(address, content_type=responses.JSON)
        response.status_code = 308
        response.headers["Cache-Control"] = "public, max-age=60"
        return response


class IndexView(PublicView):
    """Where everything is, and the feed's head: the cheap poll."""

    def get(self, request: HttpRequest) -> HttpResponse:
        parameters.read_pairs(request.META["QUERY_STRING"], [])
        with reading() as connection:
            feed = queries.feed(connection)
        index = {
            "title": "Stride KB",
            "api_version": API_VERSION,
            "feed_id": str(feed.feed_id),
            "head": feed.head,
            "edition": feed.mark,
            "locales": list(parameters.LOCALES),
            "intended_use": settings.INTENDED_USE,
            "report_unsafe_content": settings.REPORT_UNSAFE_CONTENT,
            "openapi": f"{ROOT}/openapi.json",
            "vocabulary": f"{ROOT}/vocabulary",
            "sync": f"{ROOT}/sync",
            "snapshots": f"{ROOT}/snapshots",
            "notices": f"{ROOT}/notices",
            "search": f"{ROOT}/search",
            "collections": [
                {"kind": kind.kind, "href": f"{ROOT}/{kind.path}", "description": kind.description}
                for kind in published.all_kinds()
            ],
        }
        body = canonical_json(index)
        return responses.answered(request, body)


class VocabularyView(PublicView):
    """Labels of all enumerations, for people."""

    def get(self, request: HttpRequest) -> HttpResponse:
        values = parameters.read_pairs(request.META["QUERY_STRING"], ["locale"])
        body = canonical_json({"locale": parameters.read_locale(values), "enumerations": _enumerations()})
        return responses.answered(request, body)


class SchemaView(PublicView):
    """The contract, as it is committed beside the code that it describes."""

    schema = None
    file_name = "openapi.json"

    def get(self, request: HttpRequest) -> HttpResponse:
        parameters.read_pairs(request.META["QUERY_STRING"], [])
        path = settings.BASE_DIR / "docs" / self.file_name
        body, body_gzip, version = _contract(path, path.stat().st_mtime_ns)
        if responses.holds(request, version):
            return responses.not_modified(request, version)
        is_gzip = responses.accepts_gzip(request)
        coded = body_gzip if is_gzip else body
        media_type = self.renderer_classes[0].media_type
        return responses.stored(request, coded, version, is_gzip=is_gzip, media_type=media_type)


class YamlRenderer(BaseRenderer):
    """Tells what the address answers in; the bytes come from the file."""

    media_type = "application/yaml"
    format = "yaml"


class YamlSchemaView(SchemaView):
    """The same in YAML."""

    file_name = "openapi.yaml"
    renderer_classes = [YamlRenderer]


class NothingHereView(PublicView):
    """Every other path under /api/: a problem that names the right path where it can."""

    schema = None

    def get(self, request: HttpRequest, rest: str = "") -> HttpResponse:
        raise ApiProblem(NOT_FOUND, f"There is nothing at this path.{_hint(request) or ' Start at /api/v1.'}")


def _hint(request: HttpRequest) -> str:
    """The path as it should have been written: no slash at its end, an id in lower case with hyphens."""
    stem, _, name = request.path.rstrip("/").rpartition("/")
    right = f"{stem}/{UUID(name) if UUID_SHAPE.match(name.lower()) else name}"
    return f" Did you mean {right}?" if right != request.path and len(right) <= MAX_HINT else ""


@cache
def _contract(path: Path, modified_at: int) -> tuple[bytes, bytes, str]:
    """The file, the same in gzip, and its version; read again only when it has changed."""
    body = path.read_bytes()
    return body, gzipped(body), responses.version_of(body)


@cache
def _enumerations() -> list[dict[str, Any]]:
    named = settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"]
    return [{"name": name, "values": _values(import_string(path))} for name, path in sorted(named.items())]


def _values(enumeration: type[TextChoices]) -> list[dict[str, str]]:
    return [{"value": value, "label": str(label)} for value, label in enumeration.choices]
