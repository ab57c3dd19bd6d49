"""All the ways to call a place: built once from the region's divisions and the city's place words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from os.path import commonprefix
from pathlib import Path

from nlp.landmarks import Landmark
from nlp.normalise import Normaliser
from nlp.tables import read
from nlp.tries import Words
from workflow.region import Level, Place, Region

FULL, ALIAS, LANDMARK = 1.0, 0.8, 0.7
OTHER_KIND = 0.85  # 村改居: a village may be called either, so both are asked about
OTHER_SUFFIX = 0.75  # 街道 and 镇 are two things
BARE = {Level.COUNTY: 1.0, Level.TOWN: 0.8, Level.VILLAGE: 0.6}
TWIN = 0.25  # less sure in another spelling: more than the margin, so that who is spelled so comes first
KINDS = (
    "county", "town", "village", "rural", "urban", "road", "no_road", "ordinal", "weak", "common", "plain", "twin", "detail", "lead",
    "insider", "not", "home", "origin", "work", "body", "spot", "where", "after",
)  # fmt: skip
LEVELS = {Level.COUNTY: "county", Level.TOWN: "town", Level.VILLAGE: "village"}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The place words of places.csv, longest first where they are cut off a name."""

    by_kind: Mapping[str, tuple[str, ...]]

    def __getitem__(self, kind: str) -> tuple[str, ...]:
        return self.by_kind[kind]


@dataclass(frozen=True, slots=True)
class Sense:
    """One place that a name without its suffix may mean. `own`: its suffix; "=" for an old name, a grid or a landmark, which takes none."""

    code: str
    level: Level
    own: str
    weight: float  # where it stands alone


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """`names`: what is said, without its suffix → whom it may mean. `common`: everyday words, weak evidence alone; `plain`: words that
    mean a place only with its suffix. `landmarks`: those of the names that are landmarks."""

    names: Mapping[str, tuple[Sense, ...]]
    common: frozenset[str]
    plain: frozenset[str]
    landmarks: frozenset[str]
    outside: Words
    words: Vocabulary
    grids: Mapping[str, tuple[tuple[str, str], ...]]  # village → (what a grid is called in it, code)
    city: frozenset[str]  # what the city itself is called

    @property
    def known(self) -> frozenset[str]:
        """For the segmenter."""
        return frozenset(self.names) - self.common - self.plain | self.outside.words

    @property
    def telling(self) -> frozenset[str]:
        """Names that tell of a place wherever they stand: all but those of villages that are everyday words."""
        everyday = {name for name in self.common if all(s.level is Level.VILLAGE for s in self.names.get(name, ()))}
        return frozenset(self.names) - everyday | self.outside.words

    def meant(self, name: str, suffix: str) -> Iterator[tuple[str, float]]:
        """Codes and weights of those that may be called by this name with this suffix; "" for none."""
        for sense in self.names[name]:
            weight = self._weight(sense, suffix)
            if weight:
                yield sense.code, weight

    def _weight(self, sense: Sense, suffix: str) -> float:
        if not suffix or sense.own == "=":
            return 0.0 if suffix else sense.weight
        lost = BARE[sense.level] - sense.weight
        words = self.words
        if suffix not in words[LEVELS[sense.level]]:
            return 0.0
        if sense.level is not Level.VILLAGE:
            return (FULL if sense.own == suffix or sense.own in words["lead"] else OTHER_SUFFIX) - lost
        return (FULL if (sense.own in words["urban"]) is (suffix in words["urban"]) else OTHER_KIND) - lost


def vocabulary(path: Path) -> Vocabulary:
    """Reads places.csv: kind,word. Raises LanguageError."""
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for row in read(path, ("kind", "word")):
        found[row.one_of("kind", KINDS)].append(row.need("word"))
    return Vocabulary({kind: tuple(sorted(words, key=lambda w: (-len(w), w))) for kind, words in found.items()})


def build(
    region: Region, words: Vocabulary, normalise: Normaliser, aliases: Path, outside: Path, landmarks: tuple[Landmark, ...] = ()
) -> Gazetteer:
    """Raises LanguageError for an alias of an unknown place."""
    names: dict[str, dict[str, Sense]] = {}
    twins = _twins(words["twin"])
    for original in region.places.values():
        if original.level in LEVELS:
            place = replace(original, name=normalise(original.name).text)  # as texts will be spelled
            base = base_name(place, words)
            _add(names, base, Sense(place.code, place.level, place.name[len(base) :], BARE[place.level]))
            for other in _spellings(base, twins):
                _add(names, other, Sense(place.code, place.level, place.name[len(base) :], BARE[place.level] - TWIN))
    for row in read(aliases, ("alias", "code")):
        if row.need("code") not in region.places:
            raise row.wrong(f"unknown place: {row['code']}")
        _add(names, normalise(row.need("alias")).text, Sense(row["code"], region.places[row["code"]].level, "=", ALIAS))
    divisions = frozenset(names)
    for landmark in landmarks:
        for name in landmark.names:
            _add(names, normalise(name).text, Sense(landmark.code, region.places[landmark.code].level, "=", LANDMARK))
    sights = frozenset(names) - divisions
    grids, own = _grids(region, normalise, names)
    for name, code in own.items():
        _add(names, name, Sense(code, Level.GRID, "=", FULL))
    away = Words(row.need("name") for row in read(outside, ("name",)))
    return Gazetteer(
        names={name: tuple(senses.values()) for name, senses in names.items()},
        common=frozenset(words["common"]) & divisions, plain=frozenset(words["plain"]) & divisions,
        landmarks=sights, outside=away, words=words, grids=grids,
        city=frozenset({region.name, *(region.name.removesuffix(suffix) for suffix in words["county"] if len(region.name) > 2)}),
    )  # fmt: skip


def base_name(place: Place, words: Vocabulary) -> str:
    """The name without what kind of place it is."""
    name = place.name
    changed = True
    while changed:
        changed = False
        for suffix in words[LEVELS[place.level]]:
            if name.endswith(suffix) and len(name) - len(suffix) >= 2:
                name, changed = name.removesuffix(suffix), True
                break
    return name


def _add(names: dict[str, dict[str, Sense]], name: str, sense: Sense) -> None:
    """The surest sense for each place stays."""
    senses = names.setdefault(name, {})
    known = senses.get(sense.code)
    if known is None or known.weight < sense.weight:
        senses[sense.code] = sense


def _twins(groups: tuple[str, ...]) -> Mapping[str, str]:
    """Character → others that are written for it."""
    return {char: group.replace(char, "") for group in groups for char in group}


def _spellings(name: str, twins: Mapping[str, str]) -> Iterator[str]:
    """The name with one or more of its characters written otherwise."""
    for chars in product(*(char + twins.get(char, "") for char in name)):
        if "".join(chars) != name:
            yield "".join(chars)


def _grids(
    region: Region, normalise: Normaliser, names: Mapping[str, object]
) -> tuple[dict[str, tuple[tuple[str, str], ...]], dict[str, str]]:
    """By village what its grids are called beyond its own name; and those whose whole name stands alone: one grid has it, and it begins
    with no village's."""
    shorts: dict[str, str] = {}  # most grids are called by the same few numbers
    found: dict[str, list[tuple[str, str]]] = {}
    own: dict[str, list[str]] = {}
    for place in region.places.values():
        if place.level is not Level.GRID:
            continue
        village = region.places[place.parent].name
        short = place.name.removeprefix(commonprefix((place.name, village)))
        if short not in shorts:
            shorts[short] = normalise(short).text
        found.setdefault(place.parent, []).append((shorts[short], place.code))
        if not place.name.startswith(village[:2]):
            own.setdefault(normalise(place.name).text, []).append(place.code)
    alone = {name: codes[0] for name, codes in own.items() if len(codes) == 1 and len(name) > 2 and name not in names}
    return {village: tuple(sorted(grids, key=lambda g: (-len(g[0]), g))) for village, grids in found.items()}, alone
