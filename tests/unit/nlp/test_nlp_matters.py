"""Several matters in one message are found; one matter with an "also" stays one."""

from __future__ import annotations

import csv
import time
from itertools import pairwise
from pathlib import Path

import pytest

from nlp.classifier import LexiconClassifier
from nlp.errors import LanguageError
from nlp.matter_signs import LONG
from nlp.matter_signs import load as load_signs
from tests import jiangmen
from workflow.region import Region

CASES = Path(__file__).with_name("matters.csv")
MISSED = Path(__file__).with_name("matters_missed.csv")


@pytest.fixture(scope="module")
def region() -> Region:
    return jiangmen.region()


class Finder:
    def __init__(self) -> None:
        built = jiangmen.language().classifier
        assert isinstance(built, LexiconClassifier)
        self._classifier = built

    def __call__(self, text: str) -> list[str]:
        normal = self._classifier.segmenter.edges(self._classifier.normalise(text))
        spans = self._classifier.matters.find(normal, self._classifier.by_hand.rank(normal))
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
        return [text[start:end] for start, end in spans]


@pytest.fixture(scope="module")
def find() -> Finder:
    return Finder()


def cases() -> list[tuple[int, list[str], str]]:
    rows = csv.DictReader(line for line in CASES.read_text("utf-8").splitlines() if not line.startswith("#"))
    return [(int(row["matters"]), row["words"].split("|"), row["text"].replace("\\n", "\n")) for row in rows]


@pytest.mark.parametrize(("count", "words", "text"), [case for case in cases() if case[0] > 1])
def test_several_matters_are_found(find: Finder, count: int, words: list[str], text: str) -> None:
    found = find(text)
    assert len(found) == count
    assert [part.startswith(word) for part, word in zip(found[1:], words, strict=True)] == [True] * (count - 1), found


@pytest.mark.parametrize("text", [text for count, _, text in cases() if count == 1])
def test_one_matter_stays_one(find: Finder, text: str) -> None:
    assert find(text) == []


def missed() -> list[str]:
    _, *rows = (line for line in MISSED.read_text("utf-8").splitlines() if not line.startswith("#"))
    return [row.replace("\\n", "\n") for row in rows]


@pytest.mark.parametrize("text", missed())
def test_what_is_still_missed_is_left_whole_not_cut_wrongly(find: Finder, text: str) -> None:
    assert find(text) == []


def test_the_same_thing_at_two_places_is_two_matters(find: Finder) -> None:
    assert len(find("井根村路灯不亮。另外松园村的路灯也不亮")) == 2
    assert find("村口路灯不亮。另外井根村的路灯也不亮") == []


def test_what_a_list_is_about_is_said_before_it(find: Finder) -> None:
    assert find("楼下烧烤店：1.油烟太大 2.占道经营") == []


def test_an_unknown_topic_is_named_with_its_line(tmp_path: Path, region: Region) -> None:
    (tmp_path / "matters.csv").write_text("kind,word\nopens,另外\naspect,X9.9\n", "utf-8")
    with pytest.raises(LanguageError, match=r"matters.csv.*3.*X9.9"):
        load_signs(tmp_path / "matters.csv", region.topics)


def test_what_introduces_a_list_belongs_to_none(find: Finder) -> None:
    assert find("我住井根村，反映：1.路灯不亮 2.楼上漏水") == ["1.路灯不亮 ", "2.楼上漏水"]


@pytest.mark.parametrize(
    "text",
    [
        "另外" * 3000,
        "1." * 3000,
        "一、路灯不亮。" * 900,
        "另外路灯不亮。另外垃圾没人清。" * 400,
        "",
        "\n" * 5000,
        "①" * 50,
        "。另外，" * 20_000,
        "井根村路灯不亮。另外松园村路灯不亮。" * 227,
        "路灯不亮。垃圾没人收。" * 372,
        "路灯不亮\n垃圾没人收\n" * 372,
    ],
)
def test_any_text_ends_soon(find: Finder, text: str) -> None:
    begun = time.thread_time()
    assert len(find(text)) <= 5
    assert time.thread_time() - begun < 2 * max(1, len(text) / LONG)
