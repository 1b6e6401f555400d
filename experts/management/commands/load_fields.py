"""Take in the fields of expertise that come with the product."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from accounts.actors import Actor
from experts.loading import fields_load
from records.errors import Invalid


class Command(BaseCommand):
    help = "Adds the fields of expertise that come with the product and are not there yet."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = fields_load(by=Actor.system("load_fields"))
        except Invalid as refusal:
            self.stderr.write(str(refusal))
            sys.exit(1)
        self.stdout.write(f"added {outcome.added}, known already {outcome.known}")
