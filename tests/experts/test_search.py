"""Experts are found in any of the three languages, by nothing that the searcher may not see."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from experts.models import Expert, ExpertiseField, ExpertiseRequest, NameWord, SearchEntry, Work
from experts.search import find, index, matches, suggest_fields
from experts.services.experts import (
    consent_give,
    consent_withdraw,
    expert_amend,
    expert_archive,
    expert_create,
    expert_publish,
    expert_suspend,
    work_create,
)
from experts.services.fields import field_create, fields_merge
from records.services import writing
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

TREE = {
    "rail": (
        None, "Railways", "Железные дороги", "铁路",
        ("", "", ""),
    ),
    "signalling": (
        "rail", "Metro signalling", "Сигнализация метрополитена", "地铁信号",
        ("train control", "сигнализация метро\nСЦБ", "列车控制"),
    ),
    "heritage": (
        None, "Heritage conservation", "Охрана наследия", "文物保护",
        ("restoration of monuments", "реставрация памятников", "古建筑修缮"),
    ),
}  # fmt: skip


@dataclass
class Found:
    """A city's experts and the tree, made by the services."""

    stage: Any
    fields: dict[str, ExpertiseField]

    def expert(
        self,
        *fields: str,
        city: str = "BJS",
        consent: bool = True,
        covers: Any = ("summary",),
        **values: Any,
    ) -> Expert:
        values = {"chinese_name": "李明", **values}
        expert = Expert(programme=self.stage.programme, owner_city=self.stage.cities[city], **values)
        parts = {"fields": [str(self.fields[code].pk) for code in fields], "languages": {"zh": "native"}}
        expert = expert_create(expert=expert, parts=parts, by=SYSTEM)
        expert = expert_publish(expert=expert, base_version=expert.version, by=SYSTEM)
        return self.consent(expert, covers) if consent else expert

    def consent(self, expert: Expert, covers: Any = ("summary",), days: int = 30) -> Expert:
        today = timezone.localdate()
        return consent_give(
            expert=expert, purpose="Exchange", countries=["RU", "CN"], covers=list(covers), given_on=today,
            expires_on=today + timedelta(days=days), base_version=expert.version, by=SYSTEM,
        )  # fmt: skip

    def names(self, text: str, who: str = "moscow_editor", **filters: Any) -> list[str]:
        found = find(text, actor=self.stage.actor(who), **filters)
        return [hit.expert.chinese_name or hit.expert.native_name for hit in found.hits]


@pytest.fixture
def people(stage: Any) -> Found:
    made: dict[str, ExpertiseField] = {}
    for code, (parent, en, ru, zh, synonyms) in TREE.items():
        field = ExpertiseField(
            code=code, name_en=en, name_ru=ru, name_zh_hans=zh, parent=made.get(parent),
            synonyms_en=synonyms[0], synonyms_ru=synonyms[1], synonyms_zh_hans=synonyms[2],
            area_codes=["TRA"] if parent else [],
        )  # fmt: skip
        made[code] = field_create(field=field, by=SYSTEM)
    return Found(stage, made)


@pytest.mark.parametrize(
    "text",
    [
        "сигнализация метро",
        "нужен эксперт по сигнализации метро",
        "специалистов СЦБ",
        "metro signalling",
        "who knows about train controls?",
        "地铁信号专家",
    ],
)
def test_who_wrote_in_chinese_only_is_found_in_any_language_and_inflection(people, text):
    people.expert("signalling", chinese_name="王伟", summary_zh_hans="从事地铁信号系统研究")
    people.expert("heritage", chinese_name="赵丽", summary_zh_hans="古建筑")
    assert people.names(text) == ["王伟"]


def test_the_answer_says_why(people):
    people.expert("signalling", chinese_name="王伟")
    with translation.override("en"):
        (hit,) = find("сигнализация метро", actor=people.stage.actor("moscow_editor")).hits
    (reason,) = [each for each in hit.reasons if each.kind == "field"]
    assert reason.label == "Metro signalling: 地铁信号"
    assert reason.matched == "сигнализация метро"


def test_a_field_that_only_the_text_speaks_of_counts_too(people):
    people.expert("heritage", chinese_name="王伟", summary_zh_hans="曾参与地铁信号改造")
    with translation.override("en"):
        (hit,) = find("metro signalling", actor=people.stage.actor("moscow_editor")).hits
    assert hit.reasons[0].label == "Metro signalling: 地铁信号"


def test_what_is_asked_for_itself_comes_before_what_is_above_it(people):
    people.expert("rail", chinese_name="王伟")
    people.expert("signalling", chinese_name="赵丽")
    assert people.names("metro signalling") == ["赵丽", "王伟"]
    assert people.names("railways") == ["王伟", "赵丽"]


@pytest.mark.parametrize("text", ["сигнолизация метро", "metro signaling", "metro signallimg", "地铁新号"])
def test_a_typing_error_is_forgiven(people, text):
    people.expert("signalling", chinese_name="王伟")
    people.expert("heritage", chinese_name="赵丽")
    assert people.names(text) == ["王伟"]


def test_two_typing_errors_are_another_word(people):
    people.expert("heritage", chinese_name="赵丽")
    assert people.names("heretege") == []


@pytest.mark.parametrize(
    "text",
    ["王晓明", "Wang Xiaoming", "xiaoming wang", "wangxiaoming", "Ван Сяомин", "Wang Xiaomin", "晓明"],
)
def test_a_chinese_name_is_found_in_every_script(people, text):
    people.expert("signalling", chinese_name="王晓明")
    people.expert("signalling", chinese_name="赵丽")
    assert people.names(text)[0] == "王晓明"
    assert "赵丽" not in people.names(text)


@pytest.mark.parametrize(
    "text", ["Щербаков", "Щербакову", "Shcherbakov", "Scherbakov", "Shcherbakof", "Iurii", "Yuri", "Юрий"]
)
def test_a_russian_name_is_found_in_every_spelling(people, text):
    people.expert("signalling", city="MOW", chinese_name="", native_name="Щербаков Юрий Алексеевич")
    people.expert("signalling", city="MOW", chinese_name="", native_name="Гусев Пётр")
    assert people.names(text) == ["Щербаков Юрий Алексеевич"]
    assert people.names(text, who="beijing_editor") == ["Щербаков Юрий Алексеевич"]


def test_consent_hides_the_words_that_it_does_not_cover(people):
    shown = people.expert(
        "heritage", chinese_name="王伟", summary_en="Knows quaternions", covers=["summary"]
    )
    hidden = people.expert(
        "heritage", chinese_name="赵丽", summary_en="Knows quaternions", covers=["orcid"]
    )
    work_create(work=Work(expert=hidden, title="Octonions explained"), by=SYSTEM)
    assert people.names("quaternions") == [shown.chinese_name]
    assert set(people.names("quaternions", who="beijing_editor")) == {"王伟", "赵丽"}
    assert people.names("octonions") == []
    assert people.names("octonions", who="beijing_editor") == ["赵丽"]
    told = find("heritage conservation quaternions", actor=people.stage.actor("moscow_editor")).hits
    assert {reason.kind for hit in told if hit.expert == hidden for reason in hit.reasons} == {"field"}


def test_without_consent_nobody_else_finds_anything(people):
    expert = people.expert("heritage", consent=False)
    assert people.names("heritage") == []
    assert people.names("", who="moscow_editor") == []
    assert people.names("heritage", who="beijing_editor") == ["李明"]
    people.consent(expert)
    assert people.names("heritage") == ["李明"]


def test_an_expired_consent_hides_at_once_although_nothing_is_written(people):
    people.expert("heritage")
    assert people.names("heritage") == ["李明"]
    with time_machine.travel(timezone.now() + timedelta(days=32), tick=False):
        assert people.names("heritage") == []
        assert people.names("heritage", who="beijing_editor") == ["李明"]


@pytest.mark.parametrize("who", ["stranger", "reader", "administrator", "anonymous"])
def test_who_belongs_to_neither_side_finds_nobody(people, who):
    people.expert("heritage")
    found = find("heritage", actor=people.stage.actor(who))
    assert (found.hits, found.total, found.facets.city) == ([], 0, [])


def test_suspending_withdrawing_and_archiving_hide(people):
    expert = people.expert("heritage")
    suspended = expert_suspend(expert=expert, base_version=expert.version, by=SYSTEM)
    assert people.names("heritage") == []
    expert = expert_publish(expert=suspended, base_version=suspended.version, by=SYSTEM)
    assert people.names("heritage") == ["李明"]
    expert = consent_withdraw(expert=expert, base_version=expert.version, by=SYSTEM)
    assert people.names("heritage") == []
    expert_archive(expert=expert, base_version=expert.version, by=SYSTEM)
    assert people.names("heritage", who="beijing_editor") == []
    assert not SearchEntry.objects.exists()
    assert not NameWord.objects.exists()


def test_an_edit_is_found_by_its_new_words_and_no_more_by_the_old(people):
    expert = people.expert("heritage", summary_en="Studies quaternions")
    changes = {"summary_en": "Studies octonions", "chinese_name": "张三"}
    expert_amend(expert=expert, changes=changes, base_version=expert.version, by=SYSTEM)
    assert people.names("octonions") == ["张三"]
    assert people.names("quaternions") == []
    assert people.names("李明") == []


def test_merged_fields_are_found_by_the_words_of_both(people):
    people.expert("heritage", chinese_name="王伟")
    fields_merge(kept=people.fields["signalling"], gone=people.fields["heritage"], by=SYSTEM)
    assert people.names("restoration of monuments") == ["王伟"]
    assert people.names("metro signalling") == ["王伟"]


def test_facets_count_the_whole_answer_and_narrow_it(people):
    for name in ("王伟", "赵丽", "孙强"):
        people.expert("signalling", chinese_name=name)
    people.expert("signalling", city="MOW", chinese_name="", native_name="Гусев", availability="away")
    found = find("metro signalling", actor=people.stage.actor("moscow_editor"), limit=1)
    assert (len(found.hits), found.total, found.more) == (1, 4, False)
    assert {facet.value: facet.count for facet in found.facets.city} == {
        people.stage.cities["BJS"].pk: 3, people.stage.cities["MOW"].pk: 1,
    }  # fmt: skip
    assert [(facet.value, facet.count) for facet in found.facets.area] == [("TRA", 4)]
    assert [(facet.label, facet.count) for facet in found.facets.language] == [("zh", 4)]
    assert {facet.value: facet.count for facet in found.facets.availability} == {"available": 3, "away": 1}
    moscow, signalling = people.stage.cities["MOW"], people.fields["signalling"]
    assert people.names("metro signalling", city=moscow) == ["Гусев"]
    assert people.names("", availability="away") == ["Гусев"]
    assert len(people.names("", field=people.fields["rail"], area="TRA", language="zh")) == 4
    assert people.names("", field=signalling, language="fr") == []
    assert people.names("", area="x | y") == []


def test_the_number_of_queries_does_not_grow_with_the_answer(people):
    actor = people.stage.actor("moscow_editor")
    actor.programme_ids  # noqa: B018 — read once for each request

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            find("metro signalling Wang", actor=actor)
        assert not any("similarity(" in query["sql"] for query in queries)
        return len(queries)

    people.expert("signalling", chinese_name="王伟")
    people.expert("signalling", city="MOW", chinese_name="王丽")
    asked()
    few = asked()
    for number in range(8):
        people.expert("signalling", chinese_name=f"王{'一二三四五六七八'[number]}", summary_en="Signals.")
    assert asked() == few
    assert few <= 11


def test_no_extension_is_used(people):
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'")
        assert cursor.fetchall() == []


@pytest.mark.parametrize("text", ["' | '", "a:*", "!", "((", "\\", "%s", "x" * 3000, "и", "的", "\x00"])
def test_nothing_that_is_typed_breaks_the_search(people, text):
    people.expert("signalling")
    find(text, actor=people.stage.actor("moscow_editor"))


def test_fields_are_suggested_from_a_long_text(people):
    text = (
        "В рамках программы сотрудничества город просит помочь. Линия открыта в прошлом году. "
        "Вопросы касаются того, как устроена сигнализация метро и как проверяют её безопасность. " * 3
    )
    (concept,) = suggest_fields(text)
    assert concept.field == people.fields["signalling"]
    assert concept.matched == "сигнализация метро"


def request_of_moscow(people: Found, **values: Any) -> ExpertiseRequest:
    city = people.stage.cities["MOW"]
    request = ExpertiseRequest(
        programme=people.stage.programme, city=city, owner_city=city, visibility="own",
        title_ru="Сигнализация метро", text_ru="Нужен совет по сигнализации метро", **values,
    )  # fmt: skip
    with writing(by=SYSTEM):
        request.save()
    return request


def test_a_request_is_matched_with_experts_of_the_other_city_and_the_score_shows_its_parts(people):
    people.expert("signalling", chinese_name="王伟")
    people.expert("signalling", chinese_name="赵丽", availability="away")
    people.expert("heritage", chinese_name="孙强")
    people.expert("signalling", city="MOW", chinese_name="", native_name="Гусев")
    request = request_of_moscow(people, languages=["zh"])
    found = matches(request, actor=people.stage.actor("moscow_editor"))
    assert [match.expert.chinese_name for match in found] == ["王伟", "赵丽"]
    assert found[0].score > found[1].score
    for match in found:
        assert match.score == sum(points for _label, points, _most in match.parts)
        assert sum(most for _label, _points, most in match.parts) == 100
        assert all(0 <= points <= most for _label, points, most in match.parts)
        assert match.reasons
    request.fields.set([people.fields["heritage"]])
    chosen = matches(request, actor=people.stage.actor("moscow_editor"))
    assert chosen[0].expert.chinese_name == "孙强"


def test_matches_follow_consent_too(people):
    people.expert("signalling", consent=False)
    request = request_of_moscow(people)
    assert matches(request, actor=people.stage.actor("moscow_editor")) == []


def test_everything_can_be_made_anew(people):
    expert = people.expert("signalling", chinese_name="王伟", summary_en="Signals")
    before = SearchEntry.objects.filter(pk=expert.pk).values().get()
    SearchEntry.objects.all().delete()
    assert people.names("metro signalling") == []
    assert index.rebuild() == 1
    assert SearchEntry.objects.filter(pk=expert.pk).values().get() == before
