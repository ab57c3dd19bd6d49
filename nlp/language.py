"""Builds everything that reads a city's language, once, from its files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nlp import (
    gazetteer,
    hunch,
    intents,
    landmarks,
    likeness,
    mask,
    matter_signs,
    matters,
    negation,
    operators,
    points,
    polygons,
    procedures,
    redflag_files,
    thanks,
    topics,
)
from nlp.addresses import Addresses
from nlp.answers import KnowledgeAnswers
from nlp.classifier import LexiconClassifier
from nlp.corrected import CorrectedTopics
from nlp.detail import Detail
from nlp.errors import LanguageError
from nlp.learned import LearnedTopics
from nlp.learner import Learner
from nlp.mentions import Mentions
from nlp.normalise import Normaliser
from nlp.places import DictionaryPlaceFinder
from nlp.points import Points
from nlp.segment import Segmenter
from nlp.tables import read
from nlp.tries import Words
from nlp.weights import MANIFEST, Weights
from workflow.ports import Answers, Classifier, Likeness, Masker, PlaceFinder
from workflow.region import Level, Region

MARKS_OF_NAMES = ("road", "town", "county", "village", "weak")  # kinds of place words that a name stands before
OF_PLACES = ("town", "county", "village", "rural", "urban", "spot")  # kinds that only say at what kind of place
RULES = "7"  # goes up when the code decides otherwise on the same files


@dataclass(frozen=True, slots=True)
class Language:
    """Ready to be asked; safe to share between coroutines (nothing in it changes)."""

    classifier: Classifier
    places: PlaceFinder
    answers: Answers
    masker: Masker
    version: str
    likeness: Likeness
    learner: Learner


def build(language: Path, region: Region, weights: Weights | None = None, *, fast: bool = True) -> Language:
    """`language`: the folder with the city's language files; borders lie beside it, in `polygons`. `weights`: learned ones; the lexicon
    stays on top of them where it speaks for their topics. `fast`: words are cut by rjieba where it is installed.
    Takes about a second, mostly jieba's dictionary.

    Raises LanguageError, naming file, line and reason.
    """
    lexicon = topics.load(language / "lexicon.csv", region.topics)
    wishes = intents.load(language / "intents.csv")
    words = gazetteer.vocabulary(language / "places.csv")
    normalise = Normaliser(_replacements(language))
    sense = hunch.load(learned) if (learned := language / "redflag_weights.csv").exists() else None  # a city need not have one
    flags = redflag_files.load(language / "redflags.csv", language / "redflag_words.csv", normalise, sense)
    known_places = landmarks.load(language / "landmarks.csv", region)
    places = gazetteer.build(region, words, normalise, language / "aliases.csv", language / "outside.csv", known_places)
    units = {name for unit in region.units.values() for name in (unit.name, *unit.aliases)}
    traps = {row.need("word") for row in read(language / "words.csv", ("word",))}
    known = frozenset(lexicon.weights) | set(lexicon.excludes) | flags.words | places.known | units | traps
    segmenter = Segmenter(known, fast=fast)
    version = fingerprint(language) + (f"+{weights.version}" if weights else "")
    by_hand = topics.Topics(lexicon, {code: t.name for code, t in region.topics.items()}, negation.load(language / "negation.csv"))
    masker = mask.load(language / "personal.csv")
    finder = DictionaryPlaceFinder(
        region, places, Mentions(places, region), Addresses(words), Detail(words["detail"], words["insider"]), normalise, segmenter,
        Points(region, polygons.load(language.parent / "polygons", region), points.load(language / "neighbours.csv")),
    )  # fmt: skip
    classifier = LexiconClassifier(
        normalise=normalise,
        segmenter=segmenter,
        topics=_ranker(by_hand, weights, region),
        by_hand=by_hand,
        intents=wishes,
        flags=flags,
        procedures=procedures.load(language / "procedures.csv", region.topics),
        matters=matters.build(matter_signs.load(language / "matters.csv", region.topics), region.topics, by_hand.rank, _where(finder)),
        put_right=thanks.load(language / "negation.csv", wishes.thanks),
        version=version,
    )
    answers = KnowledgeAnswers(region.knowledge, normalise, segmenter, wishes.words)
    alike = likeness.load(language / "alike.csv", normalise, segmenter, frozenset(places.names), wishes.words)
    marks = Words(word for kind in MARKS_OF_NAMES for word in words[kind])
    learner = Learner(
        normalise, segmenter, masker, by_hand, frozenset(wishes.words), places.telling, marks,
        operators.load(language / "operators.csv", normalise), frozenset(word for kind in OF_PLACES for word in words[kind]),
    )  # fmt: skip
    return Language(classifier, finder, answers, masker, version, alike, learner)


def _ranker(by_hand: topics.Topics, weights: Weights | None, region: Region) -> topics.Ranker:
    if weights is None:
        return by_hand
    manifest = weights.manifest
    strange = sorted({*manifest.onto, *(manifest.topics if manifest.own else ())} - set(region.topics))
    if strange:
        raise LanguageError(MANIFEST, 0, f"the weights know topics that topics.csv does not: {', '.join(strange[:8])}; train anew")
    if manifest.own:
        return CorrectedTopics(weights, by_hand, {code: topic.name for code, topic in region.topics.items()})
    return LearnedTopics(weights, by_hand.onto(manifest.onto, manifest.topics) if manifest.onto else None)


def _where(places: PlaceFinder) -> Callable[[str], str]:
    def place(text: str) -> str:
        located = places.locate(text)
        return located.code if located.decision in {Level.TOWN.value, Level.VILLAGE.value} else ""

    return place


def fingerprint(language: Path) -> str:
    """The rules' number and a hash over the language files: equal versions decide alike."""
    digest = hashlib.sha256()
    for path in sorted(language.glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{RULES}.{digest.hexdigest()[:12]}"


def _replacements(language: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("variants.csv", "cantonese.csv"):
        for row in read(language / name, ("word", "plain")):
            if found.setdefault(row.need("word"), row["plain"]) != row["plain"]:
                raise row.wrong(f"{row['word']} stands twice with different meanings: keep one")
    return found
