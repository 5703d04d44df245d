"""`manage.py make_snapshots`: the files that phones start from. By itself the server makes them (.env.example)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kb import snapshots


class Command(BaseCommand):
    help = (
        "Makes the snapshot of what is live for each language that has none, in the folder snapshots of DATA_DIR, and "
        "removes those that are older than 30 days. Run it after each release where no server does: from cron, say."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = snapshots.make(at=timezone.now())
        except OSError as error:
            raise CommandError(f"The snapshot could not be written: {error}. Nothing was lost; try again.") from error
        for snapshot in made:
            self.stdout.write(f"Made {snapshot.name}: {snapshot.documents} documents, {snapshot.bytes} bytes.")
        if not made:
            self.stdout.write("Nothing to do.")
