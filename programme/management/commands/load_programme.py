"""Load the published facts of a programme."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.actors import Actor
from programme.loading.facts import FactsRefused, read_facts
from programme.loading.loader import load


class Command(BaseCommand):
    help = "Loads a programme from a file of facts. Run again, it leaves what has been edited."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="such as programme/facts/moscow_beijing_2021_2023.yaml")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            outcome = load(read_facts(file), by=Actor.system())
        except FactsRefused as refused:
            for line in refused.report:
                self.stderr.write(line)
            self.stderr.write("Nothing was saved.")
            sys.exit(1)
        for record in outcome.left:
            self.stdout.write(f"{record}: edited since, left as it is")
        self.stdout.write(
            f"made {outcome.made}, changed {outcome.changed}, "
            f"left as edited {len(outcome.left)}, unchanged {outcome.unchanged}"
        )
