"""A plant of the product's own processes for one test module, and a browser that works with it."""

import http.client
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg2
from django.conf import settings

from config.local import environment
from config.local.processes import Child, Interrupts, start
from config.local.redis import Redis
from tests.forms import Fields

ROOT = Path(__file__).resolve().parent.parent.parent
LONG = os.environ.get("FAULTS") == "long"
QUICK = {"JOB_LEASE": "2", "MINUTE": "1", "JOB_SENT_AGAIN_AFTER": "4"}
PASSWORD = secrets.token_urlsafe(16)
CELERY = [sys.executable, "-m", "celery", "--app", "config.celery", "--quiet"]
GUNICORN = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
MINE = "SELECT state, count(*) FROM records_job WHERE kind IN ('row', 'poison') GROUP BY state"


class Plant:
    """A database, a Redis and the processes of the product, all of them for these tests alone."""

    def __init__(self, folder: Path, sockets: Path) -> None:
        self.folder, self.children = folder, []
        server = settings.DATABASES["default"]
        self.server = {
            "host": server["HOST"], "port": server["PORT"] or 5432, "user": server["USER"],
            "password": server["PASSWORD"],
        }  # fmt: skip
        self.name = f"faults_{secrets.token_hex(4)}"
        template = os.environ.get("TEST_TEMPLATE", "template0")
        self.admin(f"CREATE DATABASE {self.name} TEMPLATE {template}")
        self.redis_server = Redis(folder / "redis", sockets, folder / "redis.log", environment.servers())
        self.redis = self.redis_server.start(Interrupts())
        place = (
            f"//{server['HOST']}/"
            if server["HOST"].startswith("/")
            else f"{server['HOST']}:{self.server['port']}/"
        )
        who = server["USER"] + (f":{server['PASSWORD']}" if server["PASSWORD"] else "")
        self.env = environment.product(
            "test",
            folder / "var",
            {
                **QUICK,
                "DATABASE_URL": f"postgres://{who}@{place}{self.name}",
                "REDIS_URL": self.redis_server.url,
                "DJANGO_SETTINGS_MODULE": "tests.faults.jobs_settings",
                "LOG_LEVEL": "INFO",
            },
        )
        self.env["DJANGO_SETTINGS_MODULE"] = "tests.faults.jobs_settings"
        self.python("prepare", PASSWORD)
        self.database = psycopg2.connect(dbname=self.name, **self.server)
        self.database.autocommit = True

    def admin(self, statement: str) -> None:
        connection = psycopg2.connect(dbname="postgres", **self.server)
        connection.autocommit = True
        connection.cursor().execute(statement)
        connection.close()

    def python(self, *words: Any) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.jobs_ask", *map(str, words)],
            cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=90,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sql(self, statement: str, *values: Any) -> list[Any]:
        with self.database.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def ask(self, kind: str, count: int, seconds: float = 0.2, times: int = 1) -> list[str]:
        return self.python(kind, count, seconds, times).split()

    def begin(self, name: str, command: list[str], **env: str) -> Child:
        log = self.folder / f"{name}-{len(self.children)}.log"
        child = start(name, command, log=log, env={**self.env, **env}, cwd=ROOT)
        self.children.append(child)
        return child

    def worker(self, **env: str) -> Child:
        options = ["--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        return self.begin("worker", [*CELERY, "worker", *options], **env)

    def beat(self, **env: str) -> Child:
        return self.begin("beat", [*CELERY, "beat", "--pidfile", "", "--loglevel", "INFO"], **env)

    def end(self) -> None:
        """All processes but Redis, at once; then what is left of the test's jobs."""
        for child in self.children:
            child.kill_all()
        self.children.clear()
        self.sql("TRUNCATE records_job CASCADE")  # the report that beat makes has one too
        self.sql("DELETE FROM faults_run")
        self.sql("DELETE FROM faults_row")
        self.redis_cli("FLUSHALL")

    def redis_cli(self, command: str) -> Any:
        import redis

        return redis.Redis.from_url(self.redis_server.url).execute_command(command)

    def states(self) -> dict[str, int]:
        return dict(self.sql(MINE))

    def wait_until_done(self, count: int, seconds: float) -> None:
        wait_for(lambda: self.states().get("done", 0) >= count, seconds)
        assert self.states().get("done") == count, (self.states(), self.logs())
        assert self.sql("SELECT count(*) FROM faults_row") == [(count,)], "one row for each job"

    def overlaps(self) -> int:
        """How often two runs of one job were at it at the same time."""
        ((found,),) = self.sql(
            "SELECT count(*) FROM faults_run a JOIN faults_run b ON a.job = b.job AND a.ctid < b.ctid"
            " AND tstzrange(a.began, a.ended) && tstzrange(b.began, b.ended)"
            " WHERE a.ended IS NOT NULL AND b.ended IS NOT NULL"
        )
        return found

    def logs(self) -> str:
        return "\n".join(child.last_words(20) for child in self.children)


def wait_for(condition: Any, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < until:
        time.sleep(0.1)
    return bool(met)


class Browser:
    def __init__(self, port: int, patience: float = 20) -> None:
        self.port, self.patience = port, patience
        self.cookies: dict[str, str] = {}

    def call(
        self, method: str, path: str, fields: list[tuple[str, str]] | None = None
    ) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {
            "Referer": f"http://127.0.0.1:{self.port}/",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request(method, path, urlencode(fields) if fields else None, headers)
        response = connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        text = response.read().decode()
        connection.close()
        return response.status, text, response.headers.get("Location", "")

    def is_up(self) -> bool:
        try:
            return self.call("GET", "/health")[0] == 200
        except OSError:
            return False

    def sign_in(self) -> None:
        _status, page, _ = self.call("GET", "/account/login/")
        token = re.search(r'name="csrfmiddlewaretoken"[^>]*value="([^"]+)"', page)[1]
        fields = [("csrfmiddlewaretoken", token), ("login", "editor@example.org"), ("password", PASSWORD)]
        status, text, _ = self.call("POST", "/account/login/", fields)
        assert status == 302, text

    def save_a_project(self, title: str) -> str:
        _status, page, _ = self.call("GET", "/projects/")
        path = re.search(r'href="(/projects/[0-9a-f-]{36}/)"', page)[1] + "edit/"
        status, page, _ = self.call("GET", path)
        assert status == 200
        form = page[page.index('name="base"') - 3000 :] if 'name="base"' in page else page
        fields = [(name, title if name == "title_en" else value) for name, value in Fields(page).fields]
        assert form
        fields = [
            (name, value) for name, value in fields if name not in {"next", "language", "discard", "theme"}
        ]
        status, text, _ = self.call("POST", path, fields)
        assert status == 302, (status, text[:2000])
        return title


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
