"""Words that can't wait for a working day. Matched on whole words and in context; a human confirms. A miss is worse than
a page to a human, so only what is listed under `unless` holds a flag back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.normalise import Normal, clauses, unspaced
from nlp.tables import read
from nlp.tries import Words
from workflow.understanding import RedFlag

TIERS = ("life", "order", "livelihood", "sensitive")
KINDS = ("token", "phrase", "word")


@dataclass(frozen=True, slots=True)
class Reach:
    """`near`: characters around a hit that `unless` words are looked for in; `apart`: between two parts of a phrase."""

    near: int
    apart: int


HAN = Reach(near=8, apart=14)
LETTERS = Reach(near=20, apart=40)


@dataclass(frozen=True, slots=True)
class Alarm:
    """`parts`: one word, or the parts of a phrase that must stand in one clause, in any order. `covering`: words that hold
    it back only where its first part stands inside them; `near`: anywhere near."""

    code: str
    tier: str
    parts: tuple[str, ...]
    kind: str
    numbers: tuple[str, ...]
    covering: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    @property
    def reach(self) -> Reach:
        return LETTERS if self.kind == "word" else HAN


class RedFlags:
    def __init__(self, alarms: Sequence[Alarm]) -> None:
        self._alarms = sorted(alarms, key=lambda a: TIERS.index(a.tier))
        self._first = Words(alarm.parts[0] for alarm in alarms)
        self._by_part: dict[str, list[Alarm]] = {}
        for alarm in self._alarms:
            self._by_part.setdefault(alarm.parts[0], []).append(alarm)

    @property
    def words(self) -> frozenset[str]:
        """For the segmenter: the flags and the words that hold them back."""
        held = {word for alarm in self._alarms for word in (*alarm.covering, *alarm.near)}
        return frozenset(held | {alarm.parts[0] for alarm in self._alarms if alarm.kind == "token"})

    def find(self, normal: Normal) -> tuple[RedFlag, ...]:
        """One flag per code, worst tier first."""
        normal = unspaced(normal)
        text = normal.text
        hits: dict[str, tuple[Alarm, int, int]] = {}
        spans = clauses(text)
        at = 0
        for start in range(len(text)):
            while at < len(spans) - 1 and start >= spans[at][1]:
                at += 1
            for word in self._first.at(text, start):
                for alarm in self._by_part[word]:
                    if alarm.code not in hits and (hit := _hit(alarm, normal, start, spans[at])):
                        hits[alarm.code] = (alarm, *hit)
        return tuple(_flag(normal, *hits[a.code]) for a in _once(self._alarms) if a.code in hits)


def _hit(alarm: Alarm, normal: Normal, start: int, clause: tuple[int, int]) -> tuple[int, int] | None:
    text = normal.text
    end = start + len(alarm.parts[0])
    if alarm.kind == "token" and not (start in normal.edges and end in normal.edges):
        return None
    if alarm.kind == "word" and not _whole(text, start, end):
        return None
    first, last = start, end
    for part in alarm.parts[1:]:
        low, high = max(clause[0], start - alarm.reach.apart), min(clause[1], end + alarm.reach.apart)
        found = _find(text, part, low, high, whole=alarm.kind == "word")
        if found < 0:
            return None
        first, last = min(first, found), max(last, found + len(part))
    around = text[max(0, first - alarm.reach.near) : last + alarm.reach.near]
    if any(word in around for word in alarm.near) or any(_covers(text, word, start, end) for word in alarm.covering):
        return None
    return first, last


def _find(text: str, part: str, low: int, high: int, *, whole: bool) -> int:
    found = text.find(part, low, high)
    while whole and found >= 0 and not _whole(text, found, found + len(part)):
        found = text.find(part, found + 1, high)
    return found


def _whole(text: str, start: int, end: int) -> bool:
    """Whether the span is no piece of a longer word of Latin letters."""
    around = text[start - 1 : start] + text[end : end + 1]
    return not any(char.isascii() and char.isalnum() for char in around)


def _covers(text: str, word: str, start: int, end: int) -> bool:
    """Whether `word` stands in the text around the span."""
    return text.find(word, max(0, end - len(word)), start + len(word)) >= 0


def _flag(normal: Normal, alarm: Alarm, start: int, end: int) -> RedFlag:
    first, last = normal.span(start, end)
    return RedFlag(alarm.code, alarm.tier, normal.original[first:last], alarm.numbers)


def _once(alarms: Sequence[Alarm]) -> Iterator[Alarm]:
    seen: set[str] = set()
    for alarm in alarms:
        if alarm.code not in seen:
            seen.add(alarm.code)
            yield alarm


def load(path: Path) -> RedFlags:
    """Reads redflags.csv. A row with code and `unless` but no word adds those to all rows of the code."""
    rows = read(path, ("code", "tier", "word", "kind", "numbers", "unless"))
    shared: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if not row["word"]:
            shared[row.need("code")] = shared.get(row["code"], ()) + row.several("unless")
    alarms: list[Alarm] = []
    tiers: dict[str, str] = {}
    for row in rows:
        if not row["word"]:
            continue
        code, tier = row.need("code"), row.one_of("tier", TIERS)
        if tiers.setdefault(code, tier) != tier:
            raise row.wrong(f"{code} has two tiers: {tiers[code]}, {tier}")
        parts = tuple(part for part in row["word"].split("+") if part)
        numbers = row.several("numbers")
        if not all(number.isdigit() for number in numbers):
            raise row.wrong(f"numbers are digits parted by |: {row['numbers']}")
        unless = row.several("unless") + shared.get(code, ())
        covering = tuple(word for word in unless if parts[0] in word)
        near = tuple(word for word in unless if parts[0] not in word)
        alarms.append(Alarm(code, tier, parts, row.one_of("kind", KINDS), numbers, covering, near))
    return RedFlags(alarms)
