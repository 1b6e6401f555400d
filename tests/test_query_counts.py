"""The control of what the table of permissions counts: a page that asks too often is found."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Organisation
from projects.choices import leading
from tests.query_limits import LIMIT, counted, limit

pytestmark = pytest.mark.django_db


def test_a_page_that_asks_too_often_is_found(stage: Any, monkeypatch: Any) -> None:
    """The same page, as it was if the names of organisations were asked for one by one."""
    page = reverse("projects:project-edit", args=[stage.project().pk])

    client = stage.client("moscow_editor")

    def queries() -> int:
        answer, asked = counted(lambda: client.get(page))
        assert answer.status_code == 200
        return asked

    few = queries()

    def one_by_one(cities: Any, chosen: Any) -> Any:
        for _time in range(LIMIT):
            Organisation.objects.first()
        return leading(cities, chosen)

    monkeypatch.setattr("projects.forms.leading", one_by_one)
    assert few <= limit("projects:project-edit") < queries()
