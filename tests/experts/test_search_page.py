"""The search of experts on its page: reasons, facets, what the reader's city and the other one see."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

pytestmark = pytest.mark.django_db

URL = "/experts/"


def get(stage, name, **query):
    return stage.client(name).get(URL, query)


def names(response):
    return [str(row.expert) for row in response.context["rows"]]


def test_a_question_in_one_language_finds_who_wrote_in_another_and_says_why(stage):
    stage.expert(city="BJS", latin_name="", chinese_name="王晓明", summary_zh_hans="地铁信号系统")
    stage.expert(latin_name="Museum Keeper", fields=[str(stage.expertise("museums", name_en="Museums").pk)])
    found = get(stage, "moscow_editor", search="сигнализация метро")
    assert names(found) == ["王晓明"]
    assert "matched from" in found.content.decode()


def test_the_own_city_is_told_who_else_sees_a_profile(stage):
    stage.expert(latin_name="Seen Person")
    stage.expert(latin_name="Draft Person", published=False)
    own = get(stage, "moscow_editor").content.decode()
    assert "seen by Beijing" in own
    assert "seen by your city only" in own
    assert "no consent" in own
    assert "consent until" in own
    other = get(stage, "beijing_editor")
    assert names(other) == ["Seen Person"]
    assert "seen by" not in other.content.decode()
    assert "consent" not in other.content.decode().split("<main")[1]


def test_what_is_not_covered_is_not_in_the_list(stage):
    stage.expert(affiliation_en="Institute of Signals", covers=[])
    assert "Institute of Signals" in get(stage, "moscow_editor").content.decode()
    assert "Institute of Signals" not in get(stage, "beijing_editor").content.decode()


def test_an_answer_is_narrowed_by_facets_that_are_addresses(stage):
    stage.expert(latin_name="Moscow Person", languages={"ru": "native"})
    stage.expert(city="BJS", latin_name="Beijing Person", languages={"zh": "native"})
    everybody = get(stage, "moscow_editor")
    facets = {facet.name: facet for facet in everybody.context["facets"]}
    assert [(label, count) for label, count, _address in facets["city"].choices] == [
        ("Beijing", 1),
        ("Moscow", 1),
    ]
    where = next(address for label, _count, address in facets["city"].choices if label == "Beijing")
    assert names(stage.client("moscow_editor").get(URL + where)) == ["Beijing Person"]
    assert names(get(stage, "moscow_editor", language="ru")) == ["Moscow Person"]
    assert names(get(stage, "moscow_editor", availability="away")) == []
    field = str(stage.expertise().pk)
    narrowed = get(stage, "moscow_editor", field=field)
    assert len(names(narrowed)) == 2
    assert 'class="chip"' in narrowed.content.decode()


@pytest.mark.parametrize(
    "query", [{"field": "nonsense"}, {"city": "nonsense"}, {"page": "x"}, {"page": "-1"}, {"language": "'"}]
)
def test_nonsense_in_the_address_narrows_nothing(stage, query):
    stage.expert()
    assert len(names(get(stage, "moscow_editor", **query))) == 1


def test_what_is_empty_says_what_to_do_next(stage):
    nobody = get(stage, "moscow_editor").content.decode()
    assert "No expert is shown to you yet." in nobody
    assert reverse("experts:expert-new") in nobody
    stage.expert()
    assert (
        "Nobody whom you may see answers this."
        in get(stage, "moscow_editor", search="xyzzy").content.decode()
    )
    reader = get(stage, "moscow_reader").content.decode()
    assert "New expert" not in reader


def test_the_list_is_paged_and_takes_few_queries(stage):
    for number in range(27):
        stage.expert(latin_name=f"Person {number}", languages={"en": "C1"})
    client = stage.client("moscow_editor")
    client.get(URL)
    with CaptureQueriesContext(connection) as queries:
        first = client.get(URL)
    assert len(names(first)) == 25
    assert len(queries) <= 12, [query["sql"][-260:] for query in queries]
    assert len(names(client.get(URL, {"page": "2"}))) == 2
    assert len(names(client.get(URL, {"page": "99"}))) == 2


def test_a_search_by_words_takes_few_queries(stage):
    for number in range(3):
        stage.expert(latin_name=f"Person {number}", languages={"en": "C1"})
    client = stage.client("moscow_editor")
    client.get(URL, {"search": "signalling"})
    with CaptureQueriesContext(connection) as queries:
        client.get(URL, {"search": "signalling"})
    assert len(queries) <= 12, [query["sql"][-260:] for query in queries]
