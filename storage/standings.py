"""What keeps a few people from going on just now, beside their contact. Each half is written by itself: an officer's mute and the count of
the person's own messages, made at the same time, do not undo one another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, update

from storage.connection import Connection
from storage.engine import Database
from storage.rows import Row
from storage.standing_tables import standings
from storage.vault import Vault
from workflow.standing import Muting, Pace, Standing, muting_in, muting_out, pace_in, pace_out

COLUMNS = (standings.c.muting, standings.c.pace)
"""Read with the contact, in the same look."""


def standing_in(contact_id: int, muting: Any, pace: Any, vault: Vault) -> Standing | None:
    """None where there is no row."""
    if muting is None or pace is None:
        return None
    return Standing(
        muting_in(vault.open_json(muting, *place(contact_id, "muting"))), pace_in(vault.open_json(pace, *place(contact_id, "pace")))
    )


async def mute(database: Database, db: Connection, contact_id: int, muting: Muting | None) -> None:
    """None: the mute is over, whatever its date says."""
    data = {} if muting is None else database.vault.seal_json(muting_out(muting), *place(contact_id, "muting"))
    await _write(database, db, contact_id, {"muting": data, "muted_until": muting.until if muting is not None else None})


async def pace(database: Database, db: Connection, contact_id: int, found: Pace, until: datetime) -> None:
    data = database.vault.seal_json(pace_out(found), *place(contact_id, "pace"))
    await _write(database, db, contact_id, {"pace": data, "paced_until": until})


async def _write(database: Database, db: Connection, contact_id: int, half: Row) -> None:
    fresh = database.insert(standings).values({"contact_id": contact_id, "muting": {}, "pace": {}, **half})
    await db.execute(fresh.on_conflict_do_update(index_elements=[standings.c.contact_id], set_=dict(half)))


async def sweep(database: Database, now: datetime) -> int:
    """Takes away what is over, with the words in it. Answers how many rows are gone."""
    unmuted = or_(standings.c.muted_until.is_(None), standings.c.muted_until <= now)
    unpaced = or_(standings.c.paced_until.is_(None), standings.c.paced_until <= now)
    async with database.writing() as connection:
        gone = (await connection.execute(delete(standings).where(unmuted, unpaced))).rowcount
        for until, half in ((standings.c.muted_until, "muting"), (standings.c.paced_until, "pace")):
            await connection.execute(update(standings).where(until <= now).values({half: {}, until.name: None}))
    return gone


def place(contact_id: int, column: str) -> tuple[str, ...]:
    return ("standings", column, str(contact_id))
