"""The public connection: it can read the published tables and nothing else, on SQLite and PostgreSQL alike.

In production it is a connection of its own (alias `public`). In tests, where one transaction holds everything, it is
the default connection with the same lock switched on around each request.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

READABLE = ("kb_document", "kb_slug", "kb_facet", "kb_edition", "kb_feed")
ROLE = "stride_kb_reader"


@contextmanager
def reading() -> Iterator[BaseDatabaseWrapper]:
    """The connection on which to answer a reader."""
    connection = connections[settings.PUBLIC_DATABASE]
    if settings.PUBLIC_DATABASE != "default":
        yield connection  # locked down when it was opened
    elif connection.vendor == "sqlite":
        with _authorizer(connection):
            yield connection
    else:
        with _role(connection):
            yield connection


def lock_down(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """On SQLite there are no roles: the engine asks this authorizer about every table and column of each statement."""
    if connection.alias == settings.PUBLIC_DATABASE != "default" and connection.vendor == "sqlite":
        connection.connection.set_authorizer(_authorize)


def grant_statements() -> list[str]:
    """SQL that makes the PostgreSQL role what it should be, whatever it was before. `manage.py prepare_reader` runs it.

    Whoever can send any SQL through a connection that only took the role on can lay it down again (`SET ROLE NONE`). It
    guards against our own mistakes; a login of its own for the reader (PUBLIC_DATABASE_URL) guards against others too.
    """
    return [
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN "
        f"CREATE ROLE {ROLE} NOLOGIN; END IF; END $$",
        f"GRANT {ROLE} TO CURRENT_USER",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}",
        f"GRANT USAGE ON SCHEMA public TO {ROLE}",
        f"GRANT SELECT ON {', '.join(READABLE)} TO {ROLE}",
    ]


def _authorize(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_TRANSACTION):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_READ and first in READABLE:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


@contextmanager
def _authorizer(connection: Any) -> Iterator[None]:
    connection.ensure_connection()
    connection.connection.set_authorizer(_authorize)
    try:
        yield
    finally:
        connection.connection.set_authorizer(None)


@contextmanager
def _role(connection: Any) -> Iterator[None]:
    # SET LOCAL needs a transaction, and a failed statement must not leave one in which RESET ROLE fails too.
    with transaction.atomic(using=connection.alias):
        _execute(connection, f"SET LOCAL ROLE {ROLE}")
        yield
        _execute(connection, "RESET ROLE")


def _execute(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
