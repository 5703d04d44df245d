"""`manage.py verify`: are the published tables what their stored inputs make?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kb.publishing import verify


class Command(BaseCommand):
    help = "Compiles everything that is live again and compares it with what readers get. Changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = verify()
        if differences:
            raise CommandError("\n".join(differences))
        self.stdout.write("Every published byte is what its stored inputs make.")
