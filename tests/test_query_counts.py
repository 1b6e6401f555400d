"""Every page asks the database few times: all that the table of permissions knows, a new one by itself.

That a page asks no more often however much there is to show, the tests of its app say.
"""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation
from projects.choices import leading
from tests.scene import add_parts, hang_on
from tests.test_permissions import CASES, Row, address

pytestmark = pytest.mark.django_db

ROLES = ("moscow_editor", "moscow_secretary", "administrator")
LIMIT = 12
# The administration; and documents that are put together when they are fetched, section by section.
LIMIT_OF_ADMINISTRATION = LIMIT_OF_DOCUMENTS = 20
DOCUMENTS = ("reports:project-passport", "reports:brief-file")


def limit(name: str) -> int:
    if name.startswith("admin:"):
        return LIMIT_OF_ADMINISTRATION
    return LIMIT_OF_DOCUMENTS if name in DOCUMENTS else LIMIT


def is_page(name: str, visibility: str, expected: Row) -> bool:
    """What some of these see; of a project that both sides see, where there is one of each visibility."""
    shown = any(expected["GET"][role] == 200 for role in ROLES)
    return shown and not name.startswith("api") and visibility in ("", "shared")


PAGES = [case for case in CASES if is_page(*case.values)]  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "visibility", "expected"), PAGES)
def test_a_page_asks_the_database_few_times(
    stage: Any, settings: Any, files: Any, name: str, visibility: str, expected: Row
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False  # this is more than any browser calls
    project = stage.project(visibility=visibility or "public")
    hang_on(project, stage)
    if not name.startswith("admin:"):  # those make the one that they show
        add_parts(project, stage)
    where = address(name, stage, visibility)
    asked = {role: queries(stage.client(role), where) for role in ROLES if expected["GET"][role] == 200}
    too_often = {role: number for role, number in asked.items() if number > limit(name)}
    assert not too_often, f"{where} asks the database more than {limit(name)} times: {too_often}"


def queries(client: Any, where: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(where)
        assert answer.status_code == 200
        if answer.streaming:
            answer.getvalue()  # reads it to its end, and so closes the file
    return len(asked)


def test_a_page_that_asks_too_often_is_found(stage: Any, monkeypatch: Any) -> None:
    """The same page, as it was if the names of organisations were asked for one by one."""
    page = reverse("projects:project-edit", args=[stage.project().pk])
    few = queries(stage.client("moscow_editor"), page)

    def one_by_one(cities: Any, chosen: Any) -> Any:
        for _time in range(LIMIT):
            Organisation.objects.first()
        return leading(cities, chosen)

    monkeypatch.setattr("projects.forms.leading", one_by_one)
    assert few <= limit("projects:project-edit") < queries(stage.client("moscow_editor"), page)
