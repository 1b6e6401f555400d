"""The page that an expert opens by the link: it shows, and only a post answers."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from experts.link import token_of
from experts.models import Engagement, Expert, Invitation, InvitationMessage, Letter
from experts.services import invitations
from experts.services.engagements import engagement_amend, engagement_close
from records.models import Change

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(asking):
    return asking.released()


@pytest.fixture
def address(found):
    return reverse("experts:invitation-answer", args=[token_of(found)])


def answer(address, act, **values):
    return Client().post(address, {"act": act, **values})


def state():
    return Invitation.objects.get().state


def test_looking_changes_nothing(found, address):
    before = Invitation.objects.values().get(), Expert.objects.values().get(), Change.objects.count()
    with CaptureQueriesContext(connection) as caught:
        for method in ("get", "head"):
            assert getattr(Client(), method)(address).status_code == 200
    assert (
        Invitation.objects.values().get(),
        Expert.objects.values().get(),
        Change.objects.count(),
    ) == before
    wrote = [each["sql"] for each in caught if each["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert not wrote
    answer(address, "accept")
    assert Change.objects.count() > before[2], "the control: a post does change something"


def test_it_says_what_is_asked_who_pays_and_who_sees_what(found, address):
    client = Client()
    client.cookies["language"] = "en"
    page = client.get(address)
    for said in ("Сигнализация метро", "the asking city", "Просим помочь", "Cooperation of the cities"):
        assert said in page.text
    assert "canary" not in page.text, "the officials' own note is theirs"
    assert "li.wei@example.cn" not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in page.headers["Cache-Control"]


def test_it_speaks_the_language_of_the_letters_until_another_is_chosen(address):
    assert Client().get(address).headers["Content-Language"] == "zh-hans"
    client = Client()
    client.cookies["language"] = "ru"
    page = client.get(address)
    assert page.headers["Content-Language"] == "ru"
    assert 'value="zh-hans"' in page.text


def test_it_takes_few_queries(address):
    Client().get(address)
    with CaptureQueriesContext(connection) as caught:
        Client().get(address)
    assert len(caught) <= 12


def test_accepting_twice_makes_one_engagement(address):
    for _time in range(2):
        assert answer(address, "accept").status_code == 302
    assert state() == "accepted"
    assert Engagement.objects.count() == 1


def test_declining_says_so_to_both(stage, found, address):
    answer(address, "decline", text="没有时间")
    assert state() == "declined"
    for who in ("moscow_reader", "beijing_editor"):
        assert "没有时间" in stage.client(who).get(found.get_absolute_url()).text


def test_a_question_and_another_date(stage, found, address):
    assert answer(address, "ask", text="").status_code == 422
    assert answer(address, "ask", text="谁付?").status_code == 302
    assert answer(address, "ask", starts_on="2031-02-01", ends_on="2031-01-01").status_code == 422
    assert answer(address, "ask", starts_on="2031-02-01", ends_on="2031-02-03").status_code == 302
    assert [each.kind for each in InvitationMessage.objects.order_by("id")] == ["question", "dates"]
    assert "谁付?" in stage.client("moscow_editor").get(found.get_absolute_url()).text


def test_consent_is_withdrawn_and_given(found, address, stage):
    expert = found.expert_id
    seen = lambda: stage.client("moscow_editor").get(f"/experts/{expert}/").status_code  # noqa: E731
    assert seen() == 200
    answer(address, "withdraw")
    assert seen() == 404
    answer(address, "accept")
    assert state() == "released", "nobody accepts unseen"
    until = timezone.localdate() + timedelta(days=30)
    answer(address, "consent", covers=["summary"], expires_on=until.isoformat())
    assert seen() == 200
    assert Expert.objects.get(pk=expert).consent_covers == ["summary"]
    answer(address, "accept")
    assert state() == "accepted"


def test_feedback_once_the_work_is_over(asking, found, address, stage):
    answer(address, "feedback", text="很好")
    assert not InvitationMessage.objects.exists()
    answer(address, "accept")
    made = Engagement.objects.get()
    made = engagement_amend(engagement=made, changes={"outcome_ru": "Да"}, base_version=1, by=asking.asker)
    engagement_close(engagement=made, base_version=2, by=asking.asker)
    answer(address, "feedback", text="很好")
    assert "很好" in stage.client("moscow_editor").get(made.get_absolute_url()).text


def test_after_withdrawal_nothing_is_accepted(asking, found, address):
    invitations.invitation_withdraw(invitation=found, base_version=found.version, by=asking.asker)
    assert answer(address, "accept").status_code == 302
    assert state() == "withdrawn"
    assert not Engagement.objects.exists()


def test_a_forged_link_is_nothing(address, found):
    token = token_of(found)
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", "a.b.c", f"{found.pk.hex}-1.x.y"):
        for method in ("get", "post"):
            where = reverse("experts:invitation-answer", args=[forged])
            assert getattr(Client(), method)(where).status_code == 404


def test_an_expired_link_offers_a_new_one_and_never_shows_it(found, address):
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        page = Client().get(address)
        assert page.status_code == 410
        assert "Сигнализация" not in page.text
        assert answer(address, "accept").status_code == 200
        assert state() == "released"
        assert sorted(Letter.objects.values_list("kind", "number")) == [("link", 1), ("link", 2)]
        sent = Client().post(address)
        assert "/experts/answer/" not in sent.text.replace(address, "")
        assert Letter.objects.count() == 2, "one an hour"


def test_an_older_link_says_so(asking, found, address):
    invitations.invitation_link_renew(invitation=found, base_version=found.version, by=asking.releaser)
    client = Client()
    client.cookies["language"] = "en"
    page = client.get(address)
    assert page.status_code == 410
    assert "replaced by a newer one" in page.text
    assert answer(address, "accept").status_code == 200
    assert state() == "released"
