"""What happens at the desk, as short sentences: a therapist writes, an editor approves, a release goes live."""

import datetime
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client, override_settings

from config import environment
from config.databases import databases
from kb import editing, kinds, releases, review
from kb.enums import ReleaseOrigin, Severity, TombstoneReason
from kb.models.editing import Release, Revision
from kb.models.entry import Entry
from kb.models.published import Document, Feed
from kb.publishing import publish
from kb.vocabulary.models import RedFlagLink

NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
Json = dict[str, Any]


def person(name: str) -> User:
    return User.objects.get(username=name)


def save(entry: Entry, *, by: User | None = None) -> Revision:
    """The therapist (or who is named) saves the working copy."""
    return editing.save(entry, by=by or person("therapist"), at=NOW)


def prepare(*entries: Entry, severity: Severity = Severity.CONTENT, summary: str = "") -> Release:
    """The therapist saves, the editor approves and gathers it all in a release that is not published yet."""
    release = Release.objects.create(
        title="A release", severity=severity, summary=summary, origin=ReleaseOrigin.EDITORIAL, created_at=NOW
    )
    for entry in entries:
        revision = save(entry)
        review.approve(revision, by=person("editor"), at=NOW)
        releases.put_in(release, revision)
    return release


def publish_release(release: Release, at: datetime.datetime = NOW) -> Release:
    return publish(release, by=person("editor"), at=at)


def go_live(*entries: Entry, **release: Any) -> Release:
    """These entries, and those of their red flags that are not live yet, go live in one release."""
    flags = {link.red_flag for link in RedFlagLink.objects.filter(entry__in=entries).select_related("red_flag")}
    missing = [flag for flag in sorted(flags, key=lambda flag: flag.slug) if not is_live(flag) and flag not in entries]
    return publish_release(prepare(*missing, *entries, **release))


def withdraw(entry: Entry, reason: TombstoneReason = TombstoneReason.WITHDRAWN) -> Release:
    return releases.withdraw(entry, by=person("editor"), at=NOW, reason=reason)


def merge(entry: Entry, into: Entry) -> Release:
    return releases.merge(entry, into=into, by=person("editor"), at=NOW)


def edit(entry: Entry, **changes: Any) -> Entry:
    """Changes columns of the working copy, as a form would; nothing is saved as a revision yet."""
    entry = kinds.get(entry.kind).model._default_manager.get(pk=entry.pk)
    for name, value in changes.items():
        setattr(entry, name, value)
    entry.full_clean()
    entry.save()
    return entry


def undo(savepoint: str) -> None:
    """Everything since, and lets go of it: thousands of open savepoints make each statement slow."""
    transaction.savepoint_rollback(savepoint)
    transaction.savepoint_commit(savepoint)


def is_live(entry: Entry) -> bool:
    return Document.objects.filter(entry=entry, gone_reason="").exists()


def head() -> int:
    return Feed.objects.get().head


def document(entry: Entry) -> Json:
    """The live document, from the database."""
    body = Document.objects.get(entry=entry).body
    assert body is not None, f"{entry} is not live"
    found: Json = json.loads(bytes(body))
    return found


def get(client: Client, path: str, **headers: str) -> Any:
    """GET under /api/v1; the answer has `.json_body` where it is JSON."""
    response = client.get(f"/api/v1{path}", headers=headers)
    is_json = "json" in response.headers.get("Content-Type", "") and response.content[:2] != b"\x1f\x8b"
    response.json_body = json.loads(response.content) if is_json and response.content else None
    return response


def slugs(client: Client, path: str) -> list[str]:
    """The slugs of a list, in its order."""
    response = get(client, path)
    assert response.status_code == 200, response.content
    return [item["slug"] for item in response.json_body["items"]]


@contextmanager
def public_connection() -> Iterator[BaseDatabaseWrapper]:
    """The readers' own connection, as an installation has it. Only for tests with `transaction=True`."""
    made = databases(data_dir=settings.DATA_DIR, url=environment.text("DATABASE_URL"), public_url="")["public"]
    made["NAME"] = connections["default"].settings_dict["NAME"]
    made["OPTIONS"].pop("pool", None)  # it would hold on to a database that is to be dropped
    connections.settings["public"] = connections.configure_settings({"default": {}, "public": made})["public"]
    try:
        with override_settings(PUBLIC_DATABASE="public"):
            connections["public"].connect()  # past the guard that keeps tests to their own database
            yield connections["public"]
    finally:
        connections["public"].close()
        del connections["public"], connections.settings["public"]
