"""Language, theme, the colours of the sides, and who may sign in."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import City, User
from accounts.order import sides_in_order
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = reverse("account_login")


def choose(client, name, value, **data):
    return client.post(reverse(f"accounts:{name}"), {name: value, **data})


def test_a_chosen_language_is_kept_in_the_browser_and_for_the_person(stage):
    client = stage.client("moscow_editor")
    answer = choose(client, "language", "zh-hans", next="/projects/")
    assert answer.url == "/projects/"
    assert client.get("/projects/")["Content-Language"] == "zh-hans"
    stage.people["moscow_editor"].refresh_from_db()
    assert stage.people["moscow_editor"].language == "zh-hans"


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example.org/", "//elsewhere.example.org", "javascript:x"]
)
def test_a_choice_leads_back_to_our_own_pages_only(stage, target):
    assert choose(stage.client("anonymous"), "theme", "dark", next=target).url == "/"


@pytest.mark.parametrize(("name", "value"), [("language", "de"), ("language", ""), ("theme", "pink")])
def test_an_unknown_choice_is_refused(stage, name, value):
    assert choose(stage.client("anonymous"), name, value).status_code == 400


def test_a_forged_cookie_chooses_nothing(stage):
    client = stage.client("anonymous")
    client.cookies["language"] = "../../etc"
    assert client.get("/projects/")["Content-Language"] == "en"


def test_the_colours_of_the_sides_come_from_their_records(stage):
    client = stage.client("anonymous")
    first = client.get("/sides.css")
    assert '[data-side="MOW"]{--side:#1f4e96}' in first.text
    again = client.get("/sides.css", headers={"if-modified-since": first["Last-Modified"]})
    assert again.status_code == 304


@pytest.mark.parametrize(("language", "first"), [("ru", "MOW"), ("zh-hans", "BJS"), ("en", "BJS")])
def test_a_stranger_sees_the_sides_in_the_order_of_the_language(stage, language, first):
    cities = list(City.objects.filter(code__in=["MOW", "BJS"]))
    assert sides_in_order(cities, actor=stage.actor("anonymous"), language=language)[0].code == first


def test_somebody_who_may_not_sign_in_does_not(stage):
    stage.people["moscow_editor"].is_active = False
    stage.people["moscow_editor"].save(update_fields=["is_active"])
    client = Client()
    client.post(LOGIN, {"login": "moscow_editor@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_guessing_passwords_is_held_back(stage, settings):
    settings.ACCOUNT_RATE_LIMITS = {}  # those of every installation
    client = Client()
    guess = {"login": "moscow_editor@example.org", "password": "a guess"}
    statuses = [client.post(LOGIN, guess).status_code for _number in range(12)]
    right = client.post(LOGIN, guess | {"password": PASSWORD})
    assert statuses[0] == 200
    assert "_auth_user_id" not in client.session, right.status_code


def test_nobody_signs_up(stage):
    signup = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    Client().post(reverse("account_signup"), signup)
    assert not User.objects.filter(email="new@example.org").exists()
