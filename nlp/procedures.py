"""Which of the procedures a text starts: they have different clocks and must never be mixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.tables import read
from nlp.tries import Words
from workflow.model import Intent, Procedure
from workflow.region import Topic
from workflow.understanding import RedFlag, TopicGuess

KINDS = ("who", "what", "any")


@dataclass(frozen=True, slots=True)
class Procedures:
    """`officials` and `graft` together are a report on officials; `court` and `claim` words speak alone."""

    officials: Words
    graft: Words
    court: Words
    claim: Words
    topics: Mapping[str, Topic]

    def choose(self, text: str, intent: str, guesses: Sequence[TopicGuess], flags: Sequence[RedFlag]) -> Procedure:
        if any(flag.tier == "life" for flag in flags):
            return Procedure.EMERGENCY
        if self.officials.any_in(text) and self.graft.any_in(text):  # before questions: no grid may ever see it
            return Procedure.PETITION_REPORT
        if intent == Intent.CONSULT:
            return Procedure.CONSULTATION
        if self.court.any_in(text):
            return Procedure.LEGAL_ROUTE
        if self.claim.any_in(text):
            return Procedure.PETITION_CLAIM
        if intent == Intent.SUGGEST:
            return Procedure.PETITION_SUGGESTION
        return Procedure(self.topics[guesses[0].code].procedure) if guesses else Procedure.HOTLINE


def load(path: Path, topics: Mapping[str, Topic]) -> Procedures:
    """Reads procedures.csv. Raises LanguageError."""
    words: dict[tuple[str, str], list[str]] = {}
    allowed = (Procedure.PETITION_REPORT.value, Procedure.LEGAL_ROUTE.value, Procedure.PETITION_CLAIM.value)
    for row in read(path, ("procedure", "kind", "word")):
        key = (row.one_of("procedure", allowed), row.one_of("kind", KINDS))
        words.setdefault(key, []).append(row.need("word"))
    return Procedures(
        officials=Words(words.get((Procedure.PETITION_REPORT, "who"), [])),
        graft=Words(words.get((Procedure.PETITION_REPORT, "what"), [])),
        court=Words(words.get((Procedure.LEGAL_ROUTE, "any"), [])),
        claim=Words(words.get((Procedure.PETITION_CLAIM, "any"), [])),
        topics=topics,
    )
