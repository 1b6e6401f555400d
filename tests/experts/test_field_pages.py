"""The tree of fields: words, counts that need no consent, experts as their reader sees them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from experts.models import ExpertiseField
from experts.services.fields import field_create, fields_merge
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

URL = "/experts/fields/"


@pytest.fixture
def tree(stage):
    def add(code, parent=None, **words):
        words = {"name_en": code.title(), **words}
        return field_create(field=ExpertiseField(code=code, parent=parent, **words), by=SYSTEM)

    transport = add("transport", name_ru="Транспорт", name_zh_hans="交通")
    metro = add("metro", transport, name_ru="Метро", name_zh_hans="地铁", synonyms_en="subway")
    return {"transport": transport, "metro": metro, "signals": add("signals", metro, name_ru="Сигналы")}


def counts(response, field):
    shown = {found.pk: found for found in response.context["roots"]}
    shown |= {found.pk: found for root in response.context["roots"] for found in root.lower}
    return [(str(count.city), count.number) for count in shown[field.pk].counts]


def test_counts_are_told_without_any_consent_and_names_are_not(stage, tree):
    field = [str(tree["signals"].pk)]
    silent = stage.expert(city="BJS", latin_name="Silent Person", fields=field)
    stage.client("beijing_editor").post(
        reverse("experts:consent-withdraw", args=[silent.pk]), {"version": silent.version}
    )
    stage.expert(city="BJS", latin_name="Draft Person", fields=field, published=False)
    stage.expert(latin_name="Own Person", fields=[*field, str(tree["metro"].pk)])
    page = stage.client("moscow_editor").get(URL)
    assert counts(page, tree["transport"]) == [("Moscow", 1), ("Beijing", 1)]
    assert counts(page, tree["metro"]) == [("Moscow", 1), ("Beijing", 1)]
    detail = stage.client("moscow_editor").get(tree["signals"].get_absolute_url())
    assert [(str(count.city), count.number) for count in detail.context["field"].counts] == [
        ("Moscow", 1),
        ("Beijing", 1),
    ]
    text = detail.content.decode()
    assert "Own Person" in text
    assert "Silent Person" not in text
    assert "Draft Person" not in text


@pytest.mark.parametrize("name", ["stranger", "reader", "administrator"])
def test_whoever_is_of_no_side_learns_no_count(stage, tree, name):
    stage.expert(fields=[str(tree["metro"].pk)])
    page = stage.client(name).get(URL)
    assert counts(page, tree["metro"]) == []
    assert counts(stage.client("beijing_editor").get(URL), tree["metro"]) == [("Moscow", 1)]


@pytest.mark.parametrize("words", ["subway", "метро", "地铁"])
def test_the_tree_is_searched_by_labels_and_synonyms_of_any_language(stage, tree, words):
    page = stage.client("moscow_editor").get(URL, {"search": words})
    assert [field.pk for field in page.context["found"]] == [tree["metro"].pk]
    nothing = stage.client("moscow_editor").get(URL, {"search": "xyzzy"}).content.decode()
    assert "No field is called “xyzzy”." in nothing


def test_a_field_says_its_words_and_what_is_above_and_below(stage, tree):
    text = stage.client("moscow_editor").get(tree["metro"].get_absolute_url()).content.decode()
    for words in ("Metro", "subway", "Метро", "地铁", "Transport", "Signals"):
        assert words in text


def test_a_merged_field_leads_to_the_one_it_went_into(stage, tree):
    fields_merge(kept=tree["metro"], gone=tree["signals"], by=SYSTEM)
    answer = stage.client("moscow_editor").get(tree["signals"].get_absolute_url())
    assert answer["Location"] == tree["metro"].get_absolute_url()


@pytest.mark.parametrize("deep", [False, True])
def test_few_queries(stage, tree, deep):
    for number in range(5):
        stage.expert(latin_name=f"Person {number}", fields=[str(tree["signals"].pk)])
    client = stage.client("moscow_editor")
    url = tree["signals"].get_absolute_url() if deep else URL
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    assert len(queries) <= 12, [query["sql"][:150] for query in queries]
