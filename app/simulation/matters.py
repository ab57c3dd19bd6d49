"""What people say: put together from the city's own lexicon, examples and names of places, or taken from a file."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.region_pack.faults import Faults, table
from app.simulation.agenda import Dice
from app.simulation.settings import Burst, Settings
from nlp import tables
from workflow.region import Level, Region

_OTHERS = "others"
_STRONG = 1.8
"""Weight from which on a word of the lexicon says by itself what somebody means."""
_KEYWORD = "keyword"
Said = tuple[str, str, str, str]
"""Text, village, the place as it was said ("" if not), kind."""


@dataclass(frozen=True, slots=True)
class Words:
    """By topic."""

    keywords: Mapping[str, Sequence[str]]
    examples: Mapping[str, Sequence[str]]


def words_of(pack: Path) -> Words:
    """Raises LanguageError and PackError."""
    faults = Faults()
    keywords: dict[str, list[str]] = {}
    for word in tables.read(pack / "language" / "lexicon.csv", ("topic", "word", "weight", "kind")):
        if word["kind"] == _KEYWORD and float(word["weight"]) >= _STRONG:
            keywords.setdefault(word["topic"], []).append(word["word"])
    examples: dict[str, list[str]] = {}
    if (pack / "examples.csv").exists():
        for _, row in table(pack / "examples.csv", ("text", "label"), faults):
            examples.setdefault(row["label"], []).append(row["text"])
    faults.raise_any()
    return Words(keywords, examples)


class Composer:
    """`given`: texts to be said instead of made-up ones."""

    def __init__(self, region: Region, settings: Settings, words: Words, dice: Dice, given: Sequence[str] = ()) -> None:
        self._region = region
        self._settings = settings
        self._words = words
        self._dice = dice
        self._given = given
        self._villages = [place.code for place in region.places.values() if place.level is Level.VILLAGE]
        topics = [code for code in region.topics if words.keywords.get(code) or words.examples.get(code)]
        weights = settings.topics
        self._topics = topics
        self._weights = [float(weights.get(code, weights.get(_OTHERS, 1.0))) for code in topics]

    def village(self, *name: object) -> str:
        return self._dice.of("village", *name).choice(self._villages)

    def near(self, county: str, *name: object) -> str:
        """A village of a county."""
        inside = [code for code in self._villages if code.startswith(county)]
        return self._dice.of("near", *name).choice(inside or self._villages)

    def usual(self, village: str, *name: object) -> Said:
        rng, shares = self._dice.of("says", *name), self._settings.shares
        kinds = {"danger": shares.danger, "thanks": shares.thanks, "two": shares.two_matters, "question": shares.questions}
        kind = rng.choices([*kinds, "matter"], [*kinds.values(), max(0.0, 1 - sum(kinds.values()))])[0]
        said = self.place(village, rng)
        if self._given and kind in {"matter", "question", "two"}:
            return self._where(rng.choice(self._given), village, said, rng, "matter")
        full = self.place(village, rng, "town")
        match kind:
            case "danger" | "thanks":
                lines = self._settings.texts.danger if kind == "danger" else self._settings.texts.thanks
                return rng.choice(lines).format(place=full), village, full, kind
            case "question" if self._region.knowledge:
                return rng.choice(self._region.knowledge).question, village, "", kind
            case "two":
                both = self._settings.texts.joined.format(one=self._matter(rng), other=self._matter(rng))
                return self._where(both, village, full, rng, kind)
            case _:
                return self._where(self._matter(rng), village, said, rng, "matter")

    def burst(self, one: Burst, village: str, *name: object) -> Said:
        rng = self._dice.of("burst", *name)
        danger = rng.random() < one.danger
        said = self.place(village, rng, "town")
        return rng.choice(one.dangers if danger else one.texts).format(place=said), village, said, "danger" if danger else "burst"

    def place(self, village: str, rng: random.Random, how: str = "") -> str:
        """As people name it."""
        shares = self._settings.shares.place
        how = how or rng.choices(list(shares), list(shares.values()))[0]
        names = [place.name for place in self._region.path(village)]
        return {"path": "".join(names), "town": "".join(names[-2:]), "village": names[-1]}.get(how, "")

    def _matter(self, rng: random.Random) -> str:
        topic = rng.choices(self._topics, self._weights)[0]
        keywords, examples = self._words.keywords.get(topic, ()), self._words.examples.get(topic, ())
        if examples and (not keywords or rng.random() < len(examples) / (len(examples) + 2)):
            return rng.choice(examples)
        return rng.choice(self._settings.texts.about).format(word=rng.choice(keywords))

    def _where(self, matter: str, village: str, said: str, rng: random.Random, kind: str) -> Said:
        frames = self._settings.texts.with_place if said else self._settings.texts.without_place
        return rng.choice(frames).replace("{place}", said).replace("{matter}", matter), village, said, kind
