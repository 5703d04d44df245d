"""Reads the environment variables that .env.example documents. The launcher uses it without settings."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

# Requests that one server process works on at a time. The server buffers slow clients outside these threads, and a
# database connection belongs to each, so a few are enough.
THREADS = 8

_YES = ("1", "true", "yes", "on")
_NO = ("0", "false", "no", "off")


def text(name: str, default: str = "") -> str:
    """The variable, or the default when it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str) -> bool:
    """A switch that is off unless it is set."""
    value = text(name, "no").lower()
    if value not in _YES + _NO:
        raise ImproperlyConfigured(f"{name}={value} is neither yes nor no: set it to one of these, or leave it out.")
    return value in _YES


def number(name: str, default: int, *, lowest: int, highest: int) -> int:
    """A whole number within bounds."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and lowest <= int(value) <= highest):
        raise ImproperlyConfigured(f"{name}={value} is no whole number from {lowest} to {highest}: set it to one.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def data_dir() -> Path:
    """The folder that holds all that an installation keeps: the SQLite file and the secret key."""
    return Path(text("DATA_DIR", str(BASE_DIR / "data"))).expanduser().resolve()


def host() -> str:
    """The address to listen at; other machines can reach the server only when this is changed."""
    return text("HOST", "127.0.0.1")


def port() -> int:
    """The port to listen at."""
    return number("PORT", 8000, lowest=1, highest=65535)


def publish_due_every() -> int:
    """Seconds between two looks for releases whose time has come; 0: this server does not look."""
    return number("PUBLISH_DUE_EVERY", 20, lowest=0, highest=3600)


def snapshot_every() -> int:
    """Seconds between two looks whether what is live has a snapshot; 0: this server makes none."""
    return number("SNAPSHOT_EVERY", 5, lowest=0, highest=3600)


def time_zone() -> str:
    """The zone of the times on the editors' desk; the API tells every time in UTC."""
    name = text("TIME_ZONE", "UTC")
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImproperlyConfigured(
            f"TIME_ZONE={name} is no time zone that this machine knows: set it to a name like Europe/London, "
            "or leave it out for UTC."
        ) from error


def workers() -> int:
    """Server processes. One is right on SQLite, which has one writer anyway; on PostgreSQL, one for each core."""
    return number("WORKERS", 1, lowest=1, highest=64)
