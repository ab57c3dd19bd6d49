"""Where a text says that something else begins: lists, words that open another matter, new lines, sentences."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from nlp.normalise import MARKS, Normal
from nlp.tables import read
from nlp.tries import Words

LONG = 4096  # code points that are looked at
NEAR = 4  # code points: two signs so near are one, as in 最后，想问

_CIRCLES = "①②③④⑤⑥⑦⑧⑨"
_CIRCLE = re.compile(f"[{_CIRCLES}]")
_GAP = re.compile(f"[{re.escape(''.join(sorted(MARKS)))} ]+")
_STOPS = frozenset("。!?;")  # end a sentence, in normalised text


class Sign(IntEnum):
    """How a piece is parted from the one before, weakest first."""

    SENTENCE = 0
    ADDED = 1
    LINE = 2
    BESIDES = 3
    OPENED = 4


@dataclass(frozen=True, slots=True)
class Signs:
    """Words that part matters or hold them together, from the city's language (matters.csv says what each kind means)."""

    opens: Words
    adds: Words
    besides: Words
    goes_on: Words
    result: Words
    spot: Words
    whose: Words
    speaker: Words
    aspects: frozenset[str]
    numerals: tuple[str, ...]
    item: re.Pattern[str]


def load(path: Path, topics: Container[str]) -> Signs:
    """Reads matters.csv. Raises LanguageError for an unknown topic."""
    kinds = ("opens", "adds", "besides", "goes_on", "result", "spot", "whose", "speaker", "aspect", "numeral", "item")
    found: dict[str, list[str]] = {kind: [] for kind in kinds}
    for row in read(path, ("kind", "word")):
        kind, word = row.one_of("kind", kinds), row.need("word")
        if kind == "aspect" and word not in topics:
            raise row.wrong(f"unknown topic: {word}")
        found[kind].append(word)
    words = {kind: Words(found[kind]) for kind in ("opens", "adds", "besides", "goes_on", "result", "spot", "whose", "speaker")}
    numerals = tuple(found["numeral"])
    return Signs(**words, aspects=frozenset(found["aspect"]), numerals=numerals, item=_item(numerals, found["item"]))


def _item(numerals: Sequence[str], before: Sequence[str]) -> re.Pattern[str]:
    """The number of an item in a list; the group says of which kind it is."""
    spelt = "|".join(map(re.escape, numerals)) or "(?!)"
    lead = f"(?:{'|'.join(map(re.escape, before))})?" if before else ""
    return re.compile(
        rf"(?:{lead}(?P<spelt>{spelt})(?:[、.:,)]|是|来)|\((?P<inspelt>{spelt})\)"
        rf"|{lead}(?P<digit>[1-9])[、.:,)](?!\d)|\((?P<indigit>[1-9])\))"
    )


def cuts(normal: Normal, signs: Signs) -> dict[int, Sign]:
    """Where a piece begins → what says so, in order; sentences that merely follow each other are left to `sentences`."""
    found: dict[int, Sign] = {}
    last = -NEAR - 1
    besides = any(signs.besides.at(normal.text, 0)) if normal.text else False
    for start, line in _openings(normal):
        sign = _sign(normal.text, start, signs, line=line, besides=besides)
        if sign is not None:
            at = last if start - last <= NEAR else start
            found[at] = max(sign, found.get(at, sign))
            last = at
        besides = any(signs.besides.at(normal.text, start))
    return found


def _sign(text: str, start: int, signs: Signs, *, line: bool, besides: bool) -> Sign | None:
    if not start:
        return None
    if any(signs.opens.at(text, start)):
        return Sign.OPENED
    if line:
        return Sign.ADDED
    if any(signs.adds.at(text, start)):
        return Sign.BESIDES if besides else Sign.ADDED
    return None


def sentences(normal: Normal, signs: Signs, known: Mapping[int, Sign]) -> dict[int, Sign]:
    """`known` cuts and the beginnings of sentences and lines, in order. What goes on with the one before, or tells what came of it, begins
    none, nor does what follows a word about the speaker."""
    text, found = normal.text, dict(known)
    lines = {start: line for start, line in _openings(normal) if start and (line or not _STOPS.isdisjoint(text[max(0, start - 2) : start]))}
    for before, start, end in zip([0, *lines], lines, [*lines, len(text)][1:], strict=False):
        held = any(signs.speaker.at(text, before)) or any(signs.goes_on.at(text, start)) or signs.result.any_in(text[start:end])
        if not held:
            sign = Sign.LINE if lines[start] else Sign.SENTENCE
            found[start] = max(sign, found.get(start, sign))
    return dict(sorted(found.items()))


def _openings(normal: Normal) -> Iterator[tuple[int, bool]]:
    """Where clauses begin after the first, spaces left out, and whether that is a new line."""
    lines = "\n" in normal.original or "\r" in normal.original
    for gap in _GAP.finditer(normal.text, 0, LONG):
        line = lines and any(normal.original[normal.starts[at]] in "\r\n" for at in range(*gap.span()))
        if gap.end() < len(normal.text) and (line or not MARKS.isdisjoint(gap[0])):
            yield gap.end(), line


def items(normal: Normal, signs: Signs) -> list[int]:
    """Where the items of a list begin: numbers of one kind, from one upwards, each at the beginning of a clause or after a space."""
    if signs.item.search(normal.text) is None and _CIRCLE.search(normal.original) is None:
        return []
    runs: dict[str, list[int]] = {}
    for index in range(min(len(normal.text), LONG)):
        kind, number = _numbered(normal, index, signs)
        run = runs.setdefault(kind, []) if kind else []
        if number == len(run) + 1:
            run.append(index)
    best = max(runs.values(), key=len, default=[])
    return best if len(best) >= 2 else []


def _numbered(normal: Normal, index: int, signs: Signs) -> tuple[str, int]:
    """The kind of an item's number that begins here, and the number; ("", 0) for none."""
    circle = _CIRCLES.find(normal.original[normal.starts[index]])
    if circle >= 0:
        return "circle", circle + 1
    if index and normal.text[index] != "(" and normal.text[index - 1] not in MARKS and normal.text[index - 1] != " ":
        return "", 0
    found = signs.item.match(normal.text, index)
    if found is None or found.lastgroup is None:
        return "", 0
    sign = found[found.lastgroup]
    return found.lastgroup, signs.numerals.index(sign) + 1 if sign in signs.numerals else int(sign)
