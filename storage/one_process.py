"""SQLite is for one process that serves: a lock of the operating system beside the file, which goes with the process, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.engine import Database


class Served(Exception):
    """Another process serves this file."""


@contextmanager
def one_process(database: Database) -> Iterator[None]:
    """Raises Served, or OSError where the lock can't be made. Nothing to be asked of PostgreSQL, or of SQLite in memory."""
    path = database.engine.url.database
    if not database.is_sqlite or not path or path == ":memory:":
        yield
        return
    # A file of its own: SQLite's locks on its file are lost when anybody else of this process closes it.
    handle = os.open(Path(f"{path}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Served from None
        yield
    finally:
        os.close(handle)
