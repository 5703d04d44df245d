"""`manage.py publish_due`: publishes the releases whose time has come. By itself the server does it (.env.example)."""

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kb import due
from kb.models.editing import Release
from kb.publishing import Refused


class Command(BaseCommand):
    help = (
        "Publishes the releases whose time has come, and says what became of each. One that cannot go live becomes "
        "“failed”, with its reasons on the desk, and is not tried again: that is told here and is no error of this "
        "command. It ends with an error only when it could not do its work."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--watch",
            nargs="?",
            type=_seconds,
            const=20,
            metavar="SECONDS",
            help="go on until stopped, and look again after so many seconds (20)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["watch"]:
            try:
                due.watch(stop=threading.Event(), every=options["watch"], tell=self._tell)
            except KeyboardInterrupt:
                return
        try:
            for release in due.publish_due(at=timezone.now()):
                self._tell(release)
        except Refused as refused:
            raise CommandError("\n".join(refused.problems)) from refused

    def _tell(self, release: Release) -> None:
        self.stdout.write(due.outcome(release))
        self.stdout.flush()


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 3600):
        raise CommandError(f"--watch {text} is no whole number of seconds from 1 to 3600.")
    return int(text)
