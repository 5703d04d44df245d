"""The folder of snapshots: files put there whole or not at all, each beside a note that says what is in it."""

import datetime
import fcntl
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from gzip import GzipFile
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings

from kb.canonical import canonical_json, sha256

NAME = r"[a-z]{2}(?:-[A-Z]{2})?-[0-9a-f]{32}\.jsonl\.gz"
OURS = re.compile(rf"({NAME})(?:\.json)?|\.[a-z0-9_]+\.part")
UNFINISHED = ".part"
NOTE = ".json"
LOCK = ".lock"
LONGEST_NOTE = 100_000
BLOCK = 256 * 1024


@dataclass(frozen=True)
class Snapshot:
    """What the note beside a file says of it. `sha256` and `bytes` are of the compressed file."""

    name: str
    feed_id: str
    locale: str
    edition: str
    head: int
    cursor: str
    made_at: str
    bytes: int
    sha256: str
    uncompressed_bytes: int
    documents: int

    @property
    def path(self) -> Path:
        return settings.SNAPSHOTS_DIR / self.name

    @property
    def moment(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(self.made_at)


@dataclass(frozen=True)
class Packed:
    """A file that was just put on the shelf, and has no note yet."""

    name: str
    bytes: int
    sha256: str
    uncompressed_bytes: int


def pack(locale: str, lines: Iterable[bytes]) -> Packed:
    """Writes the lines into a compressed file that is named after its bytes: the same lines, the same file."""
    with _put() as (unfinished, put):
        with GzipFile(filename="", fileobj=unfinished, mode="wb", compresslevel=9, mtime=0) as compressed:
            uncompressed = sum(compressed.write(line + b"\n") for line in lines)
        unfinished.flush()
        size, digest = unfinished.tell(), _sha256_of(unfinished)
        put(name := f"{locale}-{digest[:32]}.jsonl.gz")
    return Packed(name, size, digest, uncompressed)


def note(snapshot: Snapshot) -> None:
    """From now on it is offered. The file must be there already."""
    with _put() as (unfinished, put):
        unfinished.write(canonical_json(sealed(asdict(snapshot))))
        put(snapshot.name + NOTE)


def sealed(said: dict[str, Any]) -> dict[str, Any]:
    """With a hash of itself, so that a note that a disk has damaged is not believed."""
    return said | {"seal": sha256(canonical_json(said))}


def noted(locale: str) -> list[Snapshot]:
    """All that have a sound note, the newest first. Ask `is_whole` of those that matter: it may have to read a file."""
    found = (_read(path) for path in settings.SNAPSHOTS_DIR.glob(f"{locale}-*.gz{NOTE}"))
    ours = [snapshot for snapshot in found if snapshot and snapshot.locale == locale]
    return sorted(ours, key=lambda snapshot: (snapshot.head, snapshot.moment, snapshot.name), reverse=True)


def is_whole(snapshot: Snapshot) -> bool:
    """Whether its file is there with just the bytes that its note tells of."""
    try:
        state = snapshot.path.stat()
        return state.st_size == snapshot.bytes and _sha256(snapshot.path, state.st_mtime_ns) == snapshot.sha256
    except OSError:
        return False


def find(name: str) -> Snapshot | None:
    """The whole snapshot of this name."""
    if not re.fullmatch(NAME, name):
        return None
    snapshot = _read(settings.SNAPSHOTS_DIR / (name + NOTE))
    return snapshot if snapshot and is_whole(snapshot) else None


def sweep(*, before: datetime.datetime, keep: set[str]) -> None:
    """Removes what was put here before that moment. Files of other names are somebody else's and stay."""
    for path in _files():
        match = OURS.fullmatch(path.name)
        if match and match[1] not in keep and _put_at(path) < before:
            path.unlink(missing_ok=True)


@contextmanager
def alone() -> Iterator[bool]:
    """Whether nobody else on this machine is putting something here. A process that dies lets go."""
    settings.SNAPSHOTS_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.SNAPSHOTS_DIR / LOCK).open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _put() -> Iterator[tuple[IO[bytes], Any]]:
    """A file to write to, and how to give it its name: only once every byte is on the disk."""
    folder = settings.SNAPSHOTS_DIR
    folder.mkdir(parents=True, exist_ok=True)
    handle, path = tempfile.mkstemp(prefix=".", suffix=UNFINISHED, dir=folder)

    def put(name: str) -> None:
        unfinished.flush()
        os.fchmod(handle, 0o644)  # so that a web server can hand it out
        os.fsync(handle)
        os.replace(path, folder / name)
        _sync_folder(folder)

    try:
        with os.fdopen(handle, "w+b") as unfinished:
            yield unfinished, put
    finally:
        Path(path).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """A name is safe from a power cut only when the folder that holds it is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256_of(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _read(path: Path) -> Snapshot | None:
    """None for a note that is not there, half written or not ours."""
    try:
        return _read_once(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=5000)
def _read_once(path: Path, modified_at: int) -> Snapshot | None:
    try:
        with path.open("rb") as file:
            noted = json.loads(file.read(LONGEST_NOTE))
        said = {name: value for name, value in noted.items() if name != "seal"}
        snapshot = Snapshot(**said)
        fields = {name: type(value) for name, value in said.items()}
        is_sound = fields == Snapshot.__annotations__ and noted == sealed(said) and snapshot.name + NOTE == path.name
        is_sound = is_sound and snapshot.moment.tzinfo is not None and bool(UUID(snapshot.feed_id))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return snapshot if is_sound and re.fullmatch(NAME, snapshot.name) else None


@lru_cache(maxsize=1000)
def _sha256(path: Path, modified_at: int) -> str:
    """Reads a file again only when it was written again."""
    with path.open("rb") as file:
        return _sha256_of(file)


def _files() -> list[Path]:
    folder: Path = settings.SNAPSHOTS_DIR
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []


def _put_at(path: Path) -> datetime.datetime:
    """What its note says, or for a file without one, when it was written."""
    name = path.name.removesuffix(NOTE)
    snapshot = _read(path.with_name(name + NOTE))
    if snapshot:
        return snapshot.moment
    try:
        return datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC)
    except FileNotFoundError:
        return datetime.datetime.max.replace(tzinfo=datetime.UTC)  # another process was faster
