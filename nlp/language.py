"""Builds everything that reads a city's language, once, from its files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from nlp import gazetteer, intents, mask, negation, procedures, redflag_files, thanks, topics
from nlp.answers import KnowledgeAnswers
from nlp.classifier import LexiconClassifier
from nlp.detail import Detail
from nlp.mentions import Mentions
from nlp.normalise import Normaliser
from nlp.places import DictionaryPlaceFinder
from nlp.segment import Segmenter
from nlp.tables import read
from nlp.tries import Words
from workflow.ports import Answers, Classifier, Masker, PlaceFinder
from workflow.region import Region

RULES = "3"  # goes up when the code decides otherwise on the same files


@dataclass(frozen=True, slots=True)
class Language:
    """Ready to be asked; safe to share between coroutines (nothing in it changes)."""

    classifier: Classifier
    places: PlaceFinder
    answers: Answers
    masker: Masker
    version: str


def build(language: Path, region: Region) -> Language:
    """`language`: the folder with the city's language files. Takes about a second, mostly jieba's dictionary.

    Raises LanguageError, naming file, line and reason.
    """
    lexicon = topics.load(language / "lexicon.csv", region.topics)
    wishes = intents.load(language / "intents.csv")
    words = gazetteer.vocabulary(language / "places.csv")
    normalise = Normaliser(_replacements(language))
    flags = redflag_files.load(language / "redflags.csv", language / "redflag_words.csv", normalise)
    places = gazetteer.build(region, words, normalise, language / "aliases.csv", language / "outside.csv")
    units = {name for unit in region.units.values() for name in (unit.name, *unit.aliases)}
    traps = {row.need("word") for row in read(language / "words.csv", ("word",))}
    known = frozenset(lexicon.weights) | set(lexicon.excludes) | flags.words | places.known | units | traps
    segmenter = Segmenter(known)
    version = fingerprint(language)
    classifier = LexiconClassifier(
        normalise=normalise,
        segmenter=segmenter,
        topics=topics.Topics(
            lexicon, {code: t.name for code, t in region.topics.items()}, negation.load(language / "negation.csv")
        ),
        intents=wishes,
        flags=flags,
        procedures=procedures.load(language / "procedures.csv", region.topics),
        splits=Words(row.need("word") for row in read(language / "splits.csv", ("word",))),
        put_right=thanks.load(language / "negation.csv", wishes.thanks),
        version=version,
    )
    finder = DictionaryPlaceFinder(
        region, places, Mentions(places, region), Detail(words["detail"], words["insider"]), normalise, segmenter
    )
    answers = KnowledgeAnswers(region.knowledge, normalise, segmenter, wishes.words)
    return Language(classifier, finder, answers, mask.load(language / "personal.csv"), version)


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
