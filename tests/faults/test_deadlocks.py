"""No deadlocks: threads that do whatever services there are to few projects, in any order.

A refusal is an answer; an error of the database is not. `make faults` takes 16 threads of 500 acts.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import psycopg2
import pytest
from django.db import OperationalError, connection, transaction

from accounts.actors import Actor
from approvals.models import Proposal
from approvals.services import (
    proposal_accept,
    proposal_counter,
    proposal_raise,
    proposal_refuse,
    proposal_withdraw,
)
from programme.models import Remit
from projects.models import Milestone, Project, Risk
from projects.services import (
    part_amend,
    part_archive,
    part_create,
    part_restore,
    project_amend,
    project_archive,
    project_restore,
    project_start,
)
from projects.states import ACTS, TRANSITIONS
from records.errors import Refused
from tests.approvals.joint import titles
from tests.faults.plant import LONG

THREADS, ACTS_EACH, PROJECTS = (16, 500, 6) if LONG else (8, 15, 3)

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


class Worker:
    """One thread's acts, chosen at random from a seed."""

    def __init__(self, stage: Any, projects: list[Project], seed: int) -> None:
        self.dice, self.projects = random.Random(seed), projects
        self.people = [stage.people[name] for name in (
            "moscow_editor", "moscow_secretary", "beijing_editor", "beijing_coordinator",
        )]  # fmt: skip
        self.areas = [str(area.pk) for area in stage.areas]
        self.done: Counter[str] = Counter()
        self.errors: list[Exception] = []

    def act(self) -> None:
        name, run = self.chosen()
        try:
            run(by=Actor(user=self.dice.choice(self.people)))
        except Refused as refusal:
            self.done[type(refusal).__name__] += 1
        except Exception as error:
            self.errors.append(error)
        else:
            self.done[name] += 1

    def chosen(self) -> tuple[str, Callable[..., Any]]:
        """A service with its arguments, as somebody who read a moment ago would call it."""
        project = Project.objects.get(pk=self.dice.choice(self.projects).pk)
        now = {"base_version": project.version}
        milestone = self.one_of(Milestone.objects.filter(project=project))
        proposal = self.one_of(Proposal.objects.filter(subject_id=project.pk))
        day = (date(2022, 1, 1) + timedelta(days=self.dice.randrange(300))).isoformat()
        possible = [act for act in ACTS if act in TRANSITIONS and project.state in TRANSITIONS[act].sources]
        areas = self.dice.sample(self.areas, self.dice.choice([1, 2]))
        acts: list[Callable[..., Any]] = [
            partial(project_amend, project=project, changes={"summary_en": f"Since {day}"}, **now),
            partial(project_amend, project=project, changes={"areas": areas, "ends_on": day}, **now),
            partial(project_start, project=project, **now),
            partial(part_create, part=Milestone(project=project, due_on=day, **titles("title", "Train"))),
            partial(part_create, part=Risk(project=project, **titles("title", "Snow"))),
            partial(
                proposal_raise, subject=project, act=self.dice.choice(possible or [*ACTS]), language="en"
            ),
            partial(proposal_raise, subject=project, act="change", changes={"ends_on": day}, language="en"),
        ]
        if project.archived_at and self.dice.random() < 0.5:
            return "project_restore", partial(project_restore, project=project, **now)
        if self.dice.random() < 0.3:
            acts.append(partial(project_archive, project=project, **now))
        if milestone:
            base = {"part": milestone, "base_version": milestone.version}
            acts += [
                partial(part_amend, changes={"forecast_on": day}, **base),
                partial(part_amend, changes={"due_on": day}, **base),
                partial(part_restore if milestone.archived_at else part_archive, **base),
                partial(
                    proposal_raise, subject=project, act="change", language="en",
                    changes={f"milestones/{milestone.pk}/due_on": day},
                ),
            ]  # fmt: skip
        if proposal:
            word = {"proposal": proposal, "language": "en"}
            acts += 3 * [partial(proposal_accept, **word)]
            acts += [
                partial(proposal_refuse, comment="Not now", **word),
                partial(proposal_withdraw, proposal=proposal),
                partial(proposal_counter, changes={"ends_on": day}, message="Longer", **word),
            ]
        chosen: Any = self.dice.choice(acts)
        return chosen.func.__name__, chosen

    def one_of(self, records: Any) -> Any:
        found = list(records.order_by("-created_at")[:4])
        return self.dice.choice(found) if found else None


def everybody_at_once(workers: list[Worker], times: int) -> None:
    together = Barrier(len(workers), timeout=120)

    def work(worker: Worker) -> None:
        try:
            together.wait()
            for _ in range(times):
                worker.act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(work, workers))


@pytest.fixture
def projects(stage: Any) -> list[Project]:
    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)
    return [stage.project(**titles("title", f"Signals {number}")) for number in range(PROJECTS)]


def test_random_services_never_stand_in_each_others_way(stage: Any, projects: list[Project]) -> None:
    workers = [Worker(stage, projects, seed) for seed in range(THREADS)]
    everybody_at_once(workers, ACTS_EACH)
    done = sum((worker.done for worker in workers), Counter())
    print(f"\n{THREADS} threads, {THREADS * ACTS_EACH} acts: {dict(done.most_common())}")
    assert [error for worker in workers for error in worker.errors] == []
    assert sum(done.values()) == THREADS * ACTS_EACH
    assert {"project_amend", "part_create", "proposal_raise"} <= set(done)


def test_control_two_who_lock_in_different_orders_meet_in_a_deadlock(projects: list[Project]) -> None:
    """So a deadlock would have been seen above."""
    meeting = Barrier(2, timeout=120)

    def lock(order: list[Project]) -> str:
        try:
            with transaction.atomic():
                Project.objects.select_for_update().get(pk=order[0].pk)
                meeting.wait()
                Project.objects.select_for_update().get(pk=order[1].pk)
        except OperationalError as error:
            return str(getattr(error.__cause__, "pgcode", ""))
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lock, [projects[:2], projects[1::-1]]))
    assert "40P01" in codes


# A row that somebody else holds for too long.


@contextmanager
def held(project: Project) -> Iterator[None]:
    """Another connection has the project's row, and does not let go; ours waits 200 ms for it."""
    parameters = connection.get_connection_params()
    known = {
        name: parameters[name]
        for name in ("dbname", "host", "user", "password", "port")
        if name in parameters
    }
    other = psycopg2.connect(**known)
    other.cursor().execute("SELECT FROM projects_project WHERE id = %s FOR UPDATE", [str(project.pk)])
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 200")
    try:
        yield
    finally:
        other.close()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def test_a_call_that_waits_too_long_for_a_row_is_503_and_says_when_to_come_back(
    stage: Any, projects: list[Project]
) -> None:
    client, where = stage.client("moscow_editor"), f"/api/v1/projects/{projects[0].pk}"
    how: Any = {"content_type": "application/json", "headers": {"If-Match": '"1"'}}
    with held(projects[0]):
        answers = [client.patch(where, {"starts_on": "2021-01-01"}, **how), client.delete(where, **how)]
    for answer in answers:
        assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
        assert int(answer["Retry-After"]) > 0
        assert answer.json()["request_id"]
    assert client.patch(where, {"starts_on": "2021-01-01"}, **how).status_code == 200


def test_a_page_that_waits_too_long_for_a_row_says_so(
    stage: Any, projects: list[Project], post_form: Any
) -> None:
    client, where = stage.client("moscow_editor"), f"/projects/{projects[0].pk}/"
    opened = client.get(f"{where}edit/")
    with held(projects[0]):
        answers = [
            post_form(client, f"{where}edit/", opened, title_en="Doors"),
            client.post(f"{where}archive/", {"version": "1"}),
        ]
    for answer in answers:
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0
    assert post_form(client, f"{where}edit/", opened, title_en="Doors").status_code == 302
