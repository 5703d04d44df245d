"""Starting the server: a first start fills an installation, a second keeps it; what prevents a start is one line."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.serving import BASE_DIR, environment, free_port, running

EX_CONFIG = 78
OLD_ENGINE = "from config import sqlite_engine; sqlite_engine.NEEDED = (99, 0, 0); "
MAIN = "import sys; from config import server; sys.exit(server.main(sys.argv[1:]))"

# These tests start processes that know nothing of this one's database: with DATABASE_URL they would write into the
# database of the same name, so they run on the SQLite file of a folder of their own, and once is enough.
once = pytest.mark.skipif(connection.vendor != "sqlite", reason="starts SQLite installations; ran in the SQLite run")


def refused(folder: Path, port: int | str, *, code: str = MAIN, setup: bool = True) -> str:
    """What a start that must fail says: one line, on stderr, with the exit code for “mend the configuration”."""
    command = [sys.executable, "-c", code, "run", *(["--setup"] if setup else [])]
    run = subprocess.run(
        command, cwd=BASE_DIR, env=environment(folder, port), capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == EX_CONFIG, run.stderr
    assert run.stdout == ""
    (line,) = run.stderr.splitlines()
    assert line.startswith("Stride KB cannot start: ")
    return line


@once
def test_a_first_start_fills_the_installation_and_a_second_keeps_it(tmp_path):
    folder = tmp_path / "data"
    with running(folder) as first:
        passwords = first.passwords
        assert set(passwords) == {"therapist", "editor"}
        assert all(first.lets_in(name, password) for name, password in passwords.items())
        assert first.said.endswith(
            f"  API    http://127.0.0.1:{first.port}/api/v1\n"
            f"  Docs   http://127.0.0.1:{first.port}/docs\n"
            f"  App    http://127.0.0.1:{first.port}/app\n"
            f"  Admin  http://127.0.0.1:{first.port}/admin/\n"
        ), "the addresses come last"
        assert len(first.get("/api/v1/conditions")["items"]) == 7
        assert first.get("/readyz")["status"] == "ready"
        index = first.get("/api/v1")
    with running(folder) as again:
        assert "password" not in again.said, "shown once only"
        assert again.lets_in("editor", passwords["editor"]), "accounts are kept"
        assert "Preparing" not in again.said, "a second start has nothing to do (`bench.starts` measures it)"
        assert again.get("/api/v1") == index
    assert folder.stat().st_mode & 0o777 == 0o700, "nobody else may read the data"


def test_a_port_that_is_taken(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        line = refused(tmp_path, port)
    assert f"port {port} of 127.0.0.1 is not to be had" in line
    assert "stop what uses it, or choose another with PORT" in line


def test_a_data_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    line = refused(tmp_path / "file" / "data", free_port())
    assert f"the data folder {tmp_path / 'file' / 'data'} is not writable" in line
    assert "choose another folder with DATA_DIR" in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into every folder")
def test_a_data_folder_of_somebody_else(tmp_path):
    tmp_path.chmod(0o500)
    assert "is not writable (Permission denied)" in refused(tmp_path, free_port())


def test_a_sqlite_engine_that_is_too_old(tmp_path):
    line = refused(tmp_path, free_port(), code=OLD_ENGINE + MAIN)
    assert "is too old: before 99.0.0 it can lose changes" in line
    assert "set DATABASE_URL to a PostgreSQL database" in line


@once
def test_a_schema_that_is_behind(tmp_path):
    line = refused(tmp_path, free_port(), setup=False)
    assert "the database schema is behind this version (migrations missing: " in line
    assert "run `make migrate`" in line


@once
def test_a_database_file_that_is_none(tmp_path):
    (tmp_path / "stride.sqlite3").write_text("This is no database. " * 100)
    assert "the database does not work: file is not a database" in refused(tmp_path, free_port())


def test_a_setting_that_makes_no_sense(tmp_path):
    assert "PORT=http is no whole number from 1 to 65535" in refused(tmp_path, "http")
