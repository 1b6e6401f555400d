"""A record that names another one does not show it to those who don't see it."""

from typing import Any

import pytest
from django.db.models import Q

from programme.models import Agreement, Event
from programme.services import record_create
from records.api import shapes
from records.models import Visibility
from tests.conftest import SYSTEM


@pytest.fixture
def hidden_basis(stage: Any) -> Agreement:
    """A public agreement that is based on one that only one side knows of."""
    own = Agreement(
        programme=stage.programme, visibility=Visibility.OWN, owner_city=stage.cities["MOW"],
        kind="sectoral", title_en="Secret talks", is_signed=False,
    )  # fmt: skip
    record_create(record=own, parts={"cities": []}, original="en", by=SYSTEM)
    agreement = Agreement(
        programme=stage.programme, visibility=Visibility.PUBLIC, kind="sectoral", title_en="Open talks",
        is_signed=False, basis=own,
    )  # fmt: skip
    return record_create(record=agreement, parts={"cities": []}, original="en", by=SYSTEM)


def read(stage: Any, who: str, agreement: Agreement) -> Any:
    return stage.client(who).get(f"/api/v1/agreements/{agreement.pk}").json()


@pytest.mark.parametrize("who", ["anonymous", "reader", "beijing_editor", "stranger"])
def test_what_a_reader_does_not_see_is_not_named(stage: Any, hidden_basis: Agreement, who: str) -> None:
    assert read(stage, who, hidden_basis)["basis"] is None


def test_its_own_side_reads_it(stage: Any, hidden_basis: Agreement) -> None:
    assert read(stage, "moscow_reader", hidden_basis)["basis"]["title"]["en"] == "Secret talks"


def test_without_the_rule_it_would_be_told(stage: Any, hidden_basis: Agreement, monkeypatch: Any) -> None:
    monkeypatch.setattr(shapes, "seen", lambda model, viewer, through: Q())
    assert read(stage, "beijing_editor", hidden_basis)["basis"]["title"]["en"] == "Secret talks"


def test_a_seen_record_is_named(stage: Any) -> None:
    forum = Event.objects.get(title_en="Forum")
    concert = Event(
        programme=stage.programme, visibility=Visibility.PUBLIC, kind="concert", title_en="Gala"
    )
    concert.within = forum
    record_create(record=concert, original="en", by=SYSTEM)
    answer = stage.client("anonymous").get(f"/api/v1/events/{concert.pk}").json()
    assert answer["within"]["title"]["en"] == "Forum"
