"""Deputies while a colleague is away, and a leaver's work that goes to a colleague in one act."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import HandOver, PartnerClient, Role, User
from accounts.services import absence_set, client_create, person_create, person_hand_over
from approvals.assignments import assignment_create
from approvals.models import Assignment, Decision
from approvals.services import proposal_accept, proposal_raise
from delivery.models import Follow
from delivery.services import record_follow
from programme.models import Remit
from programme.remits import deciders
from projects.models import Lead
from records.errors import Invalid, NotAllowed
from records.models import Change
from tests.conftest import PASSWORD

TITLES = {"title_en": "Signals", "title_ru": "Сигналы", "title_zh_hans": "信号"}
TODAY = timezone.localdate


@pytest.fixture
def deputy(stage: Any) -> User:
    """A second coordinator in Beijing, without any remit."""
    stage.people["deputy"] = person_create(
        email="deputy@example.org", name="Deputy", password=PASSWORD, city=stage.cities["BJS"],
        roles=[Role.COORDINATOR],
    )  # fmt: skip
    return stage.people["deputy"]


def away(stage: Any, who: str, deputy: User, *, begins: int = -1, ends: int = 1) -> None:
    day = TODAY()
    absence_set(
        deputy=deputy,
        away_from=day + timedelta(days=begins),
        away_until=day + timedelta(days=ends),
        by=stage.actor(who),
    )


def proposed(stage: Any) -> Any:
    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)
    project = stage.project(**TITLES)
    return proposal_raise(subject=project, act="agree", language="en", by=stage.actor("moscow_editor"))


def test_a_deputy_decides_in_the_remit_of_whom_they_stand_in_for(stage: Any, deputy: User) -> None:
    proposal = proposed(stage)
    areas = type(stage.areas[0]).objects.filter(pk=stage.areas[0].pk)
    able = User.objects.filter(deciders(city_id=stage.cities["BJS"].pk, areas=areas))
    with pytest.raises(NotAllowed, match="remit"):
        proposal_accept(proposal=proposal, language="en", by=Actor(user=deputy))
    assert deputy not in able
    away(stage, "beijing_coordinator", deputy)
    assert deputy in able.all()
    proposal_accept(proposal=proposal, language="en", by=Actor(user=deputy))
    decision = Decision.objects.get()
    assert (decision.decided_by, decision.stands_for) == (deputy, stage.people["beijing_coordinator"])


@pytest.mark.parametrize(("begins", "ends"), [(1, 5), (-5, -1)])
def test_only_while_the_colleague_is_away(stage: Any, deputy: User, begins: int, ends: int) -> None:
    proposal = proposed(stage)
    away(stage, "beijing_coordinator", deputy, begins=begins, ends=ends)
    with pytest.raises(NotAllowed, match="remit"):
        proposal_accept(proposal=proposal, language="en", by=Actor(user=deputy))


def test_a_deputy_who_decides_nothing_does_not_begin_to(stage: Any) -> None:
    proposal = proposed(stage)
    away(stage, "beijing_coordinator", stage.people["beijing_editor"])
    with pytest.raises(NotAllowed, match="coordinator"):
        proposal_accept(proposal=proposal, language="en", by=stage.actor("beijing_editor"))


def test_one_s_own_remit_names_nobody(stage: Any) -> None:
    proposal_accept(proposal=proposed(stage), language="en", by=stage.actor("beijing_coordinator"))
    assert Decision.objects.get().stands_for is None


def test_what_waits_on_the_absent_waits_on_the_deputy(stage: Any, deputy: User) -> None:
    project = stage.project(**TITLES)
    coordinator = stage.people["beijing_coordinator"]
    assignment_create(
        subject=project, assignee=coordinator, task="Look here", by=stage.actor("beijing_editor")
    )
    client = stage.client("deputy")
    assert "Look here" not in client.get("/waiting/opinions/").content.decode()
    away(stage, "beijing_coordinator", deputy)
    shown = client.get("/waiting/opinions/").content.decode()
    assert "Look here" in shown
    assert "in place of Beijing Coordinator" in shown


def test_the_page_sets_it_and_refuses_the_other_city(stage: Any) -> None:
    client = stage.client("moscow_editor")
    day = TODAY().isoformat()
    wrong = {"deputy": stage.people["beijing_editor"].pk, "away_from": day, "away_until": day}
    assert client.post("/absence/", wrong).status_code == 422
    assert client.post("/absence/", {"away_from": day}).status_code == 422
    right = {**wrong, "deputy": stage.people["moscow_secretary"].pk}
    assert client.post("/absence/", right).status_code == 302
    stage.people["moscow_editor"].refresh_from_db()
    assert stage.people["moscow_editor"].deputy == stage.people["moscow_secretary"]


# Leaving


@pytest.fixture
def held(stage: Any) -> Any:
    """A Moscow editor who holds something of every sort."""
    leaver = stage.people["moscow_editor"]
    project = stage.project(**TITLES)
    Lead.objects.create(project=project, city=stage.cities["MOW"], contact=leaver)
    assignment_create(subject=project, assignee=leaver, by=stage.actor("moscow_secretary"))
    Remit.objects.create(user=leaver, area=stage.areas[0])
    record_follow(kind="project", record_id=project.pk, by=stage.actor("moscow_editor"))
    client_create(client_id="x", secret="y" * 20, name="Metro", official=leaver, scopes=[])
    User.objects.filter(pk=stage.people["moscow_reader"].pk).update(deputy=leaver)
    return project


def heirs(stage: Any, project: Any) -> set[str]:
    return {
        Lead.objects.get(project=project).contact.name,
        Assignment.objects.get().assignee.name,
        Remit.objects.get().user.name,
        Follow.objects.get().user.name,
        PartnerClient.objects.get().official.name,
        User.objects.get(pk=stage.people["moscow_reader"].pk).deputy.name,
    }


def test_all_of_it_moves_and_the_account_is_closed(stage: Any, held: Any) -> None:
    version = held.version
    to = stage.people["moscow_secretary"]
    by = stage.actor("moscow_secretary")
    person_hand_over(person=stage.people["moscow_editor"], to=to, by=by)
    assert heirs(stage, held) == {"Moscow Secretary"}
    stage.people["moscow_editor"].refresh_from_db()
    assert not stage.people["moscow_editor"].is_active
    assert sum(HandOver.objects.get().moved.values()) == 6
    held.refresh_from_db()
    assert held.version == version + 1
    assert Change.objects.filter(record_id=held.pk, fields=["contacts/MOW"]).exists()


def test_nothing_is_half_done(stage: Any, held: Any, monkeypatch: Any) -> None:
    from records import holding

    def fails(**_move: Any) -> int:
        raise DatabaseError("on the way")

    last = holding.Holding(label="breaks", held=lambda person: Follow.objects.none(), move=fails)
    monkeypatch.setattr(holding, "HOLDINGS", [*holding.HOLDINGS, last])
    with pytest.raises(DatabaseError):
        person_hand_over(
            person=stage.people["moscow_editor"],
            to=stage.people["moscow_secretary"],
            by=stage.actor("moscow_secretary"),
        )
    assert heirs(stage, held) == {"Moscow Editor"}
    stage.people["moscow_editor"].refresh_from_db()
    assert stage.people["moscow_editor"].is_active


@pytest.mark.parametrize("who", ["moscow_editor", "beijing_coordinator", "moscow_reader"])
def test_only_a_secretary_of_the_city_or_an_administrator(stage: Any, who: str) -> None:
    with pytest.raises(NotAllowed):
        person_hand_over(
            person=stage.people["moscow_editor"], to=stage.people["moscow_secretary"], by=stage.actor(who)
        )


def test_an_administrator_does_it_too_and_only_within_a_city(stage: Any) -> None:
    by = stage.actor("administrator")
    for heir in ("beijing_editor", "moscow_editor", "reader"):
        with pytest.raises(Invalid):
            person_hand_over(person=stage.people["moscow_editor"], to=stage.people[heir], by=by)
    person_hand_over(person=stage.people["moscow_editor"], to=stage.people["moscow_secretary"], by=by)


def test_the_page_says_what_will_move(stage: Any, held: Any) -> None:
    client = stage.client("moscow_secretary")
    leaver = stage.people["moscow_editor"]
    page = f"/people/{leaver.pk}/hand-over/"
    shown = client.get(page).content.decode()
    assert [word in shown for word in ("Signals", "Transport", "Metro", "contact of joint projects")] == [
        True
    ] * 4
    assert client.post(page, {"to": stage.people["moscow_reader"].pk}).status_code == 302
    leaver.refresh_from_db()
    assert not leaver.is_active
    assert "Moscow Editor to Moscow Reader" in client.get("/people/").content.decode()
