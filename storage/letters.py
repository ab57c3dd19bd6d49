"""Messages that held several matters: see `workflow.letters`."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import insert, select, update

from storage import rows
from storage.connection import Connection
from storage.tables import letters
from workflow.letters import Letter


class SqlLetters:
    """Fits `workflow.ports.Letters`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def add(self, letter: Letter) -> Letter:
        values = {"created_at": letter.created_at, "closed_at": letter.closed_at}
        made = await self._db.execute(insert(letters).values(values).returning(letters.c.id))
        return replace(letter, id=made.scalar_one())

    async def held(self, letter_id: int) -> Letter:
        """SQLite's writers come one at a time anyhow; PostgreSQL locks the row until the transaction ends."""
        found = await self._db.execute(select(letters).where(letters.c.id == letter_id).with_for_update())
        return rows.letter_in(found.mappings().one())

    async def save(self, letter: Letter) -> None:
        await self._db.execute(update(letters).where(letters.c.id == letter.id).values(closed_at=letter.closed_at))
