"""Experts in the API: whose they are, what another city is told of them, and who is told who looked."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from experts.models import Expert, ExpertAccess, ExpertiseField, Work
from experts.services.experts import contact_write, work_create
from tests.api.test_writes import Partner

pytestmark = pytest.mark.django_db
EXPERTS, FIELDS = "/api/v1/experts", "/api/v1/expertise-fields"
SCOPES = ["experts:read", "experts:write"]


@pytest.fixture
def moscow(stage):
    return Partner(stage, "moscow_secretary", SCOPES)


@pytest.fixture
def beijing(stage):
    return Partner(stage, "beijing_coordinator", SCOPES)


@pytest.fixture
def whole(stage):
    """A Moscow expert of whom everything is known."""
    expert = stage.expert(
        native_name="Анна Орлова",
        russian_name="Анна Орлова",
        affiliation_ru="Метрополитен",
        summary_ru="Занимается сигнализацией.",
        orcid="0000-0002-1825-0097",
        languages={"ru": "native", "zh": "B2"},
        covers=["publications"],
    )
    by = stage.actor("moscow_editor")
    for kind, title in (("publication", "On signals"), ("engagement", "Advised another metro")):
        work_create(work=Work(expert=expert, kind=kind, title=title), by=by)
    contact_write(
        expert=expert, changes={"email": "anna@example.org", "phone": "+7 000"}, base_version=0, by=by
    )
    return expert


def version(answer: Any) -> dict[str, str]:
    return {"If_Match": answer["ETag"]}


def test_a_partner_adds_publishes_and_amends_an_expert_of_its_city(stage, moscow):
    field = stage.expertise()
    new = {
        "programme": str(stage.programme.pk),
        "native_name": "Иван Петров",
        "latin_name": "Ivan Petrov",
        "fields": [str(field.pk)],
        "languages": [{"language": "ru", "level": "native"}, {"language": "en", "level": "C1"}],
        "summary": {"ru": "Сигнализация."},
    }
    made = moscow.call("post", EXPERTS, new)
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["state"], body["visibility"], body["city"]["code"]) == ("draft", "own", "MOW")
    assert body["languages"] == [
        {"language": "en", "level": "C1"},
        {"language": "ru", "level": "native"},
    ]
    where = f"{EXPERTS}/{body['id']}"
    published = moscow.call("post", f"{where}/publish", {}, **version(made))
    assert published.status_code == 403, "a partner system vouches for nobody"
    amended = moscow.call("patch", where, {"orcid": "0000-0002-1825-0097"}, **version(made))
    assert amended.status_code == 200
    assert amended.json()["version"] == 2
    wrong = moscow.call("patch", where, {"orcid": "0000-0002-1825-0098"}, **version(amended))
    assert wrong.status_code == 400
    assert "check digit" in wrong.content.decode()


def test_another_city_is_told_what_the_consent_covers(stage, beijing, whole):
    told = beijing.call("get", f"{EXPERTS}/{whole.pk}").json()
    assert told["names"] == {"en": "Anna Orlova", "ru": "Анна Орлова", "zh-hans": None}
    assert [work["title"] for work in told["works"]] == ["On signals"]
    assert (told["affiliation"], told["summary"], told["orcid"]) == (None, None, None)
    listed = beijing.call("get", f"{EXPERTS}?format=csv").content.decode()
    for hidden in ("Метрополитен", "Занимается", "0097", "Advised", "anna@example.org", "+7 000"):
        assert hidden not in listed
    works = beijing.call("get", f"{EXPERTS}/{whole.pk}/works").json()["results"]
    assert [work["kind"] for work in works] == ["publication"]


def test_its_own_city_is_told_everything_but_how_the_expert_is_reached(moscow, whole):
    told = moscow.call("get", f"{EXPERTS}/{whole.pk}")
    assert told.json()["orcid"] == "0000-0002-1825-0097"
    assert len(told.json()["works"]) == 2
    assert b"anna@example.org" not in told.content


def test_a_number_that_is_not_covered_finds_nobody(beijing, moscow, whole):
    asked = f"{EXPERTS}?orcid=0000-0002-1825-0097"
    assert beijing.call("get", asked).json()["results"] == []
    assert len(moscow.call("get", asked).json()["results"]) == 1


def test_without_consent_or_after_it_the_other_city_sees_nobody(stage, beijing, whole):
    assert beijing.call("get", f"{EXPERTS}/{whole.pk}").status_code == 200
    yesterday = timezone.localdate() - timedelta(days=1)
    Expert.objects.filter(pk=whole.pk).update(
        consent_given_on=yesterday - timedelta(days=1), consent_expires_on=yesterday
    )
    assert beijing.call("get", f"{EXPERTS}/{whole.pk}").status_code == 404
    assert beijing.call("get", f"{EXPERTS}/{whole.pk}/works").status_code == 404
    assert beijing.call("get", EXPERTS).json()["results"] == []
    changes = beijing.client.get("/api/v1/changes")
    assert str(whole.pk) not in changes.content.decode()


def test_consent_is_recorded_and_withdrawn(moscow, beijing, stage):
    expert = stage.expert()
    where = f"{EXPERTS}/{expert.pk}"
    gone = moscow.call("post", f"{where}/withdraw-consent", {}, If_Match=f'"{expert.version}"')
    assert gone.json()["consent"]["given_on"] is None
    assert beijing.call("get", where).status_code == 404
    today = timezone.localdate()
    given = {
        "purpose": "Exchange of expertise",
        "countries": ["CN"],
        "covers": ["summary"],
        "given_on": str(today),
        "expires_on": str(today + timedelta(days=30)),
    }
    kept = moscow.call("post", f"{where}/consent", given, **version(gone))
    assert kept.status_code == 200, kept.content
    assert beijing.call("get", where).status_code == 200


def test_the_other_city_neither_edits_nor_learns_the_past(beijing, whole):
    where = f"{EXPERTS}/{whole.pk}"
    tried = beijing.call("patch", where, {"latin_name": "X"}, If_Match=f'"{whole.version}"')
    assert tried.status_code == 403
    assert beijing.call("get", f"{where}/history").status_code == 404


def test_the_own_city_learns_the_past(moscow, whole):
    assert moscow.call("get", f"{EXPERTS}/{whole.pk}/history").json()["results"]


def test_whose_the_expert_is_learns_who_looked(stage, moscow, beijing, whole):
    for _again in range(2):
        beijing.call("get", f"{EXPERTS}/{whole.pk}")
    moscow.call("get", f"{EXPERTS}/{whole.pk}")
    beijing.call("get", f"{EXPERTS}?format=xlsx")
    looks = ExpertAccess.objects.filter(expert=whole).values_list("act", "city__code", "client")
    assert sorted(looks) == [
        ("exported", "BJS", "beijing_coordinator"),
        ("viewed", "BJS", "beijing_coordinator"),
    ]


def test_lists_cost_the_same_however_long(
    stage, moscow, whole, django_assert_max_num_queries, django_assert_num_queries
):
    moscow.call("get", EXPERTS)
    with django_assert_max_num_queries(12) as counted:
        moscow.call("get", EXPERTS)
    before = len(counted)
    for number in range(5):
        stage.expert(latin_name=f"Person {number}")
    with django_assert_num_queries(before):
        assert len(moscow.call("get", EXPERTS).json()["results"]) == 6


def test_administrators_keep_the_tree_and_merge_fields(stage, beijing):
    field, other = stage.expertise(), stage.expertise("signals", name_en="Signals")
    expert = stage.expert(fields=[str(other.pk)])
    refused = beijing.call("post", FIELDS, {"code": "x", "name": {"en": "X"}})
    assert refused.status_code == 403
    client = stage.client("administrator")
    merged = client.post(
        f"{FIELDS}/{other.pk}/merge",
        {"into": str(field.pk), "reason": "The same"},
        content_type="application/json",
        headers={"if-match": f'"{other.version}"'},
    )
    assert merged.status_code == 200, merged.content
    other.refresh_from_db()
    assert (other.merged_into, list(expert.fields.all())) == (field, [field])
    assert "Signals" in ExpertiseField.objects.get(pk=field.pk).synonyms_en


def test_a_search_for_a_word_finds_who_wrote_it(stage, moscow):
    wanted, _other = stage.expert(latin_name="Anna Orlova"), stage.expert(latin_name="Boris Belov")
    found = moscow.call("get", f"{EXPERTS}?search=Orlova").json()["results"]
    assert [row["id"] for row in found] == [str(wanted.pk)]


def test_a_secretary_erases_a_person_and_nobody_else_does(stage, moscow, whole):
    where = f"{EXPERTS}/{whole.pk}/erase"
    headers = {"if-match": f'"{whole.version}"'}
    sent = {"content_type": "application/json", "headers": headers}
    for who, answer in {"moscow_editor": 403, "beijing_coordinator": 403, "moscow_secretary": 200}.items():
        tried = stage.client(who).post(where, {"ground": "asked"}, **sent)
        assert tried.status_code == answer, (who, tried.content)
    told = moscow.call("get", f"{EXPERTS}/{whole.pk}").json()
    assert (told["state"], told["native_name"], told["orcid"], told["works"]) == ("erased", None, None, [])
