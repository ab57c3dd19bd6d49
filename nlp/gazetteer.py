"""All the ways to call a place: built once from the region's divisions and the city's place words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nlp.normalise import Normaliser
from nlp.tables import read
from nlp.tries import Words
from workflow.region import Level, Place, Region

FULL, OTHER_SUFFIX, BARE_TOWN, BARE_VILLAGE = 1.0, 0.75, 0.8, 0.6
KINDS = ("county", "town", "village", "rural", "urban", "road", "ordinal", "weak", "common", "detail", "lead", "insider")
LEVELS = {Level.COUNTY: "county", Level.TOWN: "town", Level.VILLAGE: "village"}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The place words of places.csv, longest first where they are cut off a name."""

    by_kind: Mapping[str, tuple[str, ...]]

    def __getitem__(self, kind: str) -> tuple[str, ...]:
        return self.by_kind[kind]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """`names`: what is said → place code → how surely it is meant. `bare`: names without a suffix. `common`: of those,
    everyday words, no evidence when they stand alone."""

    names: Mapping[str, Mapping[str, float]]
    bare: frozenset[str]
    common: frozenset[str]
    outside: Words
    words: Vocabulary
    grids: Mapping[str, tuple[tuple[str, str], ...]]  # village → (grid's name, code)

    @property
    def known(self) -> frozenset[str]:
        """For the segmenter."""
        return frozenset(self.names) - self.common | self.outside.words


def vocabulary(path: Path) -> Vocabulary:
    """Reads places.csv: kind,word. Raises LanguageError."""
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for row in read(path, ("kind", "word")):
        found[row.one_of("kind", KINDS)].append(row.need("word"))
    return Vocabulary({kind: tuple(sorted(words, key=lambda w: (-len(w), w))) for kind, words in found.items()})


def build(region: Region, words: Vocabulary, normalise: Normaliser, aliases: Path, outside: Path) -> Gazetteer:
    """Raises LanguageError for an alias of an unknown place."""
    names: dict[str, dict[str, float]] = {}
    bare: set[str] = set()
    for original in region.places.values():
        if original.level not in LEVELS:
            continue
        place = replace(original, name=normalise(original.name).text)  # as texts will be spelled
        base = base_name(place, words)
        if len(base) > 1:
            bare.add(base)
        for name, weight in _forms(place, base, words).items():
            _add(names, name, place.code, weight)
    for row in read(aliases, ("alias", "code")):
        if row.need("code") not in region.places:
            raise row.wrong(f"unknown place: {row['code']}")
        alias = normalise(row.need("alias")).text
        _add(names, alias, row["code"], BARE_TOWN)
        bare.add(alias)
    away = Words(row.need("name") for row in read(outside, ("name",)))
    common = frozenset(words["common"]) & bare
    return Gazetteer(names, frozenset(bare), common, away, words, _grids(region, normalise))


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


def _forms(place: Place, base: str, words: Vocabulary) -> dict[str, float]:
    forms = {place.name: FULL}
    if len(base) < 2:
        return forms
    if place.level is Level.VILLAGE:
        urban = any(place.name.endswith(suffix) for suffix in words["urban"])
        same, other = ("urban", "rural") if urban else ("rural", "urban")
        forms |= {base + suffix: FULL for suffix in words[same]}
        forms |= {base + suffix: OTHER_SUFFIX for suffix in words[other] if base + suffix not in forms}
        forms.setdefault(base, BARE_VILLAGE)
        return forms
    forms |= {base + suffix: OTHER_SUFFIX for suffix in words[LEVELS[place.level]] if base + suffix not in forms}
    forms |= {place.name + suffix: FULL for suffix in words["lead"]}
    forms.setdefault(base, FULL if place.level is Level.COUNTY else BARE_TOWN)
    return forms


def _add(names: dict[str, dict[str, float]], name: str, code: str, weight: float) -> None:
    codes = names.setdefault(name, {})
    codes[code] = max(weight, codes.get(code, 0))


def _grids(region: Region, normalise: Normaliser) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for place in region.places.values():
        if place.level is Level.GRID:
            found.setdefault(place.parent, []).append((normalise(place.name).text, place.code))
    return {village: tuple(sorted(grids, key=lambda g: (-len(g[0]), g))) for village, grids in found.items()}
