"""How a name might read in another script: suggestions that a person takes or leaves, never facts.

A Chinese name is read by `pypinyin` and written as Chinese passports do (Lü is "Lyu", the given
name in one word) and, for Russian, in the system of Palladius. A Russian name is written as Russian
passports do (ICAO Doc 9303). Only the person knows how they spell themselves.
"""

import re
from collections.abc import Mapping

import iuliia
from pypinyin import lazy_pinyin

from experts.search.names import WHOLE, composed

HAN = re.compile(r"[\u3400-\u9fff]{2,6}")
CYRILLIC = re.compile(r"[\u0400-\u04ff][\u0400-\u04ff'’. -]+")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f'’., -]+")

TWO_CHARACTERS = frozenset(
    "欧阳 司马 上官 诸葛 司徒 夏侯 皇甫 尉迟 公孙 慕容 长孙 宇文 令狐 端木 东方 南宫 独孤 呼延 万俟".split()
)
# Surnames that are read otherwise than the same character elsewhere.
AS_SURNAME = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "朴": "piao",
    "翟": "zhai", "盖": "ge", "覃": "qin", "缪": "miao", "种": "chong", "冼": "xian", "员": "yun",
    "召": "shao", "折": "she", "乐": "yue", "任": "ren", "华": "hua", "宁": "ning", "纪": "ji",
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun",
}  # fmt: skip


def suggested(names: Mapping[str, str]) -> dict[str, str]:
    """Forms for the names that are empty: field of an expert → how it might read."""
    own, latin, russian, chinese = (
        names.get(f"{form}_name", "").strip() for form in ("native", "latin", "russian", "chinese")
    )
    han = next((name for name in (chinese, own) if HAN.fullmatch(name)), "")
    cyrillic = russian or (own if CYRILLIC.fullmatch(own) else "")
    found = {
        "native_name": han or russian,
        "chinese_name": han,
        "russian_name": cyrillic or palladius(han),
        "latin_name": pinyin(han) or passport(cyrillic) or (own if LATIN.fullmatch(own) else ""),
    }
    given = {"native_name": own, "latin_name": latin, "russian_name": russian, "chinese_name": chinese}
    return {name: form for name, form in found.items() if form and not given[name]}


def read_chinese(name: str) -> tuple[list[str], list[str]]:
    """The syllables of surname and given name; none of what is no Chinese name, as of one with a dot."""
    if not HAN.fullmatch(name):
        return [], []
    long = 2 if name[:2] in TWO_CHARACTERS and len(name) > 2 else 1
    surname = AS_SURNAME.get(name[:long])
    return surname.split() if surname else lazy_pinyin(name[:long]), lazy_pinyin(name[long:])


def pinyin(name: str) -> str:
    """王晓明 → Wang Xiaoming."""
    surname, given = read_chinese(name)
    return f"{in_one_word(surname)} {in_one_word(given)}".strip()


def in_one_word(syllables: list[str]) -> str:
    """An apostrophe stands where a syllable begins with a vowel: Jian'an."""
    joined = ""
    for syllable in syllables:
        joined += ("'" if joined and syllable[0] in "aoe" else "") + syllable.replace("v", "yu")
    return joined.capitalize()


def palladius(name: str) -> str:
    """王晓明 → Ван Сяомин."""
    surname, given = read_chinese(name)
    words = (cyrillic_word(part) for part in (surname, given))
    return " ".join(filter(None, words))


def cyrillic_word(syllables: list[str]) -> str:
    """A hard sign stands between a hard н and a vowel: Чанъань."""
    joined = ""
    for written in map(cyrillic_syllable, syllables):
        joined += ("ъ" if joined.endswith("н") and written[0] in "аоуэеёиюя" else "") + written
    return joined.capitalize()


def cyrillic_syllable(syllable: str) -> str:
    return WHOLE.get(syllable) or composed(syllable) or syllable


def passport(name: str) -> str:
    """Орлова Анна → Orlova Anna."""
    return iuliia.ICAO_DOC_9303.translate(name) if CYRILLIC.fullmatch(name) else ""
