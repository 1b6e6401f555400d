"""Run as a process of its own: `prepare` the database, or ask for jobs and print their ids."""

import secrets
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


def editors(count: int) -> None:
    """A project that both cities see, and editors of both: half with a session, half with a token.

    Printed as JSON: the project's id, `[cookie, session]` pairs and tokens.
    """
    import json
    from datetime import timedelta

    from django.test import Client
    from django.test.utils import override_settings
    from django.utils import timezone
    from oauth2_provider.models import AccessToken

    from accounts.actors import Actor
    from accounts.models import City, Role
    from accounts.services import client_create, person_create
    from programme.models import Area, Programme
    from projects.models import Project
    from projects.services import project_create

    project = project_create(
        project=Project(programme=Programme.objects.get(), visibility="shared", title_en="Signals"),
        parts={"areas": [str(Area.objects.first().pk)]},
        original="en",
        by=Actor.system("tests"),
    )
    found: dict = {"project": str(project.pk), "sessions": [], "tokens": []}
    cities = [City.objects.get(code=code) for code in ("MOW", "BJS")]
    name = secrets.token_hex(4)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        for number in range(count):
            person = person_create(
                email=f"{name}-{number}@example.org",
                name=f"Editor {number}",
                password=secrets.token_hex(16),
                city=cities[number % 4 // 2],
                roles=[Role.EDITOR],
            )
            if number % 2:
                browser = Client()
                browser.force_login(person)
                ((cookie, morsel),) = browser.cookies.items()
                found["sessions"].append([cookie, morsel.value])
                continue
            scopes = ["projects:read", "projects:write"]
            client = client_create(
                client_id=f"{name}-{number}", secret="x" * 30, name=name, official=person, scopes=scopes
            )
            token, until = secrets.token_hex(20), timezone.now() + timedelta(hours=2)
            AccessToken.objects.create(
                application=client, token=token, scope=" ".join(scopes), expires=until
            )
            found["tokens"].append(token)
    print(json.dumps(found))


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "prepare":
        prepare(sys.argv[2])
    elif sys.argv[1] == "editors":
        editors(int(sys.argv[2]))
    else:
        ask(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
