"""Two deciders at once: exactly one word stands, whoever was first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection

from approvals import access, services
from approvals.models import Decision, Proposal
from approvals.services import proposal_accept, proposal_refuse
from records.errors import NotAllowed
from tests.approvals.conftest import ask

TRIES = 4


@pytest.fixture
def proposal(transactional_db: Any, stage: Any, draft: Any) -> Proposal:
    return ask(stage, draft, "agree")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Runs them together; gives what each returned, or the exception that it raised."""
    barrier = Barrier(len(acts), timeout=120)

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=10)
            return act()
        except (NotAllowed, DatabaseError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(TRIES))
def test_accepting_and_refusing_at_once_leaves_one_word(stage: Any, proposal: Proposal, turn: int) -> None:
    by = [stage.actor("beijing_coordinator") for _ in range(2)]
    for actor in by:
        assert actor.programme_ids
        assert actor.deciding_roles
    results = at_once(
        lambda: proposal_accept(proposal=proposal, language="en", by=by[0]),
        lambda: proposal_refuse(proposal=proposal, comment="No", language="en", by=by[1]),
    )
    assert sum(isinstance(result, Proposal) for result in results) == 1, results
    decision = Decision.objects.get()
    proposal.refresh_from_db()
    assert proposal.state == {"accept": "accepted", "refuse": "refused"}[decision.verdict]
    assert [entry.body["act"] for entry in proposal.chain.order_by("position")] == [
        "raised",
        decision.verdict,
    ]


@pytest.mark.django_db(transaction=True)
def test_without_the_check_under_the_lock_the_database_still_lets_one_word_stand(
    stage: Any, proposal: Proposal, monkeypatch: Any
) -> None:
    """The control: with the rule out of the way the second word gets as far as the constraint."""
    monkeypatch.setattr(access, "decide_refusal", lambda *_: None)
    by = [stage.actor("beijing_coordinator") for _ in range(2)]
    results = at_once(
        *(
            lambda actor=actor: services.proposal_refuse(
                proposal=proposal, comment="No", language="en", by=actor
            )
            for actor in by
        )
    )
    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "Proposal"]
    assert Decision.objects.count() == 1
