"""`python -m tests.both [WORDS FOR PYTEST]`: all tests on SQLite and on a PostgreSQL of their own; `make test` runs it.

Two at a time, one for each of two cores; they share nothing. Coverage is measured on SQLite, where
more tests run; what a browser does is not measured, for it happens in another process.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections import deque
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import IO

PYTEST = ["-m", "pytest", "-p", "no:cacheprovider"]
PLAIN = [sys.executable, *PYTEST]
MEASURED = [
    sys.executable,
    "-m",
    "slipcover",
    "--branch",
    "--source",
    "kb,remedies,conditions,config,clients",
    "--omit",
    "clients/generated/*,clients/python/*",  # generated, and run in processes of their own
    "--skip-covered",
]
ON_POSTGRES = [sys.executable, "-m", "tests.postgres", "--"]
APPS = ["tests/packages", "tests/pocket"]
IN_PROCESS = [f"--ignore={folder}" for folder in ("tests/browser", *APPS)]
IN_BROWSER = ["tests/browser"]
WITH_A_DATABASE = ["--ignore=tests/contract"]  # what compares files, and runs clients, is the same on both
NOTHING_TO_RUN = 5


class Run:
    """One run of pytest, its output kept for later."""

    def __init__(self, name: str, command: list[str], **environment: str) -> None:
        self.name, self.command = name, command
        self.environment = os.environ | environment
        self.result = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopped = False

    def __call__(self, output: IO[bytes] | None = None) -> None:
        """Without `output`, it goes where ours does."""
        if self._is_stopped:
            return
        self._process = subprocess.Popen(self.command, env=self.environment, stdout=output, stderr=output)
        self.result = self._process.wait()

    def stop(self) -> None:
        """Now, or before it has begun."""
        self._is_stopped = True
        if self._process:
            self._process.terminate()

    @property
    def is_good(self) -> bool:
        return self.result in (0, NOTHING_TO_RUN)


def main(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, _stop)
    seen = Run("SQLite", [*MEASURED, *PYTEST, *IN_PROCESS, *words], DATABASE_URL="", PUBLIC_DATABASE_URL="")
    beside = [
        Run("PostgreSQL", [*ON_POSTGRES, *PLAIN, *IN_PROCESS, *WITH_A_DATABASE, *words]),
        Run("SQLite, in a browser", [*PLAIN, *IN_BROWSER, *APPS, *words], DATABASE_URL="", PUBLIC_DATABASE_URL=""),
        Run("PostgreSQL, in a browser", [*ON_POSTGRES, *PLAIN, *IN_BROWSER, *words]),
    ]
    runs = [seen, *beside]
    with tempfile.TemporaryDirectory(prefix="stride-kb-tests-") as folder:
        logs = {run: Path(folder) / f"{number}.log" for number, run in enumerate(beside)}
        waiting = deque(beside)
        worker = Thread(target=_run_what_waits, args=[waiting, logs])
        worker.start()
        print("Tests on SQLite; those on PostgreSQL and in a browser run beside them and are told below.", flush=True)
        try:
            seen()
            _run_what_waits(waiting, logs)
            worker.join()
        except BaseException:
            for run in runs:
                run.stop()
            worker.join()
            raise
        for run, log in logs.items():
            print(f"\nTests on {run.name}\n{log.read_text(errors='replace')}", flush=True)
    bad = [run.name for run in runs if not run.is_good]
    if bad:
        print(f"Tests failed on: {'; '.join(bad)}.")
    if all(run.result == NOTHING_TO_RUN for run in runs):
        print("No test was found.")
        return NOTHING_TO_RUN
    return 1 if bad else 0


def _run_what_waits(waiting: deque[Run], logs: dict[Run, Path]) -> None:
    """Whoever is free takes the next."""
    while True:
        try:
            run = waiting.popleft()
        except IndexError:
            return
        with logs[run].open("wb") as output:
            run(output)


def _stop(signum: int, frame: FrameType | None) -> None:
    sys.exit(128 + signum)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
