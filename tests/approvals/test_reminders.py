"""Reminders by the working days of the side that owes the answer, and by the other side; what expires."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from approvals.models import ChainEntry, Proposal, Reminder
from approvals.reminders import proposal_remind, proposals_look_after
from delivery.maker import notices_make
from delivery.models import Notice, Reason
from records.errors import NotAllowed, NotVisible

FRIDAY = datetime(2021, 3, 5, 9, tzinfo=UTC)  # Monday the 8th is a holiday in Russia, not in China


def steps() -> list[tuple[str, int]]:
    return list(Reminder.objects.filter(step__gt=0).order_by("pk").values_list("city__code", "step"))


@pytest.mark.parametrize(
    ("raised_by", "owes", "third_day"),
    [("moscow_editor", "BJS", date(2021, 3, 10)), ("beijing_editor", "MOW", date(2021, 3, 11))],
)
def test_a_side_is_reminded_after_three_of_its_own_working_days(
    stage: Any, approvals: Any, raised_by: str, owes: str, third_day: date
) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        approvals.ask(raised_by)
    with time_machine.travel(datetime(*(third_day - timedelta(days=1)).timetuple()[:3], 9, tzinfo=UTC)):
        proposals_look_after()
        assert steps() == []
    with time_machine.travel(datetime(*third_day.timetuple()[:3], 9, tzinfo=UTC)):
        proposals_look_after()
        proposals_look_after()
        assert steps() == [(owes, 3)]
        notices_make()
    told = Notice.objects.filter(reason=Reason.REMINDED).values_list("user__city__code", flat=True)
    assert set(told) <= {owes}


def test_each_step_comes_once_and_a_missed_one_is_told_by_the_later(stage: Any, approvals: Any) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        approvals.ask()
    for days, told in ((5, 1), (14, 2), (60, 3), (90, 3)):
        with time_machine.travel(FRIDAY + timedelta(days=days), tick=False):
            proposals_look_after()
            assert Reminder.objects.count() == told
    Reminder.objects.all().delete()
    with time_machine.travel(FRIDAY + timedelta(days=60), tick=False):
        proposals_look_after()
        proposals_look_after()
    assert sorted(step for _city, step in steps()) == [3, 7, 14]
    reminded = [change.verb for change in changes() if change.verb == "reminded"]
    assert len(reminded) == 4  # three steps, then one for all that were missed


def changes() -> Any:
    from records.models import Change

    return Change.objects.filter(kind="proposal").order_by("id")


def test_the_database_keeps_each_step_once(stage: Any, approvals: Any) -> None:
    row = {
        "kind": "proposal", "record_id": approvals.project.pk, "city": stage.cities["BJS"],
        "day": date(2021, 3, 5),
    }  # fmt: skip
    Reminder.objects.create(step=3, **row)
    Reminder.objects.create(step=7, **row)
    with pytest.raises(IntegrityError, match="once_a_step"), transaction.atomic():
        Reminder.objects.create(step=3, **row)


def test_the_other_side_is_reminded_once_a_day_by_the_side_that_waits(stage: Any, approvals: Any) -> None:
    proposal = approvals.ask()
    for who in ("moscow_reader", "beijing_editor"):
        with pytest.raises(NotAllowed):
            proposal_remind(pk=proposal.pk, by=stage.actor(who))
    with pytest.raises(NotVisible):
        proposal_remind(pk=proposal.pk, by=stage.actor("stranger"))
    proposal_remind(pk=proposal.pk, by=stage.actor("moscow_editor"))
    with pytest.raises(NotAllowed, match="today"):
        proposal_remind(pk=proposal.pk, by=stage.actor("moscow_secretary"))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        proposal_remind(pk=proposal.pk, by=stage.actor("moscow_secretary"))
    assert Reminder.objects.filter(step=0).count() == 2


def test_the_button_reminds(stage: Any, approvals: Any) -> None:
    proposal = approvals.ask()
    client = stage.client("moscow_editor")
    assert "Remind" in client.get("/").content.decode()
    answer = client.post(f"/waiting/awaited/{proposal.pk}/remind/", {"next": "/"}, follow=True)
    assert "has been reminded" in answer.content.decode()
    assert Reminder.objects.count() == 1


def test_a_proposal_whose_day_is_over_is_withdrawn(stage: Any, approvals: Any) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        kept = approvals.ask(expires_on=date(2021, 3, 20))
    with time_machine.travel(datetime(2021, 3, 20, 23, tzinfo=UTC)):
        proposals_look_after()
        kept.refresh_from_db()
        assert kept.state == Proposal.State.OPEN  # the last day is still a day
    with time_machine.travel(datetime(2021, 3, 21, 1, tzinfo=UTC)):
        proposals_look_after()
    kept.refresh_from_db()
    approvals.project.refresh_from_db()
    assert (kept.state, approvals.project.state) == ("withdrawn", "draft")
    assert [entry.body["act"] for entry in ChainEntry.objects.all()] == ["raised", "expired"]
