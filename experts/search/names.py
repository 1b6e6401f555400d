"""Names that are written in several scripts, brought to what they have in common.

Cyrillic is transliterated and Latin spellings are folded into one `key` (Юрий, Yuri, Iurii), 汉字
become pinyin, and so does a Chinese name in Russian (Чжан Вэй), which follows the Palladius system.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import pairwise, product

from pypinyin import Style, lazy_pinyin, pinyin
from pypinyin.constants import PINYIN_DICT

from experts.search.words import IS_HAN, normal, plain, runs, script_of, stem

LETTERS = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "i",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
        "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "",
        "э": "e",
        "ю": "iu", "я": "ia", "і": "i", "ї": "i", "є": "e", "ґ": "g", "ў": "u",
    }
)  # fmt: skip
FOLDS = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        ("shch", "sch"), ("tch", "ch"), ("kh", "h"), ("x", "ks"), ("ph", "f"), ("w", "v"), ("ck", "k"),
        ("tz", "ts"), ("[jy]", "i"), (r"(.)\1+", r"\1"), ("iu", "u"), ("ia", "a"), ("ie", "e"), ("io", "e"),
    )
)  # fmt: skip
FOREIGN = re.compile("[·•・]")  # stands between the parts of a foreign name in Chinese
ALPHABET = "abcdefghiklmnoprstuvz"  # what is left of it in keys
SHORTEST_FORGIVEN = 4
SURNAMES = frozenset(
    """王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹
    袁 邓 许 傅 沈 曾 彭 吕 苏
    卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 姚 谭 廖 邹 熊 金 陆 郝 孔 白 崔
    康 毛 邱 秦 江 史 顾 侯 邵
    孟 龙 万 段 雷 钱 汤 尹 黎 易 常 武 乔 贺 赖 龚 文 庞 樊 兰 殷 施 陶 洪 翟 安 颜 倪 严 牛 温 芦 季
    俞 章 鲁 葛 伍 韦 申 尤
    毕 聂 丛 焦 向 柳 邢 路 岳 齐 沿 梅 莫 庄 辛 管 祝 左 涂 谷 祁 时 舒 耿 牟 卜 詹 关 苗 凌 费 纪 靳
    盛 童 欧 甄 项 曲 成 游
    阳 裴 席 卫 查 屈 鲍 位 覃 霍 翁 隋 植 甘 景 薄 单 包 司 柏 宁 柯 阮 桂 闵 欧阳 上官 司马 诸葛 司徒
    夏侯 皇甫 尉迟 慕容
    令狐 端木 东方 南宫""".split()
)
INITIALS = {
    "b": "б", "p": "п", "m": "м", "f": "ф", "d": "д", "t": "т", "n": "н", "l": "л", "g": "г", "k": "к",
    "h": "х", "j": "цз", "q": "ц", "x": "с", "zh": "чж", "ch": "ч", "sh": "ш", "r": "ж", "z": "цз",
    "c": "ц",
    "s": "с",
}  # fmt: skip
FINALS = {
    "a": "а", "o": "о", "e": "э", "ai": "ай", "ei": "эй", "ao": "ао", "ou": "оу", "an": "ань", "en": "энь",
    "ang": "ан", "eng": "эн", "ong": "ун", "i": "и", "ia": "я", "ie": "е", "iao": "яо", "iu": "ю",
    "ian": "янь",
    "in": "инь", "iang": "ян", "ing": "ин", "iong": "юн", "u": "у", "ua": "уа", "uo": "о", "uai": "уай",
    "ui": "уй", "uan": "уань", "un": "унь", "uang": "уан", "v": "юй", "ve": "юэ", "van": "юань",
    "vn": "юнь",
}  # fmt: skip
WHOLE = {
    "a": "а", "o": "о", "e": "э", "ai": "ай", "ei": "эй", "ao": "ао", "ou": "оу", "an": "ань", "en": "энь",
    "ang": "ан", "er": "эр", "yi": "и", "ya": "я", "ye": "е", "yao": "яо", "you": "ю", "yan": "янь",
    "yin": "инь",
    "yang": "ян", "ying": "ин", "yong": "юн", "yu": "юй", "yue": "юэ", "yuan": "юань", "yun": "юнь",
    "wu": "у",
    "wa": "ва", "wo": "во", "wai": "вай", "wei": "вэй", "wan": "вань", "wen": "вэнь", "wang": "ван",
    "weng": "вэн", "hui": "хуэй", "zi": "цзы", "ci": "цы", "si": "сы",
}  # fmt: skip


def latin(word: str) -> str:
    """A word that is `normal` in Latin letters without marks."""
    return plain(word.translate(LETTERS)).replace("ß", "ss")


@lru_cache(maxsize=100_000)
def key(word: str) -> str:
    """The spelling that all spellings of a name in Latin letters have in common."""
    if IS_HAN.match(word):
        return word
    for pattern, into in FOLDS:
        word = pattern.sub(into, word)
    return word


@cache
def syllables() -> dict[str, str]:
    """Russian syllables (Palladius) → pinyin, without tones and with `v` for ü."""
    known = {plain_syllable(each) for readings in PINYIN_DICT.values() for each in readings.split(",")}
    found = {}
    for syllable in sorted(known):
        if russian := WHOLE.get(syllable) or composed(syllable):
            found[russian] = syllable.replace("v", "u")
    return found


@cache
def pinyin_syllables() -> frozenset[str]:
    return frozenset(syllables().values())


def plain_syllable(marked: str) -> str:
    return plain(marked.replace("ü", "v").translate(str.maketrans("ǖǘǚǜ", "vvvv")))


def composed(syllable: str) -> str:
    initial = syllable[:2] if syllable[:2] in INITIALS else syllable[:1]
    final = syllable[len(initial) :]
    if initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    return INITIALS[initial] + FINALS[final] if initial in INITIALS and final in FINALS else ""


@lru_cache(maxsize=20_000)
def from_palladius(word: str) -> tuple[str, ...]:
    """A Chinese name in Russian letters as pinyin: few possible readings; none if it is no such name."""
    table = syllables()

    def readings(rest: str, left: int) -> Iterator[str]:
        if not rest:
            yield ""
            return
        for length in range(min(6, len(rest)), 0, -1) if left else ():
            if head := table.get(rest[:length]):
                for tail in readings(rest[length:], left - 1):
                    yield head + tail

    return tuple(reading for _, reading in zip(range(3), readings(word.replace("ъ", ""), 4), strict=False))


def is_pinyin(words: Iterable[str]) -> bool:
    """Whether these are at most four syllables of Chinese, as a name written in pinyin is."""
    known, count = pinyin_syllables(), 0
    for word in words:
        lengths = {0: 0}
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - 6), end):
                if start in lengths and word[start:end] in known:
                    lengths[end] = min(lengths.get(end, 9), lengths[start] + 1)
        if len(word) not in lengths:
            return False
        count += lengths[len(word)]
    return 0 < count <= 4


@lru_cache(maxsize=20_000)
def from_han(name: str) -> tuple[tuple[str, ...], ...]:
    """The syllables of a name in 汉字; more than one reading where its first character has several."""
    rest = tuple(lazy_pinyin(name[1:], v_to_u=True, neutral_tone_with_five=False))
    first = pinyin(name[0], style=Style.NORMAL, heteronym=True, v_to_u=True)[0][:2]
    usual = lazy_pinyin(name, v_to_u=True)[0]
    return tuple((plain(each), *map(plain, rest)) for each in dict.fromkeys([usual, *first]))


def joined(syllables_: tuple[str, ...]) -> set[str]:
    """How a Chinese name's syllables are written together: surname and given name, in either order."""
    found = set(syllables_)
    for cut in range(1, min(3, len(syllables_))):
        surname, given = "".join(syllables_[:cut]), "".join(syllables_[cut:])
        found |= {surname, given, surname + given, given + surname}
    return found


@lru_cache(maxsize=20_000)
def name_words(name: str) -> frozenset[str]:
    """All that a name is found by: Latin words, and what stands in 汉字 as it is."""
    found: set[str] = set()
    spoken: list[str] = []
    foreign = bool(FOREIGN.search(name))
    for run, _start, _end in runs(normal(name)):
        script = script_of(run)
        if script == "zh":
            found |= {run, run[1:]} if 2 < len(run) < 5 and not foreign else {run}
            if len(run) < 5 and not foreign:
                for reading in from_han(run):
                    found |= joined(reading)
        elif len(run) > 1:
            spoken.append(latin(run))
            found.add(latin(run))
            if script == "ru":
                found |= set(from_palladius(run))
    found |= together(spoken)
    if palladius := [from_palladius(run) for run, *_ in runs(normal(name)) if script_of(run) == "ru"]:
        for chosen in product(*palladius):
            found |= together(chosen)
    return frozenset(word for word in found if len(word) > 1)


def together(spoken: Iterable[str]) -> set[str]:
    """The words of a Chinese name written as one, in either order."""
    given = list(spoken)
    if not 2 <= len(given) <= 3 or not is_pinyin(given):
        return set()
    return {"".join(given), "".join(given[1:] + given[:1]), *("".join(pair) for pair in pairwise(given))}


def asked(run: str) -> dict[str, float]:
    """What a word of a query may be as part of a name → how sure that is (1: as it was written)."""
    script = script_of(run)
    if script == "zh":
        return {run: 1.0}
    found = {latin(run): 1.0}
    if script == "ru":
        for reading in from_palladius(run):
            found.setdefault(reading, 0.95)
        found.setdefault(latin(stem(run, "ru")), 0.9)
    return found


def asked_in_han(run: str) -> dict[str, float]:
    """The names that may stand in a stretch of Chinese; as pinyin too where it begins with a surname."""
    found: dict[str, float] = {}
    for start in range(min(len(run), 40)):
        for length in range(min(len(run) - start, 8), 1, -1):
            part = run[start : start + length]
            found[part] = 1.0 if length > 2 or part == run else 0.9
    if 1 < len(run) < 5 and (run[0] in SURNAMES or run[:2] in SURNAMES):
        for reading in from_han(run):
            found.setdefault("".join(reading), 0.8)
    return found


def one_off(word: str) -> set[str]:
    """Every key that one typing error makes of this one: a letter left out, added, changed, two swapped."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {left + right[1:] for left, right in cuts if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    found |= {left + letter + right[1:] for left, right in cuts if right for letter in ALPHABET}
    found |= {left + letter + right for left, right in cuts for letter in ALPHABET}
    return found - {word}
