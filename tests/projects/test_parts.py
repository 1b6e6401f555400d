"""The sections of a project's page: seen, added to and edited with and without JavaScript."""

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Organisation
from accounts.services import organisation_create
from approvals.services import proposal_accept, proposal_raise
from projects.models import (
    Contribution,
    Delegate,
    Exchange,
    Indicator,
    IndicatorValue,
    Milestone,
    Participation,
    Risk,
)
from projects.sections import SECTIONS
from projects.services import part_amend, part_create, update_submit
from records.errors import NotAllowed
from records.period import Period
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def project(stage: Any) -> Any:
    return stage.project(title_ru="Сигналы", title_zh_hans="信号", visibility="public")


@pytest.fixture
def milestone(project: Any) -> Milestone:
    return part_create(
        part=Milestone(project=project, title_en="First train", due_on=date(2021, 6, 1)), by=SYSTEM
    )


def url(name: str, record: Any) -> str:
    return reverse(f"projects:{name}", args=[record.pk])


def test_a_milestone_is_added_and_edited_on_pages_of_their_own(stage, project, post_form):
    editor = stage.client("moscow_editor")
    answer = post_form(editor, url("milestone-add", project), title_en="First train", due_on="2021-06-01")
    added = Milestone.objects.get()
    assert answer.url == f"{url('milestone-list', project)}#milestone-{added.pk}"
    assert "First train" in editor.get(answer.url).text
    post_form(editor, url("milestone-edit", added), forecast_on="2021-07-01")
    added.refresh_from_db()
    assert (added.forecast_on, added.version) == (date(2021, 7, 1), 2)


def test_with_htmx_the_section_comes_back_and_a_bad_form_takes_its_own_place(
    stage, project, milestone, post_form
):
    editor = stage.client("moscow_editor")
    row = {**HTMX, "HX-Target": f"milestone-{milestone.pk}"}
    form = editor.get(url("milestone-edit", milestone), headers=row)
    assert "<html" not in form.text
    assert form.text.strip().startswith("<td")
    data = {bound.html_name: bound.value() for bound in form.context["form"] if bound.value()}
    where = url("milestone-edit", milestone)
    bad = editor.post(where, {**data, "due_on": "never"}, headers=HTMX)
    assert (bad.status_code, bad["HX-Retarget"]) == (422, f"#form-{milestone.pk}")
    assert "never" in bad.text
    good = editor.post(where, {**data, "title_en": "Second train"}, headers=HTMX)
    assert good.status_code == 200
    assert 'id="milestones"' in good.text
    assert "Second train" in good.text
    assert "<html" not in good.text


def test_a_form_that_is_sent_twice_adds_one_row(stage, project, post_form):
    editor = stage.client("moscow_editor")
    opened = editor.get(url("milestone-add", project))
    for _number in range(2):
        post_form(editor, url("milestone-add", project), opened, title_en="Once", due_on="2021-06-01")
    assert Milestone.objects.count() == 1


# Two people at once


def test_separate_fields_merge_and_one_field_shows_all_three_values(stage, milestone, post_form):
    where = url("milestone-edit", milestone)
    beijing = stage.client("beijing_editor")
    opened = beijing.get(where)
    post_form(stage.client("moscow_editor"), where, title_en="Theirs")
    merged = post_form(beijing, where, opened, forecast_on="2021-08-01")
    assert merged.status_code == 302
    milestone.refresh_from_db()
    assert (milestone.title_en, milestone.forecast_on) == ("Theirs", date(2021, 8, 1))
    answer = post_form(beijing, where, opened, title_en="Mine")
    assert answer.status_code == 409
    for text in ("First train", "Theirs", "Mine", "Moscow Editor"):
        assert text in answer.text
    assert post_form(beijing, where, answer).status_code == 302
    milestone.refresh_from_db()
    assert milestone.title_en == "Mine"


def test_a_conflict_in_a_row_comes_back_in_the_row(stage, milestone, post_form):
    where = url("milestone-edit", milestone)
    beijing = stage.client("beijing_editor")
    data = {each.html_name: each.value() for each in beijing.get(where).context["form"] if each.value()}
    post_form(stage.client("moscow_editor"), where, title_en="Theirs")
    answer = beijing.post(where, {**data, "title_en": "Mine"}, headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (409, f"#form-{milestone.pk}")
    assert "Theirs" in answer.text


def test_a_row_that_somebody_changed_is_not_archived(stage, milestone, post_form):
    post_form(stage.client("moscow_editor"), url("milestone-edit", milestone), title_en="Changed")
    answer = stage.client("beijing_editor").post(url("milestone-archive", milestone), {"version": "1"})
    assert answer.status_code == 302
    milestone.refresh_from_db()
    assert milestone.archived_at is None


def test_a_row_is_archived_and_restored(stage, milestone):
    editor = stage.client("moscow_editor")
    editor.post(url("milestone-archive", milestone), {"version": "1"})
    section = editor.get(url("milestone-list", milestone.project))
    assert "No milestone has been set." in section.text
    assert "Archived" in section.text
    assert "First train" not in stage.client("reader").get(section.request["PATH_INFO"]).text
    editor.post(url("milestone-restore", milestone), {"version": "2"})
    milestone.refresh_from_db()
    assert milestone.archived_at is None


# What takes both sides


@pytest.fixture
def agreed(stage, project) -> Any:
    part_create(
        part=Milestone(
            project=project,
            title_en="First train",
            title_ru="Поезд",
            title_zh_hans="车",
            due_on=date(2021, 6, 1),
        ),
        by=SYSTEM,
    )
    accepted(stage, project, "agree")
    project.refresh_from_db()
    return project


def accepted(stage, project, act, **more) -> None:
    raised = proposal_raise(
        subject=project, act=act, language="en", by=stage.actor("beijing_editor"), **more
    )
    proposal_accept(proposal=raised, language="en", by=stage.actor("moscow_secretary"))


def test_an_agreed_field_is_there_to_be_read_and_says_how_it_changes(stage, agreed, post_form):
    milestone = Milestone.objects.get()
    where = url("milestone-edit", milestone)
    editor = stage.client("moscow_editor")
    page = editor.get(where)
    assert "Both sides agreed on this" in page.text
    assert page.context["form"].fields["due_on"].disabled
    assert not page.context["form"].fields["forecast_on"].disabled
    # Sent all the same, it changes nothing.
    post_form(editor, where, page, due_on="2022-01-01", forecast_on="2021-09-01")
    milestone.refresh_from_db()
    assert (milestone.due_on, milestone.forecast_on) == (date(2021, 6, 1), date(2021, 9, 1))
    assert editor.get(url("milestone-add", agreed)).status_code == 403
    assert "Propose the change" in editor.get(url("milestone-list", agreed)).text


def test_a_planned_contribution_is_not_added_to_an_agreed_project(stage, agreed):
    page = stage.client("moscow_editor").get(url("contribution-add", agreed))
    assert page.context["form"].fields["planned"].disabled
    assert not page.context["form"].fields["actual"].disabled


def test_the_pair_of_marks_shows_who_has_confirmed_a_milestone(stage, agreed):
    milestone = Milestone.objects.get()
    client = stage.client("moscow_editor")

    def words() -> dict[str, str]:
        row = client.get(url("milestone-list", agreed)).context["rows"][0]
        return {mark["side"]: mark["word"] for mark in row.marks}

    assert words() == {"MOW": "unasked", "BJS": "unasked"}
    change = {f"milestones/{milestone.pk}/achieved_on": "2021-05-20"}
    raised = proposal_raise(
        subject=agreed, act="change", changes=change, language="en", by=stage.actor("beijing_editor")
    )
    assert words() == {"MOW": "awaited", "BJS": "given"}
    proposal_accept(proposal=raised, language="en", by=stage.actor("moscow_secretary"))
    assert words() == {"MOW": "given", "BJS": "given"}
    assert "1 of 1" in client.get(agreed.get_absolute_url()).text


def test_nothing_is_overdue_once_the_programme_is_closed(stage, agreed, monkeypatch):
    where = url("milestone-list", agreed)
    client = stage.client("reader")
    page = client.get(where).text
    assert "overdue" not in page
    assert "not achieved within the programme" in page
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args, **_more: date(2021, 7, 1))
    assert "overdue" in client.get(where).text


# Whose rows they are


def metro(stage) -> Any:
    return stage.cities["MOW"].organisations.get()


def test_the_other_sides_row_says_whose_it_is_and_is_not_edited(stage, project):
    part = part_create(
        part=Contribution(project=project, organisation=metro(stage), kind="in_kind"), by=SYSTEM
    )
    where = url("contribution-edit", part)
    for who, may in (("moscow_editor", True), ("beijing_editor", False)):
        client = stage.client(who)
        page = client.get(url("contribution-list", project)).text
        assert (where in page) is may
        assert ("the other side’s row" in page) is not may
        assert client.get(where).status_code == (200 if may else 403)
    assert "the other side’s row" not in stage.client("reader").get(url("contribution-list", project)).text


def test_a_side_does_not_hand_its_row_to_the_other_side(stage, project):
    theirs = organisation_create(
        organisation=Organisation(name_en="Beijing Subway", city=stage.cities["BJS"], kind="enterprise"),
        original="en",
        by=SYSTEM,
    )
    part = part_create(part=Participation(project=project, organisation=metro(stage)), by=SYSTEM)
    with pytest.raises(NotAllowed):
        part_amend(
            part=part, changes={"organisation": str(theirs.pk)}, base_version=1,
            by=stage.actor("moscow_editor"),
        )  # fmt: skip


def test_names_of_travellers_are_for_the_sides_only(stage, project):
    exchange = part_create(
        part=Exchange(
            project=project,
            title_en="Engineers",
            from_city=stage.cities["MOW"],
            to_city=stage.cities["BJS"],
            planned_people=12,
        ),
        by=SYSTEM,
    )  # fmt: skip
    part_create(part=Delegate(exchange=exchange, name="Pyotr Ivanov"), by=SYSTEM)
    for where in (url("exchange-list", project), url("delegate-list", exchange)):
        for who in ("anonymous", "reader", "stranger"):
            page = stage.client(who).get(where)
            assert "Pyotr Ivanov" not in page.text
            assert "1 name" not in page.text
    assert "Pyotr Ivanov" in stage.client("beijing_editor").get(url("delegate-list", exchange)).text


# Numbers


def test_values_add_up_by_period_and_side_and_overlapping_ones_are_refused(stage, project, post_form):
    indicator = part_create(
        part=Indicator(project=project, name_en="Engineers", unit_en="people", goal=Decimal(100)), by=SYSTEM
    )
    moscow, beijing = stage.client("moscow_editor"), stage.client("beijing_editor")
    add = url("indicator-value-add", indicator)
    for client, period, value in (
        (moscow, "2021-Q1", "12.5"),
        (moscow, "2021-Q2", "20"),
        (beijing, "2021-Q1", "31"),
    ):
        assert post_form(client, add, period=period, value=value).status_code == 302
    answer = post_form(moscow, add, period="2021", value="40")
    assert answer.status_code == 422
    assert "This overlaps Q2 2021" in answer.text or "This overlaps Q1 2021" in answer.text
    page = stage.client("reader").get(url("indicator-list", project)).text
    for text in ("63.5", "32.5", "Q2 2021", 'value="63"'):
        assert text in page


def test_dollars_are_added_up_where_every_amount_has_a_rate(stage, project):
    def add(**values: Any) -> Contribution:
        part = Contribution(project=project, organisation=metro(stage), **values)
        return part_create(part=part, by=SYSTEM)

    roubles = add(currency="RUB", planned=Decimal("1000"), actual=Decimal("400"))
    add(currency="USD", planned=Decimal("50"))
    client = stage.client("reader")
    assert "1 amount has no rate yet" in client.get(url("contribution-list", project)).text
    Contribution.objects.filter(pk=roubles.pk).update(
        rate=Decimal("0.0135"), rate_source="cbr", rate_on=date(2021, 3, 1)
    )
    page = client.get(url("contribution-list", project)).text
    for text in ("13.50 USD", "63.50", "5.40", "Bank of Russia", "1 March 2021", "1 RUB = 0.0135 USD"):
        assert text in page


def test_the_heaviest_risk_stands_first_and_closed_ones_last(stage, project):
    for title, likelihood, impact, state in (
        ("Light", 1, 1, "open"), ("Heavy", 3, 3, "open"),
        ("Gone", 3, 3, "closed"), ("Middle", 2, 2, "open"),
    ):  # fmt: skip
        risk = Risk(project=project, title_en=title, likelihood=likelihood, impact=impact, state=state)
        part_create(part=risk, by=SYSTEM)
    rows = stage.client("reader").get(url("risk-list", project)).context["rows"]
    assert [str(row) for row in rows] == ["Heavy", "Middle", "Light", "Gone"]


# Every section


@pytest.mark.parametrize("kind", list(SECTIONS))
@pytest.mark.parametrize("who", ["anonymous", "moscow_editor"])
def test_a_section_takes_the_same_queries_however_long_it_is(
    stage, project, kind, who, django_assert_max_num_queries
):
    client = stage.client(who)
    where = fill(stage, project, kind, 2)
    client.get(where, headers=HTMX)
    with django_assert_max_num_queries(12) as few:
        assert client.get(where).status_code == 200
    fill(stage, project, kind, 8, start=2)
    with django_assert_max_num_queries(12) as many:
        client.get(where)
    assert len(many) == len(few)


def fill(stage, project, kind: str, count: int, start: int = 0) -> str:
    """Rows of a kind; where its section stands."""
    moscow, beijing = stage.cities["MOW"], stage.cities["BJS"]
    section = SECTIONS[kind]
    parent = project
    if kind == "indicator-value":
        parent = Indicator.objects.first() or part_create(
            part=Indicator(project=project, name_en="I", unit_en="u"), by=SYSTEM
        )
    if kind == "delegate":
        parent = Exchange.objects.first() or part_create(
            part=Exchange(project=project, title_en="E", from_city=moscow, to_city=beijing), by=SYSTEM
        )
    for number in range(start, start + count):
        period = Period.parse(str(2021 + number))
        extra: dict[str, Any] = {
            "milestone": {"title_en": f"M{number}", "due_on": date(2021, 1, 1)},
            "update": {
                "programme": stage.programme, "city": moscow, "visibility": "own", "owner_city": moscow,
                "period": period, "health": "on_track", "narrative_en": "N",
            },
            "indicator": {"name_en": f"I{number}", "unit_en": "u"},
            "indicator-value": {"city": moscow, "period": period, "value": Decimal(number)},
            "participation": {"role": list(Participation.Role)[number % 5]},
            "contribution": {"currency": "USD", "planned": Decimal(5)},
            "exchange": {"title_en": f"E{number}", "from_city": moscow, "to_city": beijing},
            "delegate": {"name": f"Person {number}"},
            "risk": {"title_en": f"R{number}", "city": moscow},
        }[kind]  # fmt: skip
        if kind in ("participation", "contribution"):
            extra["organisation"] = organisation_create(
                organisation=Organisation(name_en=f"O{number}", city=moscow, kind="enterprise"),
                original="en", by=SYSTEM,
            )  # fmt: skip
        part = section.new(parent, stage.actor("moscow_editor"))
        for name, value in extra.items():
            setattr(part, name, value)
        part = part_create(part=part, by=SYSTEM)
        if kind == "update":
            update_submit(update=part, base_version=1, by=stage.actor("moscow_editor"))
        if kind == "indicator":
            value = IndicatorValue(indicator=part, city=moscow, period=period, value=Decimal(1))
            part_create(part=value, by=SYSTEM)
    return section.address(parent)


@pytest.mark.parametrize("kind", list(SECTIONS))
def test_an_empty_section_says_so_and_strangers_learn_nothing_by_htmx_either(stage, kind):
    hidden = stage.project(visibility="own", title_en="Secret of Moscow")
    section = SECTIONS[kind]
    where = fill(stage, hidden, kind, 0)
    assert str(section.empty) in stage.client("moscow_editor").get(where).text
    for who in ("anonymous", "reader", "stranger", "beijing_coordinator"):
        client = stage.client(who)
        assert client.get(where, headers=HTMX).status_code == 404
        missing = client.get(where.replace(str(hidden.pk), str(uuid4())), headers=HTMX)
        assert client.get(where, headers=HTMX).content[:200] == missing.content[:200]


def test_a_login_that_ran_out_leads_from_a_row_to_the_sign_in_page(stage, milestone):
    where = url("milestone-edit", milestone)
    answer = stage.client("anonymous").post(where, {"title_en": "Typed"}, headers=HTMX)
    assert answer.status_code == 200
    assert where in unquote(answer["HX-Redirect"])
    assert "Location" not in answer
