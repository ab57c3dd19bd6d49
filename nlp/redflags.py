"""Words that can't wait for a working day. Matched on whole words and in context; a human confirms. A miss is worse than
a page to a human, so only what is listed under `unless` holds a flag back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.normalise import Normal, clauses
from nlp.tables import read
from nlp.tries import Words
from workflow.understanding import RedFlag

TIERS = ("life", "order", "livelihood", "sensitive")
NEAR = 8  # characters around a hit that `unless` words are looked for in
APART = 14  # characters between the first and the last part of a phrase


@dataclass(frozen=True, slots=True)
class Alarm:
    """`parts`: one word, or the parts of a phrase that must stand in one clause, in any order."""

    code: str
    tier: str
    parts: tuple[str, ...]
    token: bool
    numbers: tuple[str, ...]
    unless: tuple[str, ...]


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
        held = {word for alarm in self._alarms for word in alarm.unless}
        return frozenset(held | {alarm.parts[0] for alarm in self._alarms if alarm.token})

    def find(self, normal: Normal) -> tuple[RedFlag, ...]:
        """One flag per code, worst tier first."""
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
    if alarm.token and not (start in normal.edges and end in normal.edges):
        return None
    first, last = start, end
    for part in alarm.parts[1:]:
        low, high = max(clause[0], start - APART), min(clause[1], end + APART)
        found = text.find(part, low, high)
        if found < 0:
            return None
        first, last = min(first, found), max(last, found + len(part))
    around = text[max(0, first - NEAR) : last + NEAR]
    if any(word in around for word in alarm.unless):
        return None
    return first, last


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
        token = row.one_of("kind", ("token", "phrase")) == "token"
        parts = tuple(part for part in row["word"].split("+") if part)
        numbers = row.several("numbers")
        if not all(number.isdigit() for number in numbers):
            raise row.wrong(f"numbers are digits parted by |: {row['numbers']}")
        alarms.append(Alarm(code, tier, parts, token, numbers, row.several("unless") + shared.get(code, ())))
    return RedFlags(alarms)
