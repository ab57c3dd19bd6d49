"""Words that can't wait for a working day. Matched on whole words and in context; a human confirms. A miss is worse than
a page to a human, so only what is listed under `unless` holds a flag back."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.hits import Finder, Hits, Span
from nlp.hunch import Hunch, parts
from nlp.normalise import MARKS, Normal, unspaced
from workflow.understanding import RedFlag

TRIES = 2_000  # parts looked for in one text: no message needs a tenth of it, junk may need a million
TIERS = ("life", "order", "livelihood", "sensitive")
KINDS = ("token", "phrase", "word")
NOW = "[now]"  # says that it goes on: then no group under `unless` holds a flag back
LONG = 120  # a text of more characters tells a story, most of it over: a word in it needs company to be an alarm
LIFE_NUMBERS = ("110", "119", "120")
UNDOUBTED = "suicide"  # words about one's own life are never explained away
COMPANY = 30  # characters around a hit that the company is looked for in
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
    its first part stands inside them; `near`: anywhere near; `before`: near, before it in its clause (words or groups);
    `groups`: anywhere around, unless it goes on. `company`: one of them stands around it in a long text, or it is held back."""

    code: str
    tier: str
    first: str
    rest: tuple[tuple[Link, str], ...]
    kind: str
    numbers: tuple[str, ...]
    covering: frozenset[str]
    near: frozenset[str]
    before: frozenset[str]
    groups: frozenset[str]
    company: frozenset[str] = frozenset()

    @property
    def reach(self) -> Reach:
        return LETTERS if self.kind == "word" else HAN

    @property
    def keys(self) -> frozenset[str]:
        return frozenset((self.first, *(key for _, key in self.rest)))


class RedFlags:
    def __init__(self, alarms: Sequence[Alarm], groups: Mapping[str, Sequence[str]], hunch: Hunch | None = None) -> None:
        """`groups`: key in square brackets → its words. `hunch`: the second opinion, where the rows see no danger to life, and on what
        they see."""
        self._hunch = hunch
        self._group_names = frozenset(groups)
        self._numbers = {alarm.code: alarm.numbers for alarm in alarms}
        # The simple ones first: however long a text is, they are always looked at.
        self._alarms = sorted(alarms, key=lambda alarm: len(alarm.rest))
        self._needs = [alarm.keys for alarm in self._alarms]
        keys = {key for a in alarms for key in (*a.keys, *a.covering, *a.near, *a.before, *a.company)}
        self._finder = Finder(keys - set(groups), groups)
        self._by_key: dict[str, list[int]] = {}
        for number, needs in enumerate(self._needs):
            self._by_key.setdefault(min(sorted(needs), key=lambda key: _common(groups.get(key, (key,)))), []).append(number)
        worst_first = sorted(alarms, key=lambda alarm: TIERS.index(alarm.tier))
        self._places = {code: place for place, code in enumerate(dict.fromkeys(alarm.code for alarm in worst_first))}
        tokens = [alarm for alarm in alarms if alarm.kind == "token"]
        self.words = frozenset(word for alarm in tokens for word in (alarm.first, *alarm.covering))
        """For the segmenter: words that must stand alone, and longer ones that they may stand in."""

    def find(self, normal: Normal) -> tuple[RedFlag, ...]:
        """One flag per code, worst tier first."""
        normal = unspaced(normal)
        found = self._finder.scan(normal.text)
        flags = self._listed(normal, found)
        if not any(flag.tier == TIERS[0] for flag in flags):
            flags += self._sensed(normal, found, worst_only=bool(flags))
        return tuple(sorted(flags, key=lambda flag: (TIERS.index(flag.tier), self._places.get(flag.code, 0))))

    def _listed(self, normal: Normal, found: Hits) -> list[RedFlag]:
        """What the rows say."""
        numbers = sorted(n for key in found.keys for n in self._by_key.get(key, ()) if self._needs[n] <= found.keys)
        if not numbers:
            return []
        breaks = [-1, *(mark.start() for mark in BREAK.finditer(normal.text)), len(normal.text)]
        runs = parts(normal.text)
        flags: dict[str, RedFlag] = {}
        tries = TRIES
        for alarm in map(self._alarms.__getitem__, numbers):
            holds = _Holds.of(alarm, found)
            if alarm.company and breaks[-1] > LONG and not holds.company:
                continue
            for span in found.at(alarm.first) if alarm.code not in flags else ():
                hit = _hit(alarm, normal, found, span, breaks)
                if hit and not _held(alarm, holds, found, span, hit, breaks) and not self._doubted(alarm, normal.text, found, span, runs):
                    flags[alarm.code] = _flag(alarm.code, alarm.tier, normal, hit, alarm.numbers)
                    break
                tries -= bool(alarm.rest)
                if tries < 0:
                    return list(flags.values())
        return list(flags.values())

    def _doubted(self, alarm: Alarm, text: str, found: Hits, span: Span, runs: Sequence[Span]) -> bool:
        """Whether everything around the hit sounds so ordinary that it is none."""
        if not self._hunch or alarm.code == UNDOUBTED:
            return False
        around = [part for part in runs if part[0] <= span[0] < part[1]]
        return bool(around) and all(self._hunch.doubts(text[slice(*part)], self._groups_in(found, part, len(text))) for part in around)

    def _groups_in(self, found: Hits, part: Span, size: int) -> frozenset[str]:
        """The groups that a part of a text of so many characters holds a word of."""
        groups = self._group_names & found.keys
        return groups if part == (0, size) else frozenset(key for key in groups if found.within(key, *part))

    def _sensed(self, normal: Normal, found: Hits, *, worst_only: bool) -> list[RedFlag]:
        """What sounds like danger though no row says so: the first such part."""
        if not self._hunch:
            return []
        for part in parts(normal.text):
            groups = self._groups_in(found, part, len(normal.text))
            said = self._hunch.judge(normal.text[slice(*part)], groups, sure=worst_only)
            if said and (said[1] == TIERS[0] or not worst_only):
                numbers = self._numbers.get(said[0], LIFE_NUMBERS if said[1] == TIERS[0] else ())
                return [_flag(*said, normal, part, numbers)]
        return []


def _flag(code: str, tier: str, normal: Normal, span: Span, numbers: tuple[str, ...]) -> RedFlag:
    first, last = normal.span(*span)
    return RedFlag(code, tier, normal.original[first:last], numbers)


def _common(words: Sequence[str]) -> int:
    """How often one of these words may be expected, roughly: to ask first for what is rare."""
    return sum(1 if len(word) > 1 else 20 for word in words)


def _hit(alarm: Alarm, normal: Normal, found: Hits, span: Span, breaks: Sequence[int]) -> Span | None:
    """From the first to the last character of the parts, if all stand as they must to the first one, which is at `span`."""
    start, end = span
    if alarm.kind == "token" and not (start in normal.edges and end in normal.edges):
        return None
    letters = normal.text if alarm.kind == "word" else ""
    if letters and not _whole(letters, span):
        return None
    if not alarm.rest:
        return span
    index = bisect_left(breaks, start)
    clause = (breaks[index - 1] + 1, breaks[index])
    first, last, before = start, end, span
    for link, key in alarm.rest:
        inside = clause if link.clause else (0, len(normal.text))
        part = _part(link, found, key, before if link.ordered else span, inside, alarm.reach.apart, letters)
        if part is None:
            return None
        before = part
        first, last = min(first, part[0]), max(last, part[1])
    return first, last


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


@dataclass(frozen=True, slots=True)
class _Holds:
    """What of an alarm's `unless` stands in a text at all."""

    covering: frozenset[str]
    near: frozenset[str]
    before: frozenset[str]
    groups: frozenset[str]
    company: frozenset[str]

    @classmethod
    def of(cls, alarm: Alarm, found: Hits) -> _Holds:
        keys = found.keys
        groups = frozenset[str]() if NOW in keys else alarm.groups & keys
        return cls(alarm.covering & keys, alarm.near & keys, alarm.before & keys, groups, alarm.company & keys)


def _held(alarm: Alarm, holds: _Holds, found: Hits, first: Span, whole: Span, breaks: Sequence[int]) -> bool:
    low, high = whole
    clause = breaks[bisect_left(breaks, low) - 1] + 1
    near, wide = alarm.reach.near, alarm.reach.wide
    alone = bool(alarm.company) and breaks[-1] > LONG
    return (
        (alone and not any(found.within(key, low - COMPANY, high + COMPANY) for key in holds.company))
        or any(found.within(word, low - near, high + near) for word in holds.near)
        or any(found.within(key, max(low - near, clause), low) for key in holds.before)
        or any(found.around(word, *first) for word in holds.covering)
        or any(found.within(group, low - wide, high + wide) for group in holds.groups)
    )


def _whole(text: str, span: Span) -> bool:
    """Whether the span is no piece of a longer word of Latin letters."""
    start, end = span
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return not any(char.isascii() and char.isalnum() for char in around)
