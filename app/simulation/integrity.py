"""Holds what people did and were told against the database: nothing lost, nothing doubled, nothing changed, nothing stuck."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from app import proving
from app.simulation.chats import Chats
from app.simulation.ledger import End, Ledger
from storage import Database, Evidence
from storage.reckoning import Held
from workflow.region import Region
from workflow.states import State

_SHOWN = 5
_MAY_REST = frozenset({State.HANDLING.value, State.REPLIED.value, State.DISPUTED.value})
"""States in which nothing but the promise to answer runs, where a procedure has one."""


@dataclass(slots=True)
class Verdict:
    """`faults`: kind → what was found, by number or count, never in anybody's words. All empty is good."""

    faults: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in ("lost", "doubled", "changed", "stuck", "counts")})
    events: int = 0

    @property
    def good(self) -> bool:
        return not any(self.faults.values())

    def add(self, kind: str, *found: str) -> None:
        self.faults[kind].extend(found)


async def judge(database: Database, kept: Held, ledger: Ledger, chats: Chats, region: Region) -> Verdict:
    """`kept`: what the database holds now."""
    verdict = Verdict()
    _arrivals(verdict, kept, chats)
    _matters(verdict, kept, ledger)
    _clocks(verdict, kept, region)
    _counts(verdict, kept, ledger)
    seen = proving.Seen()
    async for found in proving.look(Evidence(database), seen):
        verdict.add("changed", f"{found.fault.value} {found.number}")
    verdict.events = seen.events
    there = len(kept.tickets), sum(kept.facts.values())
    if (seen.tickets, seen.events) != there:
        verdict.add("changed", f"{seen.tickets} tickets and {seen.events} events were verified of {there[0]} and {there[1]}")
    return verdict


def _arrivals(verdict: Verdict, kept: Held, chats: Chats) -> None:
    """Every update was heard, once; every message was said."""
    verdict.add("lost", *(f"update {one} was never heard" for one in list(chats.unheard)[:_SHOWN]))
    if chats.twice:
        verdict.add("doubled", f"{chats.twice} updates were heard twice")
    for name, rows, done in (("inbox", kept.inbox, {"done"}), ("outbox", kept.outbox, {"sent", "folded"})):
        verdict.add("stuck", *(f"{name}: {count} rows are {status}" for status, count in rows.items() if status not in done))


def _matters(verdict: Verdict, kept: Held, ledger: Ledger) -> None:
    """Each matter has come to an end that its person was told of, and every ticket is somebody's."""
    for matter in ledger.matters:
        if matter.end is End.OPEN:
            verdict.add("lost", f"matter {matter.id} ({matter.kind}) was never answered")
        elif matter.end is End.FILED and (gone := [str(one) for one in matter.tickets if one not in kept.tickets]):
            verdict.add("lost", f"matter {matter.id}: no ticket {', '.join(gone)}")
    told = Counter(ticket for matter in ledger.matters for ticket in matter.tickets)
    verdict.add("doubled", *(f"ticket {ticket} is of {times} matters" for ticket, times in told.items() if times > 1))
    verdict.add("doubled", *(f"{number} is nobody's" for ticket, number in kept.tickets.items() if not told[ticket]))
    numbers = Counter(kept.tickets.values())
    verdict.add("doubled", *(f"{number} is the number of {times}" for number, times in numbers.items() if times > 1))


def _clocks(verdict: Verdict, kept: Held, region: Region) -> None:
    """On every open ticket a clock runs, but where its procedure promises no answer."""
    for number, state, procedure in kept.without_clock:
        promised = any(rule.name == "reply" for rule in region.clocks[procedure].rules)
        if promised or state not in _MAY_REST:
            verdict.add("stuck", f"{number} is {state} and no clock runs")


def _counts(verdict: Verdict, kept: Held, ledger: Ledger) -> None:
    ends = ledger.ends()
    told = sum(len(matter.tickets) for matter in ledger.matters)
    for name, here, there in (
        ("tickets told of", told, len(kept.tickets)),
        ("tickets registered", kept.facts.get("registered", 0), len(kept.tickets)),
        ("tickets by state", sum(kept.states.values()), len(kept.tickets)),
        ("matters that joined", ends[End.JOINED], kept.facts.get("joined", 0)),
    ):
        if here != there:
            verdict.add("counts", f"{name}: {here} and {there}")
    if ends[End.ALARMED] > kept.facts.get("added", 0):
        verdict.add("lost", f"{ends[End.ALARMED]} went to an open emergency, {kept.facts.get('added', 0)} additions are there")
