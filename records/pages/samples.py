"""Sample content for `/dev/kit/`: plain objects in three languages, none of them from the database."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import django_filters
import django_tables2
from django import forms
from django.http import HttpRequest
from django.template import engines
from django.utils import translation
from django.utils.functional import lazy
from django.utils.safestring import SafeString, mark_safe
from django_tables2.config import RequestConfig

from records.errors import FieldConflict
from records.texts import TextState


def in_language(en: str, ru: str, zh: str) -> str:
    return {"ru": ru, "zh-hans": zh}.get(translation.get_language() or "en", en)


said: Any = lazy(in_language, str)  # one text, in the language of whoever reads the page

NORTH = SimpleNamespace(code="NRD", letter="N", name=said("Northport", "Северогорск", "北港"))
SOUTH = SimpleNamespace(code="SUD", letter="南", name=said("Southport", "Южноморск", "南港"))

PETROVA = said("Anna Petrova", "Анна Петрова", "安娜·彼得罗娃")
LI = said("Li Wenjun", "Ли Вэньцзюнь", "李文君")
WHEN = datetime(2021, 3, 12, 14, 5, tzinfo=UTC)

TRADE_AREA = said(
    "Trade, economy and innovation",
    "Торгово-экономическое и инновационное сотрудничество",
    "经贸与创新合作",
)
TRANSPORT_AREA = said("Transport", "Транспорт и дорожно-транспортная инфраструктура", "交通运输")
CULTURE_AREA = said("Culture and education", "Гуманитарное сотрудничество", "人文合作")


def mark(city: Any, word: str, who: Any = "", when: Any = "") -> SimpleNamespace:
    return SimpleNamespace(
        side=city.code, letter=city.letter, city=city.name, word=word, who=who, when=when
    )


def pair(north: str, south: str) -> list[SimpleNamespace]:
    """Both cities' words, each with the person and the moment where there are any."""
    spoken = {"given", "refused"}
    return [
        mark(NORTH, north, PETROVA, WHEN) if north in spoken else mark(NORTH, north),
        mark(SOUTH, south, LI, date(2021, 3, 15)) if south in spoken else mark(SOUTH, south),
    ]


PAIRS = [
    (said("Both have agreed", "Обе стороны согласны", "双方均已确认"), pair("given", "given")),
    (said("One waits for the other", "Одна сторона ждёт другую", "等待对方答复"), pair("given", "awaited")),
    (said("Refused", "Отклонено", "一方未同意"), pair("given", "refused")),
    (said("Both are awaited", "Ожидаются обе", "均待确认"), pair("awaited", "awaited")),
    (said("Only one was asked", "Спросили одну", "只需一方"), pair("awaited", "unasked")),
    (said("Nobody was asked yet", "Ещё не спрашивали", "尚未征询"), pair("unasked", "unasked")),
]


class Record:
    """Something with translated fields: for each, language → (text, whether it is out of date)."""

    def __init__(self, **texts: Mapping[str, tuple[str, bool]]) -> None:
        self.texts = texts

    def text_state(self, name: str, language: str | None = None) -> TextState:
        asked = language or translation.get_language() or "en"
        versions = self.texts[name]
        shown = asked if asked in versions else next(iter(versions))
        value, stale = versions[shown]
        return TextState(name, value, asked, shown, next(iter(versions)), stale)


METRO = Record(
    title={
        "ru": ("Информирование пассажиров метро на трёх языках", False),
        "zh-hans": ("地铁三语乘客信息服务", True),
        "en": ("Metro passenger information in three languages", False),
    },
    summary={
        "ru": (
            "Единые указатели, объявления и приложение на трёх языках на пересадочных узлах обоих городов.",
            False,
        ),
    },
)


def citation(**given: Any) -> SimpleNamespace:
    """A citation with everything that `{% cite %}` may show; what is not given is empty."""
    empty = {
        "field": "",
        "locator": "",
        "claim": "",
        "note": "",
        "derived": False,
        "how": "",
        "doubt": "",
        "disagrees": "",
    }
    return SimpleNamespace(**{**empty, **given})


def source(title: Any, publisher: Any, published: Any, language: str) -> SimpleNamespace:
    return SimpleNamespace(
        title=title,
        publisher=publisher,
        published_on=published,
        language=language,
        get_absolute_url="#sources",
    )


PROGRAMME_TEXT = source(
    "Программа сотрудничества на 2021–2023 годы",
    said("Office of the mayor", "Аппарат мэра", "市长办公室"),
    date(2020, 9, 18),
    "ru",
)
CUSTOMS = source("2021年进出口统计公报", said("Customs", "Таможня", "海关"), date(2022, 1, 20), "zh-hans")

CITATIONS = {
    "one": [citation(source=PROGRAMME_TEXT, locator=said("item 4.2", "п. 4.2", "第4.2条"))],
    "two": [
        citation(source=PROGRAMME_TEXT, locator=said("item 1.1", "п. 1.1", "第1.1条")),
        citation(
            source=CUSTOMS,
            locator=said("table 3", "табл. 3", "表3"),
            note=said("Dated by its issue.", "Датировано по выходу.", "以发布日期为准。"),
        ),
    ],
    "derived": [
        citation(
            source=CUSTOMS,
            locator=said("tables 3 and 4", "табл. 3 и 4", "表3、表4"),
            derived=True,
            how=said(
                "exports + imports, both in USD",
                "экспорт + импорт, оба в долларах США",
                "出口额＋进口额，均以美元计",
            ),
        )
    ],
    "doubt": [
        citation(
            source=CUSTOMS,
            claim=said("Trade grew by a third.", "Товарооборот вырос на треть.", "贸易额增长三分之一。"),
            doubt=said(
                "the release does not say which period it compares with",
                "в сообщении не указано, с каким периодом идёт сравнение",
                "新闻稿未说明比较的时期",
            ),
        )
    ],
    "disagrees": [
        citation(source=PROGRAMME_TEXT, claim=said("12 schools", "12 школ", "12所学校")),
        citation(
            source=CUSTOMS,
            claim=said("14 schools", "14 школ", "14所学校"),
            disagrees=True,
            note=said(
                "Counts two schools that joined later.",
                "Учтены две школы, присоединившиеся позже.",
                "计入后来加入的两所学校。",
            ),
        ),
    ],
}


# A form in conflict, and one with errors.


ONE_LINE = forms.Textarea(attrs={"rows": 1})  # grows with what is typed, but takes no line break


class ProjectForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, initial=7)
    title_en = forms.CharField(label=said("Title", "Название", "名称"), widget=ONE_LINE)
    title_ru = forms.CharField(label=said("Title", "Название", "名称"), widget=ONE_LINE)
    title_zh_hans = forms.CharField(
        label=said("Title", "Название", "名称"), widget=ONE_LINE, required=False
    )
    summary_en = forms.CharField(
        label=said("Summary", "Краткое описание", "概要"), widget=forms.Textarea, required=False
    )
    summary_ru = forms.CharField(label=said("Summary", "Краткое описание", "概要"), widget=forms.Textarea)
    summary_zh_hans = forms.CharField(
        label=said("Summary", "Краткое описание", "概要"), widget=forms.Textarea, required=False
    )
    area = forms.ChoiceField(
        label=said("Area", "Направление сотрудничества", "合作领域"),
        choices=[("trade", TRADE_AREA), ("transport", TRANSPORT_AREA), ("culture", CULTURE_AREA)],
    )
    ends_on = forms.DateField(
        label=said("Ends", "Окончание", "结束日期"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=said("The last day of work.", "Последний день работ.", "工作的最后一天。"),
    )
    visibility = forms.ChoiceField(
        label=said("Who sees it", "Кому видно", "可见范围"),
        widget=forms.RadioSelect,
        choices=[
            ("own", said("Our side only", "Только нашей стороне", "仅我方")),
            ("shared", said("Both sides", "Обеим сторонам", "双方")),
        ],
    )
    announce = forms.BooleanField(
        label=said("Tell the other side", "Известить другую сторону", "通知对方"), required=False
    )


def project_values(**changed: Any) -> dict[str, Any]:
    texts = {
        "title_ru": METRO.texts["title"]["ru"][0],
        "title_en": METRO.texts["title"]["en"][0],
        "title_zh_hans": METRO.texts["title"]["zh-hans"][0],
        "summary_ru": METRO.texts["summary"]["ru"][0],
    }
    return {
        "version": 7,
        **texts,
        "area": "transport",
        "ends_on": "2023-12-31",
        "visibility": "shared",
        **changed,
    }


def form_in_conflict() -> ProjectForm:
    """Two people changed the end date and the Russian title."""
    form: Any = ProjectForm(
        project_values(ends_on="2023-11-30", title_ru="Информирование пассажиров метро", version=8)
    )
    form.conflicts = [
        FieldConflict("ends_on", "2023-12-31", "2023-10-31", "2023-11-30"),
        FieldConflict(
            "title_ru",
            METRO.texts["title"]["ru"][0],
            "Информирование пассажиров метро и наземного транспорта на трёх языках",
            "Информирование пассажиров метро",
        ),
    ]
    form.changed_by, form.changed_at = LI, WHEN
    return form


def form_with_errors() -> ProjectForm:
    form = ProjectForm(project_values(title_en="", ends_on="2023-02-30"))
    form.add_error(
        None,
        said(
            "A project needs a lead on each side.",
            "Проекту нужна головная организация с каждой стороны.",
            "项目需要双方各有一个牵头单位。",
        ),
    )
    return form


# A list.


def row(
    code: str, title: Any, area: Any, state: tuple[str, Any], marks: list[Any], money: str
) -> dict[str, Any]:
    return {"code": code, "title": title, "area": area, "state": state, "marks": marks, "money": money}


ROWS = [
    row(
        "TRA-2021-003",
        said(
            "Metro passenger information in three languages",
            "Информирование пассажиров метро на трёх языках",
            "地铁三语乘客信息服务",
        ),
        TRANSPORT_AREA,
        ("active", said("active", "реализуется", "实施中")),
        pair("given", "given"),
        "12 400 000",
    ),
    row(
        "TIN-2021-007",
        said(
            "Accelerator for medical start-ups",
            "Совместный акселератор медицинских стартапов",
            "医疗初创企业联合加速器",
        ),
        TRADE_AREA,
        ("proposed", said("proposed", "на согласовании", "待对方确认")),
        pair("given", "awaited"),
        "3 150 000",
    ),
    row(
        "HUM-2022-002",
        said("Summer schools: exchange of students", "Летние школы: обмен слушателями", "暑期学校学员交流"),
        CULTURE_AREA,
        ("suspended", said("suspended", "приостановлен", "已暂停")),
        pair("refused", "given"),
        "840 000",
    ),
    row(
        "TRA-2022-001",
        said(
            "Air quality along the ring roads",
            "Качество воздуха вдоль кольцевых дорог",
            "环路沿线空气质量监测",
        ),
        TRANSPORT_AREA,
        ("draft", said("draft", "черновик", "草稿")),
        pair("unasked", "unasked"),
        "—",
    ),
    row(
        "TIN-2020-011",
        said("Forum of city entrepreneurs", "Форум предпринимателей двух городов", "两市企业家论坛"),
        TRADE_AREA,
        ("completed", said("completed", "завершён", "已完成")),
        pair("given", "given"),
        "1 905 300",
    ),
]


class ProjectTable(django_tables2.Table):
    title = django_tables2.Column(
        verbose_name=said("Project", "Проект", "项目"), attrs={"td": {"class": "title"}}
    )
    code = django_tables2.Column(verbose_name=said("Code", "Код", "编号"), attrs={"td": {"class": "code"}})
    area = django_tables2.Column(verbose_name=said("Area", "Направление", "合作领域"))
    state = django_tables2.Column(verbose_name=said("State", "Статус", "状态"), orderable=False)
    marks = django_tables2.Column(verbose_name=said("Both cities", "Обе стороны", "双方"), orderable=False)
    money = django_tables2.Column(
        verbose_name=said("Planned, USD", "План, долл. США", "计划（美元）"),
        attrs={"td": {"class": "number"}, "th": {"class": "number"}},
        orderable=False,
    )

    class Meta:
        empty_text = said(
            "No project matches these filters.",
            "Под эти условия не подходит ни один проект.",
            "没有符合条件的项目。",
        )

    def render_state(self, value: tuple[str, Any]) -> SafeString:
        return cell("{% state value.0 value.1 %}", value)

    def render_marks(self, value: list[Any]) -> SafeString:
        return cell("{% pair value %}", value)

    def render_title(self, value: Any) -> SafeString:
        return cell('<a href="#lists">{{ value }}</a>', value)


def cell(source_text: str, value: Any) -> SafeString:
    return mark_safe(engines["django"].from_string(source_text).render({"value": value}))  # noqa: S308 — rendered by the template engine


class ProjectFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(label=said("Search in titles", "Поиск по названию", "按名称搜索"))
    area = django_filters.ChoiceFilter(
        label=said("Area", "Направление", "合作领域"),
        choices=[("trade", TRADE_AREA), ("transport", TRANSPORT_AREA), ("culture", CULTURE_AREA)],
        empty_label=said("all", "все", "全部"),
    )
    state = django_filters.ChoiceFilter(
        label=said("State", "Статус", "状态"),
        choices=[("active", ROWS[0]["state"][1]), ("draft", ROWS[3]["state"][1])],
        empty_label=said("all", "все", "全部"),
    )
    waits = django_filters.ChoiceFilter(
        label=said("Waits on", "Ждёт ответа от", "等待答复"),
        choices=[
            ("us", said("our city", "нашего города", "我方")),
            ("them", said("the other city", "другого города", "对方")),
        ],
        empty_label=said("anyone", "кого угодно", "不限"),
    )


def table(request: HttpRequest) -> ProjectTable:
    found = ProjectTable(ROWS)
    RequestConfig(request, paginate={"per_page": 4}).configure(found)
    return found


FEED = [
    SimpleNamespace(
        who=PETROVA,
        side=NORTH,
        verb=said("proposed a change to", "предлагает изменить", "提议修改"),
        what=ROWS[0]["title"],
        url="#lists",
        when=WHEN,
        note=said(
            "The contractor asks for two more months.",
            "Подрядчик просит ещё два месяца.",
            "承包方要求延长两个月。",
        ),
        fields=[(said("Ends", "Окончание", "结束日期"), "2023-10-31", "2023-12-31")],
    ),
    SimpleNamespace(
        who=LI,
        side=SOUTH,
        verb=said("accepted the change to", "согласился с изменением", "同意修改"),
        what=ROWS[0]["title"],
        url="#lists",
        when=datetime(2021, 3, 15, 6, 40, tzinfo=UTC),
        note="",
        fields=[],
    ),
    SimpleNamespace(
        who=said("The programme", "Программа", "合作计划"),
        side=None,
        icon="calendar-event",
        verb=said("reached the end of its period", "завершила срок действия", "已到期"),
        what="",
        url="",
        when=date(2023, 12, 31),
        note="",
        fields=[],
    ),
]


# Sentences of the page's examples.
SAID = {
    "overview": said("Overview", "Обзор", "概览"),
    "projects": said("Projects", "Проекты", "项目"),
    "closed": said(
        "It ended on 31 December 2023. Nothing is overdue any more; unfinished work can be carried over.",
        "Срок истёк 31 декабря 2023 г. Просроченного больше нет, незавершённое можно перенести.",
        "已于2023年12月31日到期。不再有逾期事项，未完成的工作可以转入后续计划。",
    ),
    "closed_title": said("This programme is closed", "Программа завершена", "本合作计划已结束"),
    "doubt_title": said("The source is in doubt here", "Здесь источник вызывает сомнение", "此处来源存疑"),
    "doubt": said(
        "The press release names 14 schools and lists 12. Both are kept until the sides agree.",
        "В пресс-релизе сказано о 14 школах, названо 12. Оба числа сохранены до решения сторон.",
        "新闻稿称14所学校，但只列出12所。双方确认之前，两个数字均予保留。",
    ),
    "propose": said("Propose to agree", "Предложить согласование", "提请确认"),
    "edit": said("Edit", "Изменить", "编辑"),
    "save": said("Save", "Сохранить", "保存"),
    "withdraw": said("Withdraw", "Отозвать", "撤回"),
    "more": said("Show history", "Показать историю", "查看历史"),
    "accept": said("Accept", "Согласиться", "同意"),
    "reason": said(
        "The Chinese text of the summary is not written yet.",
        "Ещё нет китайского текста краткого описания.",
        "概要的中文文本尚未填写。",
    ),
    "remedy": said(
        "Fill it in, and you can propose.",
        "Заполните его, и можно будет предложить.",
        "填写后即可提请确认。",
    ),
    "empty": said("No milestones yet", "Контрольных точек пока нет", "尚无重要节点"),
    "empty_hint": said(
        "A milestone is a dated result that both cities confirm.",
        "Контрольная точка — результат со сроком, который подтверждают обе стороны.",
        "重要节点是双方确认的有期限的成果。",
    ),
    "empty_next": said("Add the first one", "Добавить первую", "添加第一个"),
    "importing": said(
        "Reading rows: 420 000 of 1 000 000",
        "Читаем строки: 420 000 из 1 000 000",
        "正在读取：420 000 / 1 000 000 行",
    ),
    "starting": said("Waiting for its turn", "Ожидает очереди", "排队等待中"),
    "imported": said("1 000 000 rows imported", "Загружено строк: 1 000 000", "已导入1 000 000行"),
    "failed": said(
        "Row 420 017 has no period. Nothing was imported.",
        "В строке 420 017 нет периода. Ничего не загружено.",
        "第420 017行没有期间。未导入任何数据。",
    ),
    "cancelled": said(
        "Cancelled by Anna Petrova. Nothing was imported.",
        "Отменено: Анна Петрова. Ничего не загружено.",
        "安娜·彼得罗娃已取消。未导入任何数据。",
    ),
    "import": said("Customs figures, 2021", "Таможенные данные за 2021 год", "2021年海关数据"),
    "report_own": said(
        "Two stations fitted, on track.",
        "Оборудованы две станции, идём по плану.",
        "两个车站已完成，进展正常。",
    ),
    "report_other": said(
        "Equipment awaits certification.", "Оборудование ожидает сертификации.", "设备等待认证。"
    ),
}


def content(request: HttpRequest) -> dict[str, Any]:
    """Everything that `records/kit.html` shows."""
    return {
        "north": NORTH,
        "south": SOUTH,
        "pairs": PAIRS,
        "agreed": PAIRS[0][1],
        "waiting": PAIRS[1][1],
        "refused": PAIRS[2][1],
        "metro": METRO,
        "citations": CITATIONS,
        "table": table(request),
        "nothing": ProjectTable([]),
        "filter": ProjectFilter(request.GET or {"area": "transport"}, queryset=SimpleNamespace(model=None)),
        "feed": FEED,
        "plain_form": ProjectForm(initial=project_values()),
        "conflict_form": form_in_conflict(),
        "error_form": form_with_errors(),
        "areas": [TRADE_AREA, TRANSPORT_AREA, CULTURE_AREA],
        "said": SAID,
        "when": WHEN,
    }
