"""What is not looked for in a text because it can't be there: every text is masked as if all of it were looked for."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from itertools import islice
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import mask
from nlp.mask import PersonalDataMasker
from tests import jiangmen

TEXTS = Path(__file__).parents[3] / "benchmarks"
PIECES = (
    "1", "3", "8", "0", "1380013", "8000", "13812345678", "4407031990", "01011234", "X", "ｘ", "一", "幺", "三八", "零", "〇", " ", "-",
    "_", ".", "，", ",", "、", "(", "）", "\u200b", "+86", "852", "9123", "E1234567", "0750", "QQ", "QQ号", "微信", "wxid_a1b2c3", "WeChat",
    "abc", "粤", "港",
    "J1234", "@", "x@y.cn", "我叫", "我是", "姓名", "：", "王", "小明", "欧阳", "陈", "向", "李", "先生", "女士", "阿姨", "师傅",
    "师傅们", "同志", "某", "老",
    "电话", "。", "３", "٣", "é", "😀",
)  # fmt: skip


def thoroughly(masker: PersonalDataMasker, text: str) -> str:
    """Every pattern is looked for, and titles at every character."""
    plain = found = mask.DIGIT.sub(lambda m: str(unicodedata.decimal(m[0])), text)
    found = mask.EMAIL.sub(r"\1***@", found)
    found = mask.IDENTITY.sub(lambda m: m[1] + "*" * 14, found)
    found = mask.OLD_IDENTITY.sub(lambda m: m[1] + "*" * 11, found)
    found = mask.MOBILE.sub(lambda m: m[1] + "****" + _digits(m[3]), found)
    found = mask.LISTED_MOBILE.sub(r"\1****\2", found)
    found = masker._spelt.sub(lambda m: mask.GAPS.sub("", m[1]) + "****" + mask.GAPS.sub("", m[2]), found)
    found = mask.CARD.sub(lambda m: "*" * 12 + _digits(m[0])[-4:], found)
    found = mask.NEIGHBOUR.sub(r"\1****\2", found)
    found = mask.PASSPORT.sub(r"\1*******", found)
    assert masker._account is not None and masker._titled is not None
    found = masker._account.sub(r"\1****", found)
    found = mask.LANDLINE.sub(lambda m: m[1] + m[2] + "****" + m[3][-3:], found)
    found = masker._plate.sub(lambda m: m[1] + "*****", found)
    for names in masker._names:
        found = names.sub(lambda m: m[1] + m[2] + masker._mark, found)
    found = everywhere(masker._titled.pattern).sub(r"\1", found)
    return text if found == plain else found


def _digits(text: str) -> str:
    return "".join(mask.DIGIT.findall(text))


@cache
def everywhere(titled: str) -> re.Pattern[str]:
    """The pattern without its look at the first character."""
    _, first, rest = re.split(r"^(\(\?=\[[^]]*\]\))", titled)
    assert first
    return re.compile(rest)


BARELY = st.one_of(
    st.text(alphabet="八3", min_size=9, max_size=11).map("一{}".format),
    st.text(alphabet="01", min_size=6, max_size=8).map("E{}".format),
    st.text(alphabet="ab_1", min_size=5, max_size=9).map("微信：{}".format),
)
"""Numbers with as many digits as they need, one more or one less, and nothing else."""


@settings(max_examples=800, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join) | st.text(max_size=60) | BARELY)
def test_a_text_of_many_pieces_is_masked_as_if_all_were_looked_for(text: str) -> None:
    masker = jiangmen.language().masker
    assert isinstance(masker, PersonalDataMasker)
    assert masker.mask(text) == thoroughly(masker, text)


def test_real_texts_are_masked_as_if_all_were_looked_for() -> None:
    masker = jiangmen.language().masker
    assert isinstance(masker, PersonalDataMasker)
    changed = 0
    for name in ("red_flags.csv", "red_flags_unseen.csv"):
        with (TEXTS / name).open(encoding="utf-8-sig", newline="") as file:
            for row in islice(csv.DictReader(file), 0, None, 5):
                for text in (row["text"], f"{row['text']}，李大明先生，138 0013 8000", f"{row['text']}，微信：abc_12345"):
                    shown = masker.mask(text)
                    assert shown == thoroughly(masker, text)
                    changed += shown != text
    assert changed > 100
