"""Mentions put together to the places a person speaks of, and which of them the matter is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from nlp.gazetteer import Vocabulary
from nlp.mentions import Mention
from nlp.normalise import MARKS

MARGIN = 0.24  # less than the step between a name and another spelling of it
LOOK = 6  # characters before and after a mention that say what it is there for
GAP = 2  # characters between two mentions that are said in one breath


@dataclass(frozen=True, slots=True)
class Address:
    """One place, named by one or more mentions.

    `weak`: only where somebody lives or comes from, or a body. `spot`: said to be where it is. `denied`: said not to be.
    """

    codes: Mapping[str, float]
    mentions: tuple[Mention, ...]
    weak: bool = False
    spot: bool = False
    denied: bool = False
    seen: frozenset[tuple[tuple[str, float], ...]] = field(default_factory=frozenset)

    @property
    def end(self) -> int:
        return self.mentions[-1].end


class Addresses:
    """Reads the roles from the words around; the words are the city's."""

    def __init__(self, words: Vocabulary) -> None:
        self._not, self._home, self._spot = words["not"], words["home"], words["spot"]
        self._origin = words["origin"] + words["work"] + words["body"]

    def of(self, text: str, mentions: Sequence[Mention]) -> list[Address]:
        """Those the matter may be about: one if it is certain, none if nothing sure is named."""
        named = [m for m in mentions if not m.landmark]
        found = self._grouped(text, named)
        landmarks = [m for m in mentions if m.landmark]
        if landmarks and not found:
            found = self._grouped(text, landmarks)
        elif landmarks:
            found = [self._narrowed(address, landmarks) for address in found]
        return self._about(found)

    def doubtful(self, mentions: Sequence[Mention]) -> list[Address]:
        """Everyday words that stand where a place is usually named: to be asked about."""
        return [Address(m.codes, (m,)) for m in mentions if not m.sure and m.cued]

    def _grouped(self, text: str, mentions: Sequence[Mention]) -> list[Address]:
        found: list[Address] = []
        before: Address | None = None  # an everyday word is a place where one inside it follows at once
        for mention in mentions:
            made = self._address(text, mention)
            at = next((i for i in range(len(found) - 1, -1, -1) if _joins(found[i], made, text)), None)
            if at is not None:
                found[at] = _joined(found[at], made)
            elif mention.sure:
                fits = before is not None and before.end == mention.start and _joins(before, made, text)
                found.append(_joined(before, made) if before is not None and fits else made)
            before = None if mention.sure else made
        return found

    def _address(self, text: str, mention: Mention) -> Address:
        low = max(0, mention.start - LOOK)
        before, after = text[low : mention.start], text[mention.end : mention.end + LOOK]
        denied = before.endswith(self._not) and not before.endswith(tuple(f"{word[-1]}{word}" for word in self._not))
        return Address(
            mention.codes, (mention,), weak=before.endswith(self._home) or after.startswith(self._origin),
            spot=before.endswith(self._spot), denied=denied,
        )  # fmt: skip

    def _narrowed(self, address: Address, landmarks: Sequence[Mention]) -> Address:
        """A landmark in the place that is named says where in it; any other gives way."""
        for landmark in landmarks:
            codes = _nested(address.codes, landmark.codes)
            if codes and not address.denied:
                address = replace(address, codes=codes, mentions=tuple(sorted((*address.mentions, landmark), key=lambda m: m.start)))
        return address

    def _about(self, found: list[Address]) -> list[Address]:
        kept = [address for address in found if not address.denied]
        for denied in (address for address in found if address.denied):
            kept = [less for address in kept if (less := _without(address, denied)).codes] or kept
        if len(kept) > 1:
            kept = [address for address in kept if not address.weak] or kept
        spots = [address for address in kept if address.spot]
        return spots if len(spots) == 1 else kept


def best(scores: Mapping[str, float]) -> Sequence[str]:
    """Codes that can't be told apart, best first; of places inside each other only the one that covers all stays."""
    top = max(scores.values())
    tied = {code for code, score in scores.items() if score >= top - MARGIN}
    tied = {code for code in tied if not any(other != code and code.startswith(other) for other in tied)}
    return sorted(tied, key=lambda code: (-scores[code], len(code), code))


def _joins(address: Address, made: Address, text: str) -> bool:
    """Whether the next mention speaks of the same place, or of one inside the other."""
    mention, gap = made.mentions[0], text[address.end : made.mentions[0].start]
    close = len(gap) <= GAP and not any(char in MARKS for char in gap)
    if not mention.sure and not close:
        return False
    if made.denied is not address.denied and not (address.denied and close):
        return False
    return bool(_nested(address.codes, made.codes))


def _joined(address: Address, made: Address) -> Address:
    mention = made.mentions[0]
    key = tuple(sorted(mention.codes.items()))
    seen = address.seen | {tuple(sorted(m.codes.items())) for m in address.mentions}
    codes = address.codes if key in seen else _nested(address.codes, _inside(address, mention))
    return Address(codes, (*address.mentions, mention), address.weak or made.weak, address.spot or made.spot, address.denied, seen | {key})


def _inside(address: Address, mention: Mention) -> Mapping[str, float]:
    """What a mention may mean: said right behind the town whose name it is, too (棠下镇棠下), it is the village of that name."""
    if mention.start > address.end or not mention.sure:
        return mention.codes
    deeper = {c: w for c, w in mention.codes.items() if any(c != outer and c.startswith(outer) for outer in address.codes)}
    return deeper or mention.codes


def _nested(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Of all pairs that lie in each other the inner one, with what both say for it."""
    found: dict[str, float] = {}
    for a, weight in one.items():
        for b, more in other.items():
            if a.startswith(b) or b.startswith(a):
                inner = max(a, b, key=len)
                found[inner] = max(found.get(inner, 0.0), weight + more)
    return found


def _without(address: Address, denied: Address) -> Address:
    no = tuple(best(denied.codes))
    left = {code: weight for code, weight in address.codes.items() if not code.startswith(no)}
    return replace(address, codes=left)
