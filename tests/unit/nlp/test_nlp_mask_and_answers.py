"""Personal data is hidden; questions find their answer or none."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.nlp import cities

NOT_PERSONAL = (
    "编号 JM-261122-0007",
    "停水3天",
    "12345",
    "110和119",
    "我叫不醒他",
    "2025年11月22日18:30",
    "JM-261122-0007",
    "编号JM-301122-0007，JM-261122-0008",
    "网格440703101001001",
    "440703002101001号网格",
    "价格1,380,000元",
    "工程款13,800,000,000元",
    "138元/平方米",
    "12.50元，共1380.00元",
    "一共一百三十八户",
    "二〇二五年一月一日",
    "DB44/T 2479—2024",
    "QQ农场",
    "微信小程序打不开",
    "852路公交",
    "我是方圆小区的业主",
    "业主成立业委会",
    "孩子叫不醒",
    "微信 wechat",
    "我叫王某",
    "已回复李先生和欧阳女士",
    "王老先生",
    "李某某先生",
    "向李先生说明",
    "江门先生",
    "钟点工阿姨",
    "施工师傅马上到",
    "有关领导同志",
    "这价格@所有人",
)


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
        ("电话一三八一二三四五六七八", "电话一三八****五六七八"),
        ("幺三八，一三八 一二三四 五六七八", "幺三八，一三八****五六七八"),
        ("一3八1二三四五六七八找我", "一3八****五六七八找我"),
        ("138_1234_5678", "138****5678"),
        ("(138)12345678", "138****5678"),
        ("（138）1234-5678", "138****5678"),
        ("(13812345678)", "(138****5678)"),
        ("138,1234,5678", "138****5678"),
        ("138，1234，5678", "138****5678"),
        ("138\u200b12345678", "138****5678"),
        ("\u200b".join("13812345678"), "138****5678"),
        ("1 3 8 1 2 3 4 5 6 7 8", "138****5678"),
        ("852-91234567", "852-****4567"),
        ("+852 9123 4567", "+852 ****4567"),
        ("澳门853-66123456", "澳门853-****3456"),
        ("passport E12345678", "passport E*******"),
        ("护照EA1234567。", "护照EA*******。"),
        ("QQ 12345678", "QQ ****"),
        ("QQ号：12345678", "QQ号：****"),
        ("加我qq1234567890", "加我qq****"),
        ("微信号是12345678", "微信号是****"),
        ("微信：wxid_ab12cd", "微信：****"),
        ("加v：abc-12345", "加v：****"),
        ("邮箱wang.xm+1@example.com。", "邮箱w***@example.com。"),
        ("粤Z1234港的货车", "粤Z*****港的货车"),
        ("粤J1234学", "粤J*****学"),
        ("户主：陈大文", "户主：陈某"),
        ("联系人 欧阳小红", "联系人 欧阳某"),
        ("我是李小红，住在河边", "我是李某，住在河边"),
        ("女儿叫梁美玲", "女儿叫梁某"),
        ("李大明先生（13800138000）反映的公厕已消毒", "李先生（138****8000）反映的公厕已消毒"),
        ("已联系欧阳小红女士和陈美玲阿姨", "已联系欧阳女士和陈阿姨"),
        ("張偉同志，李明師傅", "張同志，李師傅"),
        ("向李大明先生说明", "向李先生说明"),
    ],
)
def test_personal_data_is_hidden(text: str, shown: str) -> None:
    assert cities.language().masker.mask(text) == shown


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_what_is_not_personal_stays(text: str) -> None:
    assert cities.language().masker.mask(text) == text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(alphabet="0123456789", min_size=8, max_size=8))
def test_no_mobile_number_survives(before: str, rest: str) -> None:
    number = "138" + rest
    shown = cities.language().masker.mask(f"{before} {number} 。")
    assert number not in shown


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="零〇一二三四五六七八九幺0123456789", min_size=8, max_size=8), st.sampled_from(["", " ", "-", "_", "\u200b", "."]))
def test_no_spelt_mobile_number_survives(rest: str, between: str) -> None:
    number = between.join("一3八" + rest)
    shown = cities.language().masker.mask(f"电话：{number}。")
    assert shown.startswith("电话：一3八****")
    assert len(shown) == len("电话：一3八****5678。")


DIGITS = st.text(alphabet="0123456789", min_size=8, max_size=8)
SECRETS = st.one_of(
    DIGITS.map(lambda rest: f"139{rest}"),
    DIGITS.map(lambda rest: f"139 {rest[:4]} {rest[4:]}"),
    DIGITS.map(lambda rest: f"4407031990{rest[:2]}".replace("199000", "199001") + f"01{rest[2:5]}X"),
    DIGITS.map(lambda rest: f"62220212{rest}{rest[:3]}"),
    DIGITS.map(lambda rest: f"粤J{rest[:5]}"),
    DIGITS.map(lambda rest: f"x{rest}y@example.com"),
    DIGITS.map(lambda rest: f"0750-3{rest[:6]}"),
    DIGITS.map(lambda rest: f"QQ号1{rest}"),
    st.sampled_from(["姓名：李小龙", "我叫陈大文", "联系人梁美玲"]),
)
AROUND = st.text(alphabet="路灯坏了。,， \n😀é-（", max_size=30)


@settings(max_examples=300, deadline=None)
@given(AROUND, SECRETS, AROUND)
def test_personal_data_never_survives_in_any_text(before: str, secret: str, after: str) -> None:
    mask = cities.language().masker.mask
    shown = mask(f"{before}。{secret}，{after}")
    assert secret not in shown
    assert mask(shown) == shown


@settings(max_examples=300, deadline=None)
@given(AROUND)
def test_a_text_without_personal_data_is_left_alone(text: str) -> None:
    assert cities.language().masker.mask(text) == text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80) | st.text(alphabet="0123456789-. 一二三幺粤JABX@我叫是王：１２٣", max_size=60))
def test_masking_never_raises_and_twice_is_once(text: str) -> None:
    mask = cities.language().masker.mask
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize("part", ["1 ", "1    ", "13", "我叫", "粤J1", "a@", "a.", "幺 ", "微信a", "-", "姓名：王", "1" * 4])
def test_masking_is_linear(part: str) -> None:
    mask = cities.language().masker.mask
    text = (part * 4096)[:4096]
    mask(text)
    took = []
    for _ in range(3):
        started = time.process_time()
        mask(text)
        took.append(time.process_time() - started)
    assert min(took) < 0.02  # measured: 1 to 5 ms


def test_a_question_finds_its_answer_or_none() -> None:
    answers = cities.language().answers
    found = answers.search("我想办居住证要带什么")
    assert found is not None
    assert found.code == "k1"
    assert found.updated == "2025-01-01"
    for text in ("垃圾没人清", "", "怎么办理", "请问"):
        assert answers.search(text) is None
