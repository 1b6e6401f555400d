"""What an expert does by the signed link, and what the link withstands."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from experts.link import opened, token_of
from experts.models import Engagement, ExpertAccess, Invitation, Letter
from experts.services import answers, invitations, requests
from records import services
from records.errors import NotAllowed, NotVisible

pytestmark = pytest.mark.django_db


def test_accepting_twice_has_one_effect(asking):
    found = asking.released()
    link = opened(token_of(found))
    first, second = answers.invitation_accept(link=link), answers.invitation_accept(link=link)
    assert first == second
    assert Engagement.objects.count() == ExpertAccess.objects.count() == 1
    with pytest.raises(NotAllowed):
        answers.invitation_decline(link=link)


def test_after_withdrawal_nothing_is_accepted(asking):
    found = asking.released()
    link = opened(token_of(found))
    invitations.invitation_withdraw(invitation=found, base_version=found.version, by=asking.asker)
    with pytest.raises(NotAllowed, match="withdrawn"):
        answers.invitation_accept(link=link)
    assert not Engagement.objects.exists()


def test_before_the_release_a_link_opens_nothing(asking):
    found = asking.invited()
    with pytest.raises(NotVisible):
        answers.invitation_accept(link=opened(token_of(found)))


def test_an_older_link_and_an_expired_one_are_over(asking):
    found = asking.released()
    older = opened(token_of(found))
    newer, _link = invitations.invitation_link_renew(
        invitation=found, base_version=found.version, by=asking.releaser
    )
    with pytest.raises(answers.LinkOver):
        answers.invitation_accept(link=older)
    token = token_of(newer)
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        assert opened(token).is_over
        with pytest.raises(answers.LinkOver):
            answers.invitation_accept(link=opened(token))
    answers.invitation_accept(link=opened(token))


def test_a_fresh_link_goes_to_the_known_address_at_most_once_an_hour(asking):
    found = asking.released()
    link = opened(token_of(found))
    assert not answers.invitation_link_ask(link=link), "one was sent just now"
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        assert answers.invitation_link_ask(link=link)
        assert not answers.invitation_link_ask(link=link)
    assert sorted(Letter.objects.values_list("kind", "number")) == [("link", 1), ("link", 2)]


def test_a_question_waits_for_an_answer_which_is_mailed(asking):
    found = asking.released()
    link = opened(token_of(found))
    asked = answers.invitation_ask(link=link, text="谁付住宿费?")
    assert (asked.by_expert, asked.user, asked.kind) == (True, None, "question")
    found.refresh_from_db()
    invitations.invitation_reply(
        invitation=found, text="Москва", base_version=found.version, by=asking.asker
    )
    assert Letter.objects.filter(kind="answer").count() == 1


def test_dates_that_the_asking_city_agrees_to_are_the_engagements(asking):
    found = asking.released()
    link = opened(token_of(found))
    day = timezone.localdate() + timedelta(days=90)
    answers.invitation_ask(link=link, text="", starts_on=day, ends_on=day)
    found.refresh_from_db()
    invitations.invitation_reply(
        invitation=found, text="", starts_on=day, ends_on=day, base_version=found.version, by=asking.asker
    )
    assert answers.invitation_accept(link=link).starts_on == day


def test_without_a_consent_nothing_is_accepted_until_it_is_given(asking):
    found = asking.released()
    link = opened(token_of(found))
    answers.own_consent_withdraw(link=link)
    with pytest.raises(NotAllowed, match="consent"):
        answers.invitation_accept(link=link)
    until = timezone.localdate() + timedelta(days=10_000)
    expert = answers.own_consent_give(
        link=link, purpose="This request", covers=["summary"], expires_on=until
    )
    assert expert.consent_countries == ["RU"]
    assert expert.consent_expires_on == timezone.localdate() + answers.CONSENT_FOR
    answers.invitation_accept(link=link)


def test_feedback_is_for_when_the_work_is_over(asking):
    found = asking.accepted()
    link = opened(token_of(found))
    with pytest.raises(NotAllowed):
        answers.invitation_feedback(link=link, text="很好")


def at_once(link, times=8):
    barrier = threading.Barrier(times)

    def accept(_number):
        barrier.wait()
        try:
            answers.invitation_accept(link=link)
            return "ok"
        except Exception as error:
            return type(error).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(accept, range(times)))


@pytest.mark.django_db(transaction=True)
def test_accepting_at_once_has_one_effect(asking):
    found = asking.released()
    assert at_once(opened(token_of(found))) == ["ok"] * 8
    assert Engagement.objects.count() == ExpertAccess.objects.count() == 1
    assert Invitation.objects.get().version == found.version + 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_accepting_at_once_would_collide(asking, monkeypatch):
    """The control: unlocked, the same answers run into one another, and only the constraint is left."""

    @contextmanager
    def unlocked(record, *, by, reason=""):
        with services.writing(by=by, reason=reason):
            yield type(record)._default_manager.get(pk=record.pk)

    found = asking.released()
    monkeypatch.setattr(services, "locked", unlocked)
    barrier = threading.Barrier(4)
    real = answers.step_refusal

    def together(record, act):
        refusal = real(record, act)
        barrier.wait(timeout=10)
        return refusal

    monkeypatch.setattr(answers, "step_refusal", together)
    outcomes = at_once(opened(token_of(found)), times=4)
    assert outcomes.count("ok") < 4
    assert Engagement.objects.count() == 1, "the database holds it all the same"


@pytest.mark.django_db(transaction=True)
def test_accepting_and_closing_at_once_end_in_one_of_the_two(asking):
    found = asking.released()
    link, request = opened(token_of(found)), found.request
    barrier = threading.Barrier(2)

    def run(act):
        barrier.wait()
        try:
            act()
            return True
        except NotAllowed:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        accepted = pool.submit(run, lambda: answers.invitation_accept(link=link))
        closed = pool.submit(
            run,
            lambda: requests.request_close(request=request, base_version=request.version, by=asking.asker),
        )
    assert closed.result()
    found.refresh_from_db()
    assert (found.state == "accepted") == accepted.result() == Engagement.objects.exists()
