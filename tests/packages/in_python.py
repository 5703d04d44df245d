"""The Python package in this process, with its own SQLite file. It is asked as `in_browser` is, and tells as much."""

import importlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

from clients.generate import IN_PYTHON
from tests.packages.device import Device

Json = dict[str, Any]
SOURCE = IN_PYTHON / "src"
# The third document of a release is never written.
SYNC_AND_DIE = """
import os, signal, sys, stride_kb
from stride_kb.copy import Copy

put, left = Copy._put, iter([True, True])

def put_or_die(copy, row):
    if not next(left, False):
        os.kill(os.getpid(), signal.SIGKILL)
    put(copy, row)

Copy._put = put_or_die
stride_kb.open(sys.argv[1], base_url=sys.argv[2]).sync()
"""
SYNC = "import sys, stride_kb; stride_kb.open(sys.argv[1], base_url=sys.argv[2]).sync()"


def package() -> ModuleType:
    """It is not installed here, and imports a client that is not always made."""
    if str(SOURCE) not in sys.path:
        sys.path.insert(0, str(SOURCE))
    return importlib.import_module("stride_kb")


class PythonDevice(Device):
    """One file of its own."""

    def __init__(self, path: Path, address: str, **options: str) -> None:
        self.path, self.address, self.options = path, address, options
        self.told: list[Any] = []
        self.going: list[Json] = []
        self.stop = threading.Event()
        self.kb = package()
        self.restarts()

    def restarts(self) -> None:
        """Another process would find the same file; who was in the middle of something here is done with it."""
        self.store = self.kb.open(self.path, base_url=self.address, on_notices=self.told.append, **self.options)

    def is_killed_in_a_sync(self, wait: Callable[[], None]) -> None:
        """A process of its own, that gets no time to clean up."""
        with self._process(SYNC) as process:
            wait()
            os.kill(process.pid, signal.SIGKILL)

    def is_killed_while_it_writes(self) -> None:
        with self._process(SYNC_AND_DIE) as process:
            assert process.wait(30) == -signal.SIGKILL

    def second(self) -> "PythonDevice":
        """Another process with the same file, as far as SQLite can tell."""
        return PythonDevice(self.path, self.address)

    def closes(self) -> None:
        self.store.close()

    def sync(self) -> Json:
        try:
            return {"report": asdict(self.store.sync(stop=self.stop))}
        except self.kb.Offline as offline:
            return {"failed": "Offline", "retry_after": offline.retry_after}
        except sqlite3.OperationalError:
            return {"failed": "QuotaExceededError", "retry_after": None}
        except (self.kb.Refused, self.kb.WrongCopy, self.kb.Stopped) as error:
            return {"failed": type(error).__name__, "retry_after": None}

    def begins_to_sync(self) -> None:
        self.thread = threading.Thread(target=lambda: self.going.append(self.sync()), daemon=True)
        self.thread.start()

    def ends_sync(self) -> Json:
        self.thread.join(30)
        self.stop.clear()
        return self.going.pop()

    def cancels(self) -> None:
        self.stop.set()

    def state(self) -> Json:
        return asdict(self.store.state)

    def warnings(self) -> dict[str, Json]:
        return {pk: asdict(warning) for pk, warning in self.store.warnings.items()}

    def heard(self) -> list[list[Json]]:
        return [[asdict(warning) for warning in told] for told in self.told]

    def get(self, kind: str, slug_or_id: str) -> Json | None:
        found = self.store.get(kind, slug_or_id)
        return found and _plain(found)

    def gone(self, kind: str, slug_or_id: str) -> Json | None:
        found = self.store.gone(kind, slug_or_id)
        return found and asdict(found)

    def documents(self, kind: str) -> list[Json]:
        return [_plain(document) for document in self.store.list(kind)]

    def versions(self, kinds: tuple[str, ...]) -> dict[str, str]:
        return {str(document.id): document.version for kind in kinds for document in self.store.list(kind)}

    def urgent(self, kind: str) -> list[str]:
        found = self.store.list(kind, where=lambda document: document.urgency.value == "urgent")
        return [document.name for document in found]

    def showing(self, pk: str) -> list[Json]:
        return [_plain(document) for document in self.store.showing(pk)]

    def search(self, words: str, **options: Any) -> list[Json]:
        return [asdict(hit) for hit in self.store.search(words, **options)]

    def vocabulary(self) -> Json | None:
        found = self.store.vocabulary()
        return found and _plain(found)

    def about(self) -> Json | None:
        found = self.store.about()
        return found and _plain(found)

    def forgets(self) -> None:
        self.store.forget()

    def has_no_locks(self) -> None:
        """As on a file system that has none."""
        self.store._copy.alone = nullcontext

    def storage_is_full(self) -> None:
        """After two documents of the next sync; until a restart."""
        put, left = self.store._copy._put, iter([True, True])

        def put_or_not(row: Any) -> None:
            if not next(left, False):
                raise sqlite3.OperationalError("database or disk is full")
            put(row)

        self.store._copy._put = put_or_not

    def _process(self, program: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", program, str(self.path), self.address]
        return subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(SOURCE)})

    def is_damaged(self) -> None:
        """A document is lost from the storage."""
        with sqlite3.connect(self.path) as db:
            db.execute("DELETE FROM document WHERE id = (SELECT min(id) FROM document)")
        db.close()


def _plain(model: Any) -> Json:
    found: Json = json.loads(model.to_json())
    return found
