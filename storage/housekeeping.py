"""What has done its work and is only in the way, or personal data without a purpose: read updates, sent speeches, served requests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, select

from storage.engine import Database
from storage.tables import inbox, outbox, requests

_BATCH = 2000
"""Rows a transaction: other writers wait no longer than that takes."""


async def purge(database: Database, before: datetime) -> int:
    """Deletes what was finished before an aware time; what waits, was set aside or is dead stays for staff. Answers how many rows."""
    finished: tuple[tuple[Table, ColumnElement[bool]], ...] = (
        (inbox, (inbox.c.status == "done") & (inbox.c.received_at < before)),
        (outbox, outbox.c.status.in_(("sent", "folded")) & (outbox.c.sent_at < before)),
        (requests, requests.c.at < before),
    )
    return sum([await _purge(database, table, where) for table, where in finished])


async def _purge(database: Database, table: Table, where: ColumnElement[bool]) -> int:
    gone, batch = 0, _BATCH
    while batch == _BATCH:
        some = select(table.c.id).where(where).limit(_BATCH).with_for_update(skip_locked=True)
        async with database.writing() as connection:
            batch = (await connection.execute(delete(table).where(table.c.id.in_(some)))).rowcount
        gone += batch
    return gone


async def cut_journal(database: Database) -> None:
    """What was deleted or emptied lies on in SQLite's journal until that is written over: all of it goes into the file, which overwrites
    what is deleted, and the journal is cut. Where somebody reads or writes just now, it is for the next time: nobody waits for it."""
    if not database.is_sqlite:
        return
    async with database.engine.connect() as connection:
        patience = (await connection.exec_driver_sql("PRAGMA busy_timeout")).scalar_one()
        await connection.exec_driver_sql("PRAGMA busy_timeout=0")
        try:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            await connection.exec_driver_sql(f"PRAGMA busy_timeout={patience:d}")
