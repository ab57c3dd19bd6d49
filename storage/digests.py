"""Folds what waits too long for one chat into a digest, in the transaction of a claim: it happened, or nothing did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from storage import rows
from storage.connection import Connection
from storage.tables import outbox, tickets
from storage.vault import Vault
from workflow.digests import DIGEST, Folded, Waiting, fold, is_late
from workflow.model import Priority
from workflow.region import Digest
from workflow.states import State

_MOST = 1000
"""Rows of a chat that are read at a time; what is beyond comes with the next claim."""


async def folded(connection: Connection, vault: Vault, people: Iterable[int], now: datetime, rule: Digest) -> bool:
    """Whether anything of the chats `people` (contacts as they stand in the rows) was folded."""
    late = [row.contact_id for row in await connection.execute(_counts(people)) if is_late(row[1], row[2], now, rule)]
    return any([await _fold(connection, vault, contact_id, now, rule) for contact_id in late])


def _counts(people: Iterable[int]) -> Select[Any]:
    mine = (outbox.c.status == "waiting") & outbox.c.contact_id.in_(list(people)) & (outbox.c.priority == Priority.NOTICE.value)
    return select(outbox.c.contact_id, func.count(), func.min(outbox.c.said_at)).where(mine).group_by(outbox.c.contact_id)


async def _fold(connection: Connection, vault: Vault, owner: int, now: datetime, rule: Digest) -> bool:
    # A row that was ever lent is left to whoever took it, until that is noted: it may be said at this moment.
    mine = (outbox.c.status == "waiting") & (outbox.c.contact_id == owner) & outbox.c.leased_until.is_(None)
    free = select(outbox).where(mine, outbox.c.priority != Priority.URGENT.value).order_by(outbox.c.id).limit(_MOST)
    found = (await connection.execute(free.with_for_update(skip_locked=True))).mappings().all()
    waiting = [Waiting(row["id"], rows.speech_in(row["speech"], owner, vault), row["said_at"]) for row in found]
    done = fold(waiting, await _states(connection, waiting), now, rule)
    if done is None:
        return False
    await _keep(connection, vault, owner, done, now)
    return True


async def _states(connection: Connection, waiting: Iterable[Waiting]) -> dict[int, State]:
    ids = {row.speech.ticket_id for row in waiting if row.speech.ticket_id is not None}
    found = await connection.execute(select(tickets.c.id, tickets.c.state).where(tickets.c.id.in_(ids)))
    return {row.id: State(row.state) for row in found}


async def _keep(connection: Connection, vault: Vault, owner: int, done: Folded, now: datetime) -> None:
    digest = done.digest
    values = {
        "contact_id": owner, "ticket_id": digest.ticket_id, "priority": digest.priority.value,
        "speech": rows.speech_out(digest, vault, owner), "status": "waiting", "attempts": 0, "unknowns": 0, "why": "",
        "said_at": done.since,
    }  # fmt: skip
    number = (await connection.execute(insert(outbox).values(values).returning(outbox.c.id))).scalar_one()
    gone = {"status": "folded", "why": f"told in {number}", "sent_at": now, "said_at": None, "speech": rows.spoken({"card": DIGEST})}
    await connection.execute(update(outbox).where(outbox.c.id.in_(done.gone)).values(gone))
    for row_id, speech in done.silent.items():
        changed = {"speech": rows.speech_out(speech, vault, owner), "priority": speech.priority.value}
        await connection.execute(update(outbox).where(outbox.c.id == row_id).values(changed))
