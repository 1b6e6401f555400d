"""Run as a process of its own: `prepare` the database, or ask for jobs and print their ids."""

import sys
from types import SimpleNamespace

import django

FACTS = "programme/facts/moscow_beijing_2021_2023.yaml"


def prepare(password: str) -> None:
    from django.core.management import call_command
    from django.db import connection

    from accounts.models import City, Role
    from accounts.services import person_create

    call_command("migrate", verbosity=0)
    call_command("load_programme", FACTS, verbosity=0)
    city = City.objects.get(code="MOW")
    person_create(
        email="editor@example.org", name="Editor", password=password, city=city, roles=[Role.EDITOR]
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE faults_row (job uuid PRIMARY KEY)")
        cursor.execute(
            "CREATE TABLE faults_run (job uuid, holder uuid, began timestamptz, ended timestamptz)"
        )


def ask(kind: str, count: int, seconds: float, times: int) -> None:
    """Each message is sent `times` times, as a queue may do."""
    from celery import current_app

    import tests.faults.jobs_work  # noqa: F401
    from records.jobs import job_create

    for _ in range(count):
        nobody = SimpleNamespace(user_id=None, city_id=None)
        job = job_create(kind=kind, arguments={"seconds": seconds}, by=nobody)
        print(job.pk)
        for _more in range(times - 1):
            current_app.send_task("records.tasks.run_job", [str(job.pk)])


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "prepare":
        prepare(sys.argv[2])
    else:
        ask(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
