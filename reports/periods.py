"""The periods that reports are made for, and when each is due."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from records.period import Period, Point
from reports.models import ReportSchedule

Cadence = ReportSchedule.Cadence
DAY = timedelta(days=1)
PRECISION = {Cadence.MONTHLY: "month", Cadence.QUARTERLY: "quarter", Cadence.ANNUAL: "year"}


def containing(day: date, cadence: str) -> Period:
    """The month, quarter or year that a day lies in."""
    point = {
        Cadence.MONTHLY: Point(day.year, month=day.month),
        Cadence.QUARTERLY: Point(day.year, quarter=(day.month + 2) // 3),
        Cadence.ANNUAL: Point(day.year),
    }[Cadence(cadence)]
    return Period(point, point)


def following(period: Period, cadence: str) -> Period:
    return containing(period.last + DAY, cadence)


def of_programme(programme: Period, cadence: str) -> Iterator[Period]:
    """Every period of a programme, in order."""
    period = containing(programme.first, cadence)
    while period.first <= programme.last:
        yield period
        period = following(period, cadence)


def due_at(period: Period, at: time, timezone: str) -> datetime:
    """The moment at which the report of a period is due, where the clocks of `timezone` count."""
    return datetime.combine(period.last + DAY, at, ZoneInfo(timezone))


def due_period(schedule: ReportSchedule) -> Period:
    """The period whose report a schedule's `next_due` asks for: the one that ended just before."""
    assert schedule.next_due  # noqa: S101 — for the type checker; nobody asks where nothing is due
    day = schedule.next_due.astimezone(ZoneInfo(schedule.city.timezone)).date()
    return containing(day - DAY, schedule.cadence)


def first_due(programme: Period, cadence: str, at: time, timezone: str, now: datetime) -> datetime:
    """Where a new schedule begins: with the last period that has ended, else with the first one."""
    moments = [due_at(period, at, timezone) for period in of_programme(programme, cadence)]
    return max((moment for moment in moments if moment <= now), default=moments[0])


def due_after(period: Period, programme: Period, cadence: str, at: time, timezone: str) -> datetime | None:
    """When the next report is due; None after the programme's last period."""
    after = following(period, cadence)
    return due_at(after, at, timezone) if after.first <= programme.last else None


def is_reportable(period: Period) -> bool:
    """Reports are made of one whole month, quarter or year."""
    return period.start == period.end and period.precision in PRECISION.values()


def choices(programme: Period, today: date) -> list[Period]:
    """What a report can be asked for: the programme's past years and quarters, the latest first."""
    found = [
        period
        for cadence in (Cadence.QUARTERLY, Cadence.ANNUAL)
        for period in of_programme(programme, cadence)
        if period.is_past(today)
    ]
    return sorted(found, key=lambda period: (period.last, period.first), reverse=True)
