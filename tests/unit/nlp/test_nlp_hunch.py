"""The second opinion on danger: sums over pieces of text, for what no row of redflags.csv says."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp import hunch
from nlp.errors import LanguageError
from tests.unit.nlp import cities

NONE = frozenset[str]()
HEAD = "piece,danger," + ",".join(hunch.KINDS)


def table(folder: Path, *rows: str) -> Path:
    path = folder / "redflag_weights.csv"
    path.write_text("\n".join((HEAD, *rows)) + "\n", encoding="utf-8")
    return path


def row(piece: str, danger: float, kind: str) -> str:
    return ",".join((piece, str(danger), *("1" if name == kind else "0" for name in hunch.KINDS)))


def test_pieces_are_runs_of_one_to_three_characters() -> None:
    assert hunch.pieces("一二三") == {"一", "二", "三", "一二", "二三", "一二三"}
    assert hunch.pieces("") == set()


def test_a_sum_above_nothing_is_danger_of_the_kind_that_most_speaks_for(tmp_path: Path) -> None:
    sense = hunch.load(table(tmp_path, row(hunch.START, -1, "life"), row("甲", 1.5, "gas"), row("乙", -2, "order"), row("丙", 0.5, "gas")))
    rest = "东南西北上中下"
    assert sense.judge("甲丙" + rest, NONE, sure=False) == ("gas", "life")
    assert sense.judge("甲乙" + rest, NONE, sure=False) is None
    assert sense.judge("甲丙" + rest, NONE, sure=True) is None
    assert sense.judge("", NONE, sure=False) is None


def test_a_text_of_a_few_characters_must_be_sure(tmp_path: Path) -> None:
    sense = hunch.load(table(tmp_path, row("甲", 1, "gas")))
    assert sense.judge("甲", NONE, sure=False) is None
    assert sense.judge("甲" + "东" * hunch.SHORT, NONE, sure=False) == ("gas", "life")


def test_a_piece_counts_for_less_in_a_longer_text() -> None:
    assert hunch.share(set(map(str, range(400)))) == hunch.share(set(map(str, range(100)))) / 2
    assert hunch.share(set()) == hunch.share({"一"})


def test_what_sounds_ordinary_through_and_through_is_doubted(tmp_path: Path) -> None:
    known = "甲乙丙丁戊己庚辛"
    sense = hunch.load(table(tmp_path, *(row(piece, hunch.DOUBT / len(known), "gas") for piece in known)))
    assert len(known) == hunch.FAMILIAR
    assert sense.doubts(known, NONE)
    assert not sense.doubts(known[1:] + known[1:], NONE), "it knows too little of it"
    assert not sense.doubts("东", NONE)


def test_a_group_of_words_counts_whatever_the_length(tmp_path: Path) -> None:
    sense = hunch.load(table(tmp_path, row("[water]", 1.5, "life"), row("[asked]", -1, "life")))
    assert sense.judge("东" * 90, frozenset(("[water]",)), sure=False) == ("life", "life")
    assert sense.judge("东" * 90, frozenset(("[water]",)), sure=True) is None
    assert sense.judge("东" * 90, frozenset(("[water]", "[asked]", "[other]")), sure=False) == ("life", "life")
    assert sense.judge("东" * 90, NONE, sure=False) is None


def test_a_long_text_is_judged_by_runs_of_whole_clauses() -> None:
    text = ",".join("甲" * 45 for _ in range(6))
    clause = "甲" * 45
    assert [text[low:high] for low, high in hunch.parts(text)] == [f"{clause},{clause}"] * 5
    assert hunch.parts("甲" * hunch.LONGEST) == ((0, hunch.LONGEST),)


@pytest.mark.parametrize("text", ["甲" * 4096, "," * 4096, "甲," * 2048, "甲" * 101, "." * 99 + "甲" * 60])
def test_every_clause_of_a_long_text_is_in_some_run(text: str) -> None:
    spans = hunch.parts(text)
    assert all(0 < high - low <= hunch.LONGEST for low, high in spans)
    assert all(any(low <= at < high for low, high in spans) for at, char in enumerate(text) if char == "甲")
    assert len(spans) <= len(text) // hunch.STEP + 2


def test_a_weight_that_is_no_number_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(LanguageError, match=r"redflag_weights.csv:2: danger is not a number"):
        hunch.load(table(tmp_path, row("甲", 1, "gas").replace(",1,", ",x,", 1)))


def test_what_a_hunch_says_comes_with_numbers_to_call() -> None:
    flags = cities.language().classifier.understand("其反映家中燃气报警器响个不停，有味道").flags
    assert any(flag.tier == "life" and flag.numbers for flag in flags)


STORY = "我们小区的物业多年不作为，绿化没有人修剪，停车收费不公开，业主大会也一直开不起来，社区和街道都去过很多次。" * 2


@pytest.mark.parametrize(
    ("told", "alarmed"),
    [
        ("后来仓库烧起来，开发商把责任推给施工方。", False),
        ("现在仓库烧起来了，里面还有人，快来救人。", True),
        ("我不想活了，今晚就从楼上跳下去。", True),
    ],
)
def test_a_long_story_is_an_alarm_only_where_it_is_of_today(told: str, *, alarmed: bool) -> None:
    flags = cities.language().classifier.understand(STORY + told + STORY).flags
    assert any(flag.tier == "life" for flag in flags) is alarmed
