"""What was understood of a text, always with its reasons. Filled by `nlp/` behind the ports Classifier and PlaceFinder."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word that counted. `start`/`end` are offsets in the original text, in code points."""

    text: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class TopicGuess:
    code: str
    name: str
    confidence: float  # 0..1
    evidence: tuple[Evidence, ...] = ()
    score: float = 0.0  # the sum of the evidence


@dataclass(frozen=True, slots=True)
class RedFlag:
    """`tier`: life, order, livelihood, sensitive. `numbers`: whom to call, for the life tier, such as ("119", "120")."""

    code: str
    tier: str
    text: str
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understanding:
    """`procedure` and `intent` are codes: see `model.Procedure` and `model.Intent`."""

    procedure: str
    intent: str
    intent_name: str
    topics: tuple[TopicGuess, ...] = ()
    flags: tuple[RedFlag, ...] = ()
    intent_evidence: tuple[Evidence, ...] = ()
    parts: tuple[tuple[int, int], ...] = ()
    thin: bool = False  # nothing to go on: empty, one character, emoji only, junk
    version: str = ""

    @property
    def danger(self) -> bool:
        """Somebody's life may be at risk now."""
        return any(flag.tier == "life" for flag in self.flags)


@dataclass(frozen=True, slots=True)
class PlaceGuess:
    code: str
    name: str
    path: str  # readable, county to place
    score: float


@dataclass(frozen=True, slots=True)
class Located:
    """`decision`: village, town, county, ask, outside, none. `code` is set for the first three.

    `grid`: where a grid of the village was named, by its name or code. `several`: the candidates are different places that were all named,
    not places of one name.
    """

    decision: str
    code: str = ""
    candidates: tuple[PlaceGuess, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    detail: str = ""  # what was said beyond the division: a road, a gate, a number
    outside_name: str = ""
    grid: str = ""
    several: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A hit in the knowledge base."""

    code: str
    question: str
    answer: str
    basis: str
    updated: str
    score: float = field(default=0.0)
