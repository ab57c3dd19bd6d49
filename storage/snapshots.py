"""A whole SQLite database at one moment, taken while others write to it, and what can be said about such a file."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import JSON

from storage.tables import metadata

DatabaseError = sqlite3.Error
"""What all of this raises where SQLite itself can't."""
_NAMED = re.compile(r'"sha256": ?"([0-9a-f]{64})"')


class Unsound(Exception):
    """A database file that SQLite itself finds fault with; the text holds no words of anybody."""


def snapshot(source: Path, target: Path) -> None:
    """Copies a database that may be written to meanwhile: all of one moment, no writer waits. `target` must not exist, and is one file,
    for its owner only. Raises sqlite3.Error, OSError (disk full among them)."""
    target.touch(mode=0o600, exist_ok=False)
    with closing(_opened(source, "rw")) as there, closing(sqlite3.connect(target, isolation_level=None)) as here:
        # In one step: under a write-ahead log that holds up no writer, and no write makes it begin anew.
        there.backup(here, pages=-1)
        here.execute("PRAGMA journal_mode=DELETE").fetchone()


def size(source: Path) -> int:
    """Bytes that a snapshot will take."""
    with closing(_opened(source, "rw")) as database:
        return int(_one(database, "PRAGMA page_count")) * int(_one(database, "PRAGMA page_size"))


def prove(path: Path) -> None:
    """Raises Unsound unless every page, index and reference is in order; sqlite3.Error where it is no database at all."""
    with closing(_opened(path, "ro")) as database:
        found = [str(row[0]) for row in database.execute("PRAGMA integrity_check(5)")]
        if found != ["ok"]:
            raise Unsound("integrity_check finds faults")
        lost = database.execute("PRAGMA foreign_key_check").fetchall()
        if lost:
            raise Unsound(f"foreign_key_check: {len(lost)} rows refer to rows that are not there, the first in table {lost[0][0]}")


def revision_of(path: Path) -> str:
    """The schema's revision; empty where it was never migrated. Raises sqlite3.Error."""
    with closing(_opened(path, "ro")) as database:
        if not _one(database, "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"):
            return ""
        found = database.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(found[0]) if found else ""


def counts(path: Path) -> Mapping[str, int]:
    """Rows by table. Raises sqlite3.Error."""
    with closing(_opened(path, "ro")) as database:
        names = [str(row[0]) for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: int(_one(database, f'SELECT count(*) FROM "{name}"')) for name in names}  # noqa: S608  # the schema's own names


def files_named(path: Path) -> frozenset[str]:
    """SHA-256 of every attachment that some row names, also one that waits to be read. Raises sqlite3.Error."""
    found: set[str] = set()
    with closing(_opened(path, "ro")) as database:
        for table, column in _documents():
            wanted = f"SELECT {column} FROM {table} WHERE {column} LIKE '%sha256%'"  # noqa: S608  # our own tables
            if _there(database, table, column):
                found.update(name for row in database.execute(wanted) for name in _NAMED.findall(str(row[0])))
    return frozenset(found)


def _documents() -> list[tuple[str, str]]:
    return [(table.name, column.name) for table in metadata.sorted_tables for column in table.columns if isinstance(column.type, JSON)]


def _there(database: sqlite3.Connection, table: str, column: str) -> bool:
    """An older schema may lack it."""
    return bool(database.execute("SELECT name FROM pragma_table_info(?) WHERE name = ?", (table, column)).fetchall())


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    """Makes no file. Raises sqlite3.Error."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=10, isolation_level=None)


def _one(database: sqlite3.Connection, statement: str) -> int:
    return int(database.execute(statement).fetchone()[0])
