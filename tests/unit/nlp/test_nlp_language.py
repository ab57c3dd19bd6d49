"""Another city's files are enough; broken ones are named by file and line."""

from __future__ import annotations

import csv
import gc
import shutil
import time
from pathlib import Path

import pytest

from nlp import LanguageError, build
from tests.unit.nlp import cities
from workflow.region import Level, Place, Region

PLACES = [
    Place("9901", "小城市", Level.CITY, ""),
    Place("990101", "东山县", Level.COUNTY, "9901"),
    Place("990101101", "青石镇", Level.TOWN, "990101", lat=30.0, lon=100.0),
    Place("990101101201", "松树村", Level.VILLAGE, "990101101"),
    Place("990101101201001", "松树村第1网格", Level.GRID, "990101101201"),
    Place("990101101201002", "松树村第2网格", Level.GRID, "990101101201"),
]


def tiny(language: Path = cities.TINY) -> Region:
    return cities.a_region("9901", "小城市", PLACES, language / "lexicon.csv")


def test_a_tiny_town_is_read_from_its_own_files() -> None:
    language = build(cities.TINY, tiny())
    found = language.classifier.understand("松樹村路燈不亮")
    assert found.topics[0].code == "X1.1"
    assert language.places.locate("松樹村路燈多").code == "990101101201"
    assert language.places.locate("松树村第2网格").decision == "village"
    assert language.places.locate("松树村第2网格").grid == "990101101201002"
    assert language.places.locate("青石路").decision == "none"
    assert language.places.near(30.1, 100.0)[0].code == "990101101"
    assert language.answers.search("请问") is None


def test_an_exclusion_and_a_trap_of_another_city_hold() -> None:
    language = build(cities.TINY, tiny())
    assert language.classifier.understand("玩具店路灯").topics == ()
    assert not language.classifier.understand("跳楼机").danger
    assert language.classifier.understand("有人跳楼").danger


def test_the_version_follows_the_files(tmp_path: Path) -> None:
    copy = tmp_path / "language"
    shutil.copytree(cities.TINY, copy)
    before = build(copy, tiny()).version
    assert before == build(cities.TINY, tiny()).version
    with (copy / "lexicon.csv").open("a", encoding="utf-8") as file:
        file.write("X1.1,灯坏,2,keyword\n")
    assert build(copy, tiny()).version != before


@pytest.mark.parametrize(
    ("file", "line", "reason"),
    [
        ("lexicon.csv", "X9.9,词,1,keyword", "unknown topic"),
        ("lexicon.csv", "X1.1,路灯,2,keyword", "twice"),
        ("lexicon.csv", "X1.1,路灯,,exclude", "keep one"),
        ("lexicon.csv", "X1.1,词,heavy,keyword", "not a number"),
        ("lexicon.csv", "X1.1,词,nan,keyword", "out of range"),
        ("lexicon.csv", "X1.1,词,1,other", "not one of"),
        ("lexicon.csv", "X1.1,词", "cells"),
        ("intents.csv", "wish,愿望,想,1", "not one of"),
        ("redflags.csv", "fire,order,起火,token,,", "two tiers"),
        ("redflags.csv", "fire,life,起火,token,one,", "digits"),
        ("aliases.csv", "老街,123", "unknown place"),
        ("cantonese.csv", "冇,有", "twice"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, file: str, line: str, reason: str) -> None:
    copy = tmp_path / "language"
    shutil.copytree(cities.TINY, copy)
    with (copy / file).open("a", encoding="utf-8") as out:
        out.write(line + "\n")
    number = len((copy / file).read_text("utf-8").splitlines())
    with pytest.raises(LanguageError, match=reason) as caught:
        build(copy, tiny())
    assert (caught.value.file, caught.value.line) == (file, number)


def test_a_missing_or_foreign_file_is_named(tmp_path: Path) -> None:
    copy = tmp_path / "language"
    shutil.copytree(cities.TINY, copy)
    (copy / "intents.csv").write_bytes("intent,name,word,weight\nconsult,咨询,,0\n".encode("gb18030"))
    with pytest.raises(LanguageError, match="UTF-8"):
        build(copy, tiny())
    (copy / "intents.csv").unlink()
    with pytest.raises(LanguageError, match="can't be read"):
        build(copy, tiny())


@pytest.mark.parametrize("text", ["吵" * 4096, "煤气" * 2048, "噪音，" * 1365, "1" * 4096, "白沙" * 2048, "电梯困" * 1365])
def test_a_long_text_is_no_trap(text: str) -> None:
    language = cities.language()
    gc.collect()  # what other tests left behind is not counted here
    started = time.process_time()
    language.classifier.understand(text)
    language.places.locate(text)
    language.masker.mask(text)
    assert time.process_time() - started < 1.0  # measured 0.07 s; anything quadratic takes far longer


def test_real_messages_pass_without_harm() -> None:
    path = cities.reference_data() / "complaints/hotline_29_topics.train.csv"
    if not path.exists():
        pytest.skip("the reference data is not here")
    language = cities.language()
    with path.open(encoding="utf-8-sig", newline="") as file:
        texts = [row["text"] for row, _ in zip(csv.DictReader(file), range(500), strict=False)]
    found = [language.classifier.understand(text) for text in texts]
    for text in texts:
        language.places.locate(text)
        language.masker.mask(text)
    assert len(texts) == 500
    assert sum(bool(one.topics) for one in found) >= 470  # no topical hit in at most 6 %
    assert sum(one.danger for one in found) <= 15
