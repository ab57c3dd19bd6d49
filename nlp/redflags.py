"""Words that can't wait for a working day. Matched on whole words and in context; a human confirms. A miss is worse than
a page to a human, so only what is listed under `unless` holds a flag back."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.hits import Finder, Hits, Span
from nlp.normalise import MARKS, Normal, unspaced
from workflow.understanding import RedFlag

TIERS = ("life", "order", "livelihood", "sensitive")
KINDS = ("token", "phrase", "word")
NOW = "[now]"  # says that it goes on: then no group under `unless` holds a flag back
# A space that `unspaced` has left between two Chinese characters was the end of a line.
BREAK = re.compile("[" + re.escape("".join(sorted(MARKS))) + "]|(?<=[㐀-鿿]) (?=[㐀-鿿])")


@dataclass(frozen=True, slots=True)
class Reach:
    """`near`: characters around a hit that `unless` words are looked for in, `wide` those of groups; `apart`: between two
    parts of a phrase."""

    near: int
    wide: int
    apart: int


HAN = Reach(near=8, wide=16, apart=14)
LETTERS = Reach(near=20, wide=40, apart=40)


@dataclass(frozen=True, slots=True)
class Link:
    """How a part stands to the others: `ordered` after the one before it, else anywhere by the first; at most `apart`
    characters off (0: the reach of its kind)."""

    ordered: bool
    apart: int
    clause: bool


LINKS = {
    "+": Link(ordered=False, apart=0, clause=True),
    ">": Link(ordered=True, apart=3, clause=True),
    ">>": Link(ordered=True, apart=10, clause=True),
    "~": Link(ordered=False, apart=24, clause=False),
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """`first` and the keys of `rest` are words, or groups in square brackets. `covering`: words that hold it back only where
    its first part stands inside them; `near`: anywhere near; `groups`: anywhere around, unless it goes on."""

    code: str
    tier: str
    first: str
    rest: tuple[tuple[Link, str], ...]
    kind: str
    numbers: tuple[str, ...]
    covering: tuple[str, ...]
    near: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def reach(self) -> Reach:
        return LETTERS if self.kind == "word" else HAN


class RedFlags:
    def __init__(self, alarms: Sequence[Alarm], groups: Mapping[str, Sequence[str]]) -> None:
        """`groups`: key in square brackets → its words."""
        ordered = sorted(alarms, key=lambda a: TIERS.index(a.tier))
        keys = {key for a in alarms for key in (a.first, *(key for _, key in a.rest), *a.covering, *a.near)}
        self._finder = Finder(keys - set(groups), groups)
        self._by_word: dict[str, list[Alarm]] = {}
        for alarm in ordered:
            for word in groups.get(alarm.first, (alarm.first,)):
                self._by_word.setdefault(word, []).append(alarm)
        self._codes = tuple(dict.fromkeys(alarm.code for alarm in ordered))
        held = {word for alarm in alarms for word in (*alarm.covering, *alarm.near)}
        self.words = frozenset(held | {alarm.first for alarm in alarms if alarm.kind == "token"})
        """For the segmenter: the flags and the words that hold them back."""

    def find(self, normal: Normal) -> tuple[RedFlag, ...]:
        """One flag per code, worst tier first."""
        normal = unspaced(normal)
        found = self._finder.scan(normal.text)
        breaks: list[int] = []
        flags: dict[str, RedFlag] = {}
        for start, end, word in found.words:
            for alarm in self._by_word.get(word, ()):
                if alarm.code in flags or not all(key in found.at for _, key in alarm.rest):
                    continue
                breaks = breaks or [-1, *(mark.start() for mark in BREAK.finditer(normal.text)), len(normal.text)]
                if hit := _hit(alarm, normal, found, (start, end), breaks):
                    first, last = normal.span(*hit)
                    flags[alarm.code] = RedFlag(alarm.code, alarm.tier, normal.original[first:last], alarm.numbers)
        return tuple(flags[code] for code in self._codes if code in flags)


def _hit(alarm: Alarm, normal: Normal, found: Hits, span: Span, breaks: Sequence[int]) -> Span | None:
    start, end = span
    if alarm.kind == "token" and not (start in normal.edges and end in normal.edges):
        return None
    letters = normal.text if alarm.kind == "word" else ""
    if letters and not _whole(letters, span):
        return None
    index = bisect_left(breaks, start)
    clause = (breaks[index - 1] + 1, breaks[index]) if breaks[index] > start else span
    first, last, before = start, end, span
    for link, key in alarm.rest:
        low, high = clause if link.clause else (0, len(normal.text))
        part = _part(link, found, key, before if link.ordered else span, (low, high), alarm.reach.apart, letters)
        if part is None:
            return None
        before = part
        first, last = min(first, part[0]), max(last, part[1])
    return None if _held(alarm, found, span, (first, last)) else (first, last)


def _part(link: Link, found: Hits, key: str, by: Span, inside: Span, reach: int, letters: str) -> Span | None:
    """Where a further part stands, by one already found and inside a clause (or the text)."""
    apart = link.apart or reach
    if link.ordered:
        part = found.after(key, by[1])
        return part if part and part[0] - by[1] <= apart and part[1] <= inside[1] else None
    low, high = max(inside[0], by[0] - apart), min(inside[1], by[1] + apart)
    part = found.within(key, low, high)
    while part and letters and not _whole(letters, part):
        part = found.within(key, part[0] + 1, high)
    return part


def _held(alarm: Alarm, found: Hits, first: Span, whole: Span) -> bool:
    at, near, wide = found.at, alarm.reach.near, alarm.reach.wide
    low, high = whole
    return (
        any(word in at and found.within(word, low - near, high + near) for word in alarm.near)
        or any(word in at and found.around(word, *first) for word in alarm.covering)
        or (NOW not in at and any(found.within(group, low - wide, high + wide) for group in alarm.groups))
    )


def _whole(text: str, span: Span) -> bool:
    """Whether the span is no piece of a longer word of Latin letters."""
    start, end = span
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return not any(char.isascii() and char.isalnum() for char in around)
