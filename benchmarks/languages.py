"""One city's language three ways: words cut by stock jieba, by rjieba, and not read at all."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, replace

import nlp
from app.config import find_pack
from nlp import Language
from workflow.alike import Gist
from workflow.region import Region
from workflow.understanding import Located, PlaceGuess, Understanding


@dataclass(frozen=True, slots=True)
class Known:
    """Fits Classifier, PlaceFinder and Likeness of `workflow.ports`: what one text says, read once, for every text."""

    read: Understanding
    located: Located
    likeness: Gist

    def understand(self, text: str) -> Understanding:
        return self.read

    def locate(self, text: str, inside: str = "") -> Located:
        return self.located

    def near(self, lat: float, lon: float) -> tuple[PlaceGuess, ...]:
        return ()

    def gist(self, text: str) -> Gist:
        return self.likeness


def languages(pack: str, region: Region) -> dict[str, Language]:
    """`unread` has everything but the reading: masking and sealing stay."""
    folder, text = find_pack(pack) / "language", region.demo_complaint
    stock = nlp.build(folder, region, fast=False)
    known = Known(stock.classifier.understand(text), stock.places.locate(text), stock.likeness.gist(text))
    found = {"jieba": stock, "unread": replace(stock, classifier=known, places=known, likeness=known)}
    if importlib.util.find_spec("rjieba") is not None:
        found["rjieba"] = nlp.build(folder, region)
    return found
