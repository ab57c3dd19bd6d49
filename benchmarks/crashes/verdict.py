"""Holds what people did and saw against the database. Reads through SQLAlchemy, so that any database will do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, select

from benchmarks.crashes.ledger import Ledger, Matter
from benchmarks.crashes.weather import Weather
from storage import Database
from storage.tables import clocks, contacts, events, inbox, notes, outbox, tickets
from tests.botapi import FakeTelegram

Rows = Sequence[Mapping[str, Any]]
KINDS = ("lost", "doubled", "stuck", "unheard", "order", "copies", "log", "bot_api")
_NOTICES = ("notices.registered", "notices.dispatched", "notices.replied", "notices.closed")


@dataclass(slots=True)
class Verdict:
    """`faults`: kind → what was found; all empty is good. `copies`: messages that came twice because nobody could know better."""

    tickets: int = 0
    copies: int = 0
    copies_by_cut: int = 0
    faults: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    @property
    def good(self) -> bool:
        return not any(self.faults.values())

    def add(self, kind: str, found: Iterable[str]) -> None:
        self.faults.setdefault(kind, []).extend(found)


@dataclass(frozen=True, slots=True)
class Kept:
    """All rows of the tables that matter."""

    contacts: Rows
    inbox: Rows
    outbox: Rows
    tickets: Rows
    clocks: Rows
    events: Rows
    notes: Rows


async def judge(database: Database, server: FakeTelegram, weather: Weather, ledger: Ledger) -> Verdict:
    tables: tuple[Table, ...] = (contacts, inbox, outbox, tickets, clocks, events, notes)

    def read(connection: Connection) -> list[Rows]:
        ordered = [select(table).order_by(*table.primary_key.columns) for table in tables]
        return [[dict(row) for row in connection.execute(one).mappings()] for one in ordered]

    async with database.moment() as connection:
        kept = Kept(*await connection.run_sync(read))
    verdict = Verdict(len(kept.tickets))
    verdict.add("stuck", ledger.silent)
    _arrivals(verdict, kept, server)
    _departures(verdict, kept)
    _matters(verdict, kept, ledger)
    _answers(verdict, kept, ledger)
    _chats(verdict, kept, server, weather)
    return verdict


def _arrivals(verdict: Verdict, kept: Kept, server: FakeTelegram) -> None:
    """Every update that anybody sent is stored once and done."""
    stored = Counter(row["update_id"] for row in kept.inbox)
    verdict.add("lost", [f"update {one}" for one in server.delivery.history if not stored[str(one)]])
    verdict.add("doubled", [f"update {one}" for one, times in stored.items() if times > 1])
    verdict.add("stuck", [f"inbox row {row['id']} is {row['status']}: {row['why']}" for row in kept.inbox if row["status"] != "done"])


def _departures(verdict: Verdict, kept: Kept) -> None:
    for row in kept.outbox:
        if row["status"] not in {"sent", "folded"}:
            verdict.add("stuck", [f"outbox row {row['id']} is {row['status']}: {row['why']}"])


def _matters(verdict: Verdict, kept: Kept, ledger: Ledger) -> None:
    by_number = {row["number"]: row for row in kept.tickets}
    facts, words, told, running = _by_ticket(kept)
    for matter in ledger.matters:
        same = [row for row in kept.tickets if f"记号{matter.mark}E" in row["text"]]
        if len(same) > 1:
            verdict.add("doubled", [f"{matter.mark}: {[row['number'] for row in same]}"])
        if not same:
            verdict.add("lost", [f"{matter.mark}: no ticket"])
        ticket = by_number.get(matter.number)
        if ticket is None or ticket not in same:
            verdict.add("lost", [f"{matter.mark} was told {matter.number or 'no number'}"])
            continue
        _life(verdict, matter, facts[ticket["id"]])
        _words(verdict, matter, words[ticket["id"]])
        _heard(verdict, matter, told[ticket["id"], ticket["reporter"]])
        if ticket["state"] != "CLOSED" or running[ticket["id"]]:
            verdict.add("stuck", [f"{matter.number} is {ticket['state']} with {running[ticket['id']]} clocks running"])
    if len(kept.tickets) > len(ledger.matters):
        verdict.add("doubled", [f"{len(kept.tickets)} tickets for {len(ledger.matters)} matters"])


def _by_ticket(kept: Kept) -> tuple[dict[int, list[str]], dict[int, list[str]], dict[Any, list[str]], Counter[int]]:
    facts, words, told = defaultdict[int, list[str]](list), defaultdict[int, list[str]](list), defaultdict[Any, list[str]](list)
    for row in kept.events:
        facts[row["ticket_id"]].append(row["kind"])
    for row in kept.notes:
        words[row["ticket_id"]].append(row["text"])
    for row in kept.outbox:
        told[row["ticket_id"], row["contact_id"]].append(row["speech"].get("key", ""))
    return facts, words, told, Counter(row["ticket_id"] for row in kept.clocks if row["stopped_at"] is None)


def _life(verdict: Verdict, matter: Matter, facts: list[str]) -> None:
    """Each step once and in its order; what the person did beside it, once, anywhere."""
    rounds = ["reply", "release", *["rework", "reply", "release"] * (matter.rounds - 1)]
    wanted = ["registered", "accept", "dispatch", "sign", *rounds, "close", "rated"]
    steps = [fact for fact in facts if fact not in {"added", "urged"}]
    if steps != wanted:
        kind = "doubled" if len(steps) > len(wanted) else "lost"
        verdict.add(kind, [f"{matter.number}: {steps}"])
    for fact, did in (("added", matter.added), ("urged", matter.urged)):
        if facts.count(fact) != int(did):
            verdict.add("doubled" if facts.count(fact) > int(did) else "lost", [f"{matter.number}: {fact} {facts.count(fact)} times"])


def _words(verdict: Verdict, matter: Matter, words: list[str]) -> None:
    times = sum(f"记号{matter.mark}A" in text for text in words)
    if times != int(matter.added):
        verdict.add("doubled" if times > 1 else "lost", [f"{matter.number}: what was added is kept {times} times"])


def _heard(verdict: Verdict, matter: Matter, keys: list[str]) -> None:
    for key in _NOTICES:
        wanted = matter.rounds if key == "notices.replied" else 1
        if keys.count(key) != wanted:
            verdict.add("unheard", [f"{matter.number}: {key} {keys.count(key)} times"])


def _answers(verdict: Verdict, kept: Kept, ledger: Ledger) -> None:
    """Who asks three things in one breath is answered each of them once, in that order."""
    people = {row["address"]: row["id"] for row in kept.contacts}
    for chat, asked in ledger.asked.items():
        keys = [row["speech"].get("key", "") for row in kept.outbox if row["contact_id"] == people.get(str(chat))]
        answered = [key for key in keys if key in set(asked)]
        if answered != asked:
            kind = "order" if Counter(answered) == Counter(asked) else "lost"
            verdict.add(kind, [f"chat {chat} asked {len(asked)} things, heard {answered}"])


def _chats(verdict: Verdict, kept: Kept, server: FakeTelegram, weather: Weather) -> None:
    """Every speech that counts as sent stands in its chat, in order; what stands there twice could not be known to have come."""
    spoken = defaultdict[int, list[Mapping[str, Any]]](list)
    for row in kept.outbox:
        if row["status"] == "sent" and row["message_id"]:
            spoken[row["contact_id"]].append(row)
    for contact in kept.contacts:
        chat, rows = int(contact["address"]), spoken[contact["id"]]
        there = {said.message_id for said in server.chats.transcripts[chat] if said.by_bot}
        named = {int(row["message_id"]) for row in rows}
        verdict.add("unheard", [f"chat {chat}: message {one} never came" for one in named - there])
        fresh = _fresh(rows)
        _in_order(verdict, chat, fresh)
        for copy in sorted(there - {int(row["message_id"]) for row in fresh}):
            _copy(verdict, weather, copy, chat, there)


def _fresh(rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """In the order of sending: speeches that made a message of their own. An edit names one that was there before, be it a copy."""
    known, found = set[str](), list[Mapping[str, Any]]()
    for row in sorted(rows, key=lambda one: (one["sent_at"], one["id"])):
        if row["message_id"] not in known and row["message_id"] != row["speech"].get("edits", ""):
            known.add(row["message_id"])
            found.append(row)
    return found


def _in_order(verdict: Verdict, chat: int, fresh: list[Mapping[str, Any]]) -> None:
    """Within a priority."""
    last = dict[str, tuple[int, int]]()
    for row in fresh:
        before, now = last.get(row["priority"], (0, 0)), (row["id"], int(row["message_id"]))
        if now[0] < before[0] or now[1] < before[1]:
            verdict.add("order", [f"chat {chat}: speech {now[0]}, message {now[1]}, came after {before}"])
        last[row["priority"]] = now


def _copy(verdict: Verdict, weather: Weather, copy: int, chat: int, there: set[int]) -> None:
    """Allowed where its answer was cut, or where it was the last of a life: the process died before it could note the answer."""
    verdict.copies += 1
    if copy in weather.torn:
        verdict.copies_by_cut += 1
        return
    later = min((one for one in there if one > copy), default=copy)
    if weather.born.get(later) == weather.born.get(copy):
        verdict.add("copies", [f"chat {chat}: message {copy} of life {weather.born.get(copy)} is a copy without need"])
