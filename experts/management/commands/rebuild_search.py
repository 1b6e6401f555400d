"""Make anew what experts are found by."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from experts.search import index


class Command(BaseCommand):
    help = "Makes anew what experts are found by, from their profiles; nothing else is changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--missing", action="store_true", help="only for experts who have no entry")

    def handle(self, *args: Any, missing: bool, **options: Any) -> None:
        self.stdout.write(f"made {index.rebuild(missing=missing)} entries")
