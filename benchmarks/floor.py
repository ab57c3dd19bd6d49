"""What the rows of complaints cost where the standard library's sqlite3 alone writes them: a transaction for each, synchronous=FULL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Round:
    """`processor`: seconds that this process had a core, all threads together."""

    seconds: float
    processor: float
    complaints: int

    @property
    def rate(self) -> float:
        return self.complaints / self.seconds

    @property
    def milliseconds(self) -> float:
        return self.processor / self.complaints * 1000


class Watch:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._began, self._worked = time.perf_counter(), time.process_time()

    def round(self, complaints: int, *, without: float = 0.0) -> Round:
        """`without`: seconds that were not ours, busy ones."""
        return Round(time.perf_counter() - self._began - without, time.process_time() - self._worked - without, complaints)


def schema(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'").fetchall()
    connection.close()
    return [sql for (sql,) in found]


def written(path: Path) -> Iterator[Rows]:
    """What one complaint left behind, table by table, in an order that foreign keys allow."""
    connection = sqlite3.connect(path)
    for ticket_id, reporter in connection.execute("SELECT id, reporter FROM tickets ORDER BY id").fetchall():
        chat = connection.execute("SELECT address FROM contacts WHERE id = ?", (reporter,)).fetchone()[0]
        wanted = {
            "inbox": ("update_id LIKE ?", f"{chat}:%"),
            "requests": ("id LIKE ?", f"%:{chat}:%"),
            "tickets": ("id = ?", ticket_id),
            "ticket_clocks": ("ticket_id = ?", ticket_id),
            "events": ("ticket_id = ?", ticket_id),
            "dialogs": ("contact_id = ?", reporter),
            "outbox": ("ticket_id = ?1 OR contact_id = (SELECT reporter FROM tickets WHERE id = ?1)", ticket_id),
        }
        complaint: Rows = {}
        for table, (where, value) in wanted.items():
            query = f"SELECT * FROM {table} WHERE {where}"  # noqa: S608  # names from the lines above; the value is bound
            complaint[table] = connection.execute(query, (value,)).fetchall()
        yield complaint
    connection.close()


def floor(path: Path, tables: list[str], complaints: list[Rows]) -> Round:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):  # contacts stand before the clock starts
        connection.execute(f"PRAGMA {pragma}")
    for sql in tables:
        connection.execute(sql)
    watch = Watch()
    for complaint in complaints:
        connection.execute("BEGIN IMMEDIATE")
        for table, rows in complaint.items():
            for row in rows:
                connection.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)  # noqa: S608  # names as above
        connection.execute("COMMIT")
    found = watch.round(len(complaints))
    connection.close()
    return found
