"""`manage.py dump_content FOLDER`: every entry's newest wording as a content pack."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kb import loading


class Command(BaseCommand):
    help = "Writes every entry's newest wording as a content pack: the inverse of load_content."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--title", default="", help="the pack's title; without it, the starter pack's")

    def handle(self, *args: Any, **options: Any) -> None:
        dumped = loading.dump(options["folder"], title=options["title"])
        for name in loading.withdrawn(dumped):
            self.stderr.write(
                f"{name} is withdrawn here. A pack cannot say so: loaded as a starter, it would be published."
            )
        self.stdout.write(f"Wrote {len(dumped)} entries to {options['folder']}.")
