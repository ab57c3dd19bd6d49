"""Learned weights as files that a person can read, question and change: `weights.csv` and, beside it, `manifest.json`.

weights.csv: word, topic, weight, count. One row says how much a word (or a pair of characters) speaks for a topic, and in how
many texts it stood. A row that is deleted or changed by hand is used as it then stands.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nlp.errors import LanguageError

FORMAT = 2
HEAVIEST = 100  # a weight beyond is a slip of the hand
LEAST_HAND = 0.01  # of the city's own topics: learned weights are divided by it
STEEPEST, FARTHEST = 1000.0, 100.0  # slope or hand, and start of the curve: beyond, sums and certainties are no numbers any more
TABLE, MANIFEST = "weights.csv", "manifest.json"
_COLUMNS = ("word", "topic", "weight", "count")


@dataclass(frozen=True, slots=True)
class Manifest:
    """`topics`: code → name, as learned. `own`: whether these are the city's sub-themes, so that the weights may be published.
    `texts`: how many were learned from. `slope`, `start`: certainty that the first topic is right, by its lead over the second (a logistic
    curve); for another set of labels only. `hand`: how much hand-written weights count beside learned ones. `onto`: sub-theme → the
    topic of that set that its hand-written weights speak for; empty = no hand-written weights. `made`: ISO 8601, UTC."""

    topics: Mapping[str, str]
    own: bool
    texts: int
    made: str
    slope: float = 1.0
    start: float = 0.0
    hand: float = 1.0
    onto: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Word:
    """`rarity`: its weight in a text, whatever the topic. `pulls`: topic → weight. `rows`: the same, with the topic's place in
    `Weights.topics`."""

    rarity: float
    count: int
    pulls: Mapping[str, float]
    rows: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Weights:
    manifest: Manifest
    words: Mapping[str, Word]
    version: str
    topics: tuple[str, ...]


def rarity(texts: int, count: int) -> float:
    """Smoothed inverse document frequency."""
    return math.log((1 + texts) / (1 + count)) + 1


def of(manifest: Manifest, words: Mapping[str, tuple[int, Mapping[str, float]]]) -> Weights:
    """`words`: word → (count, topic → weight)."""
    topics = tuple(manifest.topics)
    place = {topic: number for number, topic in enumerate(topics)}
    ready = {
        word: Word(rarity(manifest.texts, count), count, pulls, tuple((place[topic], weight) for topic, weight in pulls.items()))
        for word, (count, pulls) in words.items()
    }
    return Weights(manifest, ready, _version(manifest, ready), topics)


def save(weights: Weights, folder: Path) -> None:
    """Writes both files; the folder is made. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(_COLUMNS)
        for word, known in sorted(weights.words.items()):
            for topic, weight in sorted(known.pulls.items(), key=lambda pull: (-abs(pull[1]), pull[0])):
                table.writerow((word, topic, f"{weight:.3f}", known.count))
    text = json.dumps(asdict(weights.manifest), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def load(folder: Path) -> Weights:
    """Raises LanguageError, naming file and line, for anything that can't be used."""
    manifest = _manifest(folder / MANIFEST)
    counts: dict[str, int] = {}
    pulls: dict[str, dict[str, float]] = {}
    for line, (word, topic, weight, count) in _rows(folder / TABLE):
        if topic not in manifest.topics:
            raise LanguageError(TABLE, line, f"unknown topic: {topic}; {MANIFEST} names the topics")
        if counts.setdefault(word, count) != count:
            raise LanguageError(TABLE, line, f"{word} has two counts: {counts[word]}, {count}")
        if topic in pulls.setdefault(word, {}):
            raise LanguageError(TABLE, line, f"{word} stands twice under {topic}: keep one")
        if count > manifest.texts:
            raise LanguageError(TABLE, line, f"{word} stands in {count} texts, but {MANIFEST} says there were {manifest.texts}")
        pulls[word][topic] = weight
    if not pulls:
        raise LanguageError(TABLE, 0, "holds no words; train anew: python -m app train")
    return of(manifest, {word: (counts[word], found) for word, found in pulls.items()})


def _rows(path: Path) -> Iterator[tuple[int, tuple[str, str, float, int]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.reader(file)
            if tuple(next(table, ())) != _COLUMNS:
                raise LanguageError(TABLE, 1, f"the first line must be {','.join(_COLUMNS)}")
            for cells in table:
                yield table.line_num, _row(table.line_num, cells)
    except OSError as error:
        raise LanguageError(TABLE, 0, f"can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise LanguageError(TABLE, 0, "is not UTF-8: save it as UTF-8") from error
    except csv.Error as error:
        raise LanguageError(TABLE, table.line_num, f"is no CSV ({error}): look for a quotation mark that is not closed") from error


def _row(line: int, cells: list[str]) -> tuple[str, str, float, int]:
    try:
        word, topic, weight, count = cells
        found = (word, sys.intern(topic), float(weight), int(count))
    except ValueError as error:
        raise LanguageError(TABLE, line, f"needs a word, a topic, a number and a whole number: {cells}") from error
    if not word or not abs(found[2]) < HEAVIEST or found[3] < 1:
        raise LanguageError(TABLE, line, f"needs a word, a weight below {HEAVIEST} and a count of at least 1: {cells}")
    return found


def _manifest(path: Path) -> Manifest:
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        made = Manifest(**data)
        sound = _sound(made)
    except OSError as error:
        raise LanguageError(path.name, 0, f"can't be read: {error.strerror}; train writes it: python -m app train") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise LanguageError(path.name, 0, "is not what train wrote; train anew: python -m app train") from error
    if not sound:
        raise LanguageError(path.name, 0, "holds values out of range; train anew: python -m app train")
    return made


def _sound(made: Manifest) -> bool:
    """Raises TypeError or AttributeError for values of another kind."""
    numbers = 0 < made.slope <= STEEPEST and abs(made.start) <= FARTHEST and (LEAST_HAND if made.own else 0) <= made.hand <= STEEPEST
    named = (
        bool(made.topics) and all(isinstance(name, str) for name in made.topics.values()) and set(made.onto.values()) <= set(made.topics)
    )
    return made.format == FORMAT and isinstance(made.texts, int) and 0 < made.texts <= sys.maxsize and numbers and named


def _version(manifest: Manifest, words: Mapping[str, Word]) -> str:
    """Equal weights decide alike, whenever they were made."""
    digest = hashlib.sha256(f"{manifest.texts} {manifest.slope} {manifest.start} {manifest.hand} {sorted(manifest.onto.items())}".encode())
    for word, known in sorted(words.items()):
        digest.update(f"{word} {known.count} {sorted((t, f'{w:.3f}') for t, w in known.pulls.items())}".encode())
    return f"w{digest.hexdigest()[:12]}"
