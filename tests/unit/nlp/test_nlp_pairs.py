"""Words that speak for a topic together."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nlp import LanguageError
from nlp.pairs import Pair
from nlp.topics import load
from tests.unit.nlp import cities
from tests.unit.nlp.cities import shipped


@pytest.mark.parametrize(
    "text",
    [
        "啲水都係黃色", "今朝開始啲水黃色，唔敢飲", "家里的水黄黄的一股铁锈味", "水很浑", "放出来的水有沙子", "水都是黄的，怎么喝",
        "洗澡的水一股漂白粉味", "家里的水有异味",
    ],
)  # fmt: skip
def test_water_that_is_not_as_it_should_be_is_the_water_supply_s(text: str) -> None:
    [best, *_] = shipped().classifier.understand(text).topics
    assert best.code == "E2.2"
    assert all(text[e.start : e.end] == e.text for e in best.evidence)
    assert sum(e.weight for e in best.evidence) == pytest.approx(best.score)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("发廊有黄色服务", "B1.1"), ("鱼塘的水发黄发臭", "E3.1"), ("工厂排出来的水有异味", "E3.1"), ("下水道有异味", "E2.4"),
        ("水泥路上画了黄色的线", "E2.1"),
    ],
)  # fmt: skip
def test_other_yellow_and_other_water_is_not(text: str, topic: str) -> None:
    assert shipped().classifier.understand(text).topics[0].code == topic


@pytest.mark.parametrize("text", ["水没有异味", "水不黄了", "水。黄色", "井水平时没人用不过今天有人来说黄色"])
def test_what_is_denied_far_away_or_in_another_clause_is_no_pair(text: str) -> None:
    assert all(guess.code != "E2.2" or guess.score < 1.7 for guess in shipped().classifier.understand(text).topics)


def test_a_pair_needs_its_first_word_by_itself() -> None:
    pair = Pair.of("E2.2", "水|食水…黄", 1.0)
    assert pair.find("水黄", {0, 1, 2}) == (0, 2)
    assert pair.find("泥水黄", {0, 2, 3}) is None
    assert pair.find("水" + "很" * 7 + "黄", {0, 1}) is None
    assert pair.find("水" * 3000, range(3000)) is None


@pytest.mark.parametrize("word", ["水黄", "水…", "…黄", "水…黄…臭", "|…黄"])
def test_half_a_pair_is_named_with_its_line(tmp_path: Path, word: str) -> None:
    shutil.copy(cities.LANGUAGE / "lexicon.csv", tmp_path)
    with (tmp_path / "lexicon.csv").open("a", encoding="utf-8") as file:
        file.write(f"E2.2,{word},1,pair\n")
    with pytest.raises(LanguageError, match="two sides"):
        load(tmp_path / "lexicon.csv", cities.jiangmen().topics)
