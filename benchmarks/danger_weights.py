"""Learns redflag_weights.csv from benchmarks/red_flags.csv: python -m benchmarks.danger_weights LANGUAGE_FOLDER [ORDINARY.csv …]

The further files hold ordinary messages (a column `text`): they hold the weights back and give no piece of their own to the table.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from nlp import redflag_files
from nlp.hits import Finder
from nlp.hunch import KINDS, START, parts, pieces, share
from nlp.normalise import Normaliser, unspaced
from nlp.tables import read

SET = Path(__file__).with_name("red_flags.csv")
STRENGTH = 2.0  # of the model: the inverse of how much large weights cost
DANGERS_COUNT = 3.0  # a missed danger weighs as much as this many false alarms
CAUTION = 0.5  # how sure it must be, in log odds
ROUNDS = 3  # of choosing the parts to learn from
HARMLESS_PARTS = 3  # of an ordinary text that are learned from
LIGHTEST = 0.12  # pieces that speak less are left out
RAREST = 2
HAN = re.compile("[㐀-鿿]+")
NOTE = """# Learned by benchmarks/danger_weights.py from benchmarks/red_flags.csv; nothing here is written by hand. How much a piece of text
# speaks for danger (a sum above 0 with the row (start) is one), and for which kind.
"""


def kind(code: str, tier: str) -> str:
    """The kind of hunch that a row of the set is an example of."""
    if tier != "life":
        return tier
    return code if code in KINDS else "life"


Part = tuple[str, frozenset[str]]
"""What is judged by itself, and the groups that it holds a word of."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text as the hunch sees it: `kind` of danger, "" for none."""

    parts: tuple[Part, ...]
    kind: str = ""


def learn(rows: Sequence[Said], ordinary: Sequence[Said]) -> list[tuple[str, tuple[float, ...]]]:
    """Returns piece or group → weights, the start first. Of a longer text of danger only the part that sounds most like it is an
    example, of an ordinary one the parts that do: which they are, each round says anew, the first one from texts of one part."""
    from sklearn.feature_extraction import DictVectorizer  # noqa: PLC0415 - an extra
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    seen = Counter(piece for row in rows for text, _ in row.parts for piece in pieces(text))
    kept = frozenset(piece for piece, count in seen.items() if count >= RAREST and HAN.fullmatch(piece))
    texts = [row for row in (*rows, *ordinary) if row.parts]
    owners = [number for number, row in enumerate(texts) for _ in row.parts]
    vectors = DictVectorizer()
    table: Any = vectors.fit_transform([_weighed(part, kept) for row in texts for part in row.parts])
    danger = [bool(texts[owner].kind) for owner in owners]
    chosen = [place for place, owner in enumerate(owners) if len(texts[owner].parts) == 1 or not danger[place]]
    model = LogisticRegression(C=STRENGTH, max_iter=1000)
    for again in range(ROUNDS):
        if again:
            chosen = _telling(model.decision_function(table), owners, danger)
        model.fit(
            table[chosen], [danger[place] for place in chosen], sample_weight=[DANGERS_COUNT if danger[place] else 1.0 for place in chosen]
        )
    which = LogisticRegression(C=STRENGTH, max_iter=1000)
    dangerous = [place for place in chosen if danger[place]]
    which.fit(table[dangerous], [texts[owners[place]].kind for place in dangerous])
    order = [list(which.classes_).index(name) for name in KINDS]
    start = (float(model.intercept_[0]) - CAUTION, *(float(which.intercept_[at]) for at in order))
    names = vectors.get_feature_names_out()
    learned = [(str(names[n]), (float(model.coef_[0][n]), *(float(which.coef_[at][n]) for at in order))) for n in range(len(names))]
    return [(START, start), *(row for row in learned if abs(row[1][0]) >= LIGHTEST)]


def _weighed(part: Part, kept: frozenset[str]) -> dict[str, float]:
    """How much each of the pieces that are kept, and each group, counts."""
    found = pieces(part[0])
    return dict.fromkeys(found & kept, share(found)) | dict.fromkeys(part[1], 1.0)


def _telling(sums: Sequence[float], owners: Sequence[int], danger: Sequence[bool]) -> list[int]:
    """The places of the parts that a text is learned by: the first of a text of danger, some of an ordinary one."""
    chosen: list[int] = []
    for _, places in groupby(range(len(owners)), key=owners.__getitem__):
        worst_first = sorted(places, key=lambda place: -sums[place])
        chosen += worst_first[: 1 if danger[worst_first[0]] else HARMLESS_PARTS]
    return chosen


def reader(language: Path) -> Callable[[str, str], Said]:
    """Reads a text and its kind as a region pack's understanding does."""
    tables = ("variants.csv", "cantonese.csv")
    normalise = Normaliser({row["word"]: row["plain"] for name in tables for row in read(language / name, ("word", "plain"))})
    finder = Finder((), redflag_files.read_groups(language / "redflag_words.csv", normalise).words)

    def said(text: str, name: str) -> Said:
        plain = unspaced(normalise(text)).text
        found = finder.scan(plain)
        groups = [key for key in found.keys if key.startswith("[")]
        spans = parts(plain)
        return Said(tuple((plain[low:end], frozenset(key for key in groups if found.within(key, low, end))) for low, end in spans), name)

    return said


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("language", type=Path)
    parser.add_argument("ordinary", type=Path, nargs="*")
    options = parser.parse_args(arguments)
    said = reader(options.language)
    with SET.open(encoding="utf-8", newline="") as file:
        rows = [said(row["text"], "" if row["tier"] == "none" else kind(row["code"], row["tier"])) for row in csv.DictReader(file)]
    learned = learn(rows, [said(text, "") for path in options.ordinary for text in _texts(path)])
    with (options.language / "redflag_weights.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(NOTE)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("piece", "danger", *KINDS))
        writer.writerows((piece, *(f"{weight:.2f}" for weight in weights)) for piece, weights in learned)


def _texts(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


if __name__ == "__main__":
    main()
