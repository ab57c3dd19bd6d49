"""How a text was read, ready to be shown: the words marked, each decision with what spoke for it and how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from web.console.marks import Mark, MaskedText, Piece, pieces
from workflow import evidence
from workflow.evidence import Kept
from workflow.understanding import Evidence, RedFlag

SHOWN = 12  # words of a decision that are marked, and stand open in the table
WORTH_A_MARK = 0.25  # of its decision's weightiest word; lighter ones stand in the table alone
_STRENGTHS = ((0.7, 3), (0.4, 2))


@dataclass(frozen=True, slots=True)
class Word:
    """One item of evidence. `text` "": hidden, or (`rest`) many small ones in one sum."""

    text: str
    weight: float
    rest: bool = False


@dataclass(frozen=True, slots=True)
class TopicRow:
    """`number` is what its words are marked with. `confidence` 0 to 1, None where it was not kept."""

    number: int
    code: str
    confidence: float | None
    score: float | None
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What only those see who may read the text."""

    pieces: tuple[Piece, ...]
    intent: tuple[Word, ...]
    place: tuple[Word, ...]
    flags: tuple[tuple[RedFlag, str], ...]  # with its words as they may be shown
    parts: int
    words: tuple[str, ...]  # of rows that kept nothing but words


@dataclass(frozen=True, slots=True)
class Reading:
    """`said` is None for who may not read the text."""

    kept: Kept
    topics: tuple[TopicRow, ...]
    said: Said | None
    shown: int = SHOWN

    @property
    def told(self) -> bool:
        """Whether anything is known at all."""
        return bool(self.topics or self.kept.whole or self.kept.read.version)


def of(kept: Kept, masked: MaskedText | None) -> Reading:
    """`masked` None: the visitor may not read the text."""
    rows = tuple(_row(kept, number, masked) for number in range(len(kept.read.topics)))
    return Reading(kept, rows, None if masked is None else _said(kept, masked))


def _row(kept: Kept, index: int, masked: MaskedText | None) -> TopicRow:
    guess = kept.read.topics[index]
    words = () if masked is None else _words(masked, guess.evidence)
    if not kept.whole:
        return TopicRow(index + 1, guess.code, None, None, ())
    return TopicRow(index + 1, guess.code, guess.confidence, evidence.score(guess.evidence), words)


def _said(kept: Kept, masked: MaskedText) -> Said:
    read, located = kept.read, kept.located
    flags = tuple((flag, masked.word(flag.text, *masked.first(flag.text))) for flag in read.flags)
    # Words of old rows have no place: they are shown where they stand in the masked text.
    plain = tuple(word for word in dict.fromkeys(kept.words) if word and word.casefold() in masked.shown.casefold())
    return Said(
        tuple(pieces(masked, _marks(kept, masked), read.parts)),
        _words(masked, read.intent_evidence),
        _words(masked, located.evidence),
        flags,
        len(read.parts),
        () if kept.whole else plain,
    )


def _words(masked: MaskedText, items: Sequence[Evidence]) -> tuple[Word, ...]:
    ordered = sorted(items, key=lambda item: (not item.text, -item.weight))
    return tuple(Word(masked.word(i.text, i.start, i.end) if i.text else "", i.weight, rest=not i.text) for i in ordered)


def _marks(kept: Kept, masked: MaskedText) -> Iterator[Mark]:
    """Marks for what spoke for a decision; what spoke against it stands in the table, with its minus."""
    for number, guess in enumerate(kept.read.topics, 1):
        yield from _of(masked, str(number), guess.evidence)
    yield from _of(masked, "intent", kept.read.intent_evidence)
    yield from _of(masked, "place", kept.located.evidence)
    for flag in kept.read.flags:
        yield Mark(*masked.first(flag.text), "flag", 3)


def _of(masked: MaskedText, kind: str, items: Sequence[Evidence]) -> Iterator[Mark]:
    spoke = sorted((item for item in items if item.text and item.weight > 0), key=lambda item: -item.weight)[:SHOWN]
    for item in spoke:
        share = item.weight / spoke[0].weight
        if share >= WORTH_A_MARK and masked.text.startswith(item.text, item.start):
            yield Mark(item.start, item.end, kind, next((strength for least, strength in _STRENGTHS if share >= least), 1))
