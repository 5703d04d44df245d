"""Schemathesis asks the production server whatever the contract allows to ask, and what it does not allow.

`python -m tests.fuzz [REQUESTS]` runs it on a SQLite file, or on the database of DATABASE_URL: all checks, all phases.
`make torture` asks 50,000 times on each; tests/test_fuzz.py asks 3,000 times.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.serving import BASE_DIR, database_beside, environment, running, stderr_of

CONTRACT = BASE_DIR / "docs" / "openapi.json"
ALL = ["--checks=all", "--phases=examples,coverage,fuzzing,stateful", "--continue-on-failure", "--no-shrink"]
QUIETLY = ["--no-color", "--generation-database=none", "--warnings=off"]
WITHDRAW = (
    "from tests import story; from kb.models.entry import Entry; from kb.enums import TombstoneReason; "
    "story.withdraw(Entry.objects.get(kind='treatment', slug='rest'), TombstoneReason.SAFETY)"
)


@dataclass
class Found:
    """What a run came to. `problems` is empty where nothing was found."""

    answers: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.answers.total()

    @property
    def operations(self) -> set[str]:
        return {answer.split()[0] for answer in self.answers}

    @property
    def statuses(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for answer, times in self.answers.items():
            found[answer.split()[1]] += times
        return found

    def __str__(self) -> str:
        told = ", ".join(f"{times} × {status}" for status, times in sorted(self.statuses.items()))
        return "\n".join([f"{self.requests} requests: {told}; {len(self.problems)} problems", *self.problems])


def run(folder: Path, requests: int, *, seed: int = 1, database: str = "") -> Found:
    """Seed after seed, until that many requests were sent; ends early where something is found."""
    folder.mkdir()
    found = Found()
    with running(folder / "data", database=database) as server:
        withdraw_something(folder / "data", database)
        while found.requests < requests and not found.problems:
            examples = min(max((requests - found.requests) // 600, 2), 100)
            ask(f"http://127.0.0.1:{server.port}", found, CONTRACT, examples=examples, seed=seed)
            seed += 1
        complaints = stderr_of(folder / "data").read_text(encoding="utf-8")
    if "Traceback" in complaints:
        found.problems.append(f"The server complained:\n{complaints}")
    return found


def ask(address: str, found: Found, contract: Path, *words: str, examples: int = 5, seed: int = 1) -> None:
    """One run of Schemathesis over the operations, this many examples of each in each phase."""
    with tempfile.TemporaryDirectory() as folder:
        tally = Path(folder) / "tally.json"
        rules = {"SCHEMATHESIS_HOOKS": "tests.fuzz_rules", "FUZZ_ADDRESS": address, "FUZZ_TALLY": str(tally)}
        command = [sys.executable, "-m", "schemathesis.cli", "run", str(contract), f"--url={address}", *ALL, *QUIETLY]
        command += [f"--max-examples={examples}", f"--seed={seed}", *words]
        variables = os.environ | rules | {"PYTHONPATH": str(BASE_DIR)}
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
        if tally.exists():
            found.answers.update(json.loads(tally.read_text(encoding="utf-8")))
    if done.returncode:
        found.problems.append(f"seed {seed}:\n{done.stdout[-20_000:]}{done.stderr[-5_000:]}")


def withdraw_something(folder: Path, database: str = "") -> None:
    """So that something is gone."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", WITHDRAW]
    subprocess.run(command, cwd=BASE_DIR, env=environment(folder, database=database), capture_output=True, check=True)


def main() -> int:
    requests = int(sys.argv[1]) if sys.argv[1:] else 3000
    with (
        tempfile.TemporaryDirectory() as folder,
        database_beside(os.environ.get("DATABASE_URL", ""), "fuzz") as database,
    ):
        found = run(Path(folder) / "fuzz", requests, seed=int(os.environ.get("SEED", "1")), database=database)
    print(found)
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
