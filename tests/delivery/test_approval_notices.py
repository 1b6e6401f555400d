"""Who is told of a proposal and its end, and the heads of the chain that both sides keep."""

from typing import Any

import pytest
from django.core import mail

from accounts.models import Role
from accounts.services import person_create
from approvals.chain import head
from approvals.models import ChainEntry
from approvals.services import (
    proposal_accept,
    proposal_confirm,
    proposal_raise,
    proposal_refuse,
    proposal_withdraw,
)
from delivery.mail import mails_send
from delivery.maker import notices_make
from delivery.models import MailChoice, Notice, Reason
from delivery.services import mail_choose
from programme.models import Programme, Remit
from tests.conftest import PASSWORD

TITLES = {"title_en": "Signals", "title_ru": "Сигналы", "title_zh_hans": "信号"}


@pytest.fixture
def scene(stage: Any) -> Any:
    stage.people["beijing_secretary"] = person_create(
        email="bs@example.org", name="Beijing Secretary", password=PASSWORD, city=stage.cities["BJS"],
        roles=[Role.SECRETARY],
    )  # fmt: skip
    stage.subject = stage.project(**TITLES)
    return stage


def ask(stage: Any, who: str = "moscow_editor") -> Any:
    return proposal_raise(subject=stage.subject, act="agree", language="en", by=stage.actor(who))


def told(reason: Reason) -> set[str]:
    notices_make()
    return set(Notice.objects.filter(reason=reason).values_list("user__name", flat=True))


def test_the_deciders_of_the_other_side_are_told(scene: Any) -> None:
    Remit.objects.create(user=scene.people["beijing_coordinator"], area=scene.areas[1])  # another one
    ask(scene)
    assert told(Reason.ASKED) == {"Beijing Secretary"}


def test_so_is_a_coordinator_whose_remit_it_is(scene: Any) -> None:
    Remit.objects.create(user=scene.people["beijing_coordinator"], area=scene.areas[0])
    ask(scene)
    assert told(Reason.ASKED) == {"Beijing Secretary", "Beijing Coordinator"}


def test_what_awaits_a_confirmation_is_told_inside_only(scene: Any) -> None:
    Programme.objects.update(confirms_inside=True)
    ask(scene)
    assert told(Reason.ASKED) == {"Moscow Secretary"}


def test_the_end_is_told_to_who_raised_it_and_the_secretaries(scene: Any) -> None:
    proposal_refuse(proposal=ask(scene), comment="No", language="en", by=scene.actor("beijing_secretary"))
    assert told(Reason.ANSWERED) == {"Moscow Editor", "Moscow Secretary"}
    assert told(Reason.ASKED) == set()  # it was over before anybody was told


def test_whoever_did_it_is_not_told(scene: Any) -> None:
    proposal_withdraw(proposal=ask(scene), by=scene.actor("moscow_secretary"))
    assert told(Reason.ANSWERED) == {"Moscow Editor"}


def test_nobody_is_told_of_what_they_may_not_see(scene: Any) -> None:
    from approvals.models import Proposal

    proposal = ask(scene)
    Proposal.objects.filter(pk=proposal.pk).update(visibility="own", owner_city=scene.cities["MOW"])
    assert told(Reason.ASKED) == set()


def test_a_mail_names_what_is_asked_and_of_which_project(scene: Any) -> None:
    ask(scene)
    notices_make()
    mails_send()
    sent = next(one for one in mail.outbox if one.to == ["bs@example.org"] and "Signals" in one.subject)
    assert "your side's word is awaited" in sent.body


# The chain


def test_each_head_goes_to_the_secretaries_of_both_sides(scene: Any) -> None:
    proposal = ask(scene)
    proposal_accept(proposal=proposal, language="en", by=scene.actor("beijing_secretary"))
    notices_make()
    notices_make()
    mails_send()
    last = head()
    assert last is not None
    heads = [one for one in mail.outbox if f"--head {last.position}:{last.hash}" in one.body]
    assert sorted(one.to[0] for one in heads) == ["bs@example.org", "moscow_secretary@example.org"]
    assert Notice.objects.filter(reason=Reason.CHAIN).count() == 2 * ChainEntry.objects.count() == 4


def test_a_head_says_nothing_of_what_is_decided(scene: Any) -> None:
    Programme.objects.update(confirms_inside=True)
    proposal = ask(scene)  # still Moscow's own, so the chain, which both sides read, is silent
    notices_make()
    mails_send()
    assert not [one for one in mail.outbox if one.to == ["bs@example.org"]]
    proposal_confirm(proposal=proposal, language="en", by=scene.actor("moscow_secretary"))
    notices_make()
    mails_send()
    sent = next(one for one in mail.outbox if one.to == ["bs@example.org"] and "--head" in one.body)
    assert "Signals" not in sent.body + sent.subject
    assert str(proposal.pk) not in sent.body
    page = scene.client("beijing_secretary").get("/notices/").content.decode()
    assert "Head of the chain" in page


def test_no_secretary_turns_it_off(scene: Any) -> None:
    by = scene.actor("beijing_secretary")
    mail_choose(reasons=[], by=by)
    MailChoice.objects.create(user=by.user, reason=Reason.CHAIN, by_mail=False)
    ask(scene)
    notices_make()
    waiting = Notice.objects.filter(user=by.user).values_list("reason", "mail")
    assert set(waiting) == {(Reason.CHAIN, "waiting"), (Reason.ASKED, "none")}
    assert 'value="chain"' not in scene.client("beijing_secretary").get("/notices/").content.decode()


def test_nobody_else_gets_one(scene: Any) -> None:
    ask(scene)
    notices_make()
    names = Notice.objects.filter(reason=Reason.CHAIN).values_list("user__name", flat=True)
    assert set(names) == {"Moscow Secretary", "Beijing Secretary"}
