"""Parts of projects, remits and rates in the administration."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.services import proposal_accept, proposal_raise
from programme.models import ExchangeRate, Remit
from projects.models import Milestone, Risk
from projects.services import part_create
from tests.conftest import SYSTEM
from tests.programme.test_rates import CBR

pytestmark = pytest.mark.django_db
TITLES = {"title_en": "Signals", "title_ru": "Сигналы", "title_zh_hans": "信号"}


@pytest.fixture
def admin(stage: Any) -> Any:
    stage.people["administrator"].is_staff = True
    stage.people["administrator"].save(update_fields=["is_staff"])
    return stage.client("administrator")


@pytest.fixture
def milestone(stage: Any) -> Milestone:
    return part_create(
        part=Milestone(project=stage.project(**TITLES), **TITLES, due_on=date(2022, 1, 1)), by=SYSTEM
    )


def where(part: Any, page: str = "change") -> str:
    return f"/admin/projects/{part._meta.model_name}/{part.pk}/{page}/"


def test_a_part_is_corrected_with_a_reason(admin: Any, milestone: Milestone, post_form: Any) -> None:
    saved = post_form(admin, where(milestone), due_on="2022-02-01", reason="A slip of the pen")
    assert saved.status_code == 302
    milestone.refresh_from_db()
    assert (milestone.due_on, milestone.version) == (date(2022, 2, 1), 2)
    history = admin.get(where(milestone, "history")).content.decode()
    assert "A slip of the pen" in history


def test_what_both_agreed_on_is_refused_here_as_well(
    stage: Any, admin: Any, milestone: Milestone, post_form: Any
) -> None:
    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)
    asked = proposal_raise(
        subject=milestone.project, act="agree", language="en", by=stage.actor("moscow_editor")
    )
    proposal_accept(proposal=asked, language="en", by=stage.actor("beijing_coordinator"))
    refused = post_form(admin, where(milestone), due_on="2022-02-01", reason="A slip of the pen")
    assert refused.status_code == 422
    assert "Both sides agreed on this" in refused.content.decode()
    saved = post_form(admin, where(milestone), forecast_on="2022-02-01", reason="A slip of the pen")
    assert saved.status_code == 302
    milestone.refresh_from_db()
    assert (milestone.due_on, milestone.forecast_on) == (date(2022, 1, 1), date(2022, 2, 1))


def test_parts_of_a_citys_own_project_are_masked(stage: Any, admin: Any) -> None:
    own = stage.project(visibility="own", owner="MOW", title_en="Secret plan")
    shared = stage.project(title_en="Open plan")
    parts = [
        part_create(part=Risk(project=each, title_en=f"Risk of {each}"), by=SYSTEM)
        for each in (own, shared)
    ]
    for address in ("/admin/projects/risk/", "/admin/projects/risk/export/", where(parts[0])):
        assert "Risk of Secret plan" not in admin.get(address).content.decode(), address
    assert "Risk of Secret plan" not in admin.get(where(parts[0], "history")).content.decode()
    assert "Risk of Open plan" in admin.get("/admin/projects/risk/").content.decode()
    assert admin.get("/admin/projects/risk/?q=Secret").context["cl"].result_count == 0


def test_lists_cost_the_same_whatever_their_length(stage: Any, admin: Any) -> None:
    project = stage.project()

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert admin.get("/admin/projects/risk/").status_code == 200
        return len(seen)

    cost()
    costs = []
    for number in range(3):
        part_create(part=Risk(project=project, title_en=f"R{number}"), by=SYSTEM)
        costs.append(cost())
    assert len(set(costs)) == 1
    assert costs[0] <= 20


def test_remits_come_and_go_and_the_history_stays(stage: Any, admin: Any) -> None:
    coordinator, area = stage.people["beijing_coordinator"], stage.areas[0]
    add = "/admin/programme/remit/add/"
    assert admin.post(add, {"user": coordinator.pk, "area": area.pk}).status_code == 302
    remit = Remit.objects.get()
    refused = admin.post(add, {"user": stage.people["beijing_editor"].pk, "area": area.pk})
    assert refused.status_code == 200  # nobody else is offered
    assert Remit.objects.count() == 1
    shown = admin.get("/admin/programme/remit/").content.decode()
    assert coordinator.name in shown
    chosen = {"action": "withdraw_chosen", "_selected_action": remit.pk}
    assert admin.post("/admin/programme/remit/", chosen).status_code == 302
    assert not Remit.objects.exists()
    from django.apps import apps

    history = apps.get_model("programme", "RemitHistory").objects.order_by("pgh_id")
    assert list(history.values_list("pgh_label", "user")) == [
        ("insert", coordinator.pk), ("delete", coordinator.pk),
    ]  # fmt: skip


def test_an_administrator_of_one_city_gives_remits_there_only(stage: Any) -> None:
    from accounts.models import Role
    from accounts.services import person_create
    from programme.remits import remit_give
    from records.errors import NotAllowed

    stage.people["of_moscow"] = person_create(
        email="m@example.org", name="M", password=None, city=stage.cities["MOW"], roles=[Role.ADMINISTRATOR]
    )
    with pytest.raises(NotAllowed):
        remit_give(
            person=stage.people["beijing_coordinator"], area=stage.areas[0], by=stage.actor("of_moscow")
        )


def test_a_banks_file_is_taken_in_whole_or_not_at_all(admin: Any) -> None:
    url = "/admin/programme/exchangerate/import/"

    def send(data: bytes, source: str = "cbr") -> Any:
        return admin.post(url, {"source": source, "file": SimpleUploadedFile("rates.xml", data)})

    assert send(CBR).status_code == 302
    assert ExchangeRate.objects.count() == 2
    refused = send(CBR.replace(b"83,7115", b"99,0000"))
    assert refused.status_code == 422
    assert "Nothing was taken in" in refused.content.decode()
    assert send(b"<!DOCTYPE x>").status_code == send(CBR, "ecb").status_code == 422
    assert ExchangeRate.objects.count() == 2
    assert "CNY" in admin.get("/admin/programme/exchangerate/").content.decode()
    assert (
        b"cbr,CNY,2017-06-14,10,83.71150000" in admin.get("/admin/programme/exchangerate/export/").content
    )
