"""Tables of experts as offices write them, for the tests of imports."""

import io
from typing import Any
from unittest import mock

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from experts.models import ExpertImport
from records import jobs
from records.models import Job

HEAD = (
    "Number",
    "Name in Latin letters",
    "Name in Russian",
    "Affiliation (Russian)",
    "Fields",
    "Languages",
)
ROW = (
    "M-1",
    "Anna Orlova",
    "Анна Орлова",
    "Московский метрополитен",
    "metro-signalling",
    "ru:native; en:C1",
)


def as_csv(*rows: Any, head: Any = HEAD, delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    lines = []
    for row in (head, *rows):
        cells = [
            f'"{cell.replace(chr(34), chr(34) * 2)}"' if "\n" in cell or delimiter in cell else cell
            for cell in row
        ]
        lines.append(delimiter.join(cells))
    return "\r\n".join(lines).encode(encoding)


def as_xlsx(*rows: Any, head: Any = HEAD) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((head, *rows)):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def bring(client: Any, content: bytes, name: str = "experts.csv", language: str = "en") -> Any:
    """Upload a file; the answer is a redirect to its preview, or the page again."""
    return client.post(
        "/experts/import/", {"upload": SimpleUploadedFile(name, content), "language": language}
    )


def brought(client: Any, content: bytes, name: str = "experts.csv", language: str = "en") -> ExpertImport:
    answer = bring(client, content, name, language)
    assert answer.status_code == 302, answer.context["form"].errors
    return ExpertImport.objects.latest("created_at")


def confirm(client: Any, found: ExpertImport) -> ExpertImport:
    """Confirm what the preview shows, and do the job."""
    plan = client.get(found.get_absolute_url()).context["plan"]
    answer = client.post(f"{found.get_absolute_url()}apply/", {"token": plan.token})
    assert answer.status_code == 302
    run(found)
    found.refresh_from_db()
    return found


def run(found: ExpertImport) -> Job:
    found.refresh_from_db()
    assert found.job_id, "it was not confirmed"
    return run_job(found.job_id)


def run_job(pk: Any) -> Job:
    """Do a job inside the test's transaction, which the heartbeat's own connection does not see into."""
    with mock.patch("records.heartbeat.Heartbeat.say"):
        jobs.run(pk)
    return Job.objects.get(pk=pk)
