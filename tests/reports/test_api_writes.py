"""A partner system asks for a report, and follows its making."""

import pytest
from django.test import Client

from accounts.services import client_create
from reports.models import Report

pytestmark = pytest.mark.django_db
REPORTS = "/api/v1/reports"
SECRET = "a-secret-for-tests"


@pytest.fixture
def ask(stage):
    def call(body, who="moscow_secretary", scope="reports:write reports:read"):
        client = Client()
        if not hasattr(stage, "partner"):
            stage.partner = client_create(
                client_id=who, secret=SECRET, name=who, official=stage.people[who], scopes=scope.split()
            )
        asked = {"grant_type": "client_credentials", "client_id": who, "client_secret": SECRET}
        token = client.post("/oauth/token/", asked).json()["access_token"]
        headers = {"authorization": f"Bearer {token}"}
        return client.post(REPORTS, body, content_type="application/json", headers=headers)

    return call


@pytest.fixture
def wanted(stage):
    return {"programme": str(stage.programme.pk), "kind": "programme-status", "period": "2021-Q1"}


def test_a_report_that_is_asked_for_is_made_later_and_once(ask, wanted):
    first, again = ask(wanted), ask(wanted)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first["Location"] == again["Location"]
    assert first.json()["build_state"] == "queued"
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"period": None}, "period"),
        ({"period": "soon"}, "period"),
        ({"kind": "poem"}, "kind"),
        ({"programme": "00000000-0000-4000-8000-000000000000"}, "programme"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_can_not_be_made_is_named(ask, wanted, change, field):
    answer = ask(wanted | change)
    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert not Report.objects.exists()


def test_a_period_outside_the_programme_is_refused(ask, wanted):
    assert ask(wanted | {"period": "2035-Q1"}).status_code == 400


def test_reading_reports_is_not_asking_for_them(ask, wanted):
    assert ask(wanted, scope="reports:read").status_code == 403


def test_an_editor_of_the_browser_may_not_either(stage, wanted):
    answer = stage.client("moscow_editor").post(REPORTS, wanted, content_type="application/json")
    assert answer.status_code == 403
