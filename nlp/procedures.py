"""Which of the procedures a text starts: they have different clocks and must never be mixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.normalise import MARKS
from nlp.scan import Scan
from nlp.tables import read
from workflow.model import Intent, Procedure
from workflow.region import Topic
from workflow.understanding import RedFlag, TopicGuess

KINDS = ("who", "holder", "what", "near", "harmless", "denounce", "passed", "any")
NEXT = 8  # characters between a word of denouncing and whom it is about
CLOSE = 24  # characters between an office-holder and a word that is graft only beside one


@dataclass(frozen=True, slots=True)
class Graft:
    """`officials` anywhere with `plain` words, `holders` close before `near` words, or right behind a word of `denounce`, whatever they
    are said to do: a report on officials. `holders` are officials too; harmless words swallow what stands inside them; `passed`: a word
    between says that the holder was told, not reported."""

    officials: Scan
    holders: Scan
    plain: Scan
    near: Scan
    denounce: Scan
    passed: Scan
    words: Scan  # plain, near and harmless ones together: the longest wins

    def told(self, text: str, *, reporting: bool) -> bool:
        """`reporting`: the person says that this is a report; then the holder may stand in a clause before."""
        if not self.officials.any_in(text):
            return False
        found = [(start, text[start:end]) for start, end in self.words.longest(text)]
        if any(word in self.plain.words for _, word in found):
            return True
        if any(self._denounced(text, end) for _, end in self.denounce.longest(text)):
            return True
        starts = [start for start, word in found if word in self.near.words]
        return any(self._close(text, end, start, reporting) for _, end in self.holders.longest(text) for start in starts)

    def _denounced(self, text: str, start: int) -> bool:
        """Whether a holder is named right behind, as the one who is reported."""
        for first, _ in self.holders.longest(text[start : start + NEXT + CLOSE]):
            between = text[start : start + first]
            return first <= NEXT and not MARKS.intersection(between.lstrip(":")) and not self.passed.any_in(between)
        return False

    def _close(self, text: str, end: int, start: int, reporting: bool) -> bool:
        return 0 <= start - end <= CLOSE and (reporting or not MARKS.intersection(text[end:start]))


@dataclass(frozen=True, slots=True)
class Procedures:
    """`court` and `claim` words speak alone."""

    graft: Graft
    court: Scan
    claim: Scan
    topics: Mapping[str, Topic]

    def choose(self, text: str, intent: str, guesses: Sequence[TopicGuess], flags: Sequence[RedFlag]) -> Procedure:
        if any(flag.tier == "life" for flag in flags):
            return Procedure.EMERGENCY
        if self.graft.told(text, reporting=intent == Intent.REPORT):  # before questions: no grid may ever see it
            return Procedure.PETITION_REPORT
        if intent == Intent.CONSULT:
            return Procedure.CONSULTATION
        if self.court.any_in(text):
            return Procedure.LEGAL_ROUTE
        if self.claim.any_in(text):
            return Procedure.PETITION_CLAIM
        if intent == Intent.SUGGEST:
            return Procedure.PETITION_SUGGESTION
        known = self.topics.get(guesses[0].code) if guesses else None  # weights may know another set's topics
        return Procedure(known.procedure) if known else Procedure.HOTLINE


def load(path: Path, topics: Mapping[str, Topic]) -> Procedures:
    """Reads procedures.csv. Raises LanguageError."""
    words: dict[tuple[str, str], list[str]] = {}
    allowed = (Procedure.PETITION_REPORT.value, Procedure.LEGAL_ROUTE.value, Procedure.PETITION_CLAIM.value)
    for row in read(path, ("procedure", "kind", "word")):
        key = (row.one_of("procedure", allowed), row.one_of("kind", KINDS))
        words.setdefault(key, []).append(row.need("word"))

    def some(procedure: Procedure, *kinds: str) -> Scan:
        return Scan(word for kind in kinds for word in words.get((procedure.value, kind), []))

    report = Procedure.PETITION_REPORT
    return Procedures(
        graft=Graft(
            officials=some(report, "who", "holder"),
            holders=some(report, "holder"),
            plain=some(report, "what"),
            near=some(report, "near"),
            denounce=some(report, "denounce"),
            passed=some(report, "passed"),
            words=some(report, "what", "near", "harmless"),
        ),
        court=some(Procedure.LEGAL_ROUTE, "any"),
        claim=some(Procedure.PETITION_CLAIM, "any"),
        topics=topics,
    )
