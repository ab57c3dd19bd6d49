"""What people wanted, and what they were told became of it: held against the database at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class End(StrEnum):
    """How a matter ended for the person who brought it, as far as bringing it goes."""

    OPEN = "open"  # they are still being asked, or nobody answers
    FILED = "filed"  # a ticket of its own, or one for each of its parts
    JOINED = "joined"
    ADDED = "added"  # to an own ticket
    ALARMED = "alarmed"  # to an own emergency that is open
    ANSWERED = "answered"  # from the knowledge base
    THANKED = "thanked"
    GIVEN_UP = "given_up"  # by the person, who was asked too often


@dataclass(slots=True)
class Matter:
    """`place`: where it really is. `tickets`: ids the person was told of."""

    id: int
    text: str
    place: str
    said_place: str
    kind: str = "matter"
    end: End = End.OPEN
    tickets: list[int] = field(default_factory=list)
    steps: int = 0


@dataclass(slots=True)
class Ledger:
    matters: list[Matter] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)
    """What people did besides: urged, judged, signed …"""

    def opened(self, text: str, place: str, said_place: str, kind: str) -> Matter:
        made = Matter(len(self.matters), text, place, said_place, kind)
        self.matters.append(made)
        return made

    def ends(self) -> Counter[str]:
        return Counter(matter.end.value for matter in self.matters)
