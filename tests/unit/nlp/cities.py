"""Regions for these tests: Jiangmen from its pack's facts, where the pack is there, and the tiny town."""

from __future__ import annotations

import csv
import functools
import os
from pathlib import Path

from nlp import Language, build
from nlp.normalise import Normaliser
from tests import jiangmen as jiangmen_pack
from workflow.region import Knowledge, Level, Place, Region, Topic, Unit, children_of

ROOT = Path(__file__).parents[3]
LANGUAGE = ROOT / "regions/jiangmen/language"
TINY = ROOT / "tests/regions/tinytown/language"


def reference_data() -> Path:
    """Where the shared reference data lie, if they do."""
    return Path(os.environ.get("PETITION_REFERENCE_DATA", str(ROOT.parent / "shared/data")))


def topics_of(lexicon: Path) -> dict[str, Topic]:
    """A topic for every code that the lexicon names: these tests need no more of it."""
    rows = [line.split(",") for line in lexicon.read_text("utf-8").splitlines() if line and line[0] not in "#t"]
    codes = sorted({row[0] for row in rows})
    return {c: Topic(c, f"主题{c}", c.split(".")[0], "", "", "bureau", (), "grid_event", "grid", "grid_event") for c in codes}


def a_region(code: str, name: str, places: list[Place], lexicon: Path, knowledge: tuple[Knowledge, ...] = ()) -> Region:
    return Region(
        code=code,
        name=name,
        number_prefix="T",
        time_zone="Asia/Shanghai",
        office_hours=("08:30", "17:30"),
        places={place.code: place for place in places},
        units={"bureau": Unit("bureau", "环保局", "department", Level.COUNTY)},
        topics=topics_of(lexicon),
        clocks={},
        knowledge=knowledge,
        children=children_of(places),
    )


def divisions() -> Path | None:
    """The list of divisions: the pack's, or the reference."""
    choices = (ROOT / "regions/jiangmen/divisions.csv", reference_data() / "jiangmen_divisions.csv")
    return next((path for path in choices if path.exists()), None)


@functools.cache
def jiangmen() -> Region:
    path = divisions()
    assert path is not None
    lines = [line for line in path.read_text("utf-8-sig").splitlines() if line and not line.startswith("#")]
    centres = {"440703101": (22.68203, 113.03201), "440703102": (22.65562, 113.12802), "440703103": (22.60552, 113.0095)}
    places = []
    for row in csv.DictReader(lines):
        parent = row.get("parent_code") or row.get("parent") or ""
        code = row["code"]
        level = Level(row["level"])
        if level is Level.VILLAGE and "虚拟" in row["name"]:
            continue
        lat, lon = centres.get(code, (None, None))
        places.append(Place(code, row["name"], level, parent, lat=lat, lon=lon))
    knowledge = (
        Knowledge("k1", "居住证怎么办理？", "带身份证到派出所。", "示例", "2025-01-01", ("居住证", "暂住证")),
        Knowledge("k2", "城乡居民医保怎么参保？", "在社区办理。", "示例", "2025-01-01", ("医保", "参保")),
    )
    return a_region("4407", "江门市", places, LANGUAGE / "lexicon.csv", knowledge)


@functools.cache
def language() -> Language:
    return build(LANGUAGE, jiangmen())


@functools.cache
def normaliser() -> Normaliser:
    """With Jiangmen's tables."""
    tables = [line.split(",") for name in ("variants.csv", "cantonese.csv") for line in (LANGUAGE / name).read_text("utf-8").splitlines()]
    return Normaliser({row[0]: row[1] for row in tables if len(row) == 2 and row[0] != "word" and not row[0].startswith("#")})


@functools.cache
def shipped() -> Language:
    """Jiangmen as it is shipped: with its own topics and knowledge."""
    return jiangmen_pack.language()
