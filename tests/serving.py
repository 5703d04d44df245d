"""The real server as a process of its own, started as `make run` starts it and ended by its id."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

BASE_DIR = Path(__file__).resolve().parent.parent

# Variables of the test run that would make the server another one than an operator starts.
NOT_FOR_SERVERS = ("DATABASE_URL", "PUBLIC_DATABASE_URL", "DJANGO_SETTINGS_MODULE", "COVERAGE_PROCESS_START")


@dataclass
class Started:
    """A server that answers."""

    process: subprocess.Popen[str]
    port: int
    said: str
    seconds: float

    @property
    def passwords(self) -> dict[str, str]:
        """Those of the demo accounts, which only a first start tells."""
        return dict(re.findall(r"user (\w+) +password (\S+)", self.said))

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return json.loads(answer.read())

    def lets_in(self, name: str, password: str) -> bool:
        """Whether somebody can sign in with this at the editors' desk."""
        return bool(sign_in(self.port, name, password))


def sign_in(port: int, name: str, password: str) -> dict[str, str]:
    """The cookies that the login form gives to somebody, by name; none if it does not let them in."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    form_address = f"http://127.0.0.1:{port}/admin/login/?next=/admin/"
    with browser.open(form_address, timeout=10) as form:
        (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form.read().decode()))
    said = urllib.parse.urlencode({"username": name, "password": password, "csrfmiddlewaretoken": token})
    with browser.open(urllib.request.Request(form_address, said.encode()), timeout=10) as page:
        is_in = str(page.url).endswith("/admin/")
    return {cookie.name: cookie.value or "" for cookie in jar} if is_in else {}


def environment(folder: Path, port: int | str = 8000, *, database: str = "", **settings: str) -> dict[str, str]:
    """What an operator's shell holds. `database` is a URL; without one the server keeps a SQLite file in the folder."""
    ours = {"DATA_DIR": str(folder), "PORT": str(port), "HOST": "127.0.0.1", "PYTHONUNBUFFERED": "1"}
    others = {name: value for name, value in os.environ.items() if name not in NOT_FOR_SERVERS}
    return others | ours | settings | ({"DATABASE_URL": database} if database else {})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stderr_of(folder: Path) -> Path:
    """Where a server that keeps its data in this folder writes what it complains of."""
    return folder.parent / "stderr"


@contextmanager
def database_beside(url: str, name: str) -> Iterator[str]:
    """A PostgreSQL database beside the one of the URL, dropped at the end. Without a URL: nothing, for SQLite."""
    if not url:
        yield ""
        return
    parts: dict[str, Any] = conninfo_to_dict(url)
    parts["dbname"] = f"{parts['dbname']}_{name}"
    ours = sql.Identifier(parts["dbname"])
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(ours))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template1").format(ours))
        try:
            yield f"postgresql:///?{urlencode(parts)}"
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(ours))


@contextmanager
def running(folder: Path, *, database: str = "", **settings: str) -> Iterator[Started]:
    """What `make run` does, until it answers; stopped at the end like any service."""
    port, begun = free_port(), time.monotonic()
    command = [sys.executable, "-m", "config.server", "run", "--setup"]
    variables = environment(folder, port, database=database, **settings)
    with stderr_of(folder).open("w+") as errors:
        process = subprocess.Popen(
            command, cwd=BASE_DIR, env=variables, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        too_long = threading.Timer(300, process.kill)
        too_long.start()
        try:
            assert process.stdout is not None
            said = ""
            while "/admin/" not in said:
                line = process.stdout.readline()
                assert line, f"it ended: {said} {stderr_of(folder).read_text()}"
                said += line
            too_long.cancel()
            yield Started(process, port, said, time.monotonic() - begun)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            too_long.cancel()
            process.kill()
            process.wait()
