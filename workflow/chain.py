"""The chain of a ticket's events: each event's hash covers the hash before it. Pure; the format is docs/passport.md.

What is hashed is a JSON array of strings, whole numbers, null and arrays, without spaces, in UTF-8: what RFC 8785 makes of it, and what
any language's JSON library writes. Times are whole microseconds since 1970, UTC. Version 1 is never changed: another format is another
version beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from workflow.model import Json, Ticket

VERSION = 1
BEGINNING = "0" * 64
"""What stands before the first."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CANONICAL = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class Link:
    """One event as it is hashed. `at`, `adopted`: microseconds; `actor`, `words`: salted commitments, so that who acted and what was
    written can be erased and the chain still holds; `facts`: digest of the ticket as it was after the event, "" where nobody knows;
    `adopted`: when an event of before the chain was taken over as it stood then."""

    seq: int  # 1, 2, 3 … in its ticket
    at: int
    kind: str
    role: str
    source: str | None
    target: str
    actor: str
    words: str
    facts: str
    adopted: int | None = None
    hash: str = ""


def digest(*parts: object) -> str:
    """SHA-256, in hex, of the canonical array of `parts`."""
    return hashlib.sha256(_CANONICAL(parts).encode()).hexdigest()


def micros(at: datetime) -> int:
    """`at`: aware."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    return _EPOCH + at * _MICROSECOND


def facts(ticket: Ticket) -> list[object]:
    """What a changed row of the ticket is found by: its version, number, state, desks, result and every clock. No words, no people."""
    return facts_of(
        (
            ticket.number, ticket.version, micros(ticket.created_at), ticket.procedure.value, ticket.state.value, ticket.hub.unit,
            ticket.hub.place, ticket.lead.unit if ticket.lead else None, ticket.lead.place if ticket.lead else None,
            ticket.outcome.value if ticket.outcome else None, ticket.verdict, ticket.satisfaction, ticket.reworks, ticket.extension,
            _maybe(ticket.closed_at),
        ),
        [(clock.name, clock.started_at, clock.due_at, clock.stopped_at) for clock in ticket.clocks],
    )  # fmt: skip


def facts_of(plain: Sequence[object], clocks: Sequence[tuple[str, datetime, datetime, datetime | None]]) -> list[object]:
    """`plain`: in the order that `facts` has."""
    return ["facts", VERSION, *plain, [[name, micros(begun), micros(due), _maybe(stopped)] for name, begun, due, stopped in clocks]]


def _maybe(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


def words(salt: str, reason: str, data: Json) -> str:
    return digest("words", VERSION, salt, reason, data)


def actor(salt: str, contact_id: int) -> str:
    return digest("actor", VERSION, salt, contact_id)


def hash_of(number: str, previous: str, link: Link) -> str:
    """`previous`: the hash of the event before, `BEGINNING` before the first."""
    return digest(
        "event", VERSION, previous, number, link.seq, link.at, link.kind, link.role, link.source, link.target, link.actor, link.words,
        link.facts, link.adopted,
    )  # fmt: skip
