"""The key that signs sessions, made once and kept in the data folder."""

import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def kept_in(folder: Path) -> str:
    """The key kept in this folder; a new random one the first time."""
    path = folder / "secret_key"
    try:
        if not path.exists():
            _make(path)
        key = path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key in {folder} cannot be read or made ({error.strerror}): "
            "give this user the right to, or choose another folder with DATA_DIR, or set SECRET_KEY."
        ) from error
    if not key:
        raise ImproperlyConfigured(f"{path} is empty: delete it to get a new key (everybody has to sign in again).")
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written beside its place (0600: readable for its owner only), then linked into it: the key is there whole or not
    # at all, and two processes that start together both use the one that came first.
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".secret_key-") as file:
        file.write(secrets.token_urlsafe(50))
        file.flush()
        os.fsync(file.fileno())
        try:
            path.hardlink_to(file.name)
        except FileExistsError:
            return
