"""Taking a project on into the next programme: what goes along, how it is fitted in, and only once."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from programme.models import Area, Programme, Provision
from programme.services import programme_create, record_create
from projects.carrying import months_later
from projects.models import Indicator, IndicatorValue, Milestone, Project, Risk
from projects.services import part_archive, part_create, project_amend, project_carry_over
from records.errors import Invalid, NotAllowed
from records.models import Change
from records.period import Period
from tests.conftest import SYSTEM
from tests.projects.agreeing import agree

pytestmark = pytest.mark.django_db
TEXTS = {"title_en": "Signals", "title_ru": "Сигналы", "title_zh_hans": "信号"}


def later_programme(stage: Any, codes: tuple[str, ...] = ("TRA",), succeeds: bool = True) -> Programme:
    programme = programme_create(
        programme=Programme(
            title_en="The next programme", period=Period.parse("2024/2026"), authentic=["ru", "zh-hans"],
            visibility="public", succeeds=stage.programme if succeeds else None,
        ),
        sides={stage.cities["MOW"]: {}, stage.cities["BJS"]: {}},
        original="en",
        by=SYSTEM,
    )  # fmt: skip
    for code in codes:
        area = Area(programme=programme, visibility="public", code=code, name_en=f"{code} again")
        record_create(record=area, original="en", by=SYSTEM)
    return programme


@pytest.fixture
def successor(stage: Any) -> Programme:
    return later_programme(stage)


@pytest.fixture
def project(stage: Any) -> Project:
    return stage.project(**TEXTS, starts_on="2021-03-01", ends_on="2024-06-30")


def carry(
    stage: Any, project: Project, programme: Programme, who: str = "moscow_secretary", **more: Any
) -> Any:
    return project_carry_over(project=project, programme=programme, by=stage.actor(who), **more)


def test_a_draft_with_texts_leads_areas_and_lineage(
    stage: Any, project: Project, successor: Programme
) -> None:
    metro = stage.cities["MOW"].organisations.get()
    project_amend(
        project=project,
        changes={
            "leads/MOW": str(metro.pk), "provisions": [str(stage.provision.pk)],
            "contacts/MOW": str(stage.people["moscow_editor"].pk),
        },
        base_version=1,
        by=SYSTEM,
    )  # fmt: skip
    provision = Provision(programme=successor, visibility="public", code="P1", title_en="City transport")
    record_create(record=provision, original="en", by=SYSTEM)
    agree(stage, project)
    before = Project.objects.get(pk=project.pk).version
    copy = carry(stage, project, successor)
    copy.refresh_from_db()
    assert (copy.state, copy.visibility, copy.carried_from) == ("draft", "shared", project)
    assert (copy.code, copy.title_ru) == ("TRA-2024-001", "Сигналы")
    assert [area.programme_id for area in copy.areas.all()] == [successor.pk]
    assert [each.code for each in copy.provisions.all()] == ["P1"]
    assert {lead.organisation: lead.contact for lead in copy.leads.all()} == {metro: None}
    assert (copy.starts_on, copy.ends_on) == (None, date(2024, 6, 30)), "days before its start are left out"
    project.refresh_from_db()
    assert (project.version, project.state) == (before, "agreed"), "what was agreed stands"
    assert Change.objects.get(record_id=copy.pk).verb == "created"


def test_undone_milestones_are_shifted_into_the_programme(
    stage: Any, project: Project, successor: Programme
) -> None:
    def milestone(due: str, **more: Any) -> Milestone:
        made = Milestone(project=project, due_on=due, title_en=due, title_ru=due, title_zh_hans=due, **more)
        return part_create(part=made, by=SYSTEM)

    milestone("2022-05-31", forecast_on="2022-08-01")
    milestone("2025-01-15")
    done = milestone("2021-04-01")
    agree(stage, project, "change", {f"milestones/{done.pk}/achieved_on": "2021-04-01"})
    part_archive(part=milestone("2022-07-01"), base_version=1, by=SYSTEM)
    copy = carry(stage, project, successor)
    assert list(copy.milestones.order_by("due_on").values_list("title_en", "due_on", "forecast_on")) == [
        ("2025-01-15", date(2025, 1, 15), None),
        ("2022-05-31", date(2025, 5, 31), None),
    ]


def test_open_risks_and_indicators_with_what_was_reached(
    stage: Any, project: Project, successor: Programme
) -> None:
    for state in ("open", "closed", "occurred"):
        part_create(part=Risk(project=project, title_en=state, state=state, impact=3), by=SYSTEM)
    cities = stage.cities
    for name, aggregation, goal in (
        ("sum", "cumulative", 100),
        ("last", "latest", 5),
        ("unmeasured", "latest", 9),
    ):
        indicator = Indicator(
            project=project, name_en=name, unit_en="x", aggregation=aggregation, goal=goal, baseline=1,
            goal_on="2023-01-01",
        )  # fmt: skip
        part_create(part=indicator, by=SYSTEM)
        values = (
            () if name == "unmeasured" else (("MOW", "2021", 3), ("MOW", "2022", 4), ("BJS", "2021", 2))
        )
        for city, period, value in values:
            part_create(
                part=IndicatorValue(indicator=indicator, city=cities[city], period=period, value=value),
                by=SYSTEM,
            )
    copy = carry(stage, project, successor)
    assert list(copy.risks.values_list("title_en", "impact")) == [("open", 3)]
    rows: Any = copy.indicators.all()
    found = {each.name_en: (each.baseline, each.goal, each.goal_on) for each in rows}
    assert found == {"sum": (9, 100, None), "last": (6, None, None), "unmeasured": (1, 9, None)}


def test_texts_stay_as_old_as_they_are(stage: Any, project: Project, successor: Programme) -> None:
    project_amend(project=project, changes={"title_ru": "Новые сигналы"}, base_version=1, by=SYSTEM)
    project.refresh_from_db()
    assert project.text_state("title", "en").stale
    copy = Project.objects.get(pk=carry(stage, project, successor).pk)
    assert copy.texts == project.texts
    assert (copy.text_state("title", "en").stale, copy.version) == (True, 1)


def test_once_and_the_database_holds_it(stage: Any, project: Project, successor: Programme) -> None:
    copy = carry(stage, project, successor)
    with pytest.raises(NotAllowed, match=f"already: {copy.code}"):
        carry(stage, project, successor)
    twin = Project(
        programme=successor, carried_from=project, code="TRA-2024-999", title_en="Twin", visibility="shared"
    )
    with pytest.raises(IntegrityError, match="projects_project_carried_once"), transaction.atomic():
        twin.save(force_insert=True)
    twin.carried_from = None  # without the lineage nothing stands against it
    twin.save(force_insert=True)


def test_an_area_without_counterpart_is_chosen(stage: Any, project: Project) -> None:
    other = later_programme(stage, codes=("EDU",))
    with pytest.raises(Invalid) as refused:
        carry(stage, project, other)
    assert set(refused.value.errors) == {"areas"}
    assert not Project.objects.filter(carried_from=project).exists(), "all of it or nothing"
    with pytest.raises(Invalid):  # an area of the earlier programme is none of the later one's
        carry(stage, project, other, areas=[stage.areas[0].pk])
    copy = carry(stage, project, other, areas=[Area.objects.get(programme=other).pk])
    assert copy.code == "EDU-2024-001"


def test_only_a_secretary_only_to_the_successor(stage: Any, project: Project, successor: Programme) -> None:
    for who in ("moscow_editor", "beijing_coordinator", "moscow_reader", "stranger", "anonymous"):
        with pytest.raises(NotAllowed):
            carry(stage, project, successor, who=who)
    Programme.objects.filter(pk=successor.pk).update(succeeds=None)
    successor.refresh_from_db()
    with pytest.raises(NotAllowed, match="does not succeed"):
        carry(stage, project, successor)
    Programme.objects.filter(pk=successor.pk).update(succeeds=stage.programme)
    successor.refresh_from_db()
    assert carry(stage, project, successor).pk


def test_what_is_one_side_s_own_stays_its_own(stage: Any, successor: Programme) -> None:
    own = stage.project(visibility="own", owner="BJS")
    with pytest.raises(NotAllowed):
        carry(stage, own, successor)
    mine = carry(stage, stage.project(visibility="own", owner="MOW"), successor)
    assert (mine.visibility, mine.owner_city) == ("own", stage.cities["MOW"])
    public = carry(stage, stage.project(visibility="public"), successor)
    assert public.visibility == "shared", "it takes both sides to publish a project"


def test_a_month_without_such_a_day_ends_earlier() -> None:
    assert months_later(date(2024, 2, 29), 36) == date(2027, 2, 28)
    assert months_later(date(2021, 12, 31), 6) == date(2022, 6, 30)


# The pages


def test_the_page_says_what_goes_along_and_does_it(
    stage: Any, project: Project, successor: Programme
) -> None:
    part_create(part=Milestone(project=project, title_en="First train", due_on="2022-05-31"), by=SYSTEM)
    client = stage.client("moscow_secretary")
    address = f"/projects/{project.pk}/carry-over/"
    assert address in client.get(project.get_absolute_url()).content.decode()
    shown = client.get(address).content.decode()
    assert "31 May 2022" in shown
    assert "31 May 2025" in shown
    answer = client.post(address)
    copy: Any = Project.objects.get(carried_from=project)
    assert answer["Location"] == copy.get_absolute_url()
    assert project.code in client.get(copy.get_absolute_url()).content.decode()
    assert copy.code in client.get(project.get_absolute_url()).content.decode()
    again = client.get(address)
    assert again.status_code == 403
    assert "already" in again.content.decode()


def test_without_a_successor_it_says_so(stage: Any, project: Project) -> None:
    answer = stage.client("moscow_secretary").get(f"/projects/{project.pk}/carry-over/")
    assert answer.status_code == 403
    assert "No successor of this programme has been entered" in answer.content.decode()


def test_whoever_does_not_see_the_copy_is_not_told_of_it(stage: Any, successor: Programme) -> None:
    project = stage.project(visibility="public")
    copy = carry(stage, project, successor)
    for who, told in (("anonymous", False), ("reader", False), ("beijing_editor", True)):
        shown = stage.client(who).get(project.get_absolute_url()).content.decode()
        assert (copy.code in shown) is told


# The API


def post(client: Client, project: Project, **body: Any) -> Any:
    return client.post(f"/api/v1/projects/{project.pk}/carry-over", body, content_type="application/json")


def test_the_api_carries_over_and_answers_with_the_copy(
    stage: Any, project: Project, successor: Programme
) -> None:
    client = stage.client("moscow_secretary")
    answer = post(client, project)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["state"], body["programme"]["id"]) == ("draft", str(successor.pk))
    assert (body["carried_from"]["id"], body["carried_from"]["code"]) == (str(project.pk), project.code)
    assert answer["Location"].endswith(f"/api/v1/projects/{body['id']}")
    assert post(client, project).status_code == 403


def test_the_api_retries_safely_and_names_what_is_missing(stage: Any, project: Project) -> None:
    client = stage.client("moscow_secretary")
    refused = post(client, project)
    assert refused.status_code == 403
    assert "No successor" in refused.json()["detail"]
    later = later_programme(stage, codes=("EDU",))
    missing = post(client, project)
    assert missing.status_code == 400
    assert missing.json()["errors"][0]["field"] == "areas"
    area = str(Area.objects.get(programme=later).pk)
    first, second = (
        client.post(
            f"/api/v1/projects/{project.pk}/carry-over", {"areas": [area]},
            content_type="application/json", headers={"Idempotency-Key": "once"},
        )
        for _time in range(2)
    )  # fmt: skip
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert post(stage.client("moscow_editor"), stage.project()).status_code == 403
    hidden = stage.project(visibility="own", owner="BJS")
    assert post(client, hidden).status_code == 404


def test_the_lineage_is_shown_to_whoever_sees_it(stage: Any, successor: Programme) -> None:
    own = stage.project(visibility="own", owner="MOW", **TEXTS)
    copy = carry(stage, own, successor)
    Project.objects.filter(pk=copy.pk).update(visibility="shared", owner_city=None)
    shown = stage.client("beijing_editor").get(f"/api/v1/projects/{copy.pk}").json()
    assert shown["carried_from"] is None
    page = stage.client("beijing_editor").get(copy.get_absolute_url()).content.decode()
    assert own.code not in page
