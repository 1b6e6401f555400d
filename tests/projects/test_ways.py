"""The ways to see projects: the list with its filters and columns, and the timeline."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from approvals.services import proposal_accept, proposal_raise, proposal_refuse
from programme.models import Programme, Remit
from projects.models import Milestone, Participation, Project, Update
from projects.sample_parts import unguarded
from projects.services import part_create, project_amend
from projects.timeline import Scale
from records.models import Visibility
from records.period import Period

pytestmark = pytest.mark.django_db
LIST, TIMELINE = "/projects/", "/projects/timeline/"
TITLES = {"title_en": "Signals", "title_ru": "Сигналы", "title_zh_hans": "信号"}


def titles(stage, who="moscow_editor", **query):
    table = stage.client(who).get(LIST, query).context["table"]
    return {row.record.title_en for row in table.rows}


def amend(stage, project, **changes):
    project.refresh_from_db()
    return project_amend(
        project=project, changes=changes, base_version=project.version, by=stage.actor("moscow_editor")
    )


def milestone(stage, project, due_on, **values):
    part = Milestone(project=project, title_en="First train", due_on=due_on, **values)
    with unguarded():
        part.save(force_insert=True)
    return part


def running(stage):
    """The programme of the stage has ended; nothing in it is late. This one has not."""
    Programme.objects.filter(pk=stage.programme.pk).update(period=Period.parse("2021/2099"))


def ask(stage, project, who="moscow_editor"):
    return proposal_raise(subject=project, act="agree", language="en", by=stage.actor(who))


# Filters


def test_by_lead_organisation(stage):
    project = stage.project(title_en="Signals")
    stage.project(title_en="Theatre")
    metro = stage.cities["MOW"].organisations.get()
    amend(stage, project, **{"leads/MOW": str(metro.pk)})
    assert titles(stage, lead=str(metro.pk)) == {"Signals"}


def test_by_what_a_side_says_last_of_the_health(stage):
    project, other = stage.project(title_en="Signals"), stage.project(title_en="Theatre")

    def said(project, city, quarter, health, state="submitted"):
        own = state == "draft"
        Update.objects.create(
            project=project, programme=stage.programme, city=stage.cities[city], health=health, state=state,
            period=Period.parse(quarter), submitted_at=timezone.now(),
            visibility=Visibility.OWN if own else Visibility.SHARED,
            owner_city=stage.cities[city] if own else None,
        )  # fmt: skip

    said(project, "MOW", "2021-Q1", "off_track")
    said(project, "MOW", "2021-Q2", "on_track")
    said(project, "BJS", "2021-Q1", "at_risk")
    said(other, "BJS", "2021-Q1", "off_track", state="draft")
    assert titles(stage, health="off_track") == set()  # said once, and not any more; or not handed in
    assert titles(stage, health="at_risk") == titles(stage, health="on_track") == {"Signals"}


def test_late_milestones_only_while_the_programme_runs(stage):
    project = stage.project(title_en="Signals")
    stage.project(title_en="Theatre")
    yesterday = timezone.localdate() - timedelta(days=1)
    milestone(stage, project, yesterday)
    assert titles(stage, late="true") == set()
    running(stage)
    assert titles(stage, late="true") == {"Signals"}
    assert titles(stage, late="false") == {"Theatre"}


def test_awaiting_an_answer_of_one_side_or_the_other(stage):
    project = stage.project(**TITLES)
    stage.project(title_en="Theatre")
    ask(stage, project)
    assert titles(stage, "beijing_editor", awaiting="own") == {"Signals"}
    assert titles(stage, "moscow_editor", awaiting="own") == set()
    assert titles(stage, "moscow_editor", awaiting="other") == {"Signals"}
    assert titles(stage, "moscow_editor", awaiting="any") == {"Signals"}
    for who in ("anonymous", "stranger"):
        assert titles(stage, who, awaiting="any") == set()


def test_by_the_period_of_work(stage):
    project = stage.project(title_en="Signals")
    stage.project(title_en="Undated")
    amend(stage, project, starts_on="2021-03-01", ends_on="2022-03-01")
    assert titles(stage, work_from="2022-03-01") == titles(stage, work_until="2021-03-01") == {"Signals"}
    assert titles(stage, work_from="2022-03-02") == titles(stage, work_until="2021-02-28") == set()


def test_my_projects_name_me_or_my_organisation(stage):
    person, metro = stage.people["moscow_editor"], stage.cities["MOW"].organisations.get()
    contact, part = stage.project(title_en="Contact"), stage.project(title_en="Part")
    stage.project(title_en="Other")
    amend(stage, contact, **{"contacts/MOW": str(person.pk)})
    part_create(part=Participation(project=part, organisation=metro), by=stage.actor("moscow_editor"))
    assert titles(stage, mine="true") == {"Contact"}
    type(person).objects.filter(pk=person.pk).update(organisation=metro)
    assert titles(stage, mine="true") == {"Contact", "Part"}
    assert titles(stage, mine="false") == {"Other"}
    assert titles(stage, "anonymous", mine="true") == set()


def test_each_active_filter_is_a_chip_that_goes_by_itself(stage):
    stage.project(visibility="public")
    text = stage.client("moscow_editor").get(LIST, {"state": "draft", "late": "false"}).text
    assert 'href="?late=false"' in text
    assert 'href="?state=draft"' in text


def test_the_api_has_the_same_filters(stage):
    stage.project(visibility="public")
    found = stage.client("anonymous").get("/api/v1/projects?late=true&work_from=2021-01-01").json()
    assert found["results"] == []


# Columns


def marks(stage, project, who="moscow_editor"):
    table = stage.client(who).get(LIST).context["table"]
    (record,) = [row.record for row in table.rows if row.record.pk == project.pk]
    return {mark.side: mark.word for mark in table.shown(record)["marks"]}


def test_the_pair_of_marks_tells_each_side_s_word(stage):
    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)
    project, coordinator = stage.project(**TITLES), stage.actor("beijing_coordinator")
    assert marks(stage, project) == {"MOW": "unasked", "BJS": "unasked"}
    proposal = ask(stage, project)
    assert marks(stage, project) == {"MOW": "given", "BJS": "awaited"}
    proposal_refuse(proposal=proposal, comment="Not yet.", language="en", by=coordinator)
    assert marks(stage, project) == {"MOW": "given", "BJS": "refused"}
    proposal_accept(proposal=ask(stage, project), language="en", by=coordinator)
    assert marks(stage, project) == {"MOW": "given", "BJS": "given"}


def test_progress_is_milestones_achieved_of_those_due(stage):
    project, early = stage.project(title_en="Signals"), date(2099, 1, 1)
    milestone(stage, project, date(2022, 1, 1), achieved_on=date(2022, 1, 5))
    milestone(stage, project, date(2022, 2, 1))
    milestone(stage, project, early)
    milestone(stage, project, early, achieved_on=date(2022, 3, 1))
    stage.project(title_en="Empty")
    text = stage.client("moscow_editor").get(LIST).text
    assert "2 of 3" in text
    assert "none planned" in text
    for sort, first in (("progress", "Signals"), ("-progress", "Signals")):  # what has none comes last
        table = stage.client("moscow_editor").get(LIST, {"sort": sort}).context["table"]
        assert next(iter(table.rows)).record.title_en == first


@pytest.mark.parametrize("who", ["anonymous", "moscow_editor"])
@pytest.mark.parametrize("where", [LIST, TIMELINE])
def test_the_same_queries_however_many_there_are(stage, who, where, django_assert_max_num_queries):
    client = stage.client(who)
    metro = stage.cities["MOW"].organisations.get()
    query = {"area": str(stage.areas[0].pk), "state": "draft", "late": "false"}

    def grow(count):
        for _number in range(count):
            project = stage.project(visibility="public")
            amend(stage, project, starts_on="2021-03-01", **{"leads/MOW": str(metro.pk)})
            milestone(stage, project, date(2022, 1, 1))
            stage.project(visibility="public")

    grow(1)
    client.get(where)
    counts = []
    for _round in range(2):
        with django_assert_max_num_queries(12) as bare:
            client.get(where)
        with django_assert_max_num_queries(12) as filtered:
            client.get(where, query)
        counts.append((len(bare), len(filtered)))
        grow(6)
    assert counts[0] == counts[1]


# Timeline


def test_it_draws_bars_milestones_and_both_sides(stage):
    running(stage)
    today = timezone.localdate()
    project = stage.project(**TITLES)
    amend(
        stage, project, starts_on=str(today - timedelta(days=90)), ends_on=str(today + timedelta(days=90))
    )
    milestone(stage, project, today - timedelta(days=30))
    milestone(stage, project, today - timedelta(days=60), achieved_on=today - timedelta(days=50))
    milestone(stage, project, today + timedelta(days=30), forecast_on=today + timedelta(days=40))
    page = stage.client("moscow_editor").get(TIMELINE)
    for kind in ("late", "achieved", "due", "forecast"):
        assert f"gantt-point gantt-{kind}" in page.text
    assert page.text.count('class="gantt-stripe"') == 2  # nobody has given its word
    assert "gantt-today" in page.text
    assert "style=" not in page.text.split("<main")[1]
    assert "“First train”: due" in page.text
    (_area, bars), *_rest = page.context["timeline"].groups
    assert 0 < bars[0].left < bars[0].left + bars[0].width < 100


def test_it_shows_the_filtered_view_and_nobody_else_s(stage):
    for title, visibility in (("Open", "public"), ("Secret of Moscow", "own")):
        amend(stage, stage.project(title_en=title, visibility=visibility), starts_on="2021-03-01")
    assert "Secret of Moscow" in stage.client("moscow_editor").get(TIMELINE).text
    for who in ("beijing_editor", "anonymous"):
        assert "Secret of Moscow" not in stage.client(who).get(TIMELINE).text
    assert "No project matches" in stage.client("anonymous").get(TIMELINE, {"search": "nothing"}).text


def test_what_has_no_dates_is_listed_beside(stage):
    stage.project(title_en="Undated", visibility="public")
    text = stage.client("anonymous").get(TIMELINE).text
    assert "Without dates" in text
    assert "Undated" in text


def test_a_long_view_is_paged_and_says_so(stage, monkeypatch):
    monkeypatch.setattr("projects.views.PER_PAGE_OF_TIMELINE", 2)
    for _number in range(3):
        amend(stage, stage.project(visibility="public"), starts_on="2021-03-01")
    text = stage.client("anonymous").get(TIMELINE).text
    assert "The picture shows projects 1 to 2 of the 3 that match." in text


@pytest.mark.parametrize(
    ("first", "last", "unit", "most"),
    [
        (date(2021, 1, 5), date(2021, 9, 1), "month", 9),
        (date(2021, 2, 5), date(2023, 9, 1), "quarter", 11),
        (date(2011, 2, 5), date(2023, 9, 1), "year", 13),
        (date(1, 1, 1), date(9999, 12, 31), "year", 30),
    ],
)
def test_the_grid_is_as_fine_as_the_range_allows(first, last, unit, most):
    scale = Scale.of([first, last])
    assert scale.unit == unit
    assert 1 < len(scale.ticks()) <= most
    assert scale.at(scale.first) == 0
    assert scale.at(scale.last, after=True) == 100
    assert Project.objects.count() == 0
