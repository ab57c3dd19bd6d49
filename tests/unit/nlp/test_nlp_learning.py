"""Learned weights: what may be in them, that they add up, that hand-written ones win, and that files say what is wrong with them."""

from __future__ import annotations

import functools
import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import Language, LanguageError, build, judging, weights
from nlp.corrected import CorrectedTopics
from nlp.features import features
from nlp.judging import Judged
from nlp.learned import LearnedTopics, certainty
from nlp.segment import Segmenter
from nlp.trial import Trial
from nlp.tries import Words
from nlp.vocabulary import Names, choose
from nlp.weights import Manifest, Weights
from tests.unit.nlp.cities import LANGUAGE, jiangmen, language
from tests.unit.nlp.corpus import WORDS, messages

MADE = "2026-11-24T00:00:00+00:00"
NAMES = {code: code for code in WORDS}
PIECES = ["路灯", "不亮", "停电", "，", "小贩", "😀", "Ａ", "路燈", "1", "啊"]


@pytest.fixture(scope="module")
def trial() -> Trial:
    return language().learner.learn(messages(), NAMES, MADE, {}, own=True)


@pytest.fixture(scope="module")
def others() -> Trial:
    """Another set's labels, for which the lexicon speaks through a map."""
    return language().learner.learn(messages(), NAMES, MADE, {code: code for code in WORDS}, own=False)


def test_what_is_learned_decides_texts_it_has_not_seen(trial: Trial) -> None:
    assert judging.figures(trial.judged).accuracy > 0.95
    seen = language().learner
    ranker = CorrectedTopics(trial.weights, seen.by_hand)
    normal = seen.segmenter.edges(seen.normalise("门口的烧烤摊又来摆摊了"))
    assert ranker.rank(normal)[0].code == "E1.6"


def test_the_same_texts_give_the_same_version() -> None:
    learn = language().learner.learn
    first, second = (learn(messages(20), NAMES, made, {}, own=True).weights for made in (MADE, "2027-01-01T00:00:00+00:00"))
    assert first.version == second.version
    assert learn(messages(21), NAMES, MADE, {}, own=True).weights.version != first.version


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_evidence_adds_up_to_the_score_and_points_into_the_text(text: str) -> None:
    found = _city().classifier.understand(text)
    for guess in found.topics:
        assert math.isclose(math.fsum(e.weight for e in guess.evidence), guess.score, abs_tol=1e-4)
        assert all(text[e.start : e.end] == e.text for e in guess.evidence)
    assert sum(guess.confidence for guess in found.topics) <= 1.001
    assert [g.score for g in found.topics] == sorted((g.score for g in found.topics), reverse=True)


@functools.cache
def _learned() -> Weights:
    return language().learner.learn(messages(), NAMES, MADE, {code: code for code in WORDS}, own=True).weights


@functools.cache
def _city() -> Language:
    return build(LANGUAGE, jiangmen(), _learned())


def test_a_hand_written_weight_counts_and_the_learned_one_does_not(others: Trial) -> None:
    seen = language().learner
    normal = seen.segmenter.edges(seen.normalise("路灯"))
    manifest = others.weights.manifest
    assert "路灯" in others.weights.words  # learned, too
    by_hand = {topic: weight for topic, hits in seen.by_hand.read(normal).found.items() for _, _, weight in hits}
    assert by_hand["E2.3"] > 0
    words = {word: (known.count, dict(known.pulls)) for word, known in others.weights.words.items()}
    words["路灯"][1]["E2.3"] = 50.0
    loud = weights.of(manifest, words)
    alone = LearnedTopics(others.weights, seen.by_hand).sums(normal)
    assert LearnedTopics(loud, seen.by_hand).sums(normal).learned.get("E2.3") == alone.learned.get("E2.3")
    assert LearnedTopics(loud).sums(normal).learned["E2.3"] > 10


def test_a_nuisance_that_is_gone_is_no_learned_evidence_either(others: Trial) -> None:
    seen = language().learner
    ranker = LearnedTopics(others.weights, seen.by_hand)
    said = seen.segmenter.edges(seen.normalise("没有噪音"))
    reading = seen.by_hand.read(said)
    assert reading.cancelled
    assert all("噪" not in h.word and "音" not in h.word for h in ranker._heard(said, reading))


def test_no_number_no_name_and_no_rare_word_is_learned() -> None:
    learner = language().learner
    texts = [
        (f"{name}家在白沙街道翠园路8号，电话1380013{number:04d}，{said}", label)
        for number, (said, label) in enumerate(messages(20))
        for name in ("我叫梁某某",)
    ]
    texts.append(("只说一次的稀罕词甲乙丙丁", "E2.3"))
    made = learner.learn(texts, NAMES, MADE, {}, own=True).weights
    assert not any(char.isdigit() for word in made.words for char in word)
    assert not {"白沙", "白沙街道", "翠园", "稀罕"} & set(made.words)


def test_words_of_intent_are_not_learned() -> None:
    made = language().learner.learn([(f"请问{text}，我要投诉", label) for text, label in messages(20)], NAMES, MADE, {}, own=True).weights
    assert not {"请问", "投诉"} & set(made.words)


def test_names_before_the_word_for_a_road_stay_out() -> None:
    cut = Segmenter(())
    names = Names(frozenset(), Words(["路"]))
    learner = language().learner
    seen = [names.see("a", cut.edges(learner.normalise(f"麟湖路有{i}个人"))) for i in "甲乙丙丁"]
    assert "麟湖" not in choose(seen, frozenset())
    whole = Segmenter(["大同路"])
    words = [names.see("a", whole.edges(learner.normalise(f"大同路有{i}个人，{i}走路"))) for i in "甲乙丙丁戊己"]
    assert not {"大同路", "同路", "大同"} & set(choose(words, frozenset()))
    assert "人" in choose(words, frozenset())
    assert "有" in choose(seen, frozenset())


def test_a_version_survives_the_disk(tmp_path: Path, trial: Trial) -> None:
    weights.save(trial.weights, tmp_path)
    again = weights.load(tmp_path)
    assert again.version == trial.weights.version
    assert again.manifest == trial.weights.manifest
    seen = language().learner
    for text, _ in messages(5, seed=3):
        normal = seen.segmenter.edges(seen.normalise(text))
        assert CorrectedTopics(again, seen.by_hand).rank(normal) == CorrectedTopics(trial.weights, seen.by_hand).rank(normal)


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("word,topic,weight\n", 1, "first line"),
        ("word,topic,weight,count\n路灯,E2.3,heavy,3\n", 2, "a number"),
        ("word,topic,weight,count\n路灯,E2.3,1.0,3\n路灯,E9.9,1.0,3\n", 3, "unknown topic: E9.9"),
        ("word,topic,weight,count\n路灯,E2.3,1.0,3\n路灯,E2.3,2.0,3\n", 3, "keep one"),
        ("word,topic,weight,count\n路灯,E2.3,1.0,3\n路灯,E2.6,2.0,4\n", 3, "two counts"),
        ("word,topic,weight,count\n路灯,E2.3,nan,3\n", 2, "below"),
        ("word,topic,weight,count\n,E2.3,1,3\n", 2, "needs a word"),
        ("word,topic,weight,count\n路灯,E2.3,1,99999999\n", 2, "says there were"),
        ("word,topic,weight,count\n", 0, "no words"),
        ('word,topic,weight,count\n"' + "路" * 200_000 + '",E2.3,1,3\n', 2, "is no CSV"),
    ],
)
def test_a_table_spoiled_by_hand_is_refused_with_its_line(tmp_path: Path, trial: Trial, content: str, line: int, reason: str) -> None:
    weights.save(trial.weights, tmp_path)
    (tmp_path / weights.TABLE).write_text(content, encoding="utf-8")
    with pytest.raises(LanguageError) as caught:
        weights.load(tmp_path)
    assert (caught.value.file, caught.value.line) == (weights.TABLE, line)
    assert reason in caught.value.reason


SOUND = '{"topics": {"E2.3": "x"}, "own": true, "texts": 9, "made": ""%s}'


@pytest.mark.parametrize(
    "wrong",
    [
        ', "start": "1"', ', "start": NaN', ', "start": -1e308', ', "slope": Infinity', ', "hand": 1e308', ', "texts": 1.5',
        f', "texts": {10**400}', ', "topics": {"E2.3": null}', ', "made": ' + "[" * 100_000,
    ],
)  # fmt: skip
def test_a_manifest_with_values_that_no_sum_can_use_is_refused(tmp_path: Path, trial: Trial, wrong: str) -> None:
    weights.save(trial.weights, tmp_path)
    (tmp_path / weights.TABLE).write_text("word,topic,weight,count\n路灯,E2.3,1,3\n", encoding="utf-8")
    (tmp_path / weights.MANIFEST).write_text(SOUND % "", encoding="utf-8")
    assert weights.load(tmp_path).words["路灯"].count == 3
    (tmp_path / weights.MANIFEST).write_text(SOUND % wrong, encoding="utf-8")
    with pytest.raises(LanguageError, match=weights.MANIFEST):
        weights.load(tmp_path)


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"topics": {}, "own": true, "texts": 0, "made": ""}', '{"strange": 1}'])
def test_a_manifest_that_train_did_not_write_is_refused(tmp_path: Path, trial: Trial, manifest: str) -> None:
    weights.save(trial.weights, tmp_path)
    (tmp_path / weights.MANIFEST).write_text(manifest, encoding="utf-8")
    with pytest.raises(LanguageError, match=weights.MANIFEST):
        weights.load(tmp_path)


def test_weights_about_topics_the_city_dropped_are_refused(trial: Trial) -> None:
    strange = Manifest({**trial.weights.manifest.topics, "Z9.9": "gone"}, own=True, texts=9, made=MADE)
    with pytest.raises(LanguageError, match=r"Z9\.9"):
        build(LANGUAGE, jiangmen(), weights.of(strange, {}))


def test_a_row_that_is_changed_by_hand_is_used_and_changes_the_version(tmp_path: Path, trial: Trial) -> None:
    weights.save(trial.weights, tmp_path)
    table = tmp_path / weights.TABLE
    table.write_text(table.read_text("utf-8") + "棕榈树,E2.3,0.900,5\n", encoding="utf-8")
    again = weights.load(tmp_path)
    assert again.words["棕榈树"].pulls == {"E2.3": 0.9}
    assert again.version != trial.weights.version


def test_figures_by_hand() -> None:
    judged = [
        Judged("a", ("a", "b"), 0.95),
        Judged("a", ("b", "a"), 0.55),
        Judged("b", ("b",), 0.85),
        Judged("b", (), 0.0),
    ]
    found = judging.figures(judged)
    assert (found.n, found.accuracy, found.top3, found.no_hit) == (4, 0.5, 0.75, 0.25)
    assert found.coverage70_accuracy == 1.0  # the two most confident
    assert found.ece == pytest.approx((0.05 + 0.55 + 0.15 + 0.0) / 4, abs=1e-4)
    assert found.macro_f1 == pytest.approx((2 / 3 + 1 / 2) / 2, abs=1e-3)  # a: 1 right of 2 texts and 1 decision; b: of 2 and 2
    assert judging.confusions(judged) == [("a", "b", 1), ("b", "", 1)]


def test_certainty_grows_with_the_lead() -> None:
    sure = [certainty(lead / 10, 5.0, -0.3) for lead in range(20)]
    assert sure == sorted(sure)
    assert 0 < sure[0] < 0.5 < sure[-1] < 1


def test_features_are_characters_pairs_and_long_words() -> None:
    normal = Segmenter(("路灯坏了",)).edges(language().learner.normalise("路灯坏了2天wifi"))
    assert set(features(normal)) == {"路", "灯", "坏", "了", "天", "路灯", "灯坏", "坏了", "路灯坏了", "wifi"}


def test_a_report_of_figures_is_json() -> None:
    assert json.loads(json.dumps(judging.confusions([Judged("a", ("b",), 0.2)]))) == [["a", "b", 1]]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("路灯不亮，请城管核实处理", "路灯不亮"),
        ("路灯不亮。請轉供電部門跟進處理，请阅办。", "路灯不亮"),
        ("路灯不亮", "路灯不亮"),
        ("请尽快处理", "请尽快处理"),
        ("请尽快处理路灯，晚上太黑", "请尽快处理路灯，晚上太黑"),
        ("", ""),
    ],
)
def test_what_an_operator_added_is_cut_off(text: str, left: str) -> None:
    assert language().learner.operators.cut(text) == left


def test_a_topic_nobody_learned_about_is_still_found_by_hand() -> None:
    found = _city().classifier.understand("公司拖欠三个月工资")
    assert found.topics[0].code == "C1.2"
    assert found.topics[0].name


@pytest.mark.parametrize("text", ["今天天气不错", "好的，知道了", "在吗", "我们这里每天还是这样"])
def test_a_small_version_says_nothing_of_small_talk(text: str) -> None:
    assert _city().classifier.understand(text).topics == ()
    assert not {"了", "的", "在"} & set(_learned().words)


def test_a_tie_with_a_topic_nobody_learned_about_is_left_to_the_lexicon() -> None:
    text = "谢谢你们把路灯修好了，但是旁边的井盖还是松的"
    assert _city().classifier.understand(text).topics == language().classifier.understand(text).topics
