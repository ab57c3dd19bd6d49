"""Every key and every cell of a region pack is broken in turn, in many ways: it is loaded, or each fault is one line."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.region_pack import PackError, load

TINY = Path(__file__).parents[1] / "regions" / "tinytown"
MORE = """
[duplicates]
days = 14
days_of = { "X1" = 3 }
shown = 3
[bursts]
people = 6
hours = 6
people_of = { "X1" = 4 }
county = 3
usual = 3
[digest]
hours = 1
few = 3
many = 20
cards = 5
[understanding]
sure = 0.7
unsure = 0.4
[retention]
days_of = { consultation = 365 }
held = ["petition_report"]
[manners]
messages = 30
minutes = 10
open_cases = 20
mute_days = [1, 3, 7]
hotline = "12345"
"""
DEMO = '[[matter]]\nmessage = "x"\nend = "declined"\nreason = "x"\nroute = "x"\n'
GONE = object()
ODD: tuple[object, ...] = (GONE, "", "x\n", "9" * 5000, -1, 10**30, float("nan"), True, [[]], ["x", "y"], {"x": 1})
MOST = {"en.toml": 3, "procedures.toml": 12}
"""Keys of a file whose others are of the same kind."""
CELLS = ("", "-1", "9" * 5000, "nan", "\x00", "a|b", '"', "２")
WHOLE = (
    b"",
    b"\xff\xfe\xff",
    b"\x00",
    b"[",
    b"x",
    b"x = 1\nx = 2",
    b"a,b\n1",
    b'"',
    b"code,name\n" * 3,
    b"[[entry]]",
    b"entry = 1",
    b"a" * 200_000,
)


def toml(value: Any) -> str:
    """As TOML, inline below the top."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(found)}" for key, found in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value).lower() if isinstance(value, bool | float) else json.dumps(value) if isinstance(value, str) else str(value)


def lines(head: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in head.items())


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each key and each place of a list."""
    inside = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for key, found in inside:
        yield (*at, key)
        yield from places(found, (*at, key))


def broken(value: Any, at: tuple[Any, ...], odd: object) -> Any:
    """A copy with something else there."""
    made = value.copy()
    if at[1:]:
        made[at[0]] = broken(made[at[0]], at[1:], odd)
    elif odd is GONE:
        del made[at[0]]
    else:
        made[at[0]] = odd
    return made


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The tiny town with everything that a pack may say."""
    folder = tmp_path / "pack"
    shutil.copytree(TINY, folder)
    head = tomllib.loads((folder / "region.toml").read_text("utf-8"))
    (folder / "region.toml").write_text(lines(tomllib.loads(MORE) | head), "utf-8")
    (folder / "demo.toml").write_text(DEMO, "utf-8")
    return folder


def told(pack: Path, what: object) -> tuple[str, ...]:
    """The faults, each one line that names its file; none where the pack is taken."""
    faults: tuple[str, ...] = ()
    try:
        load(pack)
    except PackError as error:
        faults = error.faults
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    assert all(fault == fault.strip() and len(fault.splitlines()) == 1 and len(fault) < 400 for fault in faults), (what, faults)
    return faults


def test_every_key_broken_in_turn_is_a_sentence(pack: Path) -> None:
    files = [pack / name for name in ("region.toml", "procedures.toml", "demo.toml", "knowledge/lamps.toml", "texts/en.toml")]
    for file in files:
        text = file.read_text("utf-8")
        head = tomllib.loads(text)
        ways = list(places(head))
        ways = ways[: MOST.get(file.name)]
        seen = [told(pack, (file.name, at, odd)) for at in ways for odd in ODD if file.write_text(lines(broken(head, at, odd)), "utf-8")]
        assert sum(map(bool, seen)) > len(ways), file.name
        file.write_text(text, "utf-8")
    assert told(pack, "whole") == ()


def test_every_column_broken_in_turn_is_a_sentence(pack: Path) -> None:
    for name in ("divisions.csv", "grids.csv", "units.csv", "topics.csv", "calendar.csv"):
        file = pack / name
        text = file.read_text("utf-8-sig")
        rows = text.splitlines()
        start = next(number for number, line in enumerate(rows) if not line.startswith("#"))
        for column in range(len(rows[start].split(","))):
            for odd in CELLS:
                for row in (start, start + 1) if odd in CELLS[:2] else (start + 1,):
                    cells = rows[row].split(",")
                    cells[column] = odd
                    file.write_text("\n".join([*rows[:row], ",".join(cells), *rows[row + 1 :]]), "utf-8")
                    told(pack, (name, row, column, odd))
        file.write_text(text, "utf-8")
    assert told(pack, "whole") == ()


def test_every_file_broken_in_turn_is_a_sentence(pack: Path) -> None:
    read_elsewhere = {"simulation.toml"}
    files = [file for file in pack.rglob("*") if file.is_file() and "language" not in file.parts and file.name not in read_elsewhere]
    assert len(files) > 9
    for file in files:
        content = file.read_bytes()
        for odd in WHOLE:
            file.write_bytes(odd)
            told(pack, (file.name, odd[:20]))
        file.unlink()
        told(pack, (file.name, "missing"))
        file.mkdir()
        assert told(pack, (file.name, "a folder"))
        file.rmdir()
        file.write_bytes(content)
    assert told(pack, "whole") == ()
