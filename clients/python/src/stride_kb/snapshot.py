"""The file for a first start. What came of it is kept at once, so that a download goes on where it broke off."""

import gzip
import hashlib
import json
from typing import Any

from stride_kb.copy import Copy
from stride_kb.errors import Offline, Refused
from stride_kb.server import Server

Json = dict[str, Any]


def newest_snapshot(server: Server, copy: Copy) -> tuple[str, list[Json]] | None:
    """Cursor and documents of the newest one, whole and sound; None if there is none that can be used."""
    newest = next(iter(server.snapshots()), None)
    packed = newest and _fetched(newest, server, copy)
    if not newest or not packed:
        return None
    if hashlib.sha256(packed).hexdigest() != newest["sha256"]:
        copy.drop_parts()
        return None
    _about, *lines = gzip.decompress(packed).splitlines()
    return newest["cursor"], [json.loads(line) for line in lines]


def _fetched(file: Json, server: Server, copy: Copy) -> bytes | None:
    """None: the server has it no more."""
    name = file["name"]
    held = copy.part(name)
    if not held:
        copy.drop_parts()  # those of an older file
    if len(held) < file["bytes"]:
        try:
            is_whole, pieces = server.download(name, len(held))
        except Refused:
            return None
        if is_whole and held:
            copy.drop_parts()
        for piece in pieces:
            copy.add_part(name, piece)
        held = copy.part(name)
    if len(held) < file["bytes"]:
        raise Offline("The download broke off; what came is kept.")
    return held
