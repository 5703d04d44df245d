"""Which SQLite engine this process uses, and whether it can be trusted with the data.

Engines before 3.51.3 can lose committed writes in WAL mode when several connections write and checkpoint. Few systems
ship a newer one yet, so requirements.txt brings one where it has a wheel (Linux x86_64 and macOS arm64).
"""

import sqlite3
import sys
from importlib import import_module
from importlib.util import find_spec

NEEDED = (3, 51, 3)


def choose() -> None:
    """Put pysqlite3 in the place of the interpreter's own `sqlite3` if that is too old; before Django loads it."""
    if sqlite3.sqlite_version_info < NEEDED and find_spec("pysqlite3"):
        sys.modules["sqlite3"] = import_module("pysqlite3")
        sys.modules["sqlite3.dbapi2"] = import_module("pysqlite3.dbapi2")


def why_not() -> str | None:
    """Why the chosen engine may not hold the data, and what to do about it, in one line. None: it may."""
    engine = sys.modules["sqlite3"]
    if engine.sqlite_version_info >= NEEDED:
        return None
    return (
        f"SQLite {engine.sqlite_version} is too old: before {'.'.join(map(str, NEEDED))} it can lose changes. "
        "Use a Python with a newer SQLite, or Linux x86_64 or macOS arm64 with requirements.txt installed, "
        "or set DATABASE_URL to a PostgreSQL database."
    )
