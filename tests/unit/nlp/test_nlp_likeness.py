"""Whether two texts tell of one event: precision first, on pairs of our own."""

from __future__ import annotations

import csv
import random
import time
from pathlib import Path

import pytest

from tests.unit.nlp.cities import language
from workflow.alike import NOTHING, SAME_TOPIC, Gist, gist_from, likeness

PAIRS = Path(__file__).with_name("alike_pairs.csv")
COPY = "我们幸福花园的业主强烈要求物业公司公开维修资金账目，并且把多收的电梯费退还给全体业主，请有关部门严肃查处"


def gist(text: str) -> Gist:
    return language().likeness.gist(text)


def alike(one: str, other: str) -> float:
    return likeness(gist(one), gist(other))


def pairs() -> list[tuple[bool, str, str]]:
    with PAIRS.open(encoding="utf-8") as file:
        return [(row["same"] == "yes", row["first"], row["second"]) for row in csv.DictReader(file)]


def test_what_is_offered_is_mostly_right_and_most_of_what_is_one_event_is_offered() -> None:
    found = pairs()
    assert len(found) >= 60
    hits = [(same, first, second) for same, first, second in found if alike(first, second) >= SAME_TOPIC]
    wrong = [(first, second) for same, first, second in hits if not same]
    assert len(wrong) / len(hits) <= 0.05, wrong
    assert len(hits) - len(wrong) >= 0.7 * sum(same for same, _, _ in found)


@pytest.mark.reference
def test_two_messages_of_one_topic_are_hardly_ever_taken_for_one_event(reference_data: Path) -> None:
    """Real ones, never looked at when the threshold was chosen, from a whole city: in one village there would be far fewer."""
    by_topic: dict[str, list[Gist]] = {}
    with (reference_data / "complaints" / "hotline_29_topics.train.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in list(csv.DictReader(file))[:4000]:
            by_topic.setdefault(row["label"], []).append(gist(row["text"]))
    drawn = random.Random(14)
    pairs_of_topics = [drawn.sample(gists, 2) for gists in by_topic.values() if len(gists) > 1 for _ in range(300)]
    alike_enough = sum(likeness(one, other) >= SAME_TOPIC for one, other in pairs_of_topics if one.whole != other.whole or not one.whole)
    assert len(pairs_of_topics) > 5000
    assert alike_enough / len(pairs_of_topics) <= 0.045


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华盛路路灯不亮", "建设路路灯不亮"),
        ("三号楼电梯坏了", "8号楼电梯坏了"),
        ("东门垃圾没人清，好臭", "西门垃圾没人清，好臭"),
        ("一巷下水道堵了", "十二巷下水道堵了"),
        ("学校门口井盖不见了", "市场门口井盖不见了"),
    ],
)
def test_another_spot_is_another_event(one: str, other: str) -> None:
    assert alike(one, other) < SAME_TOPIC


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("三号楼电梯坏了", "3号楼电梯坏了"),
        ("十二巷下水道堵了", "12巷下水道堵了"),
        ("村口路燈壞咗", "村口路灯坏了"),
        ("垃圾堆没人清！！！好臭", "垃圾堆沒人清,好臭"),
    ],
)
def test_spelling_makes_no_difference(one: str, other: str) -> None:
    assert alike(one, other) > 0.9


def test_the_place_is_no_likeness() -> None:
    assert alike("杜阮镇井根村有人毒狗", "杜阮镇井根村修水管") == 0.0


def test_copies_are_known_also_where_each_put_in_a_name_and_number() -> None:
    first, second = (gist(f"{COPY}。业主签名：{tail}") for tail in ("138****5678", "1栋302"))
    assert first.whole and first.whole == second.whole
    assert gist(COPY + "，另外我家门口的路灯坏了").whole != first.whole
    named = [gist(f"我叫{name}，{COPY}").whole for name in ("李某", "欧阳某")]
    assert named[0] == named[1] != ""


def test_the_same_event_in_other_words_or_another_order_is_no_copy() -> None:
    mask = language().masker.mask
    one = gist(mask("村口榕树头公厕粪水流到路上好臭，化粪池满，大家路过都要捂住鼻子"))
    other = gist(mask("榕树头旁边的公厕化粪池满了，粪水流到路上好臭，大家路过都捂住鼻子，我叫李大明住12号"))
    assert not one.whole or one.whole != other.whole
    clauses = COPY.split("，")
    assert gist("，".join(reversed(clauses))).whole != gist(COPY).whole
    assert gist(COPY.replace("把多收的", "不把多收的")).whole != gist(COPY).whole


def test_a_short_text_is_nobody_s_copy() -> None:
    assert gist("路灯不亮").whole == ""


JUNK = ("", "😀", "好" * 4096, "12345", "<b>", "\u202e\u0000", "a b c", "路" * 600, "三" * 900, "九十百千万亿" * 99)


@pytest.mark.parametrize("text", JUNK)
def test_junk_is_like_nothing_and_harms_nobody(text: str) -> None:
    assert likeness(gist(text), gist("路灯不亮")) < SAME_TOPIC
    assert likeness(NOTHING, gist(text)) == 0.0


def test_a_gist_is_small_and_holds_no_word() -> None:
    stored = gist("，".join(f"{first}，{second}" for _, first, second in pairs()))
    assert len(stored.words) <= 48
    assert all(isinstance(number, int) for pair in stored.words for number in pair)


def test_it_survives_being_stored() -> None:
    known = gist(COPY)
    stored = {"whole": known.whole, "words": [list(pair) for pair in known.words], "spots": [list(pair) for pair in known.spots]}
    assert gist_from(stored) == known
    assert gist_from(None) == gist_from({}) == NOTHING


def test_the_longest_text_holds_nobody_up() -> None:
    longest = ("杜阮井根村村口的垃圾堆三天没人清，好臭。" * 250)[:4096]
    gist(longest)
    began = time.perf_counter()
    gist(longest)
    assert time.perf_counter() - began < 0.02
