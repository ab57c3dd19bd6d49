"""`classify --show`: for a reader at a terminal, beside the JSON that stays as it is."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from app.cli import main
from app.region_pack import load

TINY = Path(__file__).parents[2] / "regions" / "tinytown"
SAID = "路灯不亮，\x1b[31m路灯\x07 [b]\n\n😀路灯不亮\n"


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO(SAID))
    return {
        "PETITION_DATABASE__URL": f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", "PETITION_WEB__HOST": "127.0.0.1",
        "PETITION_WEB__PORT": "0", "PETITION_REGION__PACK": str(TINY), "PETITION_FILES__PATH": "files",
    }  # fmt: skip


def test_the_words_are_marked_and_weighed(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "--show"], environ, load) == 0
    shown = capsys.readouterr().out
    assert "[路灯不亮|1]，\ufffd[31m路灯\ufffd [b]" in shown and "😀[路灯不亮|1]" in shown
    assert "X1.1" in shown and "路灯 +2.00  不亮 +1.00" in shown and " 3.00 = " in shown
    assert not any(char < " " and char != "\n" for char in shown)


def test_places_are_marked_with_what_they_may_be(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("青石镇路灯不亮\n"))
    assert main(["locate", "--show"], environ, load) == 0
    shown = capsys.readouterr().out
    assert "[青石镇|place]" in shown and "  place  town 东山县青石镇" in shown and "X1.1" not in shown


def test_without_it_the_json_is_what_it_was(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "--json"], environ, load) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [bool(line["topics"]) for line in lines] == [True, False, True]
