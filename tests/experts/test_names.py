"""How names are suggested in other scripts."""

import pytest

from experts.names import suggested


@pytest.mark.parametrize(
    ("chinese", "latin", "russian"),
    [
        ("王晓明", "Wang Xiaoming", "Ван Сяомин"),
        ("欧阳健安", "Ouyang Jian'an", "Оуян Цзяньань"),
        ("曾庆红", "Zeng Qinghong", "Цзэн Цинхун"),
        ("单田芳", "Shan Tianfang", "Шань Тяньфан"),
        ("张长安", "Zhang Chang'an", "Чжан Чанъань"),
        ("吕青", "Lyu Qing", "Люй Цин"),
        ("胡惠", "Hu Hui", "Ху Хуэй"),
        ("徐志摩", "Xu Zhimo", "Сюй Чжимо"),
    ],
)
def test_a_chinese_name_as_in_a_passport_and_by_palladius(chinese, latin, russian):
    found = suggested({"chinese_name": chinese})
    assert (found["latin_name"], found["russian_name"]) == (latin, russian)
    assert suggested({"native_name": chinese})["chinese_name"] == chinese


def test_a_russian_name_as_in_a_passport():
    assert suggested({"native_name": "Щукина Юлия"}) == {
        "russian_name": "Щукина Юлия",
        "latin_name": "Shchukina Iuliia",
    }


def test_what_is_there_is_never_suggested_otherwise():
    assert suggested({"native_name": "王晓明", "chinese_name": "王晓明", "latin_name": "Hsiao-Ming Wang",
                      "russian_name": "Ван"}) == {}  # fmt: skip


@pytest.mark.parametrize("name", ["安娜·奥尔洛娃", "", "42", "王"])
def test_what_is_no_name_that_we_can_read_has_no_suggestion(name):
    assert "latin_name" not in suggested({"chinese_name": name})
