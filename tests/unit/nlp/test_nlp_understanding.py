"""Topic, intent and procedure, each with its reasons."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import as_json
from tests.unit.nlp import cities

TEXTS = st.text(max_size=200) | st.text(alphabet="没有噪音着火白沙村街道镇冇煤氣吵ａ１２ \u200b\n，。😀ﷺ㎡", max_size=300)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("垃圾堆了三天没人清，很臭", "E1.2"),
        ("成晚嘈喧巴闭瞓唔着", "E1.3"),
        ("屋企冇水兩日", "E2.2"),
        ("老細拖糧三個月", "C1.2"),
        ("走鬼占道摆摊", "E1.6"),
        ("路灯不亮", "E2.3"),
        ("流浪貓太多", "B2.2"),
        ("夜间施工打桩", "E1.4"),
        ("公交司机拒载", "B2.3"),
        ("猪场排污污染河涌", "E3.1"),
    ],
)
def test_the_topic_comes_first(text: str, topic: str) -> None:
    found = cities.language().classifier.understand(text)
    assert found.topics[0].code == topic


@pytest.mark.parametrize("text", ["没有噪音了，谢谢", "现在不吵了，谢谢你们", "垃圾已经清走了，感谢"])
def test_what_is_gone_is_no_complaint(text: str) -> None:
    found = cities.language().classifier.understand(text)
    assert found.topics == ()
    assert found.intent == "praise"


@pytest.mark.parametrize("text", ["没有路灯", "一直没有解决噪音问题", "垃圾没有人清理", "没有垃圾桶"])
def test_a_lack_is_a_complaint(text: str) -> None:
    found = cities.language().classifier.understand(text)
    assert found.topics
    assert found.intent == "complain"


@pytest.mark.parametrize(
    ("text", "intent", "procedure"),
    [
        ("请问居住证怎么办理", "consult", "consultation"),
        ("投诉楼下夜市占道", "complain", "grid_event"),
        ("建议在路口增设红绿灯", "suggest", "petition_suggestion"),
        ("举报村支书贪污征地款", "report", "petition_report"),
        ("镇里干部收受回扣", "complain", "petition_report"),
        ("举报有人非法采砂", "report", "grid_event"),
        ("表扬网格员，服务很好", "praise", "hotline"),
        ("我行动不便，能派人上门吗", "visit", "hotline"),
        ("法院已经判决，对方不给钱", "complain", "legal_route"),
        ("已经申请仲裁，公司拖欠工资", "complain", "legal_route"),
        ("求助，生活困难没饭吃", "help", "grid_event"),
    ],
)
def test_intent_and_procedure_are_apart_from_the_topic(text: str, intent: str, procedure: str) -> None:
    found = cities.language().classifier.understand(text)
    assert (found.intent, found.procedure) == (intent, procedure)


def test_two_matters_are_two_parts() -> None:
    text = "楼下垃圾堆积没人清理。另外路灯不亮井盖破损"
    parts = cities.language().classifier.understand(text).parts
    assert [text[a:b] for a, b in parts] == ["楼下垃圾堆积没人清理。", "另外路灯不亮井盖破损"]


def test_an_exclusion_drops_the_topic() -> None:
    found = cities.language().classifier.understand("这部电视剧太狗血了，狗都不看")
    assert "B2.2" not in {topic.code for topic in found.topics}


@pytest.mark.parametrize("text", ["", " ", "吵", "😀😀", "12345", "？？！", "\u200b"])
def test_there_is_nothing_to_go_on(text: str) -> None:
    assert cities.language().classifier.understand(text).thin


def test_a_short_plain_text_is_enough() -> None:
    assert not cities.language().classifier.understand("很吵").thin


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text_is_understood_and_its_evidence_is_in_it(text: str) -> None:
    found = cities.language().classifier.understand(text)
    for topic in found.topics:
        assert 0 < topic.confidence <= 1
        for e in topic.evidence:
            assert 0 <= e.start < e.end <= len(text)
            assert e.text == text[e.start : e.end]
    assert sorted((t.confidence for t in found.topics), reverse=True) == [t.confidence for t in found.topics]
    scores = [math.fsum(e.weight for e in t.evidence) for t in found.topics]
    assert scores == sorted(scores, reverse=True)
    assert len(found.topics) <= 5
    assert all(flag.text in text for flag in found.flags)
    assert found == cities.language().classifier.understand(text)


def test_the_json_has_the_names_that_others_rely_on() -> None:
    shown = as_json.understanding(cities.language().classifier.understand("夜间施工太吵"))
    assert {"procedure", "intent", "topics", "flags", "parts", "version"} <= set(shown)
    assert {"code", "name"} <= set(shown["intent"])
    assert set(shown["topics"][0]) == {"code", "name", "confidence", "evidence"}
    assert set(shown["topics"][0]["evidence"][0]) == {"text", "start", "end", "weight"}
