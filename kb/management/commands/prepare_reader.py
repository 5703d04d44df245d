"""`manage.py prepare_reader`: makes the PostgreSQL role that readers' connections take on."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from kb.reader import ROLE, grant_statements


class Command(BaseCommand):
    help = "Makes or mends the PostgreSQL role of the public connection. Run it after each migrate. SQLite needs none."

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            self.stdout.write("SQLite: the public connection is locked by an authorizer; there is nothing to prepare.")
            return
        with connection.cursor() as cursor:
            for statement in grant_statements():
                cursor.execute(statement)
        self.stdout.write(f"The role {ROLE} can read the published tables and nothing else.")
