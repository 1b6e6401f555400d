"""The page of a job: how far it is, with and without JavaScript, and how one stops it."""

import pytest
from django.urls import reverse

from records import jobs
from records.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(stage, monkeypatch):
    monkeypatch.setitem(jobs.LABELS, "sample", "Import of samples")
    return Job.objects.create(kind="sample", user=stage.people["moscow_editor"])


def page(stage, job, htmx=False):
    headers = {"HX-Request": "true"} if htmx else {}
    return stage.client("moscow_editor").get(reverse("records:job-detail", args=[job.pk]), headers=headers)


def test_it_says_how_far_the_work_is_and_asks_again(stage, job, django_assert_max_num_queries):
    Job.objects.filter(pk=job.pk).update(state="running", step="Row 1 of 2", progress=50)
    client = stage.client("moscow_editor")
    with django_assert_max_num_queries(6):
        text = client.get(reverse("records:job-detail", args=[job.pk])).content.decode()
    assert "Import of samples" in text
    assert "Row 1 of 2" in text
    assert '<progress value="50"' in text
    assert 'hx-trigger="every 2s"' in text
    assert "Look again" in text.split("<noscript>")[1], "without JavaScript there is a link"


def test_for_htmx_only_the_part_that_changes_is_answered(stage, job):
    text = page(stage, job, htmx=True).content.decode()
    assert text.strip().startswith('<div id="job"')
    assert "Waiting for a free worker." in text


@pytest.mark.parametrize("state", ["done", "cancelled", "parked"])
def test_when_it_is_over_nothing_is_asked_any_more(stage, job, state):
    Job.objects.filter(pk=job.pk).update(state=state, error="No such file.", result_url="/projects/")
    text = page(stage, job).content.decode()
    assert "every 2s" not in text
    assert "Look again" not in text
    assert ("No such file." in text) == (state == "parked")
    assert ('href="/projects/"' in text.split('id="job"')[1]) == (state in ("done", "parked"))


def test_it_is_cancelled_and_tried_again_by_a_button(stage, job):
    client = stage.client("moscow_editor")
    answer = client.post(reverse("records:job-cancel", args=[job.pk]), follow=True)
    assert "Cancelled." in answer.content.decode()
    Job.objects.filter(pk=job.pk).update(state="parked")
    answer = client.post(reverse("records:job-retry", args=[job.pk]), follow=True)
    assert "Waiting for a free worker." in answer.content.decode()


def test_the_same_work_asked_for_again_is_said(stage, job):
    Job.objects.filter(pk=job.pk).update(state="parked", key="k")
    Job.objects.create(kind="sample", key="k")
    answer = stage.client("moscow_editor").post(reverse("records:job-retry", args=[job.pk]), follow=True)
    assert "asked for again meanwhile" in answer.content.decode()
