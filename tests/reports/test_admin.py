"""Schedules and notices in the administration."""

import pytest
from django.urls import reverse

from delivery.models import Notice
from records.errors import EditConflict, NotAllowed
from records.models import Change
from reports.models import ReportSchedule
from reports.services import SCHEDULE_FIELDS, schedule_amend, schedule_create
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(stage):
    return schedule_create(programme=stage.programme, city=stage.cities["MOW"], by=SYSTEM)


@pytest.fixture
def admin(stage):
    return stage.client("administrator")


def posted(page, **changes):
    """What a browser sends back, hidden fields with what the page began with among it."""
    data = {}
    for bound in page.context["adminform"].form:
        for name, value in ((bound.html_name, bound.value()), (bound.html_initial_name, bound.initial)):
            if value not in (None, False, ""):
                data[name] = value
    return data | changes


def test_an_administrator_sets_when_reports_are_made(stage, schedule, admin, django_assert_max_num_queries):
    address = reverse("admin:reports_reportschedule_change", args=[schedule.pk])
    for page in (reverse("admin:reports_reportschedule_changelist"), address):
        with django_assert_max_num_queries(20):
            assert admin.get(page).status_code == 200
    opened = admin.get(address)
    day = schedule.next_due.date()
    answer = admin.post(address, posted(opened, at="10:30", languages=["ru"]))
    assert answer.status_code == 302, answer.context["errors"]
    schedule.refresh_from_db()
    assert (schedule.at.isoformat(), schedule.languages) == ("10:30:00", ["ru"])
    assert (schedule.next_due.date(), schedule.next_due.hour) == (day, 10)
    # Opened before that: another field is saved beside it, the same one is refused.
    assert admin.post(address, posted(opened, formats=["pdf"])).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.languages, schedule.formats) == (["ru"], ["pdf"])
    assert admin.post(address, posted(opened, at="11:00")).status_code == 409
    assert admin.post(address, posted(opened, languages=[])).status_code == 200  # it says what is missing
    schedule.refresh_from_db()
    assert schedule.at.isoformat() == "10:30:00"


def test_who_may_have_reports_made_sets_when(stage, schedule):
    base = {name: getattr(schedule, name) for name in SCHEDULE_FIELDS}

    def switch_off(who):
        actor = stage.actor(who)
        return schedule_amend(schedule=schedule, base=base, changes={"active": False}, by=actor)

    for who in ("moscow_editor", "stranger", "reader", "anonymous", "administrator"):
        with pytest.raises(NotAllowed):  # an administrator does it in the administration only
            switch_off(who)
    assert not switch_off("moscow_secretary").active
    ReportSchedule.objects.update(at="08:00")
    with pytest.raises(EditConflict):
        schedule_amend(schedule=schedule, base=base, changes={"at": base["at"].replace(hour=7)}, by=SYSTEM)


def test_notices_are_looked_at_and_cost_the_same(stage, admin, django_assert_max_num_queries):
    project = stage.project(title_en="A Moscow secret", visibility="own")
    for who in ("moscow_editor", "moscow_secretary", "moscow_reader"):
        notice = Notice.objects.create(
            user=stage.people[who], reason="followed", kind="project", record_id=project.pk,
            change=Change.objects.latest("id"),
        )  # fmt: skip
    for page in ("changelist", "change"):
        where = reverse(f"admin:delivery_notice_{page}", args=[notice.pk] if page == "change" else [])
        with django_assert_max_num_queries(20):
            answer = admin.get(where)
        assert answer.status_code == 200
        assert "A Moscow secret" not in answer.text
        assert str(project.pk) in answer.text
    assert admin.post(where, {}).status_code == 403
