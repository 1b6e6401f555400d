"""The forms of a project ask the database few times, however much there is to choose from."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import City, Organisation, Role
from accounts.services import organisation_archive, organisation_create, person_create
from approvals.services import proposal_raise
from programme.models import Agreement, Area, Event, Programme, Provision
from programme.services import record_create
from projects.models import Contribution, Indicator, Lead, Milestone, Project
from projects.services import part_create, project_amend
from records.period import Period
from tests.conftest import PASSWORD, SYSTEM
from tests.projects.agreeing import agree

pytestmark = pytest.mark.django_db

LIMIT = 12
TITLES = {"title_en": "Signals", "title_ru": "Сигналы", "title_zh_hans": "信号"}


@pytest.fixture
def project(stage: Any) -> Project:
    project = stage.project(**TITLES, starts_on=date(2021, 1, 1))
    belongs_to_everything(project, stage)
    return project


@pytest.fixture
def agreed(stage: Any, project: Project) -> Project:
    grow(project, "first")
    agree(stage, project)
    project.refresh_from_db()
    return project


def belongs_to_everything(project: Project, stage: Any) -> None:
    """Each side leads with an organisation, and whatever there is to choose is chosen."""
    moscow = stage.actor("moscow_editor")
    changes: dict[str, Any] = {"contacts/MOW": str(moscow.user_id)}
    for name, model in (
        ("areas", Area), ("provisions", Provision), ("agreements", Agreement), ("events", Event),
    ):  # fmt: skip
        changes[name] = sorted(str(pk) for pk in model.objects.values_list("pk", flat=True))
    for code in ("MOW", "BJS"):
        made = organisation_create(
            organisation=Organisation(name_en=f"Office {code}", city=stage.cities[code], kind="other"),
            original="en", by=SYSTEM,
        )  # fmt: skip
        changes[f"leads/{code}"] = str(made.pk)
    project_amend(project=project, changes=changes, base_version=project.version, by=moscow)
    project.refresh_from_db()


def grow(project: Project, name: str) -> None:
    """One more part of each kind that is agreed on."""
    titles = {field: f"{text} {name}" for field, text in TITLES.items()}

    def texts(field: str) -> dict[str, str]:
        return {key.replace("title", field): text for key, text in titles.items()}

    office: Any = Organisation.objects.first()
    for part in (
        Milestone(project=project, due_on=date(2022, 1, 1), **titles),
        Indicator(project=project, **texts("name"), **texts("unit")),
        Contribution(
            project=project, organisation=office, currency="RUB", planned=1, **texts("description")
        ),
    ):
        part_create(part=part, by=SYSTEM)


def offer_more(stage: Any) -> None:
    """More of all that can be chosen, and another project."""
    common = {"programme": stage.programme, "visibility": "public"}
    for number in range(3):
        text = f"More {number}"
        for record in (
            Area(code=f"A{number}", name_en=text, position=10 + number, **common),
            Provision(code=f"M{number}", title_en=text, **common),
            Agreement(kind="sectoral", title_en=text, is_signed=False, **common),
            Event(kind="forum", title_en=text, held=Period.parse("2021"), **common),
        ):
            record_create(record=record, original="en", by=SYSTEM)
        for city in City.objects.all():
            organisation_create(
                organisation=Organisation(name_en=text, city=city, kind="other"), original="en", by=SYSTEM
            )
        person_create(
            email=f"more{number}@example.org", name=text, password=PASSWORD,
            city=stage.cities["MOW"], roles=[Role.EDITOR],
        )  # fmt: skip
        stage.project(title_en=text)


def asked(call: Any, status: int = 200) -> int:
    """How often it asks the database; marks in a transaction ask for nothing."""
    with CaptureQueriesContext(connection) as caught:
        assert call().status_code == status
    return sum("SAVEPOINT" not in query["sql"] for query in caught)


def page(project: Project, name: str = "edit", **query: Any) -> str:
    return reverse(f"projects:project-{name}", args=[project.pk], query=query or None)


@pytest.mark.parametrize("name", ["edit", "propose-change"])
@pytest.mark.parametrize("state", ["draft", "agreed"])
def test_a_form_takes_the_same_queries_however_much_there_is(
    stage: Any, request: Any, name: str, state: str
) -> None:
    project = request.getfixturevalue("agreed" if state == "agreed" else "project")
    if state == "draft":
        grow(project, "first")
    client = stage.client("moscow_editor")
    few = asked(lambda: client.get(page(project, name)))
    offer_more(stage)
    if state == "draft":
        grow(project, "another")
    many = asked(lambda: client.get(page(project, name)))
    assert few == many <= LIMIT


@pytest.mark.parametrize("name", ["edit", "propose-change"])
def test_a_form_that_is_shown_again_takes_no_more(
    stage: Any, agreed: Project, project: Project, post_form: Any, name: str
) -> None:
    client = stage.client("moscow_editor")
    opened = client.get(page(agreed, name))
    wrong = {"edit": {"events": ["none"]}, "propose-change": {"areas": ["none"], "ends_on": "2020-01-01"}}
    again = asked(lambda: post_form(client, page(agreed, name), opened, **wrong[name]), 422)
    assert again <= LIMIT


def test_a_draft_that_is_shown_again_takes_no_more(stage: Any, project: Project, post_form: Any) -> None:
    client = stage.client("moscow_editor")
    opened = client.get(page(project))
    wrong = {"ends_on": "2020-01-01", "areas": ["none"], "lead_MOW": "none", "contact_MOW": "x\x00"}
    assert asked(lambda: post_form(client, page(project), opened, **wrong), 422) <= LIMIT


def test_a_conflict_takes_the_same_queries_however_much_is_in_dispute(
    stage: Any, project: Project, post_form: Any
) -> None:
    def disputed(*names: str) -> int:
        beijing = stage.client("beijing_editor")
        opened = beijing.get(page(project))
        post_form(
            stage.client("moscow_editor"), page(project), **{name: f"A {len(names)}" for name in names}
        )
        mine = dict.fromkeys(names, f"B {len(names)}")
        return asked(lambda: post_form(beijing, page(project), opened, **mine), 409)

    few = disputed("title_en")
    # Beside the page: the write that was refused, and looking at what stands now.
    assert few == disputed("title_en", "title_ru", "summary_en", "summary_ru") <= LIMIT + 5


@pytest.mark.parametrize("confirms_inside", [False, True])
def test_a_counter_proposal_is_filled_in_in_as_few(
    stage: Any, agreed: Project, confirms_inside: bool
) -> None:
    milestone = Milestone.objects.get()
    due = {**{name: f"{text} 2" for name, text in TITLES.items()}, "due_on": "2022-09-01"}
    changes = {f"milestones/{milestone.pk}/due_on": "2022-05-01"}
    changes |= {f"milestones/+{number}": due for number in (1, 2, 3, 4)}
    proposal = proposal_raise(
        subject=agreed, act="change", changes=changes, language="en", by=stage.actor("moscow_secretary")
    )
    Programme.objects.update(confirms_inside=confirms_inside)
    client = stage.client("beijing_coordinator")
    assert asked(lambda: client.get(page(agreed, "propose-change", answers=proposal.pk))) <= LIMIT


def test_what_leads_stays_a_choice_after_it_was_archived(
    stage: Any, project: Project, post_form: Any
) -> None:
    lead = Lead.objects.get(city=stage.cities["MOW"])
    organisation_archive(organisation=lead.organisation, base_version=1, by=SYSTEM)
    post_form(stage.client("moscow_editor"), page(project), summary_en="New")
    lead.refresh_from_db()
    assert (lead.organisation_id is not None, Project.objects.get(pk=project.pk).summary_en) == (
        True,
        "New",
    )
