"""`python -m bench.search [DOCUMENTS]`: search over made-up documents, by the whole way that a request goes.

Limits at 20,000 documents: 50 ms for 99 of 100 ordinary questions, 100 ms for the worst that somebody can ask. Runs on
a SQLite file in a temporary folder.
"""

import os
import subprocess
import sys
import tempfile


def main(documents: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"DATA_DIR": folder, "DATABASE_URL": ""}
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], env=environment, check=True)
        return subprocess.run([sys.executable, "-m", "bench.searching", documents], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "20000"))
