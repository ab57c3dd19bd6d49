"""The shipped words: whole, readable, without places or numbers, and right on sentences that everybody understands."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from nlp import LanguageError
from nlp.tables import Row, read
from nlp.topics import load
from tests.unit.nlp import cities

PACK = cities.ROOT / "regions/jiangmen"
LEXICON = cities.LANGUAGE / "lexicon.csv"
HOTLINE = cities.ROOT / "benchmarks/hotline_topics.csv"
HOTLINE_TOPICS = 29

with (PACK / "examples.csv").open(encoding="utf-8", newline="") as file:
    SENTENCES = [(row["text"], row["label"]) for row in csv.DictReader(file)]

NOT_A_MATTER = [
    "你好",
    "您好，请问有人吗",
    "早上好",
    "晚上好",
    "在吗",
    "好的，知道了",
    "收到",
    "谢谢",
    "谢谢你们，辛苦了",
    "我要投诉",
    "我想反映一个问题",
    "什么时候处理",
    "还没解决",
    "昨天晚上",
    "就在我家楼下",
    "3天了",
    "蓬江区杜阮镇井根村",
    "杜阮镇井根村村口",
    "白沙街道",
    "新会区会城街道灵镇村榕树下",
    "幸福花园小区3栋2单元502",
    "建设二路88号",
    "港口路12号",
    "人民公园旁边",
    "小学门口",
    "医院对面",
    "这部跳楼机真好玩",
    "火锅店真好吃",
]


def rows() -> tuple[Row, ...]:
    return read(LEXICON, ("topic", "word", "weight", "kind"))


def sub_themes() -> list[str]:
    return [row["code"] for row in read(PACK / "topics.csv", ("code",))]


def hotline() -> list[tuple[str, str]]:
    with HOTLINE.open(encoding="utf-8", newline="") as file:
        return [(row["sub_theme"], row["topic"]) for row in csv.DictReader(file)]


def test_every_sub_theme_has_words() -> None:
    keywords = Counter(row["topic"] for row in rows() if row["kind"] == "keyword")
    assert {code: keywords[code] for code in sub_themes() if keywords[code] < 10} == {}
    assert set(keywords) == set(sub_themes())


def test_every_sub_theme_leads_to_one_topic_of_the_hotline() -> None:
    assert sorted(code for code, _ in hotline()) == sorted(sub_themes())
    assert len({topic for _, topic in hotline()}) == HOTLINE_TOPICS


def test_no_word_is_a_place() -> None:
    with (PACK / "divisions.csv").open(encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("#")]
    names = {row["name"] for row in csv.DictReader(lines)}
    names |= {name.removesuffix(end) for name in names for end in ("村民委员会", "居民委员会", "村委会", "居委会", "社区", "街道")}
    long_names = {name for name in names if len(name) >= 3}
    words = {row["word"] for row in rows()}
    assert {(word, name) for name in long_names for word in words if name in word} == set()


def test_no_word_is_a_number() -> None:
    assert [row["word"] for row in rows() if re.search(r"\d{5}", row["word"])] == []


def test_every_word_is_written_as_it_is_looked_for() -> None:
    """A Traditional, Cantonese or capital letter in the table would never be found: texts are normalised first."""
    normalise = cities.language().classifier.normalise  # type: ignore[attr-defined]  # the port hides it
    words = (word for row in rows() for word in re.split(r"[…|]", row["word"]))
    assert [word for word in words if normalise(word).text != word] == []


def test_every_weight_says_something() -> None:
    odd = [row["word"] for row in rows() if row["kind"] == "keyword" and not 0 < float(row["weight"]) <= 4]
    assert odd == []


@pytest.mark.parametrize(("text", "topic"), SENTENCES)
def test_a_plain_sentence_finds_its_sub_theme(text: str, topic: str) -> None:
    assert cities.language().classifier.understand(text).topics[0].code == topic


@pytest.mark.parametrize("text", NOT_A_MATTER)
def test_what_names_no_matter_has_no_topic(text: str) -> None:
    assert cities.language().classifier.understand(text).topics == ()


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("X1.1,灯坏,2,keyword", "X1.1,灯坏,1,keyword"), "灯坏 stands twice under X1.1: keep one"),
        (("X1.1,灯坏,,exclude", "X1.1,灯坏,1,keyword"), "灯坏 is a keyword and an exclusion of X1.1: keep one"),
        (("X1.1,灯坏,1,keyword", "X1.1,灯坏,,exclude"), "灯坏 is a keyword and an exclusion of X1.1: keep one"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(tmp_path: Path, lines: tuple[str, str], reason: str) -> None:
    copy = tmp_path / "lexicon.csv"
    shutil.copy(cities.TINY / "lexicon.csv", copy)
    with copy.open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
    last = len(copy.read_text("utf-8").splitlines())
    with pytest.raises(LanguageError, match=re.escape(f"lexicon.csv:{last}: {reason}")):
        load(copy, cities.topics_of(cities.TINY / "lexicon.csv"))
