"""How surely places are found: sentences made of all villages of the region pack, in the ways people write them.

    python -m benchmarks.places [--json] [--pack regions/jiangmen] [--seed 7] [--each 1] [--show wrong]

A name that one town has is unambiguous; names of several towns are counted apart, as are sentences that do not name the village's county or
town. What counts (for unambiguous sentences):

right    the village itself; where the sentence names a town or county only, that
wider    a town or county that holds it: certain, but not all that was said
asked    a question that offers the right one, or a step towards it, among at most four buttons
lost     nothing found, or a question without the right one
wrong    any other place, or "outside"

For ambiguous ones `asked` is as good as `right`, and better where the sentence leaves it open. `per_second` counts time of one core.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import opencc

import nlp
from app import region_pack
from workflow.ports import PlaceFinder
from workflow.region import Level, Place, Region
from workflow.understanding import Located

SUFFIXES = ("社区居民委员会", "社区居委会", "村民委员会", "居民委员会", "村委会", "居委会", "社区", "村")
PLAIN = (
    "{place}的路灯坏了半个月没人修",
    "我想反映{place}有人乱倒垃圾，臭味很大", "{place}这几天一直停水", "您好，{place}的排水沟堵了，一下雨就淹",
    "请问{place}什么时候修路？已经等了很久了", "昨晚十一点{place}还有工地在施工，吵得睡不着", "投诉：{place}占道经营严重，堵车，请处理",
)  # fmt: skip
CANTONESE = ("{place}啲路灯坏咗成个星期都冇人理", "我哋{place}冇水啊，几时先有水", "喺{place}有人晚黑烧嘢，好臭", "{place}嗰边好嘈，瞓唔着")
BEHIND = ("幸福路１２号", "人民路35号门口", "一巷3号", "中山路口", "锦绣花园3栋502", "碧翠苑小区门口", "新华书店对面", "二队祠堂旁边")
VARIANTS = {  # as typed by hand
    "里": "裏",
    "台": "臺",
    "圩": "墟",
    "墟": "圩",
    "冈": "崗",
    "岗": "崗",
    "蓢": "朗",
    "滘": "窖",
    "坭": "泥",
    "峰": "峯",
    "群": "羣",
}
OLD = {"北街": "440703002", "仓后": "440703002", "堤东": "440703002", "北街街道": "440703002", "仓后街道": "440703002"}
Write = Callable[["Named", random.Random], str]


@dataclass(frozen=True, slots=True)
class Named:
    """A village and how it is called. `base`: its name without 村委会, 社区 …"""

    village: Place
    town: Place
    county: Place
    base: str
    ambiguous: bool
    paired: bool  # 七堡村 and 七堡社区 lie in one town: called by the other kind, it would be the other one

    @property
    def town_base(self) -> str:
        return self.town.name.removesuffix("街道").removesuffix("镇")

    @property
    def county_base(self) -> str:
        return self.county.name[:-1]

    @property
    def rural(self) -> bool:
        return "社区" not in self.village.name and "居" not in self.village.name[len(self.base) :]

    @property
    def spoken(self) -> str:
        """As people say it."""
        return self.base if self.base.endswith("村") else self.base + ("村" if self.rural else "社区")

    @property
    def other(self) -> str:
        """A village that became a community, or the other way round."""
        return self.base + ("社区" if self.rural else "村")


@dataclass(frozen=True, slots=True)
class Sentence:
    shape: str
    text: str
    code: str
    ambiguous: bool


_TRADITIONAL = opencc.OpenCC("s2t")


def _within(write: Callable[[Named], str]) -> Write:
    return lambda named, chance: chance.choice(PLAIN).format(place=write(named))


def _traditional(named: Named, chance: random.Random) -> str:
    return str(_TRADITIONAL.convert(chance.choice(PLAIN).format(place=named.town.name + named.spoken)))


def _variant(named: Named, chance: random.Random) -> str:
    name = named.county.name + named.town.name + named.spoken
    return chance.choice(PLAIN).format(place="".join(VARIANTS.get(char, char) for char in name))


def _spaced(named: Named, chance: random.Random) -> str:
    name = named.town.name + named.spoken
    at = chance.randrange(1, len(name))
    return chance.choice(PLAIN).format(place=chance.choice((" ".join(name), f"{name[:at]} {name[at:]}", f"{named.county.name} {name}")))


def _long(named: Named, chance: random.Random) -> str:
    place = chance.choice((named.town.name + named.spoken, named.town_base + named.spoken))
    return (
        "您好，我是一名普通群众，联合几位邻居一起向政府反映问题。近年来各方面发展很快，但"
        f"{place}的卫生没有跟上，垃圾堆在路边好几天，希望工作人员抽空到现场看看，让大家住得安心，谢谢。"
    )


UNIQUE: Mapping[str, Write] = {
    "full path": _within(lambda n: f"{n.county.name}{n.town.name}{n.village.name}"),
    "city and full path": _within(lambda n: f"江门市{n.county.name}{n.town.name}{n.spoken}"),
    "county and village": _within(lambda n: f"{n.county.name}{n.spoken}"),
    "short county and village": _within(lambda n: f"{n.county_base}{n.spoken}"),
    "town and village": _within(lambda n: f"{n.town.name}{n.spoken}"),
    "short town and village": _within(lambda n: f"{n.town_base}{n.spoken}"),
    "town and bare name": _within(lambda n: f"{n.town.name}{n.base}"),
    "village in full": _within(lambda n: n.village.name),
    "village": _within(lambda n: n.spoken),
    "village alone": lambda n, _: n.spoken,
    "other kind of village": _within(lambda n: f"{n.town.name}{n.other}"),
    "committee": _within(lambda n: f"{n.town_base}{n.base}{'村委会' if n.rural else '居委会'}"),
    "traditional": _traditional,
    "cantonese": lambda n, chance: chance.choice(CANTONESE).format(place=n.town_base + n.spoken),
    "variant characters": _variant,
    "road and number behind": lambda n, chance: chance.choice(PLAIN).format(place=f"{n.town.name}{n.spoken}{chance.choice(BEHIND)}"),
    "number behind, no town": lambda n, chance: chance.choice(PLAIN).format(place=f"{n.spoken}{chance.choice(BEHIND)}"),
    "in a long complaint": _long,
    "full-width digits": lambda n, chance: f"２０２６年１１月{n.town.name}{n.spoken}１２号，{chance.choice(PLAIN).format(place='这里')}",
    "spaces": _spaced,
    "said in two parts": lambda n, _: f"垃圾没人清，臭了三天。地点：{n.town.name}，{n.spoken}",
}
"""Shapes whose right answer is the village."""
BARE: Mapping[str, Write] = {
    "bare name": _within(lambda n: n.base),
    "county and bare name": _within(lambda n: f"{n.county.name}{n.base}"),
    "other kind, no town": _within(lambda n: n.other),
}
"""Shapes that leave something open: asking is as good as knowing."""


def villages(region: Region) -> list[Named]:
    """Without the statistics office's place-holders (虚拟)."""
    found = [place for place in region.places.values() if place.level is Level.VILLAGE and "虚拟" not in place.name]
    towns: dict[str, set[str]] = {}
    for place in region.places.values():
        if place.level is Level.VILLAGE:
            towns.setdefault(base_of(place.name), set()).add(place.parent)
        elif place.level is Level.TOWN:
            towns.setdefault(place.name.removesuffix("街道").removesuffix("镇"), set()).add(place.code)
    bases = Counter((base_of(v.name), v.parent) for v in found)
    twice = {base for (base, _), count in bases.items() if count > 1}
    return [
        Named(v, region.places[v.parent], region.places[v.code[:6]], base := base_of(v.name), len(towns[base]) > 1, base in twice)
        for v in found
    ]  # fmt: skip


def base_of(name: str) -> str:
    return next((name.removesuffix(s) for s in SUFFIXES if name.endswith(s) and len(name) - len(s) >= 2), name)


def sentences(region: Region, seed: int, each: int, every: int) -> Iterator[Sentence]:
    chance = random.Random(seed)
    for named in villages(region)[::every]:
        for shape, write in (*UNIQUE.items(), *BARE.items()):
            if named.paired and shape.startswith("other kind"):
                continue
            for _ in range(each):
                yield Sentence(shape, write(named, chance), named.village.code, named.ambiguous)
    for place in region.places.values():
        if place.level in {Level.TOWN, Level.COUNTY}:
            yield Sentence("town or county", chance.choice(PLAIN).format(place=place.name), place.code, ambiguous=False)
    for old, code in OLD.items():
        if code in region.places:
            yield Sentence("old name", chance.choice(PLAIN).format(place=old), code, ambiguous=False)


def judged(sentence: Sentence, found: Located) -> str:
    code = sentence.code
    if found.decision == "ask":
        offered = any(code.startswith(guess.code) for guess in found.candidates)
        return "asked" if offered and len(found.candidates) <= 4 else "lost"
    if found.decision == "none":
        return "lost"
    if found.code == code:
        return "right"
    return "wider" if found.code and code.startswith(found.code) else "wrong"


def measured(region: Region, places: PlaceFinder, seed: int, each: int, every: int = 1) -> dict[str, Any]:
    """Shares by kind of sentence, and every text that was not right. `every`: of so many villages one."""
    tallies: dict[str, Counter[str]] = {"unambiguous": Counter(), "open": Counter(), "ambiguous": Counter()}
    shapes: dict[str, Counter[str]] = {}
    bad: dict[str, list[str]] = {}
    made = list(sentences(region, seed, each, every))
    started = time.process_time()
    answers = [places.locate(sentence.text) for sentence in made]
    took = time.process_time() - started
    for sentence, found in zip(made, answers, strict=True):
        verdict = judged(sentence, found)
        group = "ambiguous" if sentence.ambiguous else "open" if sentence.shape in BARE else "unambiguous"
        tallies[group][verdict] += 1
        shapes.setdefault(f"{group}: {sentence.shape}", Counter())[verdict] += 1
        if verdict != "right":
            answer = found.code or [guess.code for guess in found.candidates]
            said = f"{sentence.shape}: {sentence.text} ({sentence.code}) → {found.decision} {answer}"
            bad.setdefault(f"{group} {verdict}", []).append(said)
    return {
        "sentences": len(made), "per_second": round(len(made) / took),
        **{group: _shares(tally) for group, tally in tallies.items()},
        "shapes": {shape: _shares(tally) for shape, tally in shapes.items()}, "bad": bad,
    }  # fmt: skip


def _shares(tally: Counter[str]) -> dict[str, float]:
    total = tally.total()
    return {"n": total} | {verdict: round(tally[verdict] / total, 5) for verdict in ("right", "wider", "asked", "lost", "wrong")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--pack", type=Path, default=Path("regions/jiangmen"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--each", type=int, default=1, help="sentences of each shape for each village")
    parser.add_argument("--show", default="", metavar="VERDICT", help="print the texts that were judged so")
    args = parser.parse_args()
    region = region_pack.load(args.pack)
    found = measured(region, nlp.build(args.pack / "language", region).places, args.seed, args.each)
    bad = found.pop("bad")
    if args.json:
        print(json.dumps(found | {"wrong_texts": {k: v[:20] for k, v in bad.items() if k.endswith("wrong")}}, ensure_ascii=False))
        return 0
    for name, value in found.items():
        if name == "shapes":
            print(*(f"  {shape:45} {shares}" for shape, shares in value.items()), sep="\n")
        else:
            print(f"{name}: {value}")
    for name, texts in bad.items():
        if args.show and args.show in name:
            print(name, *texts, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
