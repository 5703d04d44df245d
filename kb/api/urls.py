"""The public API's addresses: for each registered kind a list and its documents, and the few that are about all."""

from django.urls import URLPattern, path, re_path

from kb import published
from kb.api.schema import described_document_view, described_list_view, described_singles
from kb.api.schema_search import described_search
from kb.api.schema_snapshots import described_notices, described_snapshot, described_snapshots
from kb.api.schema_sync import described_sync
from kb.api.views import NothingHereView, SchemaView, YamlSchemaView
from kb.shelf import NAME as SNAPSHOT_NAME

NAME = r"(?P<slug_or_id>[A-Za-z0-9-]{1,80})"


def patterns() -> list[URLPattern]:
    """Read when the URL configuration is, after every package has registered its kinds."""
    index, vocabulary = described_singles()
    found = [
        path("api/v1", index.as_view()),
        path("api/v1/vocabulary", vocabulary.as_view()),
        path("api/v1/search", described_search().as_view()),
        path("api/v1/sync", described_sync().as_view()),
        path("api/v1/snapshots", described_snapshots().as_view()),
        re_path(rf"^api/v1/snapshots/(?P<name>{SNAPSHOT_NAME})\Z", described_snapshot().as_view()),
        path("api/v1/notices", described_notices().as_view()),
        path("api/v1/openapi.json", SchemaView.as_view()),
        path("api/v1/openapi.yaml", YamlSchemaView.as_view()),
    ]
    for kind in published.all_kinds():
        found.append(path(f"api/v1/{kind.path}", described_list_view(kind).as_view()))
        found.append(re_path(rf"^api/v1/{kind.path}/{NAME}\Z", described_document_view(kind).as_view()))
    return [*found, re_path(r"^api(/[\s\S]*)?\Z", NothingHereView.as_view())]
