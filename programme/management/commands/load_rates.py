"""Take in exchange rates as central banks publish them."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.actors import Actor
from programme.rates.files import read_cbr, read_ecb
from programme.rates.services import rates_load
from records.errors import Invalid

SHIPPED = Path(__file__).parents[2] / "facts" / "ecb_rates.csv"


class Command(BaseCommand):
    help = "Takes in exchange rates. Without a file: those of the ECB that come with the product."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--ecb", type=Path, metavar="CSV", help="eurofxref-hist.csv of the ECB")
        which.add_argument("--cbr", type=Path, metavar="XML", help="XML_daily of the Bank of Russia")

    def handle(self, *args: Any, ecb: Path | None, cbr: Path | None, **options: Any) -> None:
        source, file, read = ("cbr", cbr, read_cbr) if cbr else ("ecb", ecb or SHIPPED, read_ecb)
        try:
            outcome = rates_load(
                quotes=read(file.read_bytes()), source=source, by=Actor.system("load_rates")
            )
        except OSError as error:
            self.stderr.write(f"{file}: {error.strerror}")
            sys.exit(1)
        except Invalid as refusal:
            self.stderr.write(f"{file}: {refusal}")
            sys.exit(1)
        self.stdout.write(f"added {outcome.added}, known already {outcome.known}")
