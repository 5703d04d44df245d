"""`python -m config.first_start [--setup]`: is the database ready to be served from? With --setup: make it so.

`config.server` runs this before it serves. Models are looked up by name, because importing them needs Django set up.
"""

import argparse
import os
import secrets
import sys

import django
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from rich.console import Console
from rich.panel import Panel

from config import environment

STARTER_PACK = environment.BASE_DIR / "content" / "hip-pain"

# Who can try the desk right after the first start: user name → group.
DEMO_ACCOUNTS = {"therapist": "Therapist", "editor": "Clinical editor"}


def main(arguments: list[str]) -> int:
    """Run this command line; what comes back is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m config.first_start")
    parser.add_argument("--setup", action="store_true")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
        # One connection is all that this needs, and its error says more than that of a pool that waits for one.
        connection.settings_dict["OPTIONS"].pop("pool", None)
        if options.setup:
            set_up()
        else:
            check_schema()
    except (ImproperlyConfigured, CommandError) as error:
        return _refuse(str(error))
    except DatabaseError as error:
        return _refuse(f"the database does not work: {error} Check DATABASE_URL, or the file in DATA_DIR.")
    except KeyboardInterrupt:
        return 130
    return 0


def _refuse(reason: str) -> int:
    print(f"Stride KB cannot start: {' '.join(reason.split())}", file=sys.stderr)
    return os.EX_CONFIG


def check_schema() -> None:
    """Refuse a database that lacks migrations of this code."""
    missing = _missing_migrations()
    if missing:
        raise ImproperlyConfigured(
            f"the database schema is behind this version (migrations missing: {missing}): "
            "run `make migrate` (or python manage.py migrate), then start again."
        )


def set_up() -> None:
    """Bring the schema up to date; fill an empty installation, and give one without accounts two to try."""
    if _missing_migrations():
        print("Preparing the database", flush=True)
        call_command("migrate", interactive=False, verbosity=0)
    if connection.vendor == "postgresql":
        call_command("prepare_reader")
    # Accounts first: if loading is interrupted, the next start carries on, and the passwords have been seen.
    if not get_user_model()._default_manager.exists():
        _make_demo_accounts()
    if _is_empty():
        call_command("load_content", str(STARTER_PACK), starter=True)


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _is_empty() -> bool:
    """Whether nothing was ever published or written here."""
    feed = apps.get_model("kb", "Feed")._default_manager
    entries = apps.get_model("kb", "Entry")._default_manager
    return not feed.filter(head__gt=0).exists() and not entries.exists()


def _make_demo_accounts() -> None:
    groups = apps.get_model("auth", "Group")._default_manager
    lines = []
    with transaction.atomic():
        for username, group in DEMO_ACCOUNTS.items():
            password = secrets.token_urlsafe(12)
            user = get_user_model()._default_manager.create_user(username, password=password, is_staff=True)
            user.groups.add(groups.get(name=group))
            lines.append(f"{group:<16} user [bold]{username:<10}[/] password [bold]{password}[/]")
    lines.append("Shown this once. Forgotten: python manage.py changepassword NAME")
    Console().print(Panel.fit("\n".join(lines), title="Two accounts to try the editors' desk", padding=(1, 2)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
