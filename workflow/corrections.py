"""What people know better than the machine: topics changed by staff, or chosen by the resident against the best guess. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workflow.evidence import Kept

UNSAFE_TIERS = frozenset({"sensitive", "life"})
STAFF, RESIDENT = "staff", "resident"


@dataclass(frozen=True, slots=True)
class Correction:
    """`text` as it is stored: personal data is in it. `was`: the machine's best guess, "" if it had none. `at`: aware UTC.
    `version`: of the understanding that was corrected. `by`: "staff" or "resident"."""

    text: str
    topic: str
    was: str
    at: datetime
    version: str
    by: str


@dataclass(frozen=True, slots=True)
class Change:
    """A `corrected` event: the topic until then. It may have changed nothing but the place."""

    at: datetime
    topic_was: str


class Corrections(Protocol):
    async def __call__(self, since: datetime | None = None) -> Sequence[Correction]:
        """At most one for each ticket, oldest first, of `since` and later. 检举控告, what was withdrawn or archived, and what is or may be
        sensitive or a danger to life is left out: nobody's worst day is training data."""
        ...


def may_learn(kept: Kept) -> bool:
    """Whether a reading is known well enough to say that nothing in the text is delicate. Rows of before kept no flags."""
    return kept.whole and not any(flag.tier in UNSAFE_TIERS for flag in kept.read.flags)


def last_word(text: str, topic: str, registered_at: datetime, kept: Kept, changes: Sequence[Change]) -> Correction | None:
    """The correction of a ticket that has `topic` now; None if the guess was right, or nobody said otherwise. Staff's word is last.

    `changes`: all of the ticket's, in order.
    """
    best = kept.read.topics[0].code if kept.read.topics else ""
    if not text.strip() or not topic or topic == best:
        return None
    became = [*(change.topic_was for change in changes[1:]), topic]
    by_staff = [change.at for change, after in zip(changes, became, strict=False) if change.topic_was != after]
    if by_staff:
        return Correction(text, topic, best, by_staff[-1], kept.read.version, STAFF)
    return Correction(text, topic, best, registered_at, kept.read.version, RESIDENT) if kept.chosen == topic else None
