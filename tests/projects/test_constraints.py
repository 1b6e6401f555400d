"""The database defends itself: each named constraint of projects and approvals, by SQL, service and API."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from accounts.models import City, Organisation
from approvals.models import Assignment, ChainEntry, Decision, Proposal, Reminder
from approvals.services import proposal_accept, proposal_raise
from programme.models import Remit
from projects.models import (
    Contribution,
    Exchange,
    Indicator,
    IndicatorValue,
    Lead,
    Participation,
    Project,
    Risk,
    Update,
)
from projects.services import part_create, project_amend
from records.errors import Invalid
from records.period import Period
from records.registry import registry
from records.values import read_values, write_columns
from tests.api.test_writes import Partner
from tests.approvals.joint import set_state, titles
from tests.approvals.test_no_change_alone import address, sent
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
PERIOD = "2021-Q1"

SAME = "11111111-1111-4111-8111-111111111111"

# What makes a copy of a right row a wrong one, by the constraint that then refuses it.
# A unique constraint refuses the copy as it is.
WRONG: dict[str, dict[str, Any]] = {
    "projects_project_visibility_known": {"visibility": "secret"},
    "projects_project_own_has_owner": {"visibility": "own"},
    "projects_project_ends_after_start": {"starts_on": "2022-01-02", "ends_on": "2022-01-01"},
    "projects_project_state_known": {"state": "forgotten"},
    "projects_lead_unique": {},
    "projects_participation_unique": {},
    "projects_participation_role_known": {"role": "guest"},
    "projects_risk_state_known": {"state": "gone"},
    "projects_risk_levels": {"likelihood": 4},
    "projects_indicator_aggregation_known": {"aggregation": "mean"},
    "projects_indicatorvalue_unique": {},
    "projects_contribution_kind_known": {"kind": "time", "currency": ""},
    "projects_contribution_money_has_currency": {"currency": ""},
    "projects_contribution_not_negative": {"planned": -1},
    "projects_contribution_rate_whole": {"rate": 0.01},
    "projects_exchange_kind_known": {"kind": "tourists"},
    "projects_exchange_two_cities": {"to_city_id": "= from_city_id"},
    "projects_exchange_ends_after_start": {"starts_on": "2022-01-02", "ends_on": "2022-01-01"},
    "projects_update_visibility_known": {"visibility": "secret", "state": "submitted"},
    "projects_update_own_has_owner": {"owner_city_id": None, "state": "submitted"},
    "projects_update_unique": {},
    "projects_update_health_known": {"health": "splendid"},
    "projects_update_state_known": {"state": "forgotten"},
    "projects_update_draft_is_own": {"visibility": "shared", "owner_city_id": None},
    "projects_update_handed_in_has_health": {"health": "", "state": "submitted"},
    "approvals_proposal_visibility_known": {"visibility": "secret"},
    "approvals_proposal_own_has_owner": {"visibility": "own"},
    "approvals_proposal_state_known": {"state": "forgotten"},
    "approvals_proposal_language_known": {"language": "la"},
    "approvals_proposal_has_side": {"city_id": None},
    "approvals_proposal_pin_form": {"pin": "x" * 64},
    "approvals_proposal_open_since": {"opened_at": None},
    "approvals_proposal_one_of_an_act": {"state": "open"},
    "approvals_proposal_one_counter": {"answers_id": "= answers_id"},
    "approvals_decision_once": {},
    "approvals_decision_verdict_known": {"verdict": "maybe"},
    "approvals_decision_refusal_has_reason": {"verdict": "refuse", "comment": ""},
    "approvals_chainentry_counted": {"position": 0},
    "approvals_chainentry_hash_form": {"hash": "X" * 64},
    "approvals_assignment_visibility_known": {"visibility": "secret"},
    "approvals_assignment_own_has_owner": {"owner_city_id": None},
    "approvals_assignment_own": {"visibility": "shared", "owner_city_id": None},
    "approvals_assignment_answer_whole": {"opinion": "Yes."},
    "approvals_reminder_once_a_step": {"step": 3},
    "approvals_reminder_once_a_day": {"step": 0},
    "approvals_reminder_by_somebody": {"step": 0, "user_id": None},
    "projects_project_carried_once": {"carried_from_id": "= id"},
    "projects_project_not_carried_from_itself": {"id": SAME, "carried_from_id": SAME},
    "approvals_assignment_has_assignee": {"assignee_id": None, "unit_id": None},
}

# What has to be there already for the wrong row to be one too many.
FIRST: dict[str, dict[str, Any]] = {
    "approvals_reminder_once_a_day": {"step": 0, "id": 999_999},
    "projects_project_carried_once": {"carried_from_id": "= id", "code": "FIRST"},
}

# Whatever breaks the one breaks the other one too, of which PostgreSQL speaks.
ASKED_FIRST = {"approvals_assignment_visibility_known": "approvals_assignment_own"}

# What makes a copy a right row again, beside an id of its own, where a constraint asks for it.
RIGHT: dict[Any, dict[str, Any]] = {
    Project: {"code": "NEW"},
    Participation: {"role": "funder"},
    IndicatorValue: {"period": "2021-Q2"},
    Update: {"period": "2021-Q2"},
    Proposal: {"answers_id": None},
    ChainEntry: {"position": 99, "hash": "f" * 64},
    Reminder: {"step": 7},
}

CONSTRAINTS = {
    constraint.name: model
    for app in ("projects", "approvals")
    for model in apps.get_app_config(app).get_models()
    if not model._meta.proxy
    for constraint in model._meta.constraints
}


@pytest.fixture
def rows(stage: Any) -> dict[Any, Any]:
    """A right row of each table that has constraints."""
    moscow, beijing, elsewhere = (stage.cities[code] for code in ("MOW", "BJS", "XXX"))
    metro = Organisation.objects.get()
    project = stage.project(**titles("title", "Signals"))
    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)
    by = stage.actor("moscow_secretary")
    proposal = proposal_raise(subject=project, act="agree", language="en", by=by)
    proposal_accept(proposal=proposal, language="en", by=stage.actor("beijing_coordinator"))
    project.refresh_from_db()
    answering = proposal_raise(subject=project, act="cancel", language="en", by=by)
    with transaction.atomic(), replica():
        Proposal.objects.filter(pk=answering.pk).update(answers=proposal)
    indicator = Indicator.objects.create(project=project, name_en="Riders", unit_en="people")
    people = {"from_city": moscow, "to_city": beijing}
    own = {"visibility": "own", "owner_city": moscow, "city": moscow, "programme": stage.programme}
    made = [
        project,
        Reminder.objects.create(
            kind="proposal",
            record_id=proposal.pk,
            city=beijing,
            step=3,
            day="2021-02-01",
            user=stage.people["moscow_editor"],
        ),
        Lead.objects.create(project=project, city=moscow),
        Participation.objects.create(project=project, organisation=metro),
        Risk.objects.create(project=project, title_en="Snow"),
        indicator,
        IndicatorValue.objects.create(
            indicator=indicator, city=moscow, period=Period.parse(PERIOD), value=1
        ),
        Contribution.objects.create(project=project, organisation=metro, currency="RUB"),
        Exchange.objects.create(project=project, title_en="Visit", **people),
        Update.objects.create(project=project, period=Period.parse(PERIOD), health="on_track", **own),
        Proposal.objects.get(pk=answering.pk),
        Decision.objects.get(),
        ChainEntry.objects.first(),
        Assignment.objects.create(
            subject_kind="project", subject_id=project.pk, assignee=stage.people["moscow_editor"], **own
        ),
    ]
    assert elsewhere.pk
    return {type(row): row for row in made}


class replica:  # noqa: N801 - reads as a word of SQL
    """Without the triggers, which refuse much of this before a constraint is asked."""

    def __enter__(self) -> None:
        self.set("replica")

    def __exit__(self, *error: Any) -> None:
        if error == (None, None, None):  # otherwise it goes back with the transaction
            self.set("origin")

    @staticmethod
    def set(role: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL session_replication_role = {role}")


def copy(row: Any, changes: dict[str, Any]) -> None:
    """Add a row like this one, with an id of its own and some other values."""
    meta = row._meta
    key = meta.pk.column
    pairs = ["%s::text, %s::jsonb"] * sum(not str(value).startswith("= ") for value in changes.values())
    values: list[Any] = []
    for name, value in changes.items():
        if not str(value).startswith("= "):
            values += [name, json.dumps(value)]
    pairs += [
        f"'{name}', to_jsonb(t.{value[2:]})"
        for name, value in changes.items()
        if str(value).startswith("= ")
    ]
    if key not in changes:
        new = "gen_random_uuid()" if meta.pk.get_internal_type() == "UUIDField" else "1000000"
        pairs.append(f"'{key}', {new}")
    changed = f"(jsonb_populate_record(t, jsonb_build_object({', '.join(pairs)}))).*"
    with transaction.atomic(), replica(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {meta.db_table} SELECT {changed} FROM {meta.db_table} t WHERE {key} = %s",
            [*values, row.pk],
        )


def test_every_constraint_has_its_violation() -> None:
    assert set(WRONG) == set(CONSTRAINTS)


@pytest.mark.parametrize("name", WRONG)
def test_the_database_refuses_it_by_sql(rows: dict[Any, Any], name: str) -> None:
    model = CONSTRAINTS[name]
    unique = name.endswith(("_unique", "_once", "_one_of_an_act", "_one_counter"))
    right = {} if unique and model is not Project else RIGHT.get(model, {})
    if name == "approvals_proposal_one_of_an_act":
        right = {"answers_id": None}
    if name == "approvals_proposal_one_counter":
        right = {"act": "change"}
    if name in FIRST:
        copy(rows[model], FIRST[name])
    with pytest.raises(IntegrityError) as refused:
        copy(rows[model], {**right, **WRONG[name]})
    assert refused.value.__cause__.diag.constraint_name == ASKED_FIRST.get(name, name)  # type: ignore[union-attr]


@pytest.mark.parametrize("model", dict.fromkeys(CONSTRAINTS.values()), ids=lambda model: model.__name__)
def test_control_a_right_copy_is_taken(rows: dict[Any, Any], model: Any) -> None:
    right = dict(RIGHT.get(model, {}))
    if model is Lead or model is Decision:
        right["city_id"] = str(City.objects.get(code="XXX").pk)
    if model is Proposal:
        right["act"] = "change"
    copy(rows[model], right)


# What people can type. The services say it in a sentence before the database is asked.

TYPED: dict[str, dict[str, Any]] = {
    name: WRONG[name]
    for name in (
        "projects_participation_unique", "projects_participation_role_known", "projects_risk_state_known",
        "projects_risk_levels", "projects_indicator_aggregation_known", "projects_indicatorvalue_unique",
        "projects_contribution_kind_known", "projects_contribution_money_has_currency",
        "projects_contribution_not_negative", "projects_exchange_kind_known",
        "projects_exchange_two_cities", "projects_exchange_ends_after_start",
    )
}  # fmt: skip


def typed(row: Any, name: str) -> dict[str, Any]:
    """All that is edited of a row, with what is wrong in it."""
    values = read_values(row, registry.of(row), SYSTEM)
    wrong = {path.removesuffix("_id"): value for path, value in TYPED[name].items()}
    wrong = {
        path: values[value[2:].removesuffix("_id")] if str(value).startswith("= ") else value
        for path, value in wrong.items()
    }
    return {**values, **wrong}


@pytest.mark.parametrize("name", TYPED)
def test_a_service_says_it_in_a_sentence(stage: Any, rows: dict[Any, Any], name: str) -> None:
    row = rows[CONSTRAINTS[name]]
    set_state(rows[Project], "draft")
    part = type(row)(**{row.parent_name: row.parent})
    write_columns(part, typed(row, name))
    with pytest.raises(Invalid) as refused, transaction.atomic():
        part_create(part=part, by=stage.actor("moscow_secretary"))
    assert all(
        sentence and name not in sentence for texts in refused.value.errors.values() for sentence in texts
    )


def test_the_api_answers_4xx(stage: Any, rows: dict[Any, Any]) -> None:
    """Of each constraint that can be met through the API, as far as it leads there."""
    partner = Partner(stage, "moscow_secretary", ["projects:read", "projects:write"])
    set_state(rows[Project], "draft")
    project = stage.project(**titles("title", "Draft"))
    wrong = WRONG["projects_project_ends_after_start"]
    answers = {
        "projects_project_ends_after_start": partner.call("patch", address(project), wrong, if_match='"1"')
    }
    for name in TYPED:
        row = rows[CONSTRAINTS[name]]
        if hasattr(row, "project_id") and (where := address(row, of_all=True)):
            data = {path: value for path, value in typed(row, name).items() if value not in ("", None)}
            answers[name] = partner.call("post", where, sent(type(row), data))
    assert {
        name: answer.status_code for name, answer in answers.items() if not 400 <= answer.status_code < 500
    } == {}
    with pytest.raises(Invalid):
        project_amend(project=project, changes=wrong, base_version=1, by=stage.actor("moscow_secretary"))
