"""A side's word on a period: its own while a draft, handed in, sent back, handed in again."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from programme.models import Remit
from projects.models import Update
from projects.sections.updates import last_quarter
from projects.services import part_amend, project_share, update_return, update_submit
from records.errors import EditConflict, Invalid, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(stage: Any) -> Any:
    return stage.project(visibility="public")


def url(name: str, record: Any) -> str:
    return reverse(f"projects:update-{name}", args=[record.pk])


def written(stage: Any, project: Any, post_form: Any, who: str = "moscow_editor", **more: str) -> Update:
    values = {"period": "2021-Q2", "health": "on_track", "narrative_en": "Tests began"} | more
    assert post_form(stage.client(who), url("add", project), **values).status_code == 302
    return Update.objects.latest("created_at")


def submit(stage: Any, update: Update, who: str = "moscow_editor") -> Update:
    update.refresh_from_db()
    return update_submit(update=update, base_version=update.version, by=stage.actor(who))


def send_back(stage: Any, update: Update, who: str, **sections: str) -> Update:
    update.refresh_from_db()
    return update_return(update=update, sections=sections, base_version=update.version, by=stage.actor(who))


def test_a_draft_is_its_sides_own_and_what_is_handed_in_is_everybodys(stage, project, post_form):
    update = written(stage, project, post_form)
    section = url("list", project)
    for who, sees in (("moscow_reader", True), ("beijing_editor", False), ("reader", False)):
        assert ("Tests began" in stage.client(who).get(section).text) is sees
    version = {"version": str(update.version)}
    assert stage.client("moscow_editor").post(url("submit", update), version).status_code == 302
    for who in ("beijing_editor", "reader"):
        page = stage.client(who).get(section).text
        assert "Tests began" in page
        assert "on track" in page
    assert "on track" in stage.client("reader").get(project.get_absolute_url()).text


def test_it_is_handed_in_with_a_health_and_a_text_or_says_what_is_missing(stage, project, post_form):
    update = written(stage, project, post_form, health="", narrative_en="")
    answer = stage.client("moscow_editor").post(url("submit", update), {"version": "1"}, follow=True)
    assert "Say how the project stands before you hand it in." in answer.text
    with pytest.raises(Invalid):
        submit(stage, update)


def test_what_was_handed_in_stands_until_it_is_sent_back(stage, project, post_form):
    update = submit(stage, written(stage, project, post_form))
    assert stage.client("moscow_editor").get(url("edit", update)).status_code == 403
    with pytest.raises(NotAllowed, match="handed in"):
        part_amend(
            part=update, changes={"narrative_en": "Other"}, base_version=update.version,
            by=stage.actor("moscow_editor"),
        )  # fmt: skip


def test_it_is_sent_back_by_section_and_the_remark_stays_until_it_is_handed_in_again(
    stage, project, post_form
):
    update = submit(stage, written(stage, project, post_form))
    answer = post_form(stage.client("moscow_secretary"), url("return", update), narrative="Which tests?")
    assert answer.status_code == 302
    for who in ("moscow_editor", "beijing_editor"):
        assert "Which tests?" in stage.client(who).get(url("list", project)).text
    post_form(stage.client("moscow_editor"), url("edit", update), narrative_en="Brake tests began")
    assert "Which tests?" in stage.client("beijing_editor").get(url("list", project)).text
    submit(stage, update)
    assert "Which tests?" not in stage.client("beijing_editor").get(url("list", project)).text
    history = stage.client("beijing_editor").get(url("history", update))
    assert [entry["update"].narrative_en for entry in history.context["handed_in"]] == [
        "Brake tests began",
        "Tests began",
    ]


@pytest.mark.parametrize(
    ("who", "may"),
    [("moscow_editor", False), ("beijing_editor", False), ("moscow_secretary", True), ("stranger", False)],
)
def test_whoever_decides_for_a_side_sends_back(stage, project, post_form, who, may):
    update = submit(stage, written(stage, project, post_form))
    assert stage.client(who).get(url("return", update)).status_code == (200 if may else 403)
    if may:
        assert send_back(stage, update, who, health="Why?").state == "returned"
    else:
        with pytest.raises(NotAllowed):
            send_back(stage, update, who, health="Why?")


def test_a_coordinator_of_the_other_side_sends_back_within_their_remit(stage, project, post_form):
    update = submit(stage, written(stage, project, post_form))
    with pytest.raises(NotAllowed, match="remit"):
        send_back(stage, update, "beijing_coordinator", narrative="More")
    Remit.objects.create(user=stage.people["beijing_coordinator"], area=stage.areas[0])
    assert send_back(stage, update, "beijing_coordinator", narrative="More").state == "returned"


def test_its_own_side_calls_it_back_until_the_other_relies_on_it(stage, project, post_form):
    update = submit(stage, written(stage, project, post_form))
    theirs = written(stage, project, post_form, "beijing_editor", period="2021-Q2")
    submit(stage, theirs, "beijing_editor")
    with pytest.raises(NotAllowed, match="relies"):
        send_back(stage, update, "moscow_secretary", narrative="More")
    assert send_back(stage, theirs, "moscow_secretary", narrative="More").state == "returned"


def test_it_takes_a_remark_and_the_version_that_was_seen(stage, project, post_form):
    update = submit(stage, written(stage, project, post_form))
    with pytest.raises(Invalid):
        send_back(stage, update, "moscow_secretary", narrative="  ")
    with pytest.raises(Invalid):
        send_back(stage, update, "moscow_secretary", title="No such section")
    with pytest.raises(EditConflict):
        update_return(
            update=update, sections={"health": "Why?"}, base_version=1, by=stage.actor("moscow_secretary")
        )


def test_what_was_handed_in_is_shared_along_with_its_project_and_a_draft_is_not(stage, post_form):
    project = stage.project(visibility="own")
    submit(stage, written(stage, project, post_form))
    written(stage, project, post_form, period="2021-Q3", narrative_en="Not yet")
    project.refresh_from_db()
    project_share(project=project, base_version=project.version, by=stage.actor("moscow_editor"))
    page = stage.client("beijing_editor").get(url("list", project)).text
    assert "Tests began" in page
    assert "Not yet" not in page


def test_a_side_writes_once_for_a_period(stage, project, post_form):
    written(stage, project, post_form)
    again = post_form(stage.client("moscow_editor"), url("add", project), period="2021-Q2")
    assert again.status_code == 422
    assert "Your side has an update for this period already." in again.text


@pytest.mark.parametrize(
    ("today", "due"),
    [
        ((2022, 1, 1), "2021-Q4"),
        ((2022, 3, 31), "2021-Q4"),
        ((2022, 4, 1), "2022-Q1"),
        ((2022, 12, 31), "2022-Q3"),
    ],
)
def test_the_period_that_is_due_is_the_last_quarter_that_ended(today, due):
    assert str(last_quarter(date(*today))) == due


def test_after_the_programme_its_last_quarter_is_suggested(stage, project):
    page = stage.client("moscow_editor").get(url("add", project))
    assert str(page.context["form"]["period"].value()) == "2023-Q4"
