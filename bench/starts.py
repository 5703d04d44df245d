"""`python -m bench.starts`: how long an empty installation takes to answer, and one that is started again.

Limit: 5 s for the second start.
"""

import sys
import tempfile
from pathlib import Path

from tests.serving import running

LIMIT = 5


def main() -> int:
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "data"
        with running(folder) as first:
            print(f"first start, with the starter pack: {first.seconds:.1f} s")
        with running(folder) as second:
            print(f"second start: {second.seconds:.1f} s (limit {LIMIT} s)")
        return 0 if second.seconds < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
