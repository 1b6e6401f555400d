"""Opinions are asked for inside one city, and the other city learns of it by no way."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role
from approvals.assignments import assignment_answer, assignment_create, assignment_withdraw
from approvals.models import Assignment
from delivery.maker import notices_make
from delivery.models import Notice, Reason
from delivery.services import record_follow
from records.errors import EditConflict, Invalid, NotAllowed, NotVisible
from records.models import Visibility

CANARY = "Kryptonite"


@pytest.fixture
def asked(stage: Any, approvals: Any) -> Assignment:
    approvals.person("moscow_colleague", "MOW", Role.EDITOR)
    return assignment_create(
        subject=approvals.project,
        assignee=stage.people["moscow_colleague"],
        task=f"{CANARY} task",
        due_on=timezone.localdate() + timedelta(days=5),
        by=stage.actor("moscow_editor"),
    )


def answer(stage: Any, asked: Assignment, who: str = "moscow_colleague") -> Assignment:
    return assignment_answer(
        assignment=asked, opinion=f"{CANARY} opinion", base_version=asked.version, by=stage.actor(who)
    )


def test_whoever_is_asked_answers_and_whoever_asked_is_told(stage: Any, asked: Assignment) -> None:
    notices_make()
    answer(stage, asked)
    notices_make()
    told = Notice.objects.filter(kind="assignment").values_list("user__name", "reason")
    assert set(told) == {
        ("Moscow Colleague", Reason.ASSIGNED),
        ("Moscow Editor", Reason.OPINION),
    }
    asked.refresh_from_db()
    assert asked.answered_by == stage.people["moscow_colleague"]


@pytest.mark.parametrize("who", ["moscow_editor", "moscow_secretary", "moscow_reader"])
def test_nobody_else_answers(stage: Any, asked: Assignment, who: str) -> None:
    with pytest.raises(NotAllowed):
        answer(stage, asked, who)


def test_somebody_of_the_unit_answers(stage: Any, approvals: Any) -> None:
    unit = stage.cities["MOW"].organisations.get()
    person = stage.people["moscow_reader"]
    asked = assignment_create(subject=approvals.project, unit=unit, by=stage.actor("moscow_editor"))
    with pytest.raises(NotAllowed):
        answer(stage, asked, "moscow_reader")
    type(person).objects.filter(pk=person.pk).update(organisation=unit)
    assert answer(stage, asked, "moscow_reader").opinion


def test_only_one_s_own_city_is_asked(stage: Any, approvals: Any) -> None:
    for whom in ({"assignee": stage.people["beijing_editor"]}, {}, {"assignee": stage.people["stranger"]}):
        with pytest.raises(Invalid):
            assignment_create(subject=approvals.project, by=stage.actor("moscow_editor"), **whom)
    with pytest.raises(NotAllowed):
        assignment_create(
            subject=approvals.project,
            assignee=stage.people["moscow_editor"],
            by=stage.actor("moscow_reader"),
        )


def test_two_answers_are_a_conflict(stage: Any, asked: Assignment) -> None:
    answer(stage, asked)
    with pytest.raises(EditConflict):
        answer(stage, asked)


def test_what_is_withdrawn_is_answered_no_more(stage: Any, asked: Assignment) -> None:
    assignment_withdraw(assignment=asked, base_version=asked.version, by=stage.actor("moscow_editor"))
    with pytest.raises(NotAllowed, match="withdrawn"):
        answer(stage, asked)


# The other city

OTHERS = ["anonymous", "reader", "stranger", "beijing_editor", "beijing_coordinator"]


def ways(project: Any, asked: Assignment) -> list[str]:
    return [
        "/",
        project.get_absolute_url(),
        "/projects/",
        "/notices/",
        "/follows/",
        f"/records/project/{project.pk}/opinions/",
        f"/records/project/{project.pk}/remarks/",
        "/waiting/opinions/",
        "/waiting/opinions-due/",
        asked.get_absolute_url(),
        f"{asked.get_absolute_url()}answer/",
        "/api/v1/changes",
        f"/api/v1/projects/{project.pk}",
        "/api/v1/projects?search=Kryptonite",
        "/admin/records/change/",
    ]


def seen(stage: Any, who: str, project: Any, asked: Assignment) -> str:
    client = stage.client(who)
    return " ".join(client.get(way).content.decode() for way in ways(project, asked))


@pytest.mark.parametrize("who", [*OTHERS, "administrator", "beijing_administrator"])
def test_the_other_city_never_learns_of_it(stage: Any, approvals: Any, asked: Assignment, who: str) -> None:
    assigned = answer(stage, asked)
    approvals.person("beijing_administrator", "BJS", Role.ADMINISTRATOR)
    if who != "anonymous":
        with pytest.raises(NotVisible):
            record_follow(kind="assignment", record_id=assigned.pk, by=stage.actor(who))
    notices_make()
    shown = seen(stage, who, approvals.project, assigned)
    assert CANARY not in shown
    # An administrator of no city learns that something of Moscow's changed, by kind and id, no more.
    if who != "administrator":
        assert "Moscow Colleague" not in shown
        assert str(assigned.pk) not in shown.replace(f"/opinions/{assigned.pk}/", "")
    assert not Assignment.objects.visible_to(stage.actor(who)).exists()
    if who != "anonymous":
        assert not Notice.objects.filter(user=stage.people[who], kind="assignment").exists()
    assert [stage.client(who).get(way).status_code for way in (asked.get_absolute_url(),)] != [200]


def test_the_own_city_does(stage: Any, approvals: Any, asked: Assignment) -> None:
    """The negative control of the test before: by the same ways it is found."""
    shown = seen(stage, "moscow_editor", approvals.project, answer(stage, asked))
    assert CANARY in shown
    assert str(asked.pk) in shown


def test_the_guard_is_the_visibility(stage: Any, approvals: Any, asked: Assignment) -> None:
    """Were it not Moscow's own, Beijing would see it: which the database does not let happen."""
    from django.db import DatabaseError, connection, transaction

    shared = "UPDATE approvals_assignment SET visibility = 'shared'"
    with pytest.raises(DatabaseError, match="approvals_assignment_own"), transaction.atomic():
        connection.cursor().execute(shared)
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    connection.cursor().execute("ALTER TABLE approvals_assignment DROP CONSTRAINT approvals_assignment_own")
    connection.cursor().execute(shared)
    assert Assignment.objects.visible_to(stage.actor("beijing_editor")).exists()


def test_the_pages_ask_and_answer(stage: Any, approvals: Any) -> None:
    editor, project = stage.client("moscow_editor"), approvals.project
    page = f"/records/project/{project.pk}/opinions/"
    assert "Ask a colleague" in editor.get(page).content.decode()
    refused = editor.post(f"{page}ask/", {"task": "x"})
    assert refused.status_code == 422
    made = editor.post(
        f"{page}ask/", {"assignee": stage.people["moscow_secretary"].pk, "task": "Is the end right?"}
    )
    assignment = Assignment.objects.get()
    assert made.headers["Location"] == assignment.get_absolute_url()
    secretary = stage.client("moscow_secretary")
    assert "Is the end right?" in secretary.get("/").content.decode()
    opened = secretary.get(f"{assignment.get_absolute_url()}answer/")
    form = opened.context["form"]
    data = {"version": form["version"].value(), "base": form["base"].value(), "opinion": "It is."}
    assert secretary.post(f"{assignment.get_absolute_url()}answer/", data).status_code == 302
    assert "It is." in editor.get(page).content.decode()
    assert "It is." not in secretary.get("/").content.decode()


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.SHARED])
def test_the_list_asks_a_constant_number_of_queries(
    stage: Any, visibility: str, django_assert_max_num_queries: Any
) -> None:
    project = stage.project(visibility=visibility)
    for _n in range(5):
        assignment_create(
            subject=project, assignee=stage.people["moscow_editor"], by=stage.actor("moscow_secretary")
        )
    client = stage.client("moscow_editor")
    with django_assert_max_num_queries(12):
        assert client.get(f"/records/project/{project.pk}/opinions/").status_code == 200
