"""Requests over the API: their life, and that an open one is not taken away from those who wait."""

from typing import Any

import pytest

from experts.models import ExpertAccess, ExpertiseRequest, Invitation, Work
from experts.services.experts import work_create

pytestmark = pytest.mark.django_db
REQUESTS = "/api/v1/expertise-requests"


def act(client: Any, where: str, version: int, method: str = "post") -> Any:
    sent = {"headers": {"if-match": f'"{version}"'}, "content_type": "application/json"}
    return getattr(client, method)(where, {}, **sent)


def test_an_open_request_is_cancelled_and_then_archived(stage: Any, asking: Any) -> None:
    invitation = asking.invited()
    request = invitation.request
    where, client = f"{REQUESTS}/{request.pk}", stage.client("moscow_editor")
    kept = act(client, where, request.version, "delete")
    assert kept.status_code == 403
    assert "Close or cancel it first" in kept.content.decode()
    cancelled = act(client, f"{where}/cancel", request.version)
    assert cancelled.json()["state"] == "cancelled"
    assert Invitation.objects.get(pk=invitation.pk).state == "withdrawn"
    assert act(client, where, cancelled.json()["version"], "delete").status_code == 204
    assert client.get(REQUESTS).json()["results"] == []
    assert ExpertiseRequest.objects.get(pk=request.pk).archived_at


def test_another_city_ends_no_request(stage: Any, asking: Any) -> None:
    request = asking.open()
    client = stage.client("beijing_coordinator")
    for path, method in (("", "delete"), ("/cancel", "post"), ("/close", "post")):
        tried = act(client, f"{REQUESTS}/{request.pk}{path}", request.version, method)
        assert tried.status_code == 403, path


def test_reading_the_works_is_reading_the_profile(stage: Any) -> None:
    expert = stage.expert()
    work_create(work=Work(expert=expert, title="On signals"), by=stage.actor("moscow_editor"))
    where = f"/api/v1/experts/{expert.pk}/works"
    stage.client("moscow_editor").get(where)
    assert not ExpertAccess.objects.exists()
    for _again in range(2):
        stage.client("beijing_editor").get(where)
    assert list(ExpertAccess.objects.values_list("act", "city__code")) == [("viewed", "BJS")]


def test_whatever_is_taken_along_is_noted_each_time(stage: Any) -> None:
    stage.expert()
    for _again in range(2):
        stage.client("beijing_editor").get("/api/v1/experts?format=csv")
    assert ExpertAccess.objects.filter(act="exported").count() == 2
