"""What the conversation needs to understand a message: the ports of `nlp/`, in one place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from workflow import intake
from workflow.intake import Draft
from workflow.model import Point
from workflow.ports import Answers, Classifier, Likeness, Masker, PlaceFinder
from workflow.region import Region
from workflow.understanding import Located, PlaceGuess, Understanding

_Read = TypeVar("_Read")
_LONG = 400
"""Code points. A text as long as a chat lets through, all subjects and places, takes some 30 ms to read; this many take about three."""


async def off_loop(text: str, read: Callable[[], _Read]) -> _Read:
    """What `read` finds in a text. While a long one is read, in a thread, everybody else is served."""
    return await asyncio.to_thread(read) if len(text) > _LONG else read()


@dataclass(frozen=True, slots=True)
class Reading:
    classifier: Classifier
    places: PlaceFinder
    answers: Answers
    masker: Masker
    likeness: Likeness

    async def understand(self, text: str) -> Understanding:
        return await off_loop(text, partial(self.classifier.understand, text))

    async def dangerous(self, text: str) -> bool:
        """Whether words mean that a life is at risk now."""
        return (await self.understand(text)).danger

    async def locate(self, text: str) -> Located:
        return await off_loop(text, partial(self.places.locate, text))

    def again(self, draft: Draft, region: Region) -> Draft:
        """The draft after its whole text was read once more."""
        topics = region.topics

        def procedure_of(code: str) -> str:
            return topics[code].procedure if code in topics else ""

        inside = draft.place if draft.place and not draft.place_known else ""
        read = self.classifier.understand(draft.text)
        located = _without(self.places.locate(draft.text, inside), draft.refused, region)
        draft = intake.understood(draft, read, located, procedure_of)
        if draft.point is not None:
            draft = replace(draft, reading=draft.reading | {"near": [guess.code for guess in self.near(draft.point)]})
        return replace(draft, gist=self.likeness.gist(self.masker.mask(draft.text)))

    def near(self, point: Point) -> tuple[PlaceGuess, ...]:
        """At most three places around a point, best first."""
        return self.places.near(point.lat, point.lon)

    def answering(self, draft: Draft, words: str) -> Draft:
        """The draft with the one of its ties that these words name; as it was where they name none or more. Who is asked which place may
        write it instead of pressing a button."""
        if not (draft.ties and words):
            return draft
        named = self.places.locate(words).code
        meant = [tie for tie in draft.ties if named and (tie.startswith(named) or named.startswith(tie))]
        return self.picked(draft, max(named, meant[0], key=len)) if len(meant) == 1 else draft

    def picked(self, draft: Draft, code: str) -> Draft:
        """The draft with the place that was picked by a button. Of places that tied it may be a step: what was said is then read once
        more for what lies inside."""
        known = replace(draft, place=code, place_known=True, ties=())
        if code not in draft.ties:
            return known
        located = self.places.locate(draft.text, code)
        finer = bool(located.candidates) and all(guess.code.startswith(code) for guess in located.candidates)
        return intake.placed(replace(draft, place=code, ties=()), located) if finer else known


def _without(located: Located, refused: tuple[str, ...], region: Region) -> Located:
    """What is left to ask about once the person said that it is none of some places."""
    left = tuple(guess for guess in located.candidates if guess.code not in refused)
    if located.decision != "ask" or len(left) == len(located.candidates):
        return located
    if not left:
        return Located("none", detail=located.detail)
    if len(left) > 1:
        return replace(located, candidates=left)
    return replace(located, decision=region.places[left[0].code].level.value, code=left[0].code, candidates=left)
