"""`python -m tests.both [WORDS FOR PYTEST]`: all tests on SQLite and on a PostgreSQL of their own; `make test` runs it.

Two lines of work side by side, one for each of two cores; they share nothing. Coverage is measured on SQLite, where
more tests run; what a browser does is not measured, for it happens in another process.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Thread

PYTEST = ["-m", "pytest", "-p", "no:cacheprovider"]
PLAIN = [sys.executable, *PYTEST]
MEASURED = [
    sys.executable,
    "-m",
    "slipcover",
    "--branch",
    "--source",
    "kb,remedies,conditions,config,contract",
    "--skip-covered",
]
ON_POSTGRES = [sys.executable, "-m", "tests.postgres", "--"]
IN_PROCESS, IN_BROWSER = ["--ignore=tests/browser"], ["tests/browser"]
WITH_A_DATABASE = ["--ignore=tests/contract"]  # what compares files, and runs clients, is the same on both
NOTHING_TO_RUN = 5


class Run:
    """One run of pytest, its output kept for later."""

    def __init__(self, name: str, command: list[str], **environment: str) -> None:
        self.name, self.command = name, command
        self.environment = os.environ | environment
        self.result = 0

    def __call__(self, log: Path) -> None:
        with log.open("wb") as output:
            self.result = subprocess.run(
                self.command, env=self.environment, stdout=output, stderr=subprocess.STDOUT
            ).returncode

    @property
    def is_good(self) -> bool:
        return self.result in (0, NOTHING_TO_RUN)


def main(words: list[str]) -> int:
    seen = Run("SQLite", [*MEASURED, *PYTEST, *IN_PROCESS, *words], DATABASE_URL="", PUBLIC_DATABASE_URL="")
    beside = [
        Run("PostgreSQL", [*ON_POSTGRES, *PLAIN, *IN_PROCESS, *WITH_A_DATABASE, *words]),
        Run("SQLite, in a browser", [*PLAIN, *IN_BROWSER, *words], DATABASE_URL="", PUBLIC_DATABASE_URL=""),
        Run("PostgreSQL, in a browser", [*ON_POSTGRES, *PLAIN, *IN_BROWSER, *words]),
    ]
    runs = [seen, *beside]
    with tempfile.TemporaryDirectory(prefix="stride-kb-tests-") as folder:
        logs = {run.name: Path(folder) / f"{number}.log" for number, run in enumerate(runs)}
        worker = Thread(target=lambda: [run(logs[run.name]) for run in beside])
        worker.start()
        print("Tests on SQLite; those on PostgreSQL and in a browser run beside them and are told below.", flush=True)
        seen.result = subprocess.run(seen.command, env=seen.environment).returncode
        worker.join()
        for run in beside:
            print(f"\nTests on {run.name}\n{logs[run.name].read_text(errors='replace')}", flush=True)
    bad = [run.name for run in runs if not run.is_good]
    if bad:
        print(f"Tests failed on: {'; '.join(bad)}.")
    if all(run.result == NOTHING_TO_RUN for run in runs):
        print("No test was found.")
        return NOTHING_TO_RUN
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
