"""Prepares an installation with samples, starts gunicorn over it, measures, prints; see `make bench`."""

import argparse
import contextlib
import http.client
import io
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import django

FACTS = "programme/facts/moscow_beijing_2021_2023.yaml"
CONNECTIONS = 4
ROUNDS = 5  # each contender takes its turn in each round, so that a busy moment meets all of them
API, SERIALIZER, POSTGRES, EMPTY = (
    "/api/v1/projects?limit=100",
    "/bench/serializer?limit=100",
    "/bench/postgres",
    "/bench/empty",
)
REQUESTS = {API: 120, SERIALIZER: 40, POSTGRES: 120, EMPTY: 400}  # a round
GOALS = {SERIALIZER: 5.0, POSTGRES: 0.45}


@dataclass
class Measured:
    """What one contender did: requests a second in each round, and how long each request took."""

    rates: list[float]
    took: list[float]

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.took)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--projects", type=int, default=20_000)
    parser.add_argument("--experts", type=int, default=200_000, help="the goal is set for these")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    prepare(options.projects)
    experts(options.experts)
    with gunicorn() as port:
        same_content(port)
        found = {path: Measured([], []) for path in REQUESTS}
        for _ in range(min(options.rounds, 20)):
            for path, measured in found.items():
                run = load(port, path, REQUESTS[path])
                measured.rates.append(len(run["took"]) / run["seconds"])
                measured.took += run["took"]
        report(found, options.projects)
        pages(port)


def prepare(projects: int) -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    quiet: dict[str, Any] = {"stdout": io.StringIO(), "verbosity": 0}
    call_command("migrate", **quiet)
    call_command("collectstatic", interactive=False, **quiet)
    call_command("load_programme", FACTS, **quiet)
    call_command("make_local_accounts", **quiet)
    began = time.perf_counter()
    call_command("seed_sample", projects=projects, **quiet)
    print(f"{projects} sample projects made in {time.perf_counter() - began:.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def experts(count: int) -> None:
    """The judged set while nobody else is there, then the speed among many."""
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import search

    call_command("load_fields", stdout=io.StringIO())
    search.quality()
    if not count:
        connection.close()
        return
    began = time.perf_counter()
    call_command("seed_sample", experts=count, stdout=io.StringIO())
    print(f"\n{count} sample experts made in {time.perf_counter() - began:.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    search.speed()
    connection.close()


@contextlib.contextmanager
def gunicorn() -> Iterator[int]:
    """The product's own configuration, 2 × 4, on a free port of the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--log-level", "warning"],
        env={**os.environ, "BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "2", "WEB_THREADS": "4"},
    )
    try:
        until = time.monotonic() + 60
        while not answers(port):
            if server.poll() is not None or time.monotonic() > until:
                raise SystemExit("The web server did not start.")
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def answers(port: int) -> bool:
    try:
        get(port, "/health")
    except (OSError, http.client.HTTPException):
        return False
    return True


def get(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def same_content(port: int) -> None:
    """All three lists give the same records with the same fields, or nothing is compared."""
    lists = [json.loads(get(port, path))["results"] for path in (API, SERIALIZER, POSTGRES)]
    for record in (record for records in lists for record in records):
        for moment in ("created_at", "updated_at"):  # one moment, written differently
            record[moment] = record[moment].replace("+00:00", "").rstrip("Z0").rstrip(".")
    if not lists[0] == lists[1] == lists[2]:
        raise SystemExit("The lists that are compared differ in content.")


def load(port: int, path: str, count: int) -> dict[str, Any]:
    words = [sys.executable, "-m", "benchmarks.load", "127.0.0.1", port, path, count, CONNECTIONS]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def report(found: dict[str, Measured], projects: int) -> None:
    print(
        f"Python {platform.python_version()}; server, PostgreSQL and load share {os.cpu_count()} cores; "
        f"{projects} projects; gunicorn 2 × 4; {CONNECTIONS} connections; median of the rounds\n"
    )
    print("| request | requests/s | p50 ms | p95 ms |")
    print("|---|---|---|---|")
    for path, measured in found.items():
        print(
            f"| `{path}` | {measured.rate:.1f} | {measured.percentile(0.5):.1f} "
            f"| {measured.percentile(0.95):.1f} |"
        )
    print("\n| the product's list, compared with | ratio | goal | |")
    print("|---|---|---|---|")
    for path, goal in GOALS.items():
        ratio = found[API].rate / found[path].rate
        print(f"| `{path}` | {ratio:.2f} | ≥ {goal:g} | {'reached' if ratio >= goal else 'MISSED'} |")
    print()


def pages(port: int) -> None:
    """The time of each page over HTTP for a stranger, one at a time, and its queries for each reader."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from programme.models import Programme
    from projects.models import Project

    project: Any = Project.objects.filter(visibility="public", milestones__isnull=False).first()
    programme: Any = Programme.objects.get()
    official: Any = User.objects.with_standing().filter(memberships__role="secretary").first()
    readers = {"stranger": Client(), "official": Client()}
    readers["official"].force_login(official, "accounts.backend.Backend")
    print("| page | queries, stranger | queries, official | p50 ms | p95 ms | kB |")
    print("|---|---|---|---|---|---|")
    for name, path in {
        "home": "/",
        "projects": "/projects/",
        "projects, searched": "/projects/?search=metro",
        "projects, filtered": "/projects/?health=at_risk&late=false&work_from=2022-01-01",
        "projects, by progress": "/projects/?sort=-progress",
        "timeline": "/projects/timeline/",
        "a project": project.get_absolute_url(),
        "the programme": programme.get_absolute_url(),
    }.items():
        counts = []
        for client in readers.values():
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
                counts.append(len(queries))
        timed = []
        for _ in range(20):
            began = time.perf_counter()
            body = get(port, path)
            timed.append(time.perf_counter() - began)
        taken = Measured([], timed)
        print(
            f"| {name} | {counts[0]} | {counts[1]} | {taken.percentile(0.5):.0f} "
            f"| {taken.percentile(0.95):.0f} | {len(body) / 1000:.0f} |"
        )


if __name__ == "__main__":
    main()
