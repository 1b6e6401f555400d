"""Synthetic experts for benchmarks and try-outs. Every one says in its texts that it is a sample.

They are written in bulk, so they pass no service: constraints, history, the feed of changes and
search are kept all the same, by the database and here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from random import Random
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone
from pypinyin import lazy_pinyin

from accounts.actors import Actor
from accounts.models import City
from experts.models import Expert, ExpertiseField, ExpertLanguage, NameWord, SearchEntry, Work
from experts.search import index
from experts.search.concepts import Vocabulary, vocabulary
from experts.search.names import SURNAMES, latin
from programme.models import Programme
from records.copying import copy_rows
from records.models import Change, Verb, Visibility
from records.services import writing
from records.texts import column, revise

REFERENCE = "SAMPLE-"
BATCH = 1000
PENDING = 65_536  # kB
RUSSIAN_SURNAMES = (
    "Абрам Аким Алексе Андре Антон Архип Афанась Барсук Басманн Бел Берез Богдан Болот Бондар Борис Буд "
    "Булат Вавил "
    "Василь Ветр Виноград Власьн Волк Воробь Воронц Галкин Герасим Глеб Голуб Горбун Горшк Грачё "
    "Григорь Громк Гус "
    "Давыд Данил Дегтяр Демидк Дмитри Дорони Дорофе Дрозд Дубк Егор Ерем Ермак Ефим Жук Журавл Зайк "
    "Захар Зим Зот Иван "
    "Игнать Ильюш Исак Казак Калинк Карп Кирил Киселё Климент Ковал Козл Колесник Комар Кондрать "
    "Коновал Королё Корол "
    "Кравц Краси Кругл Крыл Крюк Кудрявц Кузнец Куликк Лавр Лазар Ларион Лебеде Леонть Логин Лукьян "
    "Макар Максим "
    "Малыш Мартын Матве Медведе Мельник Мирон Михайл Моро Назар Наум Нестер Никит Никифор Николае "
    "Овчинник Орл Осип "
    "Остап Павл Панкрат Пахом Петр Пименк Плотник Поляк Пономарё Поп Потап Прохор Родион Роман Русак "
    "Рябк Савель Сазон "
    "Самсон Сафон Семён Серге Сидор Смирн Сокол Соловьё Степан Сувор Сус Тарас Терентьь Тимофе Тит "
    "Тихон Третьяк Трофим "
    "Уваро Устин Федот Фёдор Филат Филипп Фом Харитон Хохл Цветк Черн Шаров Шевц Шестак Широк Щербак Юд "
    "Яковл Яшк"
).split()
RUSSIAN_GIVEN = (
    "Александр Алексей Анатолий Андрей Антон Артём Борис Вадим Валерий Василий Виктор Виталий Владимир "
    "Вячеслав "
    "Геннадий Георгий Григорий Денис Дмитрий Евгений Иван Игорь Илья Кирилл Константин Леонид Максим "
    "Михаил Никита "
    "Николай Олег Павел Пётр Роман Сергей Станислав Степан Тимофей Фёдор Юрий Ярослав"
).split()
CHINESE_GIVEN = (
    "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 涛 明 超 秀 霞 平 刚 桂 英 华 玉 兰 建 国 文 志 海 晓 春 雪 "
    "梅 慧 宇 浩 然 子 轩 "
    "雨 泽 思 佳 俊 凯 博 晨 欣 怡 嘉 瑞 鹏 飞 龙 云 辉 斌 波 红 燕 萍 琳 婷 颖 倩 莉 安 宁 新 民 立 永 "
    "庆 家 良 振 东 学 成"
).split()
LABEL = {
    "en": "Sample record, not a real person.",
    "ru": "Образец, а не настоящий человек.",
    "zh-hans": "示例记录，并非真实人物。",
}
SENTENCES = {
    "en": ("Works on {0}", "Many years of practice in {0}", "Leads a group for {0}", "Teaches {0}"),
    "ru": (
        "Занимается темой «{0}»",
        "Многолетняя практика: {0}",
        "Руководит группой: {0}",
        "Преподаёт: {0}",
    ),
    "zh-hans": ("从事{0}", "长期实践：{0}", "领导{0}研究组", "讲授{0}"),
}
WORKPLACES = {
    "en": ("Institute of {0}", "Laboratory of {0}", "City centre for {0}"),
    "ru": ("Институт: {0}", "Лаборатория: {0}", "Городской центр: {0}"),
    "zh-hans": ("{0}研究所", "{0}实验室", "市{0}中心"),
}
LEVELS = ("B1", "B2", "C1", "C2")


def sample_experts_create(*, programme: Programme, count: int, seed: int = 1) -> int:
    """Add `count` experts of all cities of the programme, whose content follows from `seed`.

    Their numbers go on after the last sample. There must be fields of expertise.
    """
    by, random = Actor.system("sample data"), Random(seed)  # noqa: S311
    made = Makings(programme, vocabulary())
    last = Expert.objects.filter(reference__startswith=REFERENCE).order_by("-reference")
    numbers = last.values_list("reference", flat=True)[:1]
    first = int(numbers[0].removeprefix(REFERENCE)) + 1 if numbers else 1
    for start in range(first, first + count, BATCH):
        with writing(by=by):
            write([made.expert(n, random) for n in range(start, min(start + BATCH, first + count))], made)
    return count


def sample_experts_archive() -> int:
    """Take all samples out of the lists and the search; their history stays, as that of every record."""
    live = Expert.objects.live().filter(reference__startswith=REFERENCE)
    moment, archived = timezone.now(), 0
    while pks := list(live.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with writing(by=Actor.system("sample data")):
            rows = Expert.objects.filter(pk__in=pks)
            rows.update(archived_at=moment, version=F("version") + 1, updated_at=moment, updated_by=None)
            index.refresh_many(pks)
            note(rows, Verb.ARCHIVED)
        archived += len(pks)
    return archived


@dataclass
class Made:
    """An expert that is not saved yet, with what hangs on it."""

    expert: Expert
    fields: list[ExpertiseField]
    languages: list[ExpertLanguage]
    works: list[Work] = field(default_factory=list)


class Makings:
    """What a sample is put together from: the tree's own fields and words, names in three scripts."""

    def __init__(self, programme: Programme, known: Vocabulary) -> None:
        self.programme, self.known = programme, known
        self.cities: Sequence[City] = list(programme.cities.order_by("code"))
        self.countries = sorted({city.country for city in self.cities})
        above = {each.parent_id for each in known.fields.values()}
        leaves = [each for each in known.fields.values() if each.pk not in above]
        self.fields = sorted(leaves or known.fields.values(), key=lambda each: each.code)
        Random(0).shuffle(self.fields)  # noqa: S311
        # As in life, few fields have many people: the n-th has one n-th (to the 0.8) of the first one's.
        self.weights = [1 / (place + 1) ** 0.8 for place in range(len(self.fields))]
        self.surnames = sorted(SURNAMES)

    def expert(self, number: int, random: Random) -> Made:
        city, today = random.choice(self.cities), timezone.localdate()
        fields = list(
            dict.fromkeys(random.choices(self.fields, self.weights, k=random.choice((1, 2, 2, 3))))
        )
        expert = Expert(
            programme=self.programme,
            owner_city=city,
            visibility=Visibility.OWN,
            reference=f"{REFERENCE}{number:06}",
            state=random.choices(("published", "draft", "suspended"), (92, 6, 2))[0],
            availability=random.choices(Expert.Availability.values, (70, 20, 10))[0],
            confirmed_on=today - timedelta(days=random.randrange(400)),
            **self.names(city.language, random),
        )
        if random.random() < 0.9:
            given = today - timedelta(days=random.randrange(300))
            expert.consent_purpose = "Sample"
            expert.consent_countries = self.countries
            expert.consent_covers = sorted(each for each in Expert.Covers.values if random.random() < 0.85)
            expert.consent_given_on = given
            expert.consent_expires_on = given + timedelta(days=random.choice((290, 730, 1095)))
        for language in {city.language, *(("en",) if random.random() < 0.25 else ())}:
            setattr(expert, column("affiliation", language), self.workplace(fields[0], language, random))
            setattr(expert, column("summary", language), self.summary(fields, language, random))
        revise(expert, {}, authentic=())
        own = city.language.split("-")[0]
        spoken = {own: "native"} | {
            other: random.choice(LEVELS)
            for other in ("en", "ru", "zh")
            if other != own and random.random() < 0.4
        }
        return Made(
            expert,
            fields,
            [ExpertLanguage(expert=expert, language=code, level=level) for code, level in spoken.items()],
            [
                self.work(expert, each, city.language, random)
                for each in fields[:1]
                if random.random() < 0.5
            ],
        )

    def names(self, language: str, random: Random) -> dict[str, str]:
        if language == "zh-hans":
            surname = random.choice(self.surnames)
            given = "".join(random.sample(CHINESE_GIVEN, random.choice((1, 2, 2))))
            spelt = f"{pinyin(surname)} {pinyin(given)}"
            return {"native_name": surname + given, "latin_name": spelt if random.random() < 0.7 else ""}
        surname = random.choice(RUSSIAN_SURNAMES) + random.choice(("ов", "ов", "ин", "ский"))
        given = random.choice(RUSSIAN_GIVEN)
        whole = f"{given} {surname}"
        spelt = " ".join(latin(word.lower()).title() for word in whole.split())
        return {"native_name": whole, "latin_name": spelt if random.random() < 0.6 else ""}

    def word(self, each: ExpertiseField, language: str, random: Random) -> str:
        return random.choice(each.words(language)[:4] or [each.code])

    def workplace(self, each: ExpertiseField, language: str, random: Random) -> str:
        return random.choice(WORKPLACES[language]).format(self.word(each, language, random))

    def summary(self, fields: Sequence[ExpertiseField], language: str, random: Random) -> str:
        stop = "。" if language == "zh-hans" else "."
        lines = [LABEL[language]]
        for each in fields:
            for pattern in random.sample(SENTENCES[language], random.choice((1, 2))):
                lines.append(pattern.format(self.word(each, language, random)) + stop)
        return " ".join(lines)

    def work(self, expert: Expert, each: ExpertiseField, language: str, random: Random) -> Work:
        kind = random.choice(Work.Kind.values)
        return Work(expert=expert, kind=kind, title=self.word(each, language, random))


@lru_cache(maxsize=100_000)
def pinyin(name: str) -> str:
    return "".join(lazy_pinyin(name)).title()


def write(made: Sequence[Made], makings: Makings) -> None:
    """One batch, with a change for each record and what they are found by."""
    for each in made:
        each.expert._prefetched_objects_cache = {  # type: ignore[attr-defined]  # what the index reads
            "fields": each.fields, "languages": each.languages, "works": each.works,
        }  # fmt: skip
    with connection.cursor() as cursor:  # the indexes of what people are found by take many rows at a time
        cursor.execute(f"SET LOCAL gin_pending_list_limit = {PENDING}")
    experts, works = [each.expert for each in made], [work for each in made for work in each.works]
    # By the first one, an ordinary statement, the history of this transaction learns whose it is.
    Expert.objects.bulk_create(experts[:1])
    copy_rows(Expert, experts[1:])
    through = Expert.fields.through
    linked = [
        through(expert_id=each.expert.pk, expertisefield_id=field.pk)
        for each in made
        for field in each.fields
    ]
    copy_rows(through, linked)
    copy_rows(ExpertLanguage, (row for each in made for row in each.languages))
    copy_rows(Work, works)
    copy_rows(SearchEntry, (index.entry_of(expert, makings.known) for expert in experts))
    copy_rows(NameWord, (word for expert in experts for word in index.name_rows(expert)))
    copy_rows(Change, changes([*experts, *works], Verb.CREATED))


def note(rows: Any, verb: str) -> None:
    Change.objects.bulk_create(changes(rows, verb))


def changes(rows: Any, verb: str) -> Iterator[Change]:
    for row in rows:
        yield Change(
            kind="work" if isinstance(row, Work) else "expert",
            record_id=row.pk,
            version=row.version,
            verb=verb,
            programme_id=row.programme_id,
            visibility=row.visibility,
            owner_city_id=row.owner_city_id,
        )
