"""Personal data is hidden; questions find their answer or none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.nlp import cities


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13812345678", "电话138****5678"),
        ("电话138 1234-5678", "电话138****5678"),
        ("+86 13812345678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("身份证110101199001011234", "身份证1101**************"),
        ("身份证11010119900101123X", "身份证1101**************"),
        ("旧证110101900101123", "旧证1101***********"),
        ("座机0750-3123456", "座机0750-****456"),
        ("车牌粤J12345", "车牌粤J*****"),
        ("新能源粤JD12345", "新能源粤J*****"),
        ("卡号6222021234567890123", "卡号************0123"),
        ("我叫王小明，住在这里", "我叫王某，住在这里"),
        ("姓名：欧阳小红", "姓名：欧阳某"),
    ],
)
def test_personal_data_is_hidden(text: str, shown: str) -> None:
    assert cities.language().masker.mask(text) == shown


@pytest.mark.parametrize("text", ["编号 JM-261122-0007", "停水3天", "12345", "110和119", "我叫不醒他", "2025年11月22日18:30"])
def test_what_is_not_personal_stays(text: str) -> None:
    assert cities.language().masker.mask(text) == text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(alphabet="0123456789", min_size=8, max_size=8))
def test_no_mobile_number_survives(before: str, rest: str) -> None:
    number = "138" + rest
    shown = cities.language().masker.mask(f"{before} {number} 。")
    assert number not in shown


def test_a_question_finds_its_answer_or_none() -> None:
    answers = cities.language().answers
    found = answers.search("我想办居住证要带什么")
    assert found is not None
    assert found.code == "k1"
    assert found.updated == "2025-01-01"
    for text in ("垃圾没人清", "", "怎么办理", "请问"):
        assert answers.search(text) is None
