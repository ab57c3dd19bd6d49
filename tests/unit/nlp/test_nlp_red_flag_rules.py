"""How a row of redflags.csv is read: order, distance, groups, and what holds it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp import LanguageError
from nlp.normalise import Normal, Normaliser
from nlp.redflag_files import load
from nlp.redflags import TRIES, RedFlags

HEAD = "code,tier,word,kind,numbers,unless\n"
GROUPS = "group,words\nkid,孩子|女儿\nperson,[kid]|老人\nfall,掉|跌咗落\nwater,河|水\npast,去年\nnow,又\n=never,演习|[past]\n"
plain = Normaliser({"咗": "了"})


def flags(folder: Path, *rows: str) -> RedFlags:
    (folder / "redflags.csv").write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    (folder / "redflag_words.csv").write_text(GROUPS, "utf-8")
    return load(folder / "redflags.csv", folder / "redflag_words.csv", plain)


def read(text: str) -> Normal:
    normal = plain(text)
    return Normal(normal.original, normal.text, normal.starts, normal.ends, frozenset(range(len(normal.text) + 1)))


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("[person]>>[fall]>[water]", "孩子刚刚掉到河里", "孩子刚刚掉到河"),
        ("[person]>>[fall]>[water]", "老人跌咗落水", "老人跌咗落水"),
        ("[person]>>[fall]>[water]", "河边掉了东西，孩子在旁边", ""),
        ("[person]>>[fall]>[water]", "孩子说，掉到河里", ""),
        ("[fall]>[water]", "掉在路上没有看到河", ""),
        ("[water]+[fall]", "掉下去的是河", "掉下去的是河"),
        ("[kid]~[water]", "女儿不见了，水边有鞋", "女儿不见了，水"),
        ("[kid]~[water]", "女儿" + "东西南北中" * 6 + "水", ""),
    ],
)
def test_parts_stand_in_order_and_near(tmp_path: Path, word: str, text: str, found: str) -> None:
    seen = flags(tmp_path, f"drowning,life,{word},phrase,120,").find(read(text))
    assert [flag.text for flag in seen] == ([found] if found else [])


def test_a_list_and_a_group_hold_back_unless_it_goes_on(tmp_path: Path) -> None:
    row = "drowning,life,[kid]>>掉,phrase,120,=never"
    assert flags(tmp_path, row).find(read("孩子掉下去"))
    assert not flags(tmp_path, row).find(read("演习孩子掉下去"))
    assert not flags(tmp_path, row).find(read("去年的时候有孩子掉下去"))
    assert flags(tmp_path, row).find(read("去年的时候有孩子掉下去，又来了"))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x,life,[nobody]>掉,phrase,,", "no such group: \\[nobody\\]"),
        ("x,life,掉>,phrase,,", "a part is empty"),
        ("x,life,掉,phrase,,=nothing", "no such list: =nothing"),
        ("x,life,掉,phrase,,[nobody]", "no such group"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, reason: str) -> None:
    with pytest.raises(LanguageError, match=reason):
        flags(tmp_path, row)


@pytest.mark.parametrize("line", ["kid,孩", "late,[later]", "=never,孩"])
def test_a_wrong_group_is_named(tmp_path: Path, line: str) -> None:
    flags(tmp_path, "x,life,掉,phrase,,")
    (tmp_path / "redflag_words.csv").write_text(GROUPS + line + "\n", "utf-8")
    with pytest.raises(LanguageError, match=f"redflag_words.csv:{len(GROUPS.splitlines()) + 1}"):
        load(tmp_path / "redflags.csv", tmp_path / "redflag_words.csv", plain)


def test_junk_runs_out_of_tries_but_plain_words_are_still_seen(tmp_path: Path) -> None:
    rows = ["a,life,[kid]>[water],phrase,,", "b,life,救命,phrase,,"]
    assert [flag.code for flag in flags(tmp_path, *rows).find(read("孩子吃饭喝茶了河" * TRIES + "救命"))] == ["b"]
