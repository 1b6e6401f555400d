"""A report is asked for, made, cancelled; each exists once, whoever asks and however often."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time
from threading import Barrier
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction

from accounts.actors import Actor
from records import jobs
from records.errors import Invalid, NotAllowed
from records.models import Change, Job
from records.period import Period
from reports import services
from reports.models import Report, ReportFile, ReportSchedule, Snapshot
from reports.services import (
    report_build,
    report_cancel,
    report_request,
    schedule_create,
    schedule_run,
)
from reports.tasks import make_due_reports

SYSTEM = Actor.system("tests")
TOGETHER = 10
Q1 = Period.parse("2021-Q1")
AFTERWARDS = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker listens in these tests: the relay would send what is queued."""
    monkeypatch.setattr(jobs, "send", lambda pk: False)


def ask(stage: Any, by: Any = SYSTEM, period: str = "2021-Q1") -> Report:
    return report_request(
        programme=stage.programme, kind="programme-status", period=Period.parse(period), by=by
    )


def all_at_once(act: Callable[[int], Any], many: int = TOGETHER) -> list[Any]:
    """The results of `act(0)` … begun together in threads of their own."""
    barrier = Barrier(many, timeout=120)

    def run(number: int) -> Any:
        try:
            barrier.wait()
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(run, range(many)))


# Asking


@pytest.mark.django_db(transaction=True)
def test_asked_for_ten_times_at_once_there_is_one_report_and_one_job(stage):
    reports = all_at_once(lambda number: ask(stage))
    assert len({report.pk for report in reports}) == 1
    assert Report.objects.count() == 1
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_the_same_requests_would_make_several(stage, monkeypatch):
    """The negative control: the constraint is off, and everybody looks before anybody writes."""
    meeting = Barrier(TOGETHER, timeout=120)
    looked = services.report_found

    def look_together(*args: Any) -> Any:
        found = looked(*args)
        meeting.wait()
        return found

    monkeypatch.setattr(services, "report_found", look_together)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reports_report DROP CONSTRAINT reports_report_once")
    try:
        all_at_once(lambda number: ask(stage))
        assert Report.objects.count() > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE reports_report CASCADE")
            cursor.execute(
                "ALTER TABLE reports_report ADD CONSTRAINT reports_report_once UNIQUE NULLS NOT DISTINCT"
                " (programme_id, kind, subject_kind, subject_id, period, edition)"
            )


@pytest.mark.django_db
def test_the_report_that_is_there_is_given_back_without_another_job(stage):
    made = stage.report(languages=["en", "ru", "zh-hans"], formats=["xlsx"])
    again = report_request(
        programme=stage.programme, kind=made.kind, period=Q1, formats=["xlsx"], by=SYSTEM
    )
    assert again.pk == made.pk
    assert not Job.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("period", "why"),
    [
        ("2020", "within it"),
        ("2024-Q1", "within it"),
        ("2021/2022", "one month, quarter or year"),
        ("2021-03-01", "one month, quarter or year"),
    ],
)
def test_a_period_that_no_report_is_made_for_is_refused_in_a_sentence(stage, period, why):
    with pytest.raises(Invalid, match=why):
        ask(stage, period=period)
    assert not Report.objects.exists()


@pytest.mark.django_db
def test_a_period_that_has_not_ended_is_refused(stage, monkeypatch):
    monkeypatch.setattr(services.timezone, "localdate", lambda: Q1.last)
    with pytest.raises(Invalid, match="has not ended"):
        ask(stage)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("moscow_secretary", True),
        ("beijing_coordinator", True),
        ("moscow_editor", False),
        ("moscow_reader", False),
        ("reader", False),
        ("stranger", False),
        ("administrator", False),
        ("anonymous", False),
    ],
)
def test_coordinators_and_secretaries_of_the_sides_have_reports_made(stage, who, may):
    if may:
        assert ask(stage, by=stage.actor(who)).created_by == stage.people[who]
    else:
        with pytest.raises(NotAllowed):
            ask(stage, by=stage.actor(who))
    assert Report.objects.exists() is may


@pytest.mark.django_db
def test_the_database_holds_one_report_of_a_period_and_freezes_its_snapshot(stage):
    report = stage.report()
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(programme=stage.programme, kind=report.kind, period=Q1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Snapshot.objects.filter(report=report).update(content={})
    assert report.snapshot["period"] == "2021-Q1"


# Making


@pytest.mark.django_db(transaction=True)
def test_a_job_makes_the_files_and_says_how_far_it_has_come(stage, monkeypatch):
    report = ask(stage, by=stage.actor("moscow_secretary"))
    seen: list[int] = []
    step = jobs.Work.step
    monkeypatch.setattr(
        jobs.Work, "step", lambda self, text, progress: (seen.append(progress), step(self, text, progress))
    )
    jobs.run(Job.objects.get().pk)
    assert Job.objects.get().state == Job.State.DONE
    assert seen == sorted(seen)
    assert len(seen) >= 6
    files = {(file.language, file.format) for file in report.files.all()}
    assert files == {(lang, form) for lang in ("en", "ru", "zh-hans") for form in ("pdf", "xlsx")}
    assert all(default_storage.size(file.stored.name) == file.size for file in report.files.all())
    fields = Change.objects.filter(record_id=report.pk).order_by("id").values_list("fields", flat=True)
    assert list(fields) == [[], ["snapshot"], ["files"]]


@pytest.mark.django_db(transaction=True)
def test_made_by_several_workers_at_once_each_file_exists_once(stage):
    report = ask(stage)
    all_at_once(
        lambda number: report_build(report_id=report.pk, languages=["en"], formats=["xlsx"], by=SYSTEM),
        many=4,
    )
    file = ReportFile.objects.get()
    assert default_storage.listdir(f"reports/{report.pk}")[1] == [file.name]
    report.refresh_from_db()
    assert report.version == 3  # asked for, frozen, files: each once


@pytest.mark.django_db
def test_what_a_killed_worker_left_behind_is_replaced(stage):
    report = stage.report()
    ReportFile.objects.all().delete()  # as if it had died between the file and its row
    report_build(report_id=report.pk, languages=["en"], formats=["xlsx"], by=SYSTEM)
    assert default_storage.listdir(f"reports/{report.pk}")[1] == ["en.xlsx"]


@pytest.mark.django_db(transaction=True)
def test_a_report_that_waits_is_cancelled_at_once_and_may_be_asked_for_again(stage):
    report = ask(stage)
    report_cancel(report=report, by=stage.actor("beijing_coordinator"))
    assert Job.objects.get().state == Job.State.CANCELLED
    ask(stage)
    assert sorted(Job.objects.values_list("state", flat=True)) == ["cancelled", "queued"]


@pytest.mark.django_db(transaction=True)
def test_a_report_being_made_stops_at_its_next_step_and_keeps_nothing_half_done(stage, monkeypatch):
    report = ask(stage)
    taken = services.snapshot.taken

    def cancelled_meanwhile(of: Report) -> Any:
        report_cancel(report=of, by=SYSTEM)
        return taken(of)

    monkeypatch.setattr(services.snapshot, "taken", cancelled_meanwhile)
    jobs.run(Job.objects.get().pk)
    assert Job.objects.get().state == Job.State.CANCELLED
    assert not report.files.exists()


@pytest.mark.django_db(transaction=True)
def test_one_that_fails_says_why_is_tried_again_and_is_no_success(stage, monkeypatch):
    report = ask(stage)
    monkeypatch.setattr(services, "draw", lambda *args, **kwargs: 1 / 0)
    for _attempt in range(3):
        Job.objects.update(run_after=datetime(2020, 1, 1, tzinfo=UTC))
        jobs.run(Job.objects.get().pk)
    job = Job.objects.get()
    assert (job.state, job.attempts) == (Job.State.PARKED, 3)
    assert "division by zero" in job.error
    assert not report.files.exists()
    page = stage.client("moscow_secretary").get(report.get_absolute_url()).content.decode()
    assert "division by zero" in page
    assert "Try again" in page


# Schedules


def schedule(stage: Any, **values: Any) -> ReportSchedule:
    made = schedule_create(programme=stage.programme, city=stage.cities["BJS"], by=SYSTEM)
    ReportSchedule.objects.filter(pk=made.pk).update(**values)
    made.refresh_from_db()
    return made


def periods_reported() -> list[str]:
    return [str(report.period) for report in Report.objects.order_by("created_at")]


@pytest.mark.django_db
def test_missed_periods_are_made_up_once_and_in_order(stage):
    schedule(stage, next_due=datetime(2021, 4, 1, 9, tzinfo=UTC))
    assert make_due_reports() == 12
    assert periods_reported() == [
        f"{year}-Q{quarter}" for year in (2021, 2022, 2023) for quarter in range(1, 5)
    ]
    assert make_due_reports() == 0
    assert Report.objects.count() == Job.objects.count() == 12
    assert ReportSchedule.objects.get().next_due is None


@pytest.mark.django_db
def test_a_fresh_installation_makes_up_the_last_period_only(stage):
    make_due_reports()
    make_due_reports()
    assert periods_reported() == ["2023-Q4"]
    assert ReportSchedule.objects.get().next_due is None


@pytest.mark.django_db
def test_a_schedule_that_is_switched_off_stays_off(stage):
    schedule(stage, active=False)
    assert make_due_reports() == 0
    assert not Report.objects.exists()


@pytest.mark.django_db
def test_a_report_is_due_where_the_citys_clocks_say_so(stage):
    stage.cities["BJS"].timezone = "Asia/Shanghai"
    made = schedule_create(
        programme=stage.programme,
        city=stage.cities["BJS"],
        at=time(9),
        now=datetime(2021, 1, 15, tzinfo=UTC),
        by=SYSTEM,
    )
    assert made.next_due == datetime(2021, 4, 1, 1, tzinfo=UTC)
    assert not schedule_run(schedule_id=made.pk, by=SYSTEM, now=datetime(2021, 4, 1, 0, 59, tzinfo=UTC))


@pytest.mark.django_db
@pytest.mark.parametrize(("cadence", "first", "count"), [("monthly", "2021-01", 36), ("annual", "2021", 3)])
def test_monthly_and_annual_reports(stage, cadence, first, count):
    made = schedule_create(
        programme=stage.programme,
        city=stage.cities["MOW"],
        cadence=cadence,
        now=datetime(2021, 1, 1, tzinfo=UTC),
        by=SYSTEM,
    )
    done = 0
    while schedule_run(schedule_id=made.pk, by=SYSTEM, now=AFTERWARDS):
        done += 1
    assert (done, periods_reported()[0]) == (count, first)


@pytest.mark.django_db(transaction=True)
def test_three_beats_at_once_do_no_more_than_one(stage):
    made = schedule(stage, next_due=datetime(2021, 4, 1, 9, tzinfo=UTC))
    all_at_once(lambda number: make_due_reports(), many=3)
    assert sorted(periods_reported()) == periods_reported()
    assert Report.objects.count() == Job.objects.count() == 12
    made.refresh_from_db()
    assert made.next_due is None


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_beats_would_both_take_the_same_period(stage, monkeypatch):
    """The negative control: what `select_for_update` keeps apart happens twice without it."""
    from django.db.models import QuerySet

    made = schedule(stage, next_due=datetime(2021, 4, 1, 9, tzinfo=UTC))
    meeting = Barrier(3, timeout=120)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **how: self)
    due_period = services.periods.due_period

    def together(of: Any) -> Any:
        meeting.wait()
        return due_period(of)

    monkeypatch.setattr(services.periods, "due_period", together)
    ran = all_at_once(lambda number: schedule_run(schedule_id=made.pk, by=SYSTEM), many=3)
    assert ran.count(True) > 1
    assert Report.objects.count() == 1  # and even then the constraint holds
