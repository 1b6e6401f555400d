"""What a programme came to: what is counted, and what a secretary carries on from there."""

from typing import Any

import pytest

from programme.models import Area
from projects.models import Indicator, IndicatorValue, Milestone, Project
from projects.sample import sample_projects_create
from projects.services import part_create
from tests.conftest import SYSTEM
from tests.projects.agreeing import agree
from tests.projects.test_carry_over import TEXTS, later_programme

pytestmark = pytest.mark.django_db


def address(stage: Any) -> str:
    return f"/programmes/{stage.programme.pk}/results/"


def test_it_counts_what_was_reached_and_what_stayed_undone(stage: Any) -> None:
    project = stage.project(**TEXTS)
    stage.project(visibility="own", owner="BJS")
    for due in ("2022-01-01", "2022-02-01"):
        milestone = Milestone(project=project, title_en=due, title_ru=due, title_zh_hans=due, due_on=due)
        milestone = part_create(part=milestone, by=SYSTEM)
    for goal, values in ((10, (4, 6)), (10, (3,)), (10, ())):
        indicator = Indicator(project=project, name_en="x", unit_en="y", goal=goal)
        part_create(part=indicator, by=SYSTEM)
        for number, value in enumerate(values):
            part = IndicatorValue(
                indicator=indicator, city=stage.cities["MOW"], period=f"202{number}", value=value
            )
            part_create(part=part, by=SYSTEM)
    agree(stage, project, "change", {f"milestones/{milestone.pk}/achieved_on": "2022-02-01"})
    shown = stage.client("moscow_editor").get(address(stage)).context
    assert [(state, count) for state, _label, count in shown["states"]] == [("draft", 1)]
    assert shown["milestones"] == {"achieved": 1, "undone": 1}
    assert shown["indicators"] == {"goals": 3, "reached": 1, "missed": 1, "unmeasured": 1}
    assert [each.code for each in shown["undone"]] == [project.code]
    assert stage.client("anonymous").get(address(stage)).context["states"] == []


def test_the_closed_programme_leads_to_it(stage: Any) -> None:
    client = stage.client("anonymous")
    assert address(stage) in client.get(stage.programme.get_absolute_url()).content.decode()
    assert "Results of the programme" in client.get(address(stage)).content.decode()


def test_the_button_says_why_it_can_t_be_used(stage: Any) -> None:
    stage.project()
    shown = stage.client("moscow_secretary").get(address(stage)).content.decode()
    assert "No successor of this programme has been entered" in shown
    later_programme(stage)
    assert (
        "carried over by a secretary" in stage.client("moscow_editor").get(address(stage)).content.decode()
    )
    open_to = stage.client("moscow_secretary").get(address(stage)).content.decode()
    assert 'name="project"' in open_to


def test_several_go_on_each_by_itself(stage: Any) -> None:
    first, second = stage.project(**TEXTS), stage.project(**TEXTS)
    successor = later_programme(stage)
    hidden = stage.project(visibility="own", owner="BJS")
    lost = stage.project(**TEXTS)
    Project.areas.through.objects.filter(project=lost).update(area=stage.areas[1])
    client = stage.client("moscow_secretary")
    answer = client.post(
        f"/programmes/{stage.programme.pk}/carry-over/",
        {"project": [str(each.pk) for each in (first, second, lost)]},
        follow=True,
    )
    shown = answer.content.decode()
    assert "2 projects were carried over" in shown
    assert f"{lost.code}: None of the project" in shown
    assert Project.objects.filter(programme=successor).count() == 2
    copy: Any = Project.objects.get(carried_from=first)
    assert f"goes on as {copy.code}" in shown
    client.post(f"/programmes/{stage.programme.pk}/carry-over/", {"project": [str(hidden.pk)]})
    assert not Project.objects.filter(carried_from=hidden).exists()
    assert Area.objects.filter(programme=successor).count() == 1


@pytest.mark.parametrize("who", ["anonymous", "moscow_secretary"])
def test_it_takes_the_same_queries_however_much_there_is(
    stage: Any, who: str, django_assert_max_num_queries: Any
) -> None:
    stage.project(visibility="public")
    client = stage.client(who)
    with django_assert_max_num_queries(12) as few:
        assert client.get(address(stage)).status_code == 200
    sample_projects_create(programme=stage.programme, count=200)
    with django_assert_max_num_queries(12) as many:
        assert client.get(address(stage)).status_code == 200
    assert len(many) == len(few)
