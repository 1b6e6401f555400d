"""Holds the committed OpenAPI schema against the code."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

COMMITTED = Path(settings.BASE_DIR) / "docs" / "api" / "openapi.json"


class Command(BaseCommand):
    help = "Compares docs/api/openapi.json with the schema that the code makes; --write renews it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        made = (
            json.dumps(
                SchemaGenerator().get_schema(request=None, public=True), indent=1, ensure_ascii=False
            )
            + "\n"
        )
        GENERATOR_STATS.emit_summary()
        if GENERATOR_STATS:
            raise CommandError("The schema has warnings: see above.")
        if options["write"]:
            COMMITTED.parent.mkdir(parents=True, exist_ok=True)
            COMMITTED.write_text(made, encoding="utf-8")
        elif not COMMITTED.exists() or COMMITTED.read_text(encoding="utf-8") != made:
            raise CommandError(
                "docs/api/openapi.json is not what the code makes: run manage.py check_openapi --write."
            )
        self.stdout.write("The schema is in step with the code.")
