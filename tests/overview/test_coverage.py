"""What became of each provision: what is counted, what calls for attention, and who sees how much of it."""

from datetime import date
from typing import Any

import pytest
from django.core.files.base import ContentFile

from accounts.actors import Actor
from attachments.services import document_upload
from overview.coverage import coverage_of, in_order
from programme.models import Agreement, Event, Provision
from programme.services import record_create
from projects.models import Milestone, Project
from projects.sample import sample_projects_create
from projects.services import part_create, project_amend
from tests.conftest import SYSTEM
from tests.projects.agreeing import agree

pytestmark = pytest.mark.django_db
TODAY = date(2022, 6, 30)


def carried(stage: Any, *, agreed: bool = False, **values: Any) -> Project:
    """A project that carries out the stage's provision."""
    texts = {"title_ru": "Связь", "title_zh_hans": "信号"}
    project = stage.project(**texts, **values)
    project_amend(
        project=project, changes={"provisions": [str(stage.provision.pk)]}, base_version=1, by=SYSTEM
    )
    if agreed:
        agree(stage, project)
    return project


def covered(stage: Any, who: str = "moscow_editor") -> Any:
    (found,) = coverage_of([stage.provision], stage.actor(who), TODAY)
    return found


def test_a_provision_without_a_live_project_is_called_out(stage: Any) -> None:
    assert covered(stage).standing == "no_live_project"
    carried(stage)
    found = covered(stage)
    assert (found.standing, found.states) == ("no_live_project", {"draft": 1})
    carried(stage, agreed=True)
    assert covered(stage).standing == "no_evidence"


def test_progress_is_milestones_achieved_of_those_due(stage: Any) -> None:
    project = carried(stage)
    for due, achieved in (
        ("2022-01-31", "2022-01-15"),
        ("2022-02-28", None),
        ("2022-12-31", "2022-06-01"),  # early
        ("2022-12-31", None),  # not yet due
    ):
        milestone = part_create(
            part=Milestone(project=project, title_en="x", title_ru="x", title_zh_hans="x", due_on=due),
            by=SYSTEM,
        )
        if achieved:
            achieve(stage, project, milestone, achieved)
    found = covered(stage)
    assert (found.achieved, found.due) == (2, 3)
    assert found.evidence["milestones"] == 2


def achieve(stage: Any, project: Project, milestone: Milestone, day: str) -> None:
    agree(stage, project, "change", {f"milestones/{milestone.pk}/achieved_on": day})


def test_evidence_counts_each_piece_once_and_as_far_as_it_is_seen(stage: Any, files: Any) -> None:
    agreement, event = Agreement.objects.get(), Event.objects.get()
    for title in ("One", "Two"):
        project = carried(stage, agreed=True, title_en=title)
        project_amend(
            project=project,
            changes={"agreements": [str(agreement.pk)], "events": [str(event.pk)]},
            base_version=Project.objects.get(pk=project.pk).version,
            by=SYSTEM,
        )
    document_upload(
        upload=ContentFile(b"Minutes", name="minutes.txt"), subject=project, language="en",
        visibility="own", by=stage.actor("beijing_editor"),
    )  # fmt: skip
    counts = {"agreements": 1, "events": 1, "documents": 0, "milestones": 0, "citations": 0}
    assert covered(stage).evidence == counts
    assert covered(stage, "beijing_editor").evidence == {**counts, "documents": 1}
    assert covered(stage).standing == "evidenced"


def test_what_a_reader_may_not_see_counts_for_nothing(stage: Any) -> None:
    carried(stage, agreed=True)
    assert covered(stage).live == 1
    for who in ("anonymous", "stranger", "reader"):
        assert (covered(stage, who).total, covered(stage, who).standing) == (0, "no_live_project")


def test_what_calls_for_attention_comes_first(stage: Any) -> None:
    carried(stage, agreed=True)
    other = record_create(
        record=Provision(programme=stage.programme, visibility="public", code="P9", title_en="Last"),
        by=SYSTEM,
    )
    ordered = in_order(coverage_of([stage.provision, other], stage.actor("moscow_editor"), TODAY))
    assert [each.provision.code for each in ordered] == ["P9", "P1"]
    shown = stage.client("moscow_editor").get("/coverage/").content.decode()
    assert shown.index('id="no_live_project"') < shown.index('id="no_evidence"')


def test_the_page_filters_by_area_and_leads_to_the_projects(stage: Any) -> None:
    project = carried(stage)
    client = stage.client("moscow_editor")
    shown = client.get("/coverage/", {"area": stage.areas[0].pk}).content.decode()
    assert f"/projects/?provision={stage.provision.pk}" in shown
    assert project.get_absolute_url() in shown
    other = client.get("/coverage/", {"area": stage.areas[1].pk}).content.decode()
    assert project.get_absolute_url() not in other
    assert "No provision matches" in other


def test_programme_area_and_provision_lead_to_it(stage: Any) -> None:
    client = stage.client("anonymous")
    for record in (stage.programme, stage.areas[0], stage.provision):
        assert "/coverage/?programme=" in client.get(record.get_absolute_url()).content.decode()


@pytest.mark.parametrize("who", ["anonymous", "moscow_editor"])
def test_it_takes_the_same_queries_however_much_there_is(
    stage: Any, who: str, django_assert_max_num_queries: Any
) -> None:
    client, address = stage.client(who), f"/coverage/?area={stage.areas[0].pk}"
    carried(stage)
    with django_assert_max_num_queries(12) as few:
        assert client.get(address).status_code == 200
    sample_projects_create(programme=stage.programme, count=300)
    with django_assert_max_num_queries(12) as many:
        assert client.get(address).status_code == 200
    assert len(many) == len(few)


def test_the_api_says_the_same(stage: Any) -> None:
    carried(stage, agreed=True)
    body = stage.client("moscow_editor").get("/api/v1/coverage").json()
    (entry,) = body["results"]
    assert entry["provision"]["code"] == "P1"
    assert entry["standing"] == "no_evidence"
    assert entry["projects"]["agreed"] == 1
    assert entry["milestones"] == {"due": 0, "achieved": 0}
    assert entry["evidence"] == dict.fromkeys(
        ("agreements", "events", "documents", "milestones", "citations"), 0
    )
    hidden = stage.client("anonymous").get("/api/v1/coverage").json()["results"][0]
    assert hidden["standing"] == "no_live_project"


def test_the_api_filters_pages_and_refuses_what_it_does_not_know(stage: Any) -> None:
    record_create(
        record=Provision(programme=stage.programme, visibility="public", code="P2", title_en="Second"),
        by=Actor.system("tests"),
    )
    client = stage.client("anonymous")
    first = client.get("/api/v1/coverage", {"limit": 1}).json()
    assert [entry["provision"]["code"] for entry in first["results"]] == ["P1"]
    second = client.get(first["next"]).json()
    assert [entry["provision"]["code"] for entry in second["results"]] == ["P2"]
    by_area = client.get("/api/v1/coverage", {"area": str(stage.areas[0].pk)}).json()
    assert len(by_area["results"]) == 1
    assert client.get("/api/v1/coverage", {"colour": "red"}).status_code == 400
