"""Build a report at once, in this process."""

from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.actors import Actor
from programme import access
from programme.models import Programme
from records.errors import Invalid
from records.period import Period
from reports.models import Kind, Report
from reports.services import report_build, report_open


class Command(BaseCommand):
    help = "Builds the report of a programme for a period, such as programme-status 2021-Q1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=Kind.values)
        parser.add_argument("period", help="such as 2021, 2021-Q1 or 2021-03")
        parser.add_argument(
            "--programme", type=UUID, help="its id; by default the one that runs or ran last"
        )

    def handle(self, *args: Any, kind: str, period: str, programme: UUID | None, **options: Any) -> None:
        by = Actor.system("build_report")
        try:
            report = report_open(
                programme=self.chosen(programme), kind=kind, period=Period.parse(period), by=by
            )
        except (Invalid, ValueError) as refused:
            raise CommandError(str(refused)) from None
        report = report_build(report_id=report.pk, by=by)
        for file in Report.objects.get(pk=report.pk).files.all():  # type: ignore[attr-defined]
            self.stdout.write(default_storage.path(file.stored.name))

    def chosen(self, pk: UUID | None) -> Programme:
        live: Any = Programme.objects.live()
        if pk:
            found = live.filter(pk=pk).first()
        else:
            found = access.programme_now(list(live.order_by("-period", "pk")), timezone.localdate())
        if found is None:
            raise CommandError("There is no such programme.")
        return found
