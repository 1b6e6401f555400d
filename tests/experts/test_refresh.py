"""Profiles that nobody has confirmed for a year ask for it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from experts import refresh
from experts.models import Expert
from experts.refresh import concerns, profiles_ask
from records.models import Change, Verb

pytestmark = pytest.mark.django_db


def old(stage, days=400, **values):
    expert = stage.expert(**values)
    Expert.objects.filter(pk=expert.pk).update(confirmed_on=timezone.localdate() - timedelta(days=days))
    expert.refresh_from_db()
    return expert


def waiting(stage, name):
    return stage.client(name).get(reverse("overview:home")).content.decode()


def test_an_old_profile_waits_on_its_own_city_until_it_is_confirmed(stage):
    expert = old(stage, latin_name="Old Profile")
    stage.expert(latin_name="Fresh Profile")
    old(stage, latin_name="Draft Profile", published=False)
    own = waiting(stage, "moscow_editor")
    assert "Old Profile" in own
    assert "Draft Profile" in own
    assert "Is the profile still right?" in own
    assert "Is the profile still right?" not in waiting(stage, "beijing_editor")
    stage.client("moscow_editor").post(
        reverse("experts:expert-confirm", args=[expert.pk]), {"version": expert.version}
    )
    assert (
        "Old Profile"
        not in stage.client("moscow_editor")
        .get(reverse("overview:waiting-list", args=["profiles-to-confirm"]))
        .content.decode()
    )


def test_it_is_asked_for_once_and_again_after_a_month(stage):
    expert = old(stage)
    stage.expert()
    assert profiles_ask() == 1
    assert profiles_ask() == 0
    reminded = Change.objects.filter(kind="expert", verb=Verb.REMINDED)
    assert [change.record_id for change in reminded] == [expert.pk]
    Expert.objects.filter(pk=expert.pk).update(refresh_asked_at=timezone.now() - timedelta(days=31))
    assert profiles_ask() == 1


def test_a_year_less_a_day_is_fresh(stage):
    old(stage, days=365)
    assert profiles_ask() == 0
    old(stage, days=366)
    assert profiles_ask() == 1


def test_one_that_fails_stops_no_other(stage, monkeypatch):
    bad, good = old(stage, days=500), old(stage)
    ask = refresh.ask

    def fails(expert, by):
        if expert.pk == bad.pk:
            raise RuntimeError
        return ask(expert, by)

    monkeypatch.setattr(refresh, "ask", fails)
    assert profiles_ask() == 1
    good.refresh_from_db()
    assert good.refresh_asked_at


@pytest.mark.parametrize("kept", [True, False])
def test_the_keeper_is_told_and_without_one_those_who_vouch(stage, kept):
    keeper = stage.people["moscow_editor"]
    expert = old(stage, **({"keeper": keeper} if kept else {}))
    profiles_ask()
    expert.refresh_from_db()
    change = Change.objects.get(kind="expert", verb=Verb.REMINDED)
    expected = keeper if kept else stage.people["moscow_secretary"]
    assert list(concerns(expert, change)) == [(expected.pk, "reminded")]
    User.objects.filter(pk=keeper.pk).update(is_active=False)
    told = [pk for pk, _reason in concerns(expert, change)]
    assert told == [stage.people["moscow_secretary"].pk]
