"""The desk that all browser tests of a run share: a real server, the starter pack, and people who can sign in.

A start takes some seconds, so there is one. Its tests work on pages of their own; what one of them does elsewhere, a
release for one, the others must bear, as colleagues do.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import serving
from tests.serving import BASE_DIR

THERAPIST, ADMINISTRATOR = "Therapist", "Administrator"
PASSWORD = "a long word for tests"
# Besides the two demo accounts: user name → role.
COLLEAGUES = {"colleague": THERAPIST, "newcomer": THERAPIST, "leaver": THERAPIST, "administrator": ADMINISTRATOR}

MAKE_ACCOUNTS = """
import json
from django.contrib.auth.models import Group, User
for name, role in json.loads({accounts!r}).items():
    user = User.objects.create_user(name, password={password!r}, is_staff=True, is_superuser=role == {administrator!r})
    user.groups.set(Group.objects.filter(name=role))
"""

Cookies = dict[str, str]


@dataclass
class Desk:
    """A server that answers, and who has an account there."""

    folder: Path
    port: int
    passwords: dict[str, str]
    cookies: dict[str, Cookies] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cookies_of(self, name: str) -> list[dict[str, str]]:
        """The cookies of somebody signed in, as a browser keeps them."""
        if name not in self.cookies:
            self.cookies[name] = serving.sign_in(self.port, name, self.passwords[name])
            assert self.cookies[name], f"{name} cannot sign in"
        return [{"name": key, "value": value, "url": self.address} for key, value in self.cookies[name].items()]

    def complaints(self) -> str:
        """What its server wrote to stderr."""
        return serving.stderr_of(self.folder).read_text()


@contextmanager
def standing(folder: Path, *, url: str) -> Iterator[Desk]:
    """Publishes what is due every second. `url`: a PostgreSQL database beside which to make ours, or “”."""
    with (
        serving.database_beside(url, "browser") as database,
        serving.running(folder / "data", database=database, PUBLISH_DUE_EVERY="1") as server,
    ):
        _add_colleagues(folder / "data", database)
        yield Desk(folder / "data", server.port, server.passwords | dict.fromkeys(COLLEAGUES, PASSWORD))


def _add_colleagues(folder: Path, database: str) -> None:
    code = MAKE_ACCOUNTS.format(accounts=json.dumps(COLLEAGUES), password=PASSWORD, administrator=ADMINISTRATOR)
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", code]
    variables = serving.environment(folder, database=database)
    run = subprocess.run(command, cwd=BASE_DIR, env=variables, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
