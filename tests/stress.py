"""Eight editors publish as fast as they can while fifty phones sync: nothing is lost, torn, locked or fetched anew.

`python -m tests.stress [PUBLISHES OF EACH]` runs it on a SQLite file, or on the database of DATABASE_URL, with the
production server, and prints what it found. `make torture` runs 500 of each; tests/test_stress.py runs a tenth.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.phone import Phone
from tests.serving import BASE_DIR, environment, running

PUBLISHERS, PHONES = 8, 50
EVERY = 1
"""Seconds between two syncs of a phone: sixty times as often as docs/offline.md asks for."""
LIMITS = (500, 50, 7)
KINDS: tuple[tuple[str, ...], ...] = ((), ("symptom",), ("condition", "red_flag"))


@dataclass
class Found:
    """What a run came to. `problems` are sentences; none: it held."""

    published: int = 0
    refused: int = 0
    syncs: int = 0
    pages: int = 0
    resyncs: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = f"{self.published} releases ({self.refused} refused and tried again), {self.syncs} syncs, "
        told += f"{self.pages} pages, {self.resyncs} resyncs, {len(self.problems)} problems"
        return "\n".join([told, *self.problems])


class Client:
    """One phone with a connection of its own, syncing until it is told to stop."""

    def __init__(self, number: int, port: int, found: Found) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.found = found
        self.phone = Phone(self.get, kinds=KINDS[number % len(KINDS)], limit=LIMITS[number % len(LIMITS)])
        self.name = f"phone {number}"

    def get(self, path: str) -> tuple[int, Any]:
        self.connection.request("GET", f"/api/v1{path}")
        answer = self.connection.getresponse()
        body = answer.read()
        self.found.pages += 1
        if answer.status >= 500:
            self.found.problems.append(f"{self.name}: {answer.status} {body[:200]!r}")
        return answer.status, json.loads(body)

    def syncs_until(self, stop: threading.Event) -> None:
        while not stop.is_set():
            if not self.syncs():
                return
            stop.wait(EVERY)

    def syncs(self) -> bool:
        try:
            self.phone.sync()
        except Exception as error:  # whatever it is, it is what this looks for
            self.found.problems.append(f"{self.name}: {type(error).__name__}: {error}")
            return False
        self.found.syncs += 1
        return True


def run(folder: Path, publishes: int, *, phones: int = PHONES, database: str = "", control: str = "") -> Found:
    """`control` plants a fault in the publishers, which must be found."""
    found = Found()
    with running(folder, database=database, PUBLISH_DUE_EVERY="0") as server:
        clients = [Client(number, server.port, found) for number in range(phones)]
        stop = threading.Event()
        threads = [threading.Thread(target=client.syncs_until, args=[stop]) for client in clients]
        for thread in threads:
            thread.start()
        said = _publish(folder, publishes, database, control, found)
        stop.set()
        for thread in threads:
            thread.join()
        for client in clients:
            client.syncs()
        _compare(clients, said, server.port, found)
    return found


def _publish(folder: Path, publishes: int, database: str, control: str, found: Found) -> dict[str, str]:
    """What the publishers were told is live: entry → its summary."""
    variables = environment(folder, database=database) | {"CONTROL": control}
    command = [sys.executable, "-m", "bench.publisher", str(publishes), str(PUBLISHERS)]
    processes = [
        subprocess.Popen(
            [*command, str(number)],
            cwd=BASE_DIR,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PUBLISHERS)
    ]
    _start_together(processes)
    said: dict[str, str] = {}
    for number, process in enumerate(processes):
        output, errors = process.communicate()
        lines = [json.loads(line) for line in output.splitlines()]
        said |= {line["entry"]: line["summary"] for line in lines if "entry" in line}
        found.published += sum("entry" in line for line in lines)
        found.refused += sum("refused" in line for line in lines)
        if process.returncode or errors:
            last = errors.strip().splitlines()[-1:] or ["no reason given"]
            found.problems.append(f"publisher {number} ended with {process.returncode}: {last[0]}")
    return said


def _start_together(processes: list[subprocess.Popen[str]]) -> None:
    """Or the first would be done before the last has begun."""
    for process in processes:
        assert process.stdout
        process.stdout.readline()
    for process in processes:
        assert process.stdin
        with suppress(BrokenPipeError):  # it has ended already, and its output says why
            process.stdin.write("begin\n")
            process.stdin.flush()


def _compare(clients: list[Client], said: dict[str, str], port: int, found: Found) -> None:
    """Every phone against a fresh one, and the fresh one of all kinds against what the publishers were told."""
    fresh: dict[tuple[str, ...], Client] = {}
    for number, kinds in enumerate(KINDS):
        fresh[kinds] = Client(number, port, found)
        fresh[kinds].syncs()
    for client in clients:
        found.resyncs += client.phone.resyncs
        if client.phone.copy.bytes() != fresh[client.phone.kinds].phone.copy.bytes():
            found.problems.append(f"{client.name} differs from a fresh one")
    held = {pk: one for some in fresh[()].phone.copy.documents.values() for pk, one in some.items()}
    lost = [pk for pk, summary in said.items() if pk not in held or held[pk]["summary"] != summary]
    if lost:
        found.problems.append(f"lost: what was acknowledged of {len(lost)} pages, {', '.join(sorted(lost)[:3])}")
    if found.resyncs:
        found.problems.append(f"{found.resyncs} resyncs that nobody asked for")


def main(publishes: int) -> int:
    with tempfile.TemporaryDirectory(prefix="stride-kb-stress-") as folder:
        found = run(Path(folder) / "data", publishes, database=os.environ.get("DATABASE_URL", ""))
    print(found)
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
