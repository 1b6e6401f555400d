"""The sections of a project's page: seen, added to and edited with and without JavaScript."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from projects.models import Contribution, Delegate, Exchange, Milestone, Participation, Risk
from projects.sections import SECTIONS
from projects.services import part_create
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
