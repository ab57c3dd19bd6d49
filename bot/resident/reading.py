"""What the conversation needs to understand a message: the ports of `nlp/`, in one place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from workflow import intake, pins
from workflow.copies import amended
from workflow.intake import Draft
from workflow.model import Point, Procedure
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
        draft = self._pointed(draft, region)
        return amended(draft, gist=self.likeness.gist(self.masker.mask(draft.text)))

    def _pointed(self, draft: Draft, region: Region) -> Draft:
        """The draft with what lies around its point. A point many km from the place is asked about, unless somebody is in danger."""
        point = draft.point
        if point is None:
            return draft
        guesses = self.near(point)
        codes = [guess.code for guess in guesses]
        draft = amended(draft, reading=draft.reading | {"near": codes})
        settled = draft.urgent or draft.point_weighed or draft.procedure == Procedure.PETITION_REPORT
        known = draft.place_known and bool(draft.place) and not settled
        if known and pins.contradict(region, draft.place, point, guesses):
            return intake.contradicted(draft, draft.place, *codes)
        return draft

    def near(self, point: Point) -> tuple[PlaceGuess, ...]:
        """At most three places around a point, best first."""
        return self.places.near(point.lat, point.lon)

    def heard(self, draft: Draft, words: str, message_id: str) -> Draft:
        """The draft with these words more, or in the place of what the same message said before; its place, if they name another one."""
        before = next((said for known, said in draft.said if message_id and known == message_id), None)
        told = intake.told(draft, words, message_id)
        if before is None:
            return self.answering(told, words)
        if _named(self.places.locate(before)) == _named(self.places.locate(words)):
            return told
        # What the words said is taken back with them; what was picked or scanned is not.
        return intake.unplaced(told) if draft.place_read else self.answering(told, words)

    def answering(self, draft: Draft, words: str) -> Draft:
        """The draft with the one of its ties that these words name: who is asked which place may write it instead of pressing a button.
        Where the place was known, they may name one inside it, or another one."""
        if not words:
            return draft
        if not draft.ties:
            return self._moved(draft, words) if draft.place else draft
        located = self.places.locate(words)
        named = located.grid or located.code
        meant = [tie for tie in draft.ties if named and pins.akin(tie, named)]
        if len(meant) == 1:
            return self.picked(draft, max(named, meant[0], key=len))
        return intake.contradicted(draft, named) if named and not meant else draft

    def _moved(self, draft: Draft, words: str) -> Draft:
        """The draft after words more. One place inside the known one narrows it. Where they name another, all that was said is read anew;
        what was picked or scanned stands against it, and it is asked about."""
        named = _named(self.places.locate(words))
        if not named:
            return draft
        if not any(pins.akin(code, draft.place) for code in named):
            return intake.unplaced(draft) if draft.place_read else intake.contradicted(draft, draft.place, *named)
        inner = self.places.locate(words, draft.place)
        code = inner.grid or inner.code
        if len(code) <= len(draft.place) or not code.startswith(draft.place):
            return draft
        narrower = intake.placed(draft, inner)
        return replace(narrower, place_read=draft.place_read, place_detail=inner.detail or draft.place_detail)

    def scanned(self, draft: Draft, place: str, detail: str) -> Draft:
        """The draft with the place of a QR code; asked about where another one was known."""
        if draft.place and not pins.akin(place, draft.place):
            return intake.contradicted(draft, place)
        finer = max(place, draft.place, key=len)
        known = replace(intake.unplaced(draft), place=finer, place_known=True)
        return replace(known, place_detail=detail or draft.place_detail)

    def picked(self, draft: Draft, code: str) -> Draft:
        """The draft with the place that was picked by a button. Of places that tied it may be a step: what was said is then read once
        more for what lies inside."""
        known = replace(draft, place=code, place_known=True, place_read=False, ties=(), claims=(), point_weighed=True)
        if code not in draft.ties:
            return known
        located = self.places.locate(draft.text, code)
        finer = bool(located.candidates) and all(guess.code.startswith(code) for guess in located.candidates)
        return intake.placed(replace(known, place_known=False), located) if finer else known


def _named(located: Located) -> tuple[str, ...]:
    """Codes of the places that words may mean."""
    certain = located.grid or located.code
    return (certain,) if certain else tuple(guess.code for guess in located.candidates)


def _without(located: Located, refused: tuple[str, ...], region: Region) -> Located:
    """What is left to ask about once the person said that it is none of some places."""
    left = tuple(guess for guess in located.candidates if guess.code not in refused)
    if len(left) == len(located.candidates):
        return located
    if not left:
        return Located("none", detail=located.detail)
    if len(left) > 1:
        return replace(located, candidates=left)
    return replace(located, decision=region.places[left[0].code].level.value, code=left[0].code, candidates=left)
