"""A file of facts with anything wrong in it is refused whole, each problem with its line."""

# ruff: noqa: E501 — in the table each case reads best on one line.

import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import City
from programme.loading.facts import FactsRefused, read_facts
from programme.loading.loader import load
from programme.loading.marked import MAX_BYTES
from programme.models import LoadedFact
from records.models import Change

FILE = Path(__file__).resolve().parents[2] / "programme" / "facts" / "moscow_beijing_2021_2023.yaml"
TEXT = FILE.read_text(encoding="utf-8")

# What is replaced, by what, on which line of the new text the problem stands, a part of its sentence.
MALFORMED = {
    "no YAML": ("language: en\n    title: Moscow, Beijing", "language: [en\n    title: Moscow, Beijing", 2, "no YAML"),
    "a tab": ("format: 1\n", "format: 1\n\tx: 1\n", 2, "no YAML"),
    "a key twice": ("original: en", "original: en\noriginal: ru", 2, "“original” stands here twice"),
    "a key of a record twice": ("    code: TEI", "    code: TEI\n    code: TRA", 2, "“code” stands here twice"),
    "a list as key": ("original: en", "original: en\n? [a, b]\n: 1", 2, "one word"),
    "an unknown field": ("    code: TEI", "    code: TEI\n    budget: '5'", 2, "“budget” is not known here"),
    "an unknown section": ("original: en", "original: en\ntrade: []", 2, "“trade” is not known here"),
    "a language too many": ("ru: Мэр Москвы", "ru: Мэр Москвы, de: Bürgermeister", 1, "“de” is not known here"),
    "a language missing": ("ru: Мэр Москвы, ", "", 1, "ru missing"),
    "a text missing": ("ru: Туризм,", "ru: '',", 1, "“ru”"),
    "a text of spaces": ("ru: Туризм,", "ru: '  ',", 1, "begins or ends with a space"),
    "a control character": ("ru: Туризм,", 'ru: "Ту\\u0007ризм",', 1, "can't be printed"),
    "a zero byte": ("ru: Туризм,", 'ru: "Ту\\0ризм",', 1, "can't be printed"),
    "half a character": ("ru: Туризм,", 'ru: "Ту\\ud800ризм",', 1, "can't be printed"),
    "a raw control character": ("ru: Туризм,", "ru: Ту\x01ризм,", 1, "control character"),
    "no citation": (
        "文化}\n    cite:\n      - {source: mosru, locator: ¶ 7}\n", "文化}\n    cite: []\n", 2, "at least 1 needed"
    ),
    "derived, how unsaid": ("  - key: btv", "      - {source: mosru, derived: true}\n  - key: btv", 1, "how"),
    "a disagreement without claim": ("  - key: btv", "      - {source: mosru, disagrees: true}\n  - key: btv", 1, "claim"),
    "a number for a text": ('held: "2022"', "held: 2022", 1, "put 2022 in quotes"),
    "a fraction": ("term_years: 5", "term_years: 5.5", 1, "5.5 is no whole number"),
    "a huge number": ("term_years: 5", f"term_years: {'9' * 5000}", 1, "is no whole number"),
    "an unknown kind": ("kind: concert", "kind: party", 1, "“party” is none of forum, signing"),
    "an unknown area": ("areas: [tourism]", "areas: [turism]", 1, "“turism” stands nowhere under “areas”"),
    "an unknown city": ("    city: BJS\n    participants", "    city: PEK\n    participants", 1, "“PEK” stands nowhere"),
    "an unknown organisation": ("{organisation: btv,", "{organisation: bbc,", 1, "“bbc” stands nowhere"),
    "an unknown agreement": ("basis: friendship-1995", "basis: friendship", 1, "“friendship” stands nowhere"),
    "an unknown side": ("    - city: BJS\n", "    - city: SHA\n", 1, "“SHA” stands nowhere"),
    "one side twice": ("    - city: BJS\n", "    - city: MOW\n", 1, "“MOW” is used twice"),
    "a participant twice": (
        "      - {organisation: btv, role: broadcaster}\n",
        "      - {organisation: btv, role: broadcaster}\n" * 2, 2, "stands here twice",
    ),
    "an unknown field cited": ("field: term_years", "field: terms", 1, "“terms” is no field of this record"),
    "a thirteenth month": ("held: 2020-12", "held: 2020-13", 1, "no date of the calendar"),
    "a day that never was": ('"1995-05-16"', '"1995-02-30"', 1, "no date of the calendar"),
    "a period backwards": ("period: 2021/2023", "period: 2023/2021", 1, "ends before it begins"),
    "no period": ("period: 2021/2023", "period: three years", 1, "“three years” does not fit"),
    "a programme without period": ("period: 2021/2023", 'period: ""', 1, "“period”"),
    "a key of records twice": ("  - key: transport\n", "  - key: education\n", 1, "“education” is used twice"),
    "a code twice": ("code: TRA", "code: TEI", 1, "“TEI” is used twice: first in line"),
    "a planned agreement signed": (
        'state: planned\n    signed: ""', "state: planned\n    signed: 2020-12-08", 2, "no date of signing"
    ),
    "an agreement on itself": ("basis: friendship-1995", "basis: programme-2021-2023", 1, "stand on itself"),
    "an anchor": ("signed_how:\n    en: By video", "signed_how: &how\n    en: By video", 1, "Anchors"),
    "an alias": ("original: en", "original: *language", 1, "Anchors and aliases"),
    "a tag": ("original: en", "original: !!python/name:os.system en", 1, "Tags"),
    "a second document": ("format: 1", "---\nformat: 1\n---\nformat: 1", 3, "second document"),
    "too deep": ("original: en", f"original: {'[' * 2000}", 1, "deeper"),
    "no time zone": ("timezone: Asia/Shanghai", "timezone: Asia/Peking", 1, "“timezone”"),
    "a mark of two letters": ("zh-hans: 京}", "zh-hans: 北京}", 1, "“letter”"),
    "a title too long": ("ru: Развитие двусторонней торговли,", f"ru: {'о' * 301},", 1, "“title”"),
}  # fmt: skip


@pytest.fixture
def refused(tmp_path):
    """The problems of a file as (line, sentence)."""

    def read(content: bytes) -> list[tuple[int, str]]:
        path = tmp_path / "facts.yaml"
        path.write_bytes(content)
        with pytest.raises(FactsRefused) as refusal:
            load(read_facts(path, "facts.yaml"), by=None)
        assert refusal.value.report[0].startswith("facts.yaml:")
        return [(problem.line, problem.sentence) for problem in refusal.value.problems]

    return read


@pytest.mark.django_db
@pytest.mark.parametrize("name", MALFORMED)
def test_a_problem_is_told_with_its_line(name, refused):
    old, new, offset, part = MALFORMED[name]
    assert TEXT.count(old) == 1, old
    line = TEXT[: TEXT.index(old)].count("\n") + offset
    problems = refused(TEXT.replace(old, new).encode())
    assert [found for found in problems if found[0] == line and part in found[1]], problems
    assert all(len(sentence) < 400 for _line, sentence in problems)
    assert not City.objects.exists()
    assert not Change.objects.exists()
    assert not LoadedFact.objects.exists()


def test_an_unknown_source_is_told(refused):
    problems = refused(TEXT.replace("source: wb\n", "source: blog\n").encode())
    line = TEXT[: TEXT.index("source: wb\n")].count("\n") + 1
    assert problems == [(line, "“blog” stands nowhere under “sources”.")]


def test_all_problems_are_told_at_once(refused):
    text = TEXT.replace("held: 2020-12", "held: 2020-13").replace("areas: [tourism]", "areas: [turism]")
    assert len(refused(text.replace("code: TRA", "code: TEI").encode())) == 3
    text = TEXT.replace("kind: concert", "kind: party").replace("code: TRA", "code: tra")
    assert len(refused(text.encode())) == 2


@pytest.mark.parametrize(
    "content", [b"", b"# nothing\n", b"[]", b"null", b"text", b"{}", b"\xff\xfe", b"\n\n\xd0"]
)
def test_what_is_no_file_of_facts_is_refused(content, refused):
    assert refused(content)


def test_a_large_file_is_refused_unread(refused):
    started = time.monotonic()
    assert refused(b"- a\n" * MAX_BYTES) == [(1, "The file is larger than 1000 kB.")]
    assert time.monotonic() - started < 5


def test_a_bomb_of_aliases_is_refused(refused):
    rows = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        rows.append(f"{name}: &{name} [{', '.join(['*' + before] * 9)}]")
    problems = refused("\n".join(rows).encode())
    assert {line for line, _sentence in problems} == set(range(1, 10))


@pytest.mark.django_db
def test_the_command_names_file_and_line_and_fails(tmp_path):
    path = tmp_path / "facts.yaml"
    path.write_text(TEXT.replace("held: 2020-12", "held: 2020-13"), encoding="utf-8")
    errors, out = StringIO(), StringIO()
    with pytest.raises(SystemExit) as leaving:
        call_command("load_programme", str(path), stdout=out, stderr=errors)
    assert leaving.value.code == 1
    assert out.getvalue() == ""
    line = TEXT[: TEXT.index("held: 2020-12")].count("\n") + 1
    assert (
        errors.getvalue() == f"{path}:{line}: '2020-13' is no date of the calendar.\nNothing was saved.\n"
    )


def test_a_file_that_is_not_there_is_told(tmp_path):
    errors = StringIO()
    with pytest.raises(SystemExit):
        call_command("load_programme", str(tmp_path / "none.yaml"), stdout=StringIO(), stderr=errors)
    assert "The file can't be read" in errors.getvalue()
