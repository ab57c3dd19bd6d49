"""How well texts are understood: the bars of docs/understanding.md, measured anew.

    python -m benchmarks.understanding [--data /path/to/complaints] [--json]

topics     hotline (29 topics) and letters (7 classes): learned and judged by five-fold cross-validation, no text twice; the lexicon alone
           on the hotline, its sub-themes put onto the 29 topics by hotline_topics.csv. Needs the reference texts, which are not part of the
           project; without them this part is left out, and said to be.
places     sentences made of all villages: see benchmarks.places.
red flags  red_flags.csv: written for this, dangers and what only looks like them; red_flags_unseen.csv: likewise, by others, and nothing
           is learned from it.
speed      whole understandings (topic, intent, flags, procedure, parts, place) a second on one core, as processor time; the floor is the
           segmenter alone cutting the same texts, in the same run. The longest a text of 4,096 characters takes.
start      seconds and megabytes to load everything a city's language needs.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nlp
from app import region_pack
from app.cli.learning import MAP
from app.learning.judge import judge, read_map
from app.learning.labelled import Labelled, distinct, read
from bot.resident import Reading
from nlp import judging
from nlp.judging import Judged
from workflow.region import Region

ROOT = Path(__file__).resolve().parents[1]
PACK = ROOT / "regions/jiangmen"
HOTLINE, LETTERS = "hotline_29_topics.train.csv", "letters_7_classes.train.csv"
FLAGS = Path(__file__).with_name("red_flags.csv")
UNSEEN = Path(__file__).with_name("red_flags_unseen.csv")
ROUNDS = 3
LONGEST = 4096
PIECES = ("啊", "路", "煤气泄漏", "1", ",", "没有噪音")  # over and over: the worst that a person can send
MADE = "2026-01-01T00:00:00+00:00"


def learned(language: nlp.Language, rows: Sequence[Labelled], onto: dict[str, str]) -> tuple[Judged, ...]:
    """Five-fold: every row decided by weights that had not seen it."""
    topics = {label: label for label in sorted({row.label for row in rows})}
    return language.learner.learn(((row.text, row.label) for row in rows), topics, MADE, onto, own=False).judged


def explained(language: nlp.Language, texts: Sequence[str]) -> float:
    """The share of decisions whose evidence adds up to the score and stands where it says."""
    decided = sound = 0
    for text in texts:
        for guess in language.classifier.understand(text).topics:
            decided += 1
            adds_up = abs(sum(e.weight for e in guess.evidence) - guess.score) < 1e-4
            sound += adds_up and all(text[e.start : e.end] == e.text for e in guess.evidence)
    return round(sound / max(1, decided), 4)


def topics(language: nlp.Language, data: Path) -> dict[str, Any]:
    onto = read_map(MAP)
    hotline, *_ = distinct(read(data / HOTLINE)[1])
    letters, *_ = distinct(read(data / LETTERS)[1])
    return {
        "hotline learned": asdict(judging.figures(learned(language, hotline, onto))),
        "letters learned": asdict(judging.figures(learned(language, letters, {}))),
        "hotline lexicon": asdict(judging.figures(judge(hotline, language.classifier, onto))),
        "explained": explained(language, [row.text for row in hotline]),
    }


def red_flags(language: nlp.Language) -> dict[str, Any]:
    unseen = _rows(UNSEEN)
    sets = {name: [row for row in unseen if row["set"] == name] for name in sorted({row["set"] for row in unseen})}
    return _flagged(language, _rows(FLAGS)) | {"unseen": {name: _flagged(language, rows) for name, rows in sets.items()}}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _flagged(language: nlp.Language, rows: Sequence[dict[str, str]]) -> dict[str, Any]:
    found = [(row["tier"], {flag.tier for flag in language.classifier.understand(row["text"]).flags}) for row in rows]
    tiers = sorted({tier for tier, _ in found} - {"none"})
    harmless = [flags for tier, flags in found if tier == "none"]
    dangers = [flags for tier, flags in found if tier != "none"]
    recall = {tier: _share([flags for wanted, flags in found if wanted == tier]) for tier in tiers}
    return {"dangers": len(dangers), "flagged": _share(dangers), "recall": recall, "harmless": len(harmless), "false": _share(harmless)}


def _share(found: Sequence[set[str]]) -> float:
    return round(statistics.mean(map(bool, found)), 4) if found else 0.0


def speed(language: nlp.Language, texts: Sequence[str]) -> dict[str, Any]:
    """A second = a second of processor time of one core. Rounds alternate with the floor's; medians."""

    def whole(text: str) -> None:
        language.classifier.understand(text)
        language.places.locate(text)

    cut = language.learner.segmenter.cut
    ours, floor = [], []
    for _ in range(ROUNDS):
        ours.append(_per_second(whole, texts))
        floor.append(_per_second(cut, texts))
    joined = "".join(texts)
    hard = [joined[:LONGEST], joined[LONGEST : 2 * LONGEST], *(piece * (LONGEST // len(piece)) for piece in PIECES)]
    return {
        "per_second": round(statistics.median(ours)),
        "cutting_alone": round(statistics.median(floor)),
        "ratio": round(statistics.median(ours) / statistics.median(floor), 4),
        "longest_ms": round(max(1000 / _per_second(whole, [text]) for text in hard for _ in range(ROUNDS)), 1),
        "loop_held_ms": asyncio.run(held(language, hard)),
        "median_length": statistics.median(map(len, texts)),
    }


async def held(language: nlp.Language, texts: Sequence[str]) -> float:
    """Milliseconds that everybody else waits at most while the chat reads a text: the median over rounds of the longest gap between two
    turns of the event loop."""
    reading = Reading(language.classifier, language.places, language.answers, language.masker, language.likeness)
    longest = []
    for text in texts:
        gaps = []
        for _ in range(ROUNDS):
            task = asyncio.gather(reading.understand(text), reading.locate(text))
            gap, last = 0.0, time.perf_counter()
            while not task.done():
                await asyncio.sleep(0)
                now = time.perf_counter()
                gap, last = max(gap, now - last), now
            gaps.append(gap * 1000)
        longest.append(statistics.median(gaps))
    return round(max(longest), 1)


def _per_second(run: Callable[[str], object], texts: Sequence[str]) -> float:
    began = time.process_time()
    for text in texts:
        run(text)
    return len(texts) / max(1e-9, time.process_time() - began)


def start(region: Region) -> tuple[nlp.Language, dict[str, Any]]:
    """Megabytes: what the process grew by, at its peak."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    language = nlp.build(PACK / "language", region)
    seconds = time.process_time() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return language, {"seconds": round(seconds, 2), "megabytes": round(grown / 1024, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(os.environ.get("PETITION_REFERENCE_DATA", str(ROOT.parent / "shared/data")))
    parser.add_argument("--data", type=Path, default=default / "complaints", help="the reference texts")
    parser.add_argument("--json", action="store_true", help="print JSON on one line")
    args = parser.parse_args()
    region = region_pack.load(PACK)
    language, began = start(region)
    found: dict[str, Any] = {"start": began}
    if FLAGS.exists():
        found["red flags"] = red_flags(language)
    if (args.data / HOTLINE).exists():
        texts = [row.text for row in read(args.data / HOTLINE)[1]]
        found["speed"] = speed(language, texts[:3000])
        found["topics"] = topics(language, args.data)
    else:
        print(f"no reference texts under {args.data}: topics and speed are left out", file=sys.stderr)
    print(json.dumps(found, ensure_ascii=False, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
