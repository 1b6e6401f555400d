"""The pages of projects: what they show, to whom, and in how many queries."""

import pytest

from programme.models import Programme
from programme.services import programme_create
from projects.services import project_amend
from records.period import Period
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
LIST = "/projects/"


@pytest.mark.parametrize("who", ["anonymous", "moscow_editor"])
def test_a_list_takes_the_same_queries_however_long_it_is(stage, who, django_assert_max_num_queries):
    client = stage.client(who)
    client.get(LIST)
    for _number in range(2):
        stage.project(visibility="public")
    with django_assert_max_num_queries(12) as few:
        client.get(LIST)
    for _number in range(22):
        stage.project(visibility="public")
    with django_assert_max_num_queries(12) as many:
        client.get(LIST)
    assert len(many) == len(few)


@pytest.mark.parametrize("who", ["anonymous", "moscow_editor"])
def test_a_project_page_takes_at_most_twelve_queries(stage, who, django_assert_max_num_queries):
    project = stage.project(visibility="public")
    client = stage.client(who)
    with django_assert_max_num_queries(12):
        assert client.get(project.get_absolute_url()).status_code == 200


def test_a_project_page_whose_programme_goes_on_takes_no_more(stage, django_assert_max_num_queries):
    project = stage.project(title_en="Signals")
    programme_create(
        programme=Programme(
            title_en="Next", period=Period.parse("2024/2026"), authentic=["ru"], visibility="public",
            succeeds=stage.programme,
        ),
        sides={city: {"signatory_en": "A"} for city in stage.programme.cities.all()},
        original="en",
        by=SYSTEM,
    )  # fmt: skip
    client = stage.client("moscow_secretary")
    with django_assert_max_num_queries(12):
        assert "Goes on as" in client.get(project.get_absolute_url()).text


def test_search_and_filters_find_a_project_in_any_language(stage):
    stage.project(
        title_en="Signals", title_ru="Сигнализация метро", title_zh_hans="地铁信号", visibility="public"
    )
    stage.project(title_en="Theatre", visibility="public")
    client = stage.client("anonymous")
    for words in ("сигнализация", "СИГНАЛИЗАЦИЯ МЕТРО", "信号", "signals", "TRA-2021-001"):
        page = client.get(LIST, {"search": words})
        assert "Signals" in page.text
        assert "Theatre" not in page.text
    assert "Signals" not in client.get(LIST, {"area": str(stage.areas[1].pk)}).text
    assert "Signals" in client.get(LIST, {"area": str(stage.areas[0].pk), "state": "draft"}).text


def test_an_empty_list_says_so_and_what_to_do(stage):
    assert "No project matches" in stage.client("anonymous").get(LIST, {"search": "nothing like it"}).text


def test_a_bad_filter_or_page_is_no_error(stage):
    client = stage.client("anonymous")
    for query in (
        {"area": "x"},
        {"page": "999"},
        {"page": "x"},
        {"sort": "'; --"},
        {"state": "no"},
        {"search": "\x00"},
    ):
        assert client.get(LIST, query).status_code == 200, query


def test_another_sides_own_project_leaves_no_trace(stage):
    stage.project(visibility="own", title_en="Secret of Moscow")
    page = stage.client("beijing_coordinator").get(LIST)
    assert "Secret of Moscow" not in page.text
    assert "Secret of Moscow" in stage.client("moscow_editor").get(LIST).text


def test_contacts_are_shown_to_the_sides_only(stage):
    project = stage.project(visibility="public")
    project_amend(
        project=project,
        changes={"contacts/MOW": str(stage.people["moscow_editor"].pk)},
        base_version=1,
        by=stage.actor("moscow_editor"),
    )
    address = "moscow_editor@example.org"
    assert address in stage.client("beijing_editor").get(project.get_absolute_url()).text
    for who in ("anonymous", "reader", "stranger"):
        assert address not in stage.client(who).get(project.get_absolute_url()).text


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("anonymous", "Sign in as an editor of one of the sides."),
        ("moscow_reader", "An administrator can make you an editor of your city."),
        ("stranger", "Only an editor of one of its sides may edit this."),
    ],
)
def test_a_disabled_button_says_what_would_allow_it(stage, who, sentence):
    project = stage.project(visibility="public")
    assert sentence in stage.client(who).get(project.get_absolute_url()).text


@pytest.mark.parametrize(("language", "first"), [("ru", "Москва"), ("zh-hans", "北京")])
def test_each_language_names_its_own_city_first(stage, language, first):
    project = stage.project(visibility="public")
    client = stage.client("anonymous")
    client.cookies["language"] = language
    sides = client.get(project.get_absolute_url()).context["sides"]
    assert str(sides[0]["city"].text_state("name", language).value) == first


def test_english_names_the_readers_own_city_first(stage):
    project = stage.project(visibility="public")
    for who, first in (("moscow_editor", "MOW"), ("beijing_editor", "BJS")):
        sides = stage.client(who).get(project.get_absolute_url()).context["sides"]
        assert sides[0]["city"].code == first
