"""`manage.py load_content FOLDER [--starter]`: a content pack into the working copies."""

from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from kb import loading
from kb.pack import BadPack
from kb.publishing import Refused


class Command(BaseCommand):
    help = "Loads a content pack. Changed entries become drafts; --starter publishes into an empty installation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--starter", action="store_true", help="publish at once; only into an empty installation")
        parser.add_argument(
            "--by", metavar="NAME", help="whose work it is: this person saved the drafts, and so cannot approve them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        by = _person(options["by"]) if options["by"] else None
        bar = Progress(
            TextColumn("{task.description:44}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True)
        )
        try:
            with bar:
                # Each file is read and each kind is written; the last steps check and publish.
                task = bar.add_task("Starting", total=2 * len(list(folder.glob("*.yaml"))))
                self._load(folder, options["starter"], by, lambda step: bar.update(task, description=step, advance=1))
                bar.update(task, description="Done", completed=bar.tasks[task].total)
        except BadPack as bad:
            raise CommandError(f"Nothing was loaded. Mend these and load again:\n{bad}") from bad
        except Refused as refused:
            raise CommandError("Nothing was loaded.\n" + "\n".join(refused.problems)) from refused
        except IntegrityError as error:
            # The files were checked against what was there; only somebody who saved meanwhile can bring it to this.
            raise CommandError(
                f"Nothing was loaded, because content changed meanwhile. Load again. ({error})"
            ) from error

    def _load(self, folder: Path, is_starter: bool, by: User | None, progress: loading.Progress) -> None:
        at = timezone.now()
        if is_starter:
            release = loading.load_starter(folder, at=at, progress=progress)
            self.stdout.write(f"Published {release.items.count()} entries. No clinician has reviewed them yet.")
            return
        changed = loading.load(folder, by=by, at=at, progress=progress)
        self.stdout.write(f"{len(changed)} entries changed; they are drafts until they are approved and published.")


def _person(name: str) -> User:
    person = User.objects.filter(username=name, is_active=True).first()
    if person is None:
        raise CommandError(f"There is no active account “{name}”.")
    return person
