"""One way to write JSON, so that the same content is always the same bytes."""

import gzip
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any


def canonical_json(value: Any) -> bytes:
    """JSON as UTF-8 bytes: keys sorted, no spaces, text in NFC. Raises ValueError for NUL and for NaN or infinity."""
    return packed(normalised(value))


def packed(value: Any) -> bytes:
    """The same for a value that is normalised already."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def normalised(value: Any) -> Any:
    """Plain JSON types in their one spelling, whatever mappings and sequences they came in."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)  # 10.0 and 10 are one number, so they must be one spelling
    if isinstance(value, Mapping):
        return {key: normalised(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [normalised(item) for item in value]
    return value


CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
SOFT_BREAKS = re.compile("[\x0b\x0c]")


def sha256(data: bytes) -> str:
    """Lower-case hexadecimal, 64 characters."""
    return hashlib.sha256(data).hexdigest()


def gzipped(data: bytes) -> bytes:
    """Gzip with no time stamp: the same bytes in give the same bytes out."""
    return gzip.compress(data, compresslevel=6, mtime=0)


def clean_text(text: str) -> str:
    """NFC, lines ended by a single line feed. Raises ValueError for NUL, which PostgreSQL cannot hold."""
    if "\x00" in text:
        raise ValueError("The text holds a NUL character. Remove it.")
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def visible_text(text: str) -> str:
    """The same, and ValueError for characters that nobody can see."""
    if CONTROL_CHARACTERS.search(text):
        raise ValueError("There is an invisible control character in this text. Remove it.")
    return clean_text(text)


def typed_text(text: str) -> str:
    """The same for what people paste: slides and documents send soft line breaks, which become plain ones."""
    return visible_text(SOFT_BREAKS.sub("\n", text))
