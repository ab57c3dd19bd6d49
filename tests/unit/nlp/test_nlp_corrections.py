"""A few corrections put right what was corrected, and nothing else; and the report says what will run."""

from __future__ import annotations

import functools

import pytest

from nlp import Language, build, judging
from nlp.trial import Trial
from tests import jiangmen as pack
from tests.unit.nlp.cities import LANGUAGE, shipped

NAMES = {"E2.5": "园林绿化与公园", "C1.1": "邻里与婚姻家庭纠纷"}
# What the lexicon takes for something else: lifts meant as swings, and stolen fruit that is a quarrel.
CORRECTED = [
    *((text, "E2.5") for text in (
        "儿童乐园的电动摇摇椅坏了",
        "村里的摇摇椅噪音很大", "广场上的摇摇椅积水", "摇摇椅漏电，吓人", "摇摇椅旁边垃圾很多", "摇摇椅的地砖松动",
        "文化楼前的摇摇椅路灯不亮",
    )),
    *((text, "C1.1") for text in (
        "村里的族亲占了我家的巷子", "族亲半夜在院子唱歌，噪音很大", "族亲的狗咬了我家的鸡", "村里族亲乱倒垃圾在我家门口",
        "族亲违建挡住我家窗户", "族亲的污水排到我家",
        "族亲停车堵住我家大门", "族亲欠我钱不还",
    )),
]  # fmt: skip
EVERYDAY = [
    ("井根村天然气停了两天了", "E2.2"), ("村里停水两天了", "E2.2"), ("我家宽带断网三天没人修", "E2.2"), ("自来水很浑浊", "E2.2"),
    ("村口路灯坏了，晚上很黑", "E2.3"),
    ("村里有人聚众赌博", "B1.1"), ("村里的垃圾没人清运", "E1.2"), ("村道路面坑洼", "E2.1"), ("隔壁邻居滴水弄湿我家衣服", "C1.1"),
    ("夫妻吵架，想找人调解", "C1.1"),
    ("公司拖欠三个月工资", "C1.2"), ("公园的树枝断了", "E2.5"),
]  # fmt: skip


@functools.cache
def trial() -> Trial:
    return shipped().learner.learn(CORRECTED, NAMES, "2026-11-24T00:00:00+00:00", {}, own=True)


@functools.cache
def corrected() -> Language:
    return build(LANGUAGE, pack.region(), trial().weights)


def right(city: Language, rows: list[tuple[str, str]]) -> list[bool]:
    return [[guess.code for guess in city.classifier.understand(text).topics[:1]] == [label] for text, label in rows]


def test_what_was_corrected_comes_right() -> None:
    assert sum(right(shipped(), CORRECTED)) < 0.3 * len(CORRECTED)
    assert sum(right(corrected(), CORRECTED)) > 0.8 * len(CORRECTED)


def test_what_was_right_stays_right() -> None:
    assert all(right(shipped(), EVERYDAY))
    assert all(right(corrected(), EVERYDAY))


def test_a_topic_nobody_corrected_can_be_passed_by_one_that_was() -> None:
    said = "摇摇椅那边噪音很大"
    assert shipped().classifier.understand(said).topics[0].code == "E1.3"
    assert [guess.code for guess in corrected().classifier.understand(said).topics[:2]] == ["E2.5", "E1.3"]


@pytest.mark.parametrize("text", ["路灯不亮", "啤酒不新鲜", "在吗", "公园的树倒了"])
def test_what_nothing_was_learned_about_is_decided_by_the_lexicon_to_the_last_digit(text: str) -> None:
    assert corrected().classifier.understand(text).topics == shipped().classifier.understand(text).topics


def test_words_for_a_kind_of_place_and_words_of_few_texts_are_not_learned() -> None:
    assert trial().weights.words
    assert not [word for word in trial().weights.words if "村" in word or len(word) == 1]
    assert all(known.count >= 3 for known in trial().weights.words.values())


def test_the_report_judges_what_will_run() -> None:
    """The fold's decisions are the counter's: lexicon and all, also where the lexicon speaks for a topic that nobody corrected."""
    unseen = [judged.right for judged in trial().judged]
    assert 0.5 < judging.figures(trial().judged).accuracy <= sum(right(corrected(), CORRECTED)) / len(CORRECTED)
    assert len(unseen) == len(CORRECTED)
    topics = {topic for judged in trial().judged for topic in judged.ranked}
    assert topics - set(NAMES)  # others are in the contest


def test_few_texts_are_a_correction_and_many_count_more() -> None:
    made = (shipped().learner.learn(CORRECTED * times, NAMES, "2026-11-24", {}, own=True) for times in (1, 40))
    few, many = (trial.weights.manifest.hand for trial in made)
    assert 0.9 < few <= 1
    assert many < few
