"""What waits on whom, who is told, and the reminders."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from approvals.models import Reminder
from delivery.maker import notices_make
from delivery.models import Notice
from experts.link import opened, token_of
from experts.models import Letter
from experts.reminders import invitations_look_after
from experts.services import answers
from records.waiting import SOURCES

pytestmark = pytest.mark.django_db


def waits(stage, name):
    """What waits on somebody, by source, as far as it is of experts; with whether they can do it."""
    actor, on = stage.actor(name), timezone.localdate()
    found = {}
    for source in SOURCES.values():
        if "expert" in source.name or "request" in source.name or "engagement" in source.name:
            ranks = list(source.rows(actor, on).values_list("waits_rank", flat=True))
            if ranks:
                found[source.name] = ranks[0] == 0
    return found


def test_each_step_waits_on_whoever_owes_it(stage, asking):
    asking.shortlisted(request=asking.draft())
    assert waits(stage, "moscow_editor") == waits(stage, "beijing_coordinator") == {}
    found = asking.released()
    assert waits(stage, "moscow_editor") == {"expert-answers": False, "requests-unanswered": True}
    link = opened(token_of(found))
    answers.invitation_ask(link=link, text="谁付?")
    assert waits(stage, "moscow_editor")["expert-questions"]
    assert "expert-questions" not in waits(stage, "beijing_coordinator")
    answers.invitation_accept(link=link)
    assert "requests-unanswered" not in waits(stage, "moscow_editor")
    with time_machine.travel(timezone.now() + timedelta(days=60), tick=False):
        assert waits(stage, "moscow_editor")["engagements-to-close"]


def test_a_release_waits_on_the_experts_city(stage, asking):
    asking.invited()
    assert waits(stage, "beijing_coordinator") == {"experts-to-release": True}
    assert waits(stage, "beijing_editor") == {"experts-to-release": False}
    assert waits(stage, "moscow_editor")["experts-awaited"] is False
    assert waits(stage, "stranger") == waits(stage, "reader") == {}
    home = stage.client("beijing_coordinator").get("/")
    assert "Release the invited expert" in home.text


def told():
    notices_make()
    return {(notice.user.email.split("@")[0], notice.reason) for notice in Notice.objects.all()}


def test_those_whom_it_concerns_are_told(stage, asking):
    asking.shortlisted(email="")
    assert told() == set()
    found = asking.invited()
    assert told() == {("beijing_coordinator", "release")}
    lines = stage.client("beijing_coordinator").get("/notices/")
    assert "Сигнализация метро" in lines.text
    assert "Li Wei" not in lines.text
    Notice.objects.all().delete()
    found.refresh_from_db()
    released = asking.release(found)
    answers.invitation_ask(link=opened(token_of(released)), text="谁付?")
    assert told() == {("moscow_editor", "wrote")}
    answers.invitation_accept(link=opened(token_of(released)))
    assert ("moscow_editor", "invited") in told()


@pytest.mark.parametrize(("days", "steps"), [(1, []), (6, [3]), (12, [3, 7]), (30, [3, 7, 14])])
def test_whoever_owes_a_release_is_reminded(stage, asking, days, steps):
    asking.invited()
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        for _time in range(2):
            invitations_look_after()
    rows = Reminder.objects.filter(kind="invitation").order_by("step")
    assert [row.step for row in rows] == steps
    assert {row.city.code for row in rows} <= {"BJS"}


def test_the_expert_is_reminded_by_letter_once_a_step(asking):
    asking.released()
    with time_machine.travel(timezone.now() + timedelta(days=6), tick=False):
        for _time in range(2):
            invitations_look_after()
        assert [row.number for row in Letter.objects.filter(kind="reminder")] == [3]


def test_a_request_for_which_nobody_is_invited_reminds_its_author(stage, asking):
    asking.open()
    with time_machine.travel(timezone.now() + timedelta(days=6), tick=False):
        invitations_look_after()
    assert [(row.kind, row.city.code) for row in Reminder.objects.all()] == [("expertise-request", "MOW")]
    assert told() == {("moscow_editor", "reminded")}
