"""An event's place in the chain of its ticket. Written with the event; what it means is in `workflow.chain`."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select

from storage.connection import Connection
from storage.prepared import Prepared
from storage.rows import Row
from storage.tables import events
from workflow import chain
from workflow.chain import BEGINNING, Link
from workflow.model import Event, Ticket

_SALT = 16  # bytes
_NEWEST = Prepared(
    select(events.c.seq, events.c.hash)
    .where(events.c.ticket_id == bindparam("wanted"), events.c.seq.is_not(None))
    .order_by(events.c.seq.desc())
    .limit(1)
)


async def sealed(connection: Connection, event: Event, ticket: Ticket) -> dict[str, Any]:
    """The columns of an event that is appended now. `ticket`: as it is after it. Two who append at once: the second is refused by the
    unique (ticket_id, seq)."""
    seq, previous = await _last(connection, event)
    actor_salt, words_salt = secrets.token_hex(_SALT), secrets.token_hex(_SALT)
    link = Link(
        seq + 1, chain.micros(event.at), event.kind, event.actor_role.value, event.source.value if event.source else None,
        event.target.value, chain.actor(actor_salt, event.actor_id), chain.words(words_salt, event.reason, event.data),
        chain.digest(*chain.facts(ticket)),
    )  # fmt: skip
    return {
        "seq": link.seq, "actor_hash": link.actor, "actor_salt": actor_salt, "words_hash": link.words, "words_salt": words_salt,
        "facts_hash": link.facts, "adopted_at": None, "hash": chain.hash_of(ticket.number, previous, link),
    }  # fmt: skip


async def _last(connection: Connection, event: Event) -> tuple[int, str]:
    if event.source is None:  # its ticket was made just now
        return 0, BEGINNING
    found = await _NEWEST.row(connection, {"wanted": event.ticket_id})
    return (found["seq"], found["hash"]) if found is not None else (0, BEGINNING)


def link_in(row: Row) -> Link:
    """`seq` 0 where the event is in no chain."""
    adopted = row["adopted_at"]
    return Link(
        row["seq"] or 0, chain.micros(row["at"]), row["kind"], row["actor_role"], row["source"], row["target"], row["actor_hash"] or "",
        row["words_hash"] or "", row["facts_hash"] or "", None if adopted is None else chain.micros(adopted), row["hash"] or "",
    )  # fmt: skip


def adopted(number: str, found: list[Row], facts: str, at: int) -> list[dict[str, Any]]:
    """The columns of a ticket's events that were there before the chain, oldest first, with their `id`. What the ticket was like in
    between nobody knows: only the newest gets `facts`."""
    made, previous = [], BEGINNING
    for seq, row in enumerate(found, 1):
        salts = secrets.token_hex(_SALT), secrets.token_hex(_SALT)
        link = Link(
            seq, chain.micros(row["at"]), row["kind"], row["actor_role"], row["source"], row["target"],
            chain.actor(salts[0], row["actor_id"]), chain.words(salts[1], row["reason"], row["data"]),
            facts if seq == len(found) else "", at,
        )  # fmt: skip
        link = replace(link, hash=chain.hash_of(number, previous, link))
        previous = link.hash
        made.append({
            "id": row["id"], "seq": seq, "actor_hash": link.actor, "actor_salt": salts[0], "words_hash": link.words,
            "words_salt": salts[1], "facts_hash": link.facts, "adopted_at": chain.moment(at), "hash": link.hash,
        })  # fmt: skip
    return made
