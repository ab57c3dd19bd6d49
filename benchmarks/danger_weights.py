"""Learns redflag_weights.csv from benchmarks/red_flags.csv: python -m benchmarks.danger_weights LANGUAGE_FOLDER [ORDINARY.csv …]

The further files hold ordinary messages (a column `text`): they hold the weights back and give no piece of their own to the table.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlp.hunch import KINDS, START, pieces, share
from nlp.normalise import Normaliser, unspaced
from nlp.tables import read

SET = Path(__file__).with_name("red_flags.csv")
STRENGTH = 2.0  # of the model: the inverse of how much large weights cost
DANGERS_COUNT = 3.0  # a missed danger weighs as much as this many false alarms
CAUTION = 1.7  # how sure it must be, in log odds
LIGHTEST = 0.05  # pieces that speak less are left out
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


def learn(rows: Sequence[tuple[str, str]], ordinary: Sequence[str]) -> list[tuple[str, tuple[float, ...]]]:
    """`rows`: (text, kind, "" for none), normalised. Returns piece → weights, the start first."""
    from sklearn.feature_extraction import DictVectorizer  # noqa: PLC0415 - an extra
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    seen = Counter(piece for text, _ in rows for piece in pieces(text))
    kept = {piece for piece, count in seen.items() if count >= RAREST and HAN.fullmatch(piece)}
    said = [pieces(text) for text in (*(text for text, _ in rows), *ordinary)]
    bags = [dict.fromkeys(found & kept, share(found)) for found in said]
    vectors = DictVectorizer()
    table: Any = vectors.fit_transform(bags)
    danger = [bool(name) for _, name in rows] + [False] * len(ordinary)
    model = LogisticRegression(C=STRENGTH, max_iter=1000)
    model.fit(table, danger, sample_weight=[DANGERS_COUNT if yes else 1.0 for yes in danger])
    which = LogisticRegression(C=STRENGTH, max_iter=1000)
    dangerous = [index for index, yes in enumerate(danger) if yes]
    which.fit(table[dangerous], [rows[index][1] for index in dangerous])
    order = [list(which.classes_).index(name) for name in KINDS]
    start = (float(model.intercept_[0]) - CAUTION, *(float(which.intercept_[at]) for at in order))
    names = vectors.get_feature_names_out()
    learned = [(str(names[n]), (float(model.coef_[0][n]), *(float(which.coef_[at][n]) for at in order))) for n in range(len(names))]
    return [(START, start), *(row for row in learned if abs(row[1][0]) >= LIGHTEST)]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("language", type=Path)
    parser.add_argument("ordinary", type=Path, nargs="*")
    options = parser.parse_args(arguments)
    tables = ("variants.csv", "cantonese.csv")
    plain = {row["word"]: row["plain"] for name in tables for row in read(options.language / name, ("word", "plain"))}
    normalise = Normaliser(plain)
    with SET.open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], "" if row["tier"] == "none" else kind(row["code"], row["tier"])) for row in csv.DictReader(file)]
    others = [text for path in options.ordinary for text in _texts(path)]
    learned = learn([(unspaced(normalise(text)).text, name) for text, name in rows], [unspaced(normalise(text)).text for text in others])
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
