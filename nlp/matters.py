"""Where one message holds several matters. Precision comes before recall: an "also" within one matter is no second one.

A text is cut where it says so: at the items of a list (一、二、 · 1. 2. · ①②), at words that open another matter (另外, 其次), and, with
stronger proof, at weaker words (还有, 同时) and at new lines; a short one also between sentences, with the strongest. A piece that speaks
of nothing by itself belongs to the one before it; what comes before the first matter, a greeting or where it all is, belongs to none.
Pieces that speak of the same kind of thing, or of what the same people did, are one matter, unless each names a place of its own.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from nlp.matter_signs import LONG, Sign, Signs, cuts, items, sentences
from nlp.normalise import Normal
from workflow.region import Topic
from workflow.understanding import TopicGuess

MOST = 5
CROWDED = 60  # pieces: nobody says so many things at once, and each is looked at
ENOUGH = 1.2  # evidence for a matter of its own: one word that is hardly ever about anything else
PLENTY = 2.2  # where only a weak word or a new line parts it from the one before
STORY = 60  # code points: a longer piece that speaks of many things is a story, not a matter
SURE = 1.7  # where only a sentence parts it from the one before, which is somebody else's affair
SHORT = 100  # code points: in a longer text a sentence that merely follows another is part of a story
ROOMY = 300  # code points: in a longer text places are not compared
DESK = "department"  # who looks first, in topics.csv
CLEAR = 0.55  # the best topic's share of all evidence in a piece that is none
BESIDE = 2.2  # where a topic is mostly a side of another matter
FOREIGN = 0.34  # more of the neighbour's topic in a piece, by its own measure, and the cut does not hold
STRANGE = 0.1  # the same between sentences


class Kind(NamedTuple):
    """What makes two sub-themes akin: item and lead unit alike. `desk`: it goes straight to that unit, whose desk takes all as one."""

    item: str = ""
    lead: str = ""
    domain: str = ""
    desk: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A span of the normalised text. `sign`: what parts it from the one before. `whose`: words in it that say who did it.
    `spot`: whether it says where, by a word such as downstairs."""

    start: int
    end: int
    sign: Sign
    scores: Mapping[str, float]
    whose: frozenset[str]
    spot: bool

    @property
    def top(self) -> str:
        return max(self.scores, key=lambda topic: (self.scores[topic], topic), default="")

    @property
    def weight(self) -> float:
        return self.scores.get(self.top, 0.0)

    @property
    def clear(self) -> bool:
        return self.end - self.start <= STORY or self.weight >= CLEAR * sum(self.scores.values())


@dataclass(frozen=True, slots=True)
class Matters:
    """`rank`: the topics of a text, best first. `kinds`: what each topic's kind is. `where`: the code of the one place a text certainly
    names, "" if there is none."""

    rank: Callable[[Normal], Sequence[TopicGuess]]
    kinds: Mapping[str, Kind]
    signs: Signs
    where: Callable[[str], str]

    def find(self, normal: Normal, spoken: Sequence[TopicGuess]) -> tuple[tuple[int, int], ...]:
        """Spans in the original, 2 to 5, in order, none overlapping another; empty where there is one matter, or nobody can say.
        `spoken`: the topics of the whole text."""
        if listed := items(normal, self.signs):
            return self._listed(normal, listed)
        found = cuts(normal, self.signs)
        parts = self._parted(normal, [0, *found], found) if found else ()
        if parts or len(normal.text) > SHORT or not self._several(spoken):
            return parts
        more = sentences(normal, self.signs, found)
        return self._parted(normal, [0, *more], more) if more != found else ()

    def _several(self, spoken: Sequence[TopicGuess]) -> bool:
        return len({self._kind(guess.code)[:2] for guess in spoken if guess.score >= SURE}) > 1

    def _kind(self, topic: str) -> Kind:
        return self.kinds.get(topic, Kind())

    def _listed(self, normal: Normal, starts: Sequence[int]) -> tuple[tuple[int, int], ...]:
        """What stands before a list introduces it: if that names a matter, or whose doing it all is, the items are its sides."""
        head = self._piece(normal, sorted(normal.edges), 0, starts[0], Sign.OPENED)
        if head.weight >= ENOUGH or head.whose:
            return ()
        found = self._parted(normal, starts, dict.fromkeys(starts, Sign.OPENED), listed=True)
        # A list whose first item names no matter lists something else.
        return found if found and found[0][0] == normal.starts[starts[0]] else ()

    def _parted(
        self, normal: Normal, starts: Sequence[int], signs: Mapping[int, Sign], *, listed: bool = False
    ) -> tuple[tuple[int, int], ...]:
        if len(starts) > CROWDED:
            return ()
        bounds = [*starts, min(len(normal.text), LONG)]
        edges = sorted(normal.edges)
        pieces = [self._piece(normal, edges, start, end, signs.get(start, Sign.OPENED)) for start, end in pairwise(bounds) if end > start]
        found = self._gathered(normal, pieces, listed=listed)
        if not 2 <= len(found) <= MOST or not all(piece.clear for piece in found):
            return ()
        return tuple(normal.span(piece.start, piece.end) for piece in found)

    def _piece(self, normal: Normal, edges: Sequence[int], start: int, end: int, sign: Sign) -> Piece:
        part = Normal(
            normal.original, normal.text[start:end], normal.starts[start:end], normal.ends[start:end],
            frozenset(edge - start for edge in edges[bisect_left(edges, start) : bisect_right(edges, end)]),
        )  # fmt: skip
        scores = {guess.code: sum(evidence.weight for evidence in guess.evidence) for guess in self.rank(part)}
        whose = frozenset(part.text[first:last] for first, last in self.signs.whose.longest(part.text))
        return Piece(start, end, sign, scores, whose, self.signs.spot.any_in(part.text))

    def _gathered(self, normal: Normal, pieces: Sequence[Piece], *, listed: bool) -> list[Piece]:
        """Pieces that are matters of their own. What is none, and what is only weakly parted, goes with the one before. What speaks of an
        earlier one's kind again, with another between, shows that the text can't be cut cleanly: then there are none."""
        found: list[Piece] = []
        for piece in pieces:
            if piece.weight < ENOUGH:
                found[-1:] = [replace(last, end=piece.end) for last in found[-1:]]
            elif not found:
                found.append(piece)
            elif any(self._akin(normal, old, piece, listed=listed) for old in found[:-1]):
                return []
            elif self._akin(normal, found[-1], piece, listed=listed) or not self._plainly(found[-1], piece, parted=len(found) > 1):
                found[-1] = _joined(found[-1], piece)
            else:
                found.append(piece)
        return found

    def _akin(self, normal: Normal, old: Piece, new: Piece, *, listed: bool) -> bool:
        if old.whose & new.whose:
            return True
        one, other = self._kind(old.top), self._kind(new.top)
        if old.top == new.top or (one.item, one.lead) == (other.item, other.lead):
            return new.sign is not Sign.OPENED or not self._apart(normal, old, new)
        if not listed and one.lead == other.lead and one.desk and other.desk:
            return True
        foreign = max(new.scores.get(old.top, 0.0) / new.weight, old.scores.get(new.top, 0.0) / old.weight)
        beside = not listed and any(piece.top in self.signs.aspects and piece.weight < BESIDE for piece in (old, new))
        return foreign >= (STRANGE if new.sign in {Sign.SENTENCE, Sign.LINE} else FOREIGN) or beside

    def _apart(self, normal: Normal, old: Piece, new: Piece) -> bool:
        """Whether each names a place, and neither lies in the other. Nobody looks in a long text: it may name hundreds."""
        if len(normal.text) > ROOMY:
            return False
        one, other = (self.where(normal.original[slice(*normal.span(piece.start, piece.end))]) for piece in (old, new))
        return bool(one and other) and not one.startswith(other) and not other.startswith(one)

    def _plainly(self, old: Piece, new: Piece, *, parted: bool) -> bool:
        """Whether the sign between them, or what they are about, parts them; less is needed in a text that is `parted` already."""
        one, other = self._kind(old.top), self._kind(new.top)
        least = min(old.weight, new.weight)
        elsewhere = one.lead != other.lead
        near = one.item == other.item and not (elsewhere and new.spot)
        match new.sign:
            case Sign.OPENED:
                # Akin ones that come so far are at different places.
                return not near or not elsewhere or least >= PLENTY
            case Sign.BESIDES:
                return not near or (elsewhere and least >= PLENTY)
            case Sign.ADDED:
                far = new.spot or (elsewhere and one.domain != other.domain)
                return far and not near and (parted or least >= (SURE if elsewhere and new.spot else PLENTY))
            case Sign.SENTENCE | Sign.LINE:
                far = not near or (elsewhere and new.sign is Sign.LINE and least >= PLENTY)
                sure = elsewhere and (new.spot or one.domain != other.domain)
                return far and least >= (SURE if sure else PLENTY) and self.signs.aspects.isdisjoint((old.top, new.top))


def build(
    signs: Signs, topics: Mapping[str, Topic], rank: Callable[[Normal], Sequence[TopicGuess]], where: Callable[[str], str]
) -> Matters:
    kinds = {code: Kind(topic.item, topic.lead, topic.domain_name, topic.first == DESK) for code, topic in topics.items()}
    return Matters(rank, kinds, signs, where)


def _joined(old: Piece, new: Piece) -> Piece:
    scores = {topic: old.scores.get(topic, 0.0) + new.scores.get(topic, 0.0) for topic in {*old.scores, *new.scores}}
    return Piece(old.start, new.end, old.sign, scores, old.whose | new.whose, old.spot or new.spot)
