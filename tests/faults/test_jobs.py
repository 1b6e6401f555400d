"""Jobs under real faults: workers, beats and Redis are processes, and they are killed.

Lease, minute and the wait before a message is sent again are shortened to seconds;
everything else is as it is in production. `make faults` kills more often.
"""

import http.client
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import urlencode

import psycopg2
import pytest
from django.conf import settings

from config.local import environment
from config.local.processes import Child, Interrupts, start
from config.local.redis import Redis
from tests.forms import Fields

ROOT = Path(__file__).resolve().parent.parent.parent
LONG = os.environ.get("FAULTS") == "long"
KILLS, ROWS, GOOD = (20, 100, 50) if LONG else (4, 16, 12)
AWAY = 60.0 if LONG else 3.0  # seconds without Redis
QUICK = {"JOB_LEASE": "2", "MINUTE": "1", "JOB_SENT_AGAIN_AFTER": "4"}
PASSWORD = secrets.token_urlsafe(16)
CELERY = [sys.executable, "-m", "celery", "--app", "config.celery", "--quiet"]

pytestmark = pytest.mark.faults


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


@pytest.fixture(scope="module")
def running_plant(tmp_path_factory):
    sockets = Path(mkdtemp(prefix="trk-", dir="/tmp"))
    plant = Plant(tmp_path_factory.mktemp("plant"), sockets)
    yield plant
    plant.end()
    plant.database.close()
    plant.redis.kill_all()
    plant.admin(f"DROP DATABASE {plant.name} WITH (FORCE)")
    shutil.rmtree(sockets)


@pytest.fixture
def plant(running_plant):
    yield running_plant
    running_plant.end()


def wait_for(condition: Any, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < until:
        time.sleep(0.1)
    return bool(met)


def children_of(pid: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_killed_workers_lose_nothing_and_double_nothing(plant):
    """Every message comes three times; now a pool child is killed, now the whole worker."""
    worker = plant.worker()
    plant.beat()
    plant.ask("row", ROWS, seconds=0.5, times=3)
    for number in range(KILLS):
        assert wait_for(lambda: plant.states().get("running"), 30), plant.logs()
        time.sleep(0.3)
        if number % 2:
            worker.kill_all()
            worker = plant.worker()
        elif children := children_of(worker.process.pid):
            os.kill(children[0], signal.SIGKILL)
    plant.wait_until_done(ROWS, seconds=60 + ROWS)
    assert plant.overlaps() == 0
    assert plant.sql("SELECT max(attempts) FROM records_job WHERE kind IN ('row', 'poison')")[0][0] > 1, (
        "no kill met a job"
    )


def test_control_without_compare_and_set_jobs_are_done_twice_at_once(plant):
    plant.worker(GUARD_OFF="claim")
    plant.ask("row", 6, seconds=0.5, times=3)
    assert wait_for(lambda: plant.overlaps() > 0, 20), plant.logs()


def test_poison_is_parked_after_three_tries_and_the_rest_is_done(plant):
    plant.worker()
    plant.beat()
    (poison,) = plant.ask("poison", 1)
    plant.ask("row", GOOD, seconds=0.05)
    wait_for(lambda: plant.states().get("parked"), 40)
    plant.wait_until_done(GOOD, seconds=20 + GOOD)
    found = plant.sql("SELECT state, attempts, error FROM records_job WHERE id = %s", poison)
    assert found == [("parked", 3, "The worker died each time it was tried.")], plant.logs()
    assert plant.sql("SELECT count(*) FROM faults_run WHERE job = %s", poison) == [(3,)]


@pytest.mark.skipif(not LONG, reason="takes half a minute; runs with `make faults`")
def test_control_when_attempts_are_counted_after_the_work_poison_never_stops(plant):
    plant.worker(GUARD_OFF="attempts")
    plant.beat()
    (poison,) = plant.ask("poison", 1)
    runs = lambda: plant.sql("SELECT count(*) FROM faults_run WHERE job = %s", poison)[0][0]  # noqa: E731
    assert wait_for(lambda: runs() > 4, 60), plant.logs()
    assert plant.states().get("parked") is None


def test_redis_stopped_and_emptied_people_go_on_and_all_work_is_done(plant):
    with_port = free_port()
    plant.begin(
        "web",
        [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"],
        BIND=f"127.0.0.1:{with_port}",
    )
    plant.worker()
    plant.beat()
    browser = Browser(with_port)
    assert wait_for(browser.is_up, 30), plant.logs()

    plant.redis.kill_all()
    gone = time.monotonic()
    began = time.monotonic()
    asked = len(plant.ask("row", 3))
    assert time.monotonic() - began < 15, "whoever asks for work does not wait for Redis"
    browser.sign_in()
    saved = browser.save_a_project(f"Saved without Redis {secrets.token_hex(3)}")
    assert plant.sql("SELECT count(*) FROM projects_project WHERE title_en = %s", saved) == [(1,)]
    time.sleep(max(0.0, AWAY - (time.monotonic() - gone)))
    assert plant.states() == {"queued": 3}

    plant.redis = plant.redis_server.start(Interrupts())
    plant.redis_cli("FLUSHALL")
    back = time.monotonic()
    plant.wait_until_done(asked, seconds=120)
    assert time.monotonic() - back < 120

    for child in [child for child in plant.children if child.name == "worker"]:
        child.kill_all()
    asked += len(plant.ask("row", 3))
    plant.redis_cli("FLUSHALL")
    plant.worker()
    plant.wait_until_done(asked, seconds=60)
    assert plant.overlaps() == 0


def test_control_without_the_relay_what_redis_forgets_is_lost(plant):
    plant.beat(GUARD_OFF="relay")
    plant.ask("row", 2)
    plant.redis_cli("FLUSHALL")
    plant.worker(GUARD_OFF="relay")
    time.sleep(6)
    assert plant.states() == {"queued": 2}


def test_three_beats_at_once_do_no_more_than_one(plant):
    """The messages were lost, and all three find the same jobs due, minute after minute."""
    plant.ask("row", ROWS, seconds=0.05)
    plant.redis_cli("FLUSHALL")
    for _ in range(3):
        plant.beat()
    plant.worker()
    plant.wait_until_done(ROWS, seconds=60)
    time.sleep(3)
    assert plant.sql("SELECT count(*), count(DISTINCT job) FROM faults_run") == [(ROWS, ROWS)]


class Browser:
    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, {}

    def call(
        self, method: str, path: str, fields: list[tuple[str, str]] | None = None
    ) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
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
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
