"""`manage.py export_openapi [--check]`: writes the contract to docs/, or says that it is not what the code tells."""

import json
from argparse import ArgumentParser
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema


class Command(BaseCommand):
    help = "Writes docs/openapi.json and docs/openapi.yaml from the code. With --check, only compares them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail if the files are out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        contents = self._contents()
        for name, text in contents.items():
            path = settings.BASE_DIR / "docs" / name
            if not options["check"]:
                path.write_text(text, encoding="utf-8")
                self.stdout.write(f"Wrote docs/{name}.")
            elif not path.exists() or path.read_text(encoding="utf-8") != text:
                raise CommandError(
                    f"docs/{name} is not what the code describes. Run `make openapi` and look at the difference."
                )

    def _contents(self) -> dict[str, str]:
        schema = json.loads(json.dumps(SchemaGenerator().get_schema(public=True)))  # type: ignore[no-untyped-call]  # drf-spectacular ships no types
        validate_schema(schema)  # type: ignore[no-untyped-call]  # drf-spectacular ships no types
        if GENERATOR_STATS:
            GENERATOR_STATS.emit_summary()
            raise CommandError("The description has warnings; each one is an error here.")
        return {
            "openapi.json": json.dumps(schema, indent=1, ensure_ascii=False) + "\n",
            "openapi.yaml": yaml.safe_dump(schema, sort_keys=False, allow_unicode=True, width=110),
        }
