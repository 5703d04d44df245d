"""`manage.py recompile`: after an upgrade that changes what documents look like."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kb.publishing import Refused, recompile


class Command(BaseCommand):
    help = "Compiles every live document again. Every phone will download what has changed."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            release = recompile(by=None, at=timezone.now())
        except Refused as refused:
            raise CommandError("\n".join(refused.problems)) from refused
        self.stdout.write(f"Recompiled as release {release.pk}.")
