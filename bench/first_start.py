"""`python -m bench.first_start [CONDITIONS]`: what a phone's first start costs, for the starter pack and a made-up one.

Runs on a SQLite file in a temporary folder; prints requests, compressed bytes and how long the snapshot takes to make.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.packs import make_pack

BASE_DIR = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, "manage.py"]


def main(conditions: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        make_pack(Path(folder) / "pack", conditions)
        starter = measured(Path(folder) / "starter", BASE_DIR / "content" / "hip-pain", "the starter pack")
        large = measured(Path(folder) / "large", Path(folder) / "pack", f"{conditions} conditions with 15 links each")
    return starter or large


def measured(data: Path, pack: Path, name: str) -> int:
    environment = os.environ | {"DATA_DIR": str(data), "DATABASE_URL": "", "PUBLIC_DATABASE_URL": ""}
    data.mkdir()
    subprocess.run([*MANAGE, "migrate", "--verbosity=0"], env=environment, check=True)
    quiet = {"stdout": subprocess.DEVNULL}
    subprocess.run([*MANAGE, "load_content", str(pack), "--starter"], env=environment, check=True, **quiet)
    print(f"{name}:", flush=True)
    return subprocess.run([sys.executable, "-m", "bench.starting"], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
