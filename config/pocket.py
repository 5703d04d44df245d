"""The pocket app's files as WhiteNoise serves them. The settings read this module, so it knows nothing of Django."""

from pathlib import Path
from wsgiref.headers import Headers

# `make app` builds into it. What stands in it is served by its path, so it holds nothing but `app/`.
BUILD = Path(__file__).resolve().parent.parent / "clients" / "pocket" / "dist"
PREFIX = "/app/"
# Their names hold a hash of what is in them.
IMMUTABLE = r"^/app/assets/"

# Stricter than the desk's: the app has no form that is sent anywhere, and no font.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def built() -> Path | None:
    """Where the built app is, if it is."""
    return BUILD if (BUILD / "app" / "index.html").exists() else None


def add_headers(headers: Headers, path: str, url: str) -> None:
    """Called once for each static file, at the start."""
    if not url.startswith(PREFIX):
        return
    headers["Content-Security-Policy"] = POLICY
    if "immutable" not in (headers["Cache-Control"] or ""):
        # The page, its manifest and its service worker: asked for each time, and mostly answered with 304.
        headers["Cache-Control"] = "no-cache"
