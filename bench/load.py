"""`python -m bench.load [CONDITIONS]`: loads and publishes a made-up pack, then one symptom that every condition shows.

Limits: 180 s for the pack of 2,000 conditions with 15 links each, 5 s for the symptom. Runs on the database of
DATABASE_URL, or on a SQLite file in a temporary folder; wants an empty one.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.packs import make_pack

MANAGE = [sys.executable, "manage.py"]


def main(conditions: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"DATA_DIR": folder}
        subprocess.run([*MANAGE, "migrate", "--verbosity=0"], env=environment, check=True)
        make_pack(Path(folder) / "pack", conditions)
        started = time.perf_counter()
        subprocess.run([*MANAGE, "load_content", f"{folder}/pack", "--starter"], env=environment, check=True)
        within = _report(f"load and publish {conditions} conditions with 15 links each", started, 180)
        finished = subprocess.run([sys.executable, "-m", "bench.rename"], env=environment, check=True)
        return finished.returncode or (0 if within else 1)


def _report(what: str, started: float, limit: int) -> bool:
    seconds = time.perf_counter() - started
    print(f"{what}: {seconds:.1f} s (limit {limit} s)")
    return seconds < limit


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
