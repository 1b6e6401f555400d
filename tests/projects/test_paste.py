"""Rows pasted from a spreadsheet: what is read, what the preview promises, and what is then saved."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.models import Proposal
from approvals.services import proposal_accept, proposal_raise
from programme.models import Remit
from projects.models import Delegate, Exchange, Indicator, IndicatorValue, Milestone, Project
from projects.paste.plan import PasteMoved, Plan, paste_apply, paste_plan
from projects.services import part_amend, part_create
from records.cells import Unreadable, read_day, read_number, read_period, read_table
from records.errors import Invalid, NotAllowed
from tests.conftest import SYSTEM

TITLES = {"title_en": "Signals", "title_ru": "Сигналы", "title_zh_hans": "信号"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234.5", "1234.5"), ("1 234,5", "1234.5"), ("1\u00a0234\u00a0567,25", "1234567.25"),
        ("1\u202f234", "1234"), ("1,234.5", "1234.5"), ("1,234,567", "1234567"), ("1.234,5", "1234.5"),
        ("１２３，５", "123.5"), ("-5", "-5"), ("−5,5", "-5.5"), ("0,125", "0.125"), ("1'234", "1234"),
    ],
)  # fmt: skip
def test_numbers_as_three_countries_write_them(text: str, number: str) -> None:
    assert read_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "x", "1e9", "NaN", "12%", "1,23,4.5", "=1+1", "--5", "1 2", "9" * 30, "1,2,3"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_number(text)


def test_a_number_that_can_be_read_in_two_ways_is_asked_about() -> None:
    with pytest.raises(Unreadable, match=r"1234 or as 1\.234"):
        read_number("1,234")
    assert read_number("1,234", ",") == Decimal("1.234")
    assert read_number("1,234", ".") == 1234


@pytest.mark.parametrize(
    "text", ["31.05.2022", "2022-05-31", "2022/5/31", "2022年5月31日", "44712", "2022-05-31 00:00:00"]
)
def test_days(text: str) -> None:
    assert read_day(text) == date(2022, 5, 31)


@pytest.mark.parametrize("text", ["31.02.2022", "5/6/2022", "soon", "1", "99999999", "２０２２"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_day(text)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2021", "2021"), ("2021 г.", "2021"), ("2021年", "2021"), ("2021-Q1", "2021-Q1"),
        ("Q1 2021", "2021-Q1"), ("1 кв. 2021", "2021-Q1"), ("1 квартал 2021 г.", "2021-Q1"),
        ("2021年第一季度", "2021-Q1"), ("2021年1季度", "2021-Q1"), ("03.2021", "2021-03"),
        ("2021年3月", "2021-03"), ("31.03.2021", "2021-03-31"), ("2020-01/2020-09", "2020-01/2020-09"),
    ],
)  # fmt: skip
def test_periods(text: str, period: str) -> None:
    assert read_period(text) == period


def test_a_quoted_cell_runs_over_lines() -> None:
    assert read_table('a\t"one\ntwo ""three"""\r\n\r\nb\tc') == [
        (1, ["a", 'one\ntwo "three"']),
        (3, ["b", "c"]),
    ]


@pytest.mark.parametrize("text", ["", " \n", '"open\tx', "\0", "x\n" * 502, "x\t" * 30, "x" * 500_001])
def test_hostile_tables_bounce(text: str) -> None:
    with pytest.raises(Invalid):
        read_table(text)


@given(st.text(max_size=200))
def test_no_text_does_more_than_bounce(text: str) -> None:
    for read in (read_number, read_day, read_period):
        with suppress(Unreadable):
            read(text)
    with suppress(Invalid):
        read_table(text)


@given(st.decimals("-9999999", "9999999", places=2))
def test_a_number_reads_back_however_it_was_written(number: Decimal) -> None:
    english = f"{number:,.2f}"
    russian = english.replace(",", "\u00a0").replace(".", ",")
    assert read_number(english) == read_number(russian) == number


@given(st.dates(date(1960, 1, 1), date(2100, 1, 1)))
def test_a_day_reads_back_however_it_was_written(day: date) -> None:
    serial = str((day - date(1899, 12, 30)).days)
    for text in (day.isoformat(), f"{day:%d.%m.%Y}", f"{day.year}年{day.month}月{day.day}日", serial):
        assert read_day(text) == day


@pytest.fixture
def project(stage: Any) -> Project:
    return stage.project(**TITLES)


@pytest.fixture
def indicator(project: Project) -> Indicator:
    return part_create(part=Indicator(project=project, name_en="Riders", unit_en="people"), by=SYSTEM)


def milestone(project: Project, title: str = "First train", **values: Any) -> Milestone:
    values.setdefault("due_on", date(2022, 5, 1))
    return part_create(part=Milestone(project=project, title_en=title, **values), by=SYSTEM)


def plan_of(stage: Any, project: Project, text: str, kind: str = "milestones", **more: Any) -> Plan:
    by = stage.actor(more.pop("who", "moscow_editor"))
    return paste_plan(project=project, kind=kind, text=text, by=by, **{"language": "en", **more})


def apply(stage: Any, plan: Plan, text: str, kind: str = "milestones", **more: Any) -> Any:
    return paste_apply(
        project=plan.project, parent=plan.parent, kind=kind, text=text, token=plan.token(), by=plan.by,
        **{"language": "en", **more},
    )  # fmt: skip


@pytest.mark.django_db
def test_a_preview_says_what_is_added_changed_left_and_wrong(stage: Any, project: Project) -> None:
    milestone(project)
    milestone(project, "Second train")
    text = (
        "Срок\tНазвание (en)\tНазвание (рус)\n"
        "01.06.2022\tfirst  TRAIN\tПервый поезд\n"
        "2022-05-01\tSecond train\t\n"
        "2023年1月2日\tThird train\tТретий поезд\n"
        "tomorrow\tFourth train\t\n"
        "\tFifth train\t"
    )
    plan = plan_of(stage, project, text)
    assert [row.act for row in plan.rows] == ["change", "same", "add", "wrong", "wrong"]
    first, *_rest, fourth, fifth = plan.rows
    assert first.changes["due_on"] == ("2022-05-01", "2022-06-01")
    assert first.changes["title_ru"] == ("", "Первый поезд")
    assert (fourth.number, [name for name, _said in fourth.errors]) == (5, ["due"])
    assert "tomorrow" in fourth.errors[0][1]
    assert fifth.errors == [("due", "This is missing.")]
    assert not plan.may_apply
    assert Milestone.objects.count() == 2
    with pytest.raises(Invalid, match="some rows are wrong"):
        apply(stage, plan, text)


@pytest.mark.django_db
def test_what_was_shown_is_saved(stage: Any, project: Project) -> None:
    there = milestone(project)
    text = "First train\t2022-06-01\nThird train\t2023-01-02\t2023-02-02"
    done = apply(stage, plan_of(stage, project, text), text)
    assert (done.added, done.changed, done.proposal) == (1, 1, None)
    there.refresh_from_db()
    assert (there.due_on, there.version) == (date(2022, 6, 1), 2)
    assert Milestone.objects.get(title_en="Third train").forecast_on == date(2023, 2, 2)
    again = plan_of(stage, project, text)
    assert [row.act for row in again.rows] == ["same", "same"]


@pytest.mark.django_db
def test_what_changed_since_the_preview_is_shown_and_nothing_saved(stage: Any, project: Project) -> None:
    there = milestone(project)
    text = "First train\t2022-06-01\nThird train\t2023-01-02"
    plan = plan_of(stage, project, text)
    part_amend(
        part=there, changes={"due_on": "2022-07-01"}, base_version=1, by=stage.actor("beijing_editor")
    )
    with pytest.raises(PasteMoved) as moved:
        apply(stage, plan, text)
    assert [row.moved for row in moved.value.plan.rows] == [True, False]
    assert moved.value.plan.rows[0].changes["due_on"][0] == "2022-07-01"
    assert Milestone.objects.count() == 1
    apply(stage, moved.value.plan, text)  # seen, and confirmed
    assert Milestone.objects.count() == 2


@pytest.mark.django_db
def test_a_preview_of_other_rows_is_no_leave(stage: Any, project: Project) -> None:
    plan = plan_of(stage, project, "First train\t2022-06-01")
    with pytest.raises(PasteMoved):
        apply(stage, plan, "First train\t2022-06-01\nSecond\t2022-06-01")
    for token in ("", "made:up"):
        with pytest.raises(Invalid, match="Look at the preview"):
            paste_apply(
                project=project, kind="milestones", text="A\t2022-06-01", token=token, language="en",
                by=plan.by,
            )  # fmt: skip
    assert not Milestone.objects.exists()


@pytest.mark.django_db
def test_what_both_agreed_on_becomes_one_proposal(stage: Any, project: Project) -> None:
    titles = {"title_ru": "Первый поезд", "title_zh_hans": "首列"}
    there = milestone(project, **titles)
    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)
    coordinator = stage.actor("beijing_coordinator")
    asked = proposal_raise(subject=project, act="agree", language="en", by=stage.actor("moscow_editor"))
    proposal_accept(proposal=asked, language="en", by=coordinator)
    project.refresh_from_db()
    text = (
        "title (en)\ttitle (ru)\ttitle (zh)\tdue\tforecast\n"
        "First train\t\t\t2022-06-01\t2022-07-01\n"
        "Second train\tВторой поезд\t第二列\t2022-08-01\t"
    )
    plan = plan_of(stage, project, text)
    assert plan.proposes
    done = apply(stage, plan, text)
    there.refresh_from_db()
    assert (there.due_on, there.forecast_on) == (date(2022, 5, 1), date(2022, 7, 1))
    assert set(done.proposal.changes) == {f"milestones/{there.pk}/due_on", "milestones/+3"}
    assert Proposal.objects.filter(act="change").count() == 1
    assert Milestone.objects.count() == 1
    proposal_accept(proposal=done.proposal, language="en", by=coordinator)
    assert set(Milestone.objects.values_list("due_on", flat=True)) == {date(2022, 6, 1), date(2022, 8, 1)}


@pytest.mark.django_db
def test_values_are_one_sides_own(stage: Any, project: Project, indicator: Indicator) -> None:
    text = "Период\tЗначение\tПримечание\n1 кв. 2021\t1 234,5\t\n2 кв. 2021\t7\tоценка"
    options = {"kind": "values", "parent": indicator}
    apply(stage, plan_of(stage, project, text, **options), text, kind="values")
    moscow = list(IndicatorValue.objects.order_by("period").values_list("value", "note"))
    assert moscow == [(Decimal("1234.5"), ""), (Decimal(7), "оценка")]
    theirs = plan_of(stage, project, text, who="beijing_editor", **options)
    assert [row.act for row in theirs.rows] == ["add", "add"]  # the other side has none yet
    doubled = plan_of(stage, project, "2022\t1\n2022年\t2", **options)
    assert [row.act for row in doubled.rows] == ["add", "wrong"]
    unclear = plan_of(stage, project, "2023\t1,234", **options)
    assert unclear.rows[0].errors[0][0] == "value"
    assert plan_of(stage, project, "2023\t1,234", decimal=",", **options).may_apply


@pytest.mark.django_db
def test_delegation_lists_are_the_sending_sides(stage: Any, project: Project) -> None:
    trip = Exchange(
        project=project, title_en="x", from_city=stage.cities["MOW"], to_city=stage.cities["BJS"]
    )
    part_create(part=trip, by=SYSTEM)
    text = "ФИО\tДолжность\nИванов Иван\tинженер\nПетров Пётр\t" + "x" * 300
    plan = plan_of(stage, project, text, kind="delegates", parent=trip)
    assert [row.act for row in plan.rows] == ["add", "wrong"]
    assert plan.rows[1].errors[0][0] == "position"
    good = text.replace("x" * 300, "врач")
    apply(stage, plan_of(stage, project, good, kind="delegates", parent=trip), good, kind="delegates")
    assert Delegate.objects.count() == 2
    with pytest.raises(NotAllowed):
        plan_of(stage, project, good, kind="delegates", parent=trip, who="beijing_editor")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Title\tColour\nA\tred", "no column “Colour”"),
        ("Title\tНазвание\nA\tB", "mean the same"),
        ("Due\n2022-01-01", "tells the rows apart"),
        ("Title\tDue", "no row below"),
    ],
)
def test_headers_that_make_no_sense_are_refused(stage: Any, project: Project, text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        plan_of(stage, project, text)


@pytest.mark.django_db
def test_the_page_shows_a_preview_and_saves(stage: Any, project: Project) -> None:
    milestone(project)
    client, where = stage.client("moscow_editor"), f"/projects/{project.pk}/milestones/paste/"
    assert client.get(where).status_code == 200
    data = {"text": "First train\t2022-06-01\n<b>Second</b>\t2022-07-01", "language": "en"}
    shown = client.post(where, {**data, "preview": "1"})
    assert shown.status_code == 200
    page = shown.content.decode()
    assert "1 June 2022" in page
    assert "&lt;b&gt;Second" in page
    assert Milestone.objects.count() == 1
    part_amend(
        part=Milestone.objects.get(), changes={"title_ru": "Поезд"}, base_version=1,
        by=stage.actor("beijing_editor"),
    )  # fmt: skip
    conflict = client.post(where, {**data, "save": "1", "token": shown.context["token"]})
    assert conflict.status_code == 409
    assert "changed since the preview" in conflict.content.decode()
    saved = client.post(where, {**data, "save": "1", "token": conflict.context["token"]}, follow=True)
    assert "1 added, 1 changed" in saved.content.decode()
    assert Milestone.objects.count() == 2
    wrong = client.post(where, {"text": "A\tsoon", "language": "en", "preview": "1"})
    assert (wrong.status_code, "soon" in wrong.content.decode()) == (422, True)
    assert client.get(f"/projects/{project.pk}/risks/paste/").status_code == 404
    for text in ("", "\0", "x\n" * 600):
        assert client.post(where, {"text": text, "language": "en", "save": "1"}).status_code == 422


@pytest.mark.django_db
def test_a_preview_costs_the_same_whatever_its_length(stage: Any, project: Project) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    due = date(2022, 1, 1)

    def cost(rows: int) -> int:
        text = "\n".join(f"M{number}\t{due + timedelta(days=number)}" for number in range(rows))
        with CaptureQueriesContext(connection) as seen:
            assert plan_of(stage, project, text).counts["add"] == rows
        return len(seen)

    cost(1)
    assert cost(2) == cost(40)
