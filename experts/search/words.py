"""Texts as words that can be compared: stems of English and Russian, words of Chinese.

What is indexed and what is asked for go through the same functions, so that they meet.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import rjieba
import snowballstemmer

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
CYRILLIC = "\u0400-\u04ff"
RUN = re.compile(f"[{HAN}]+|[{CYRILLIC}]+|[^\\W_{HAN}{CYRILLIC}]+")
IS_HAN = re.compile(f"[{HAN}]")
IS_CYRILLIC = re.compile(f"[{CYRILLIC}]")

# Words that say nothing of anybody's expertise, as stems or whole.
STOP = frozenset(
    """a an the and or of for in on at to from by with without as is are was were be been has have had
    do does
    who whom which what where when how that this these those it its he she his her they their we our
    you your i
    my me not no yes can may must should would could will about into over under between need needed
    needs want
    look looking find found search seek seeking wanted help please someone somebody person people specialist
    specialists expert experts expertise professional advice advise know knows knowing knowledge experience
    experienced using use used work works working any all some more most very also us than then there
    и или в во на по с со из за от до для при о об обо к ко у не но а же ли бы то что чтобы как кто где
    когда
    это этот эта эти тот та те он она они его её ее их мы наш вы ваш я мне нам нас вам быть был была
    были есть
    нужен нужна нужно нужны требуется требуются ищем ищу найти поиск эксперт эксперты эксперта
    экспертов эксперту
    экспертом специалист специалиста специалисты специалистов специалистом знаток человек люди консультация
    консультант опыт опытом работы работа работе под над между без через после перед который которая которые
    кого кому чём чем также может можно очень всё все для области области области сфере вопросам
    вопросы""".split()
)
STOP_HAN = frozenset(
    "的 了 和 与 及 或 在 是 有 我 我们 你 他 她 它 们 需要 寻找 查找 请 请问 专家 人员 人才 方面 领域 "
    "关于 以及 对 为 从 "
    "能 会 可以 进行 相关 从事 工作 经验 有没有 谁 懂 熟悉 擅长 找 想 要 哪位 哪些 什么 如何 怎么 一位 "
    "一名 位 名 等 并 也 "
    "都 就 其 这 那 个 的人".split()
)

# Russian nouns that have one form only: their endings are none.
INDECLINABLE = frozenset(
    "метро депо кино радио видео фото авто бюро кафе шоссе такси интервью резюме жюри досье шоу меню "
    "ателье "
    "евро ноу хау эко био гео нефть сми мрт кт днк рнк снг вто".split()
)

LOCK = Lock()  # the stemmers keep the word that they are at in themselves
STEMMERS = {"en": snowballstemmer.stemmer("english"), "ru": snowballstemmer.stemmer("russian")}


@dataclass(frozen=True)
class Word:
    """One word of a text: what it is compared by, how it stood there, and where."""

    stem: str
    text: str
    start: int
    end: int
    script: str  # "en" (Latin letters and digits), "ru" (Cyrillic), "zh"
    place: int  # counted in words, those that are left out too

    @property
    def is_name_like(self) -> bool:
        return self.script != "zh" and not self.text.isdigit()


def normal(text: str) -> str:
    """One spelling for one character: full-width letters, capitals, ё."""
    return unicodedata.normalize("NFKC", text).lower().replace("ё", "е")


def plain(text: str) -> str:
    """Letters without their marks."""
    return "".join(
        each
        for each in unicodedata.normalize("NFKD", text.replace("й", "\0"))
        if not unicodedata.combining(each)
    ).replace("\0", "й")


@lru_cache(maxsize=200_000)
def stem(word: str, script: str) -> str:
    if word in INDECLINABLE:
        return word
    with LOCK:
        return STEMMERS[script].stemWord(word)


def script_of(run: str) -> str:
    return "zh" if IS_HAN.match(run) else "ru" if IS_CYRILLIC.match(run) else "en"


def runs(text: str) -> Iterator[tuple[str, int, int]]:
    """The stretches of letters of one script, from a text that is `normal`."""
    for match in RUN.finditer(text):
        yield match.group(), match.start(), match.end()


def words(text: str, *, stops: bool = False) -> list[Word]:
    """The words of a text that is `normal`; those that say nothing are left out, unless `stops`."""
    found: list[Word] = []
    place = 0
    for run, start, end in runs(text):
        script = script_of(run)
        if script == "zh":
            for word, first, last in chinese(run):
                place += 1
                if stops or (word not in STOP_HAN and len(word) > 1):
                    found.append(Word(word, word, start + first, start + last, script, place))
            continue
        place += 1
        if stops or (run not in STOP and (len(run) > 1 or run.isdigit())):
            found.append(Word(stem(plain(run), script), run, start, end, script, place))
    return found


@lru_cache(maxsize=50_000)
def chinese(run: str) -> tuple[tuple[str, int, int], ...]:
    """A stretch of Chinese as words and the shorter words within them: word, start, end."""
    return tuple((word, start, end) for word, start, end in rjieba.tokenize(run, "search"))
