"""Django's DATABASES: one database under two names, `default` for the editors' desk and `public` for readers.

What the public connection may read is decided in `kb.reader`, when it is made.
"""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from config import environment, sqlite_engine

# The database role that readers' connections take on; `manage.py prepare_reader` makes it.
READER_ROLE = "stride_kb_reader"
# Milliseconds after which PostgreSQL gives up a reader's statement; the slowest takes a hundredth of it.
SLOWEST = 5000


def databases(*, data_dir: Path, url: str, public_url: str) -> dict[str, dict[str, Any]]:
    """The two connections, for PostgreSQL when there is a URL, else for a SQLite file in the data folder."""
    if not url:
        return _sqlite(data_dir / "stride.sqlite3")
    default = _postgresql(url)
    if public_url:
        return {"default": default, "public": _postgresql(public_url)}
    public = _postgresql(url)
    reader = f"-c role={READER_ROLE} -c default_transaction_read_only=on -c statement_timeout={SLOWEST}"
    public["OPTIONS"]["options"] = f"{public['OPTIONS'].get('options', '')} {reader}".strip()
    return {"default": default, "public": public}


def _sqlite(path: Path) -> dict[str, dict[str, Any]]:
    problem = sqlite_engine.why_not()
    if problem:
        raise ImproperlyConfigured(problem)
    common = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # A connection lives as long as its thread. Closing the last one would fold the write-ahead log into the file at
        # the end of every request.
        "CONN_MAX_AGE": None,
    }
    return {
        "default": common
        | {
            "OPTIONS": {
                "timeout": 30,
                # A transaction that reads first and then writes would fail at once beside another writer, whatever the
                # timeout; one that is a writer from its start waits its turn.
                "transaction_mode": "IMMEDIATE",
                # FULL: what has been acknowledged survives a power cut, which NORMAL does not promise.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            }
        },
        "public": common | {"OPTIONS": {"timeout": 30, "init_command": "PRAGMA query_only=ON;"}},
    }


def _postgresql(url: str) -> dict[str, Any]:
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(
            "DATABASE_URL and PUBLIC_DATABASE_URL must look like postgres://user:password@host:5432/name; "
            "leave them out to use SQLite."
        )
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except ProgrammingError as error:
        raise ImproperlyConfigured(f"A database URL cannot be read ({str(error).strip()}): mend it.") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        # The pool keeps the connections, so Django must not; the check replaces those that a database restart broke.
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": parts | {"pool": {"min_size": 1, "max_size": environment.THREADS, "timeout": 10}},
    }
