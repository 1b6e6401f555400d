"""Synthetic data for benchmarks and try-outs."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from experts.models import ExpertiseField
from experts.sample import sample_experts_archive, sample_experts_create
from programme.models import Programme
from projects.sample import sample_projects_archive, sample_projects_create


class Command(BaseCommand):
    help = (
        "Adds synthetic projects and experts, every one labelled as a sample, to the latest programme; "
        "--remove archives them. They can never be deleted, only archived: in production it therefore "
        "refuses, unless --in-production is given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--projects", type=int, default=0, help="how many to add")
        parser.add_argument("--experts", type=int, default=0, help="how many experts to add")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same content")
        parser.add_argument("--remove", action="store_true", help="archive all samples that there are")
        parser.add_argument(
            "--in-production", action="store_true", help="this installation may hold samples"
        )

    def handle(
        self, *args: Any, projects: int, experts: int, seed: int, remove: bool, **options: Any
    ) -> None:
        if settings.MODE == "production" and not (remove or options["in_production"]):
            raise CommandError(
                "This installation is in production, where samples would stand in history for ever: "
                "give --in-production if that is meant."
            )
        if not 0 <= projects <= 900_000:
            raise CommandError("Give a number of projects from 0 to 900000.")
        if not 0 <= experts <= 900_000:
            raise CommandError("Give a number of experts from 0 to 900000.")
        if remove:
            self.stdout.write(f"archived {sample_projects_archive()} sample projects")
            self.stdout.write(f"archived {sample_experts_archive()} sample experts")
        if projects or experts:
            programme: Any = Programme.objects.live().order_by("-created_at").first()
            if programme is None:
                raise CommandError("There is no programme yet: load one first (manage.py load_programme).")
        if projects:
            sample_projects_create(programme=programme, count=projects, seed=seed)
            self.stdout.write(f"made {projects} sample projects")
        if experts:
            if not ExpertiseField.objects.live().exists():
                raise CommandError("There are no fields of expertise yet: load them first (load_fields).")
            sample_experts_create(programme=programme, count=experts, seed=seed)
            self.stdout.write(f"made {experts} sample experts")
        if not remove and not projects and not experts:
            raise CommandError("Say what to do: --projects N, --experts N, or --remove.")
