"""When the store is away: not a fault of what was asked, but a disk or a server that can't be had just now.

SQLite: a full disk, one that fails, a file that is locked too long, removed or replaced. PostgreSQL: nobody listens, it stops or starts, it
has no place, no room, or may not be written. What counts as away is said here and nowhere else.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoPlace

from workflow.errors import Away

_SQLITE = {
    sqlite3.SQLITE_FULL: "full", sqlite3.SQLITE_IOERR: "io", sqlite3.SQLITE_CANTOPEN: "unreachable", sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_PROTOCOL: "locked", sqlite3.SQLITE_READONLY: "read_only", sqlite3.SQLITE_NOMEM: "busy",
}  # fmt: skip
_STATES = {
    "57P01": "stopping", "57P02": "stopping", "57P03": "stopping", "57P05": "unreachable", "25006": "read_only", "53100": "full",
    "58030": "io",
}  # fmt: skip
_CLASSES = {"08": "unreachable", "53": "busy", "58": "io"}
REASONS = ("full", "io", "locked", "removed", "replaced", "read_only", "unreachable", "stopping", "busy")
_ON_DISK = {errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EFBIG: "full", errno.EIO: "io", errno.EROFS: "read_only"}


def reason_of(error: BaseException) -> str:
    """Why the store is away, "" where it is not: the one predicate. For what a driver raised, or SQLAlchemy for it."""
    if isinstance(error, Away):
        return error.reason
    if isinstance(error, NoPlace):
        return "busy"  # all connections of this process are taken
    if isinstance(error, DBAPIError):
        found = _of_driver(error.orig) or _of_driver(getattr(error.orig, "__cause__", None))
        return found or ("unreachable" if error.connection_invalidated else "")
    return _of_driver(error)


def _of_driver(error: BaseException | None) -> str:
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "")
    state = getattr(error, "sqlstate", None) or ""
    if state:
        return _STATES.get(state) or _CLASSES.get(state[:2], "")
    # asyncpg's own word for a connection that is no more; it says the same of a call that was wrong.
    closed = isinstance(error, asyncpg.InterfaceError) and any(word in str(error) for word in ("closed", "closing"))
    # And for one whose server has just said, unasked, that it ends it.
    closed = closed or (isinstance(error, asyncpg.InternalClientError) and "cannot switch to state" in str(error))
    return "unreachable" if closed or isinstance(error, OSError) else ""


class Presence:
    """What is known of the store: "" or the reason why it is away. Everybody who meets an outage says so here; `heard` is called once
    for each."""

    def __init__(self) -> None:
        self.reason = ""
        self.heard: Callable[[str], None] = _nobody

    def met(self, reason: str) -> None:
        if not self.reason:
            self.reason = reason
            self.heard(reason)

    def back(self) -> None:
        self.reason = ""

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Raises Away in place of an error that says so."""
        try:
            yield
        except Away as away:
            self.met(away.reason)
            raise
        except (DBAPIError, NoPlace, sqlite3.Error) as error:
            self._translate(error)
            raise

    @contextmanager
    def reached(self) -> Iterator[None]:
        """As `watched`, for the way to a server: whatever keeps us from it, it is away."""
        try:
            yield
        except (DBAPIError, NoPlace, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            reason = reason_of(error) or "unreachable"
            self.met(reason)
            raise Away(reason) from error

    def _translate(self, error: Exception) -> None:
        reason = reason_of(error)
        if reason:
            self.met(reason)
            raise Away(reason) from error

    @contextmanager
    def on_disk(self) -> Iterator[None]:
        """For attachments: raises Away where the disk takes nothing, leaves every other OSError alone."""
        try:
            yield
        except OSError as error:
            reason = _ON_DISK.get(error.errno or 0)
            if reason is None:
                raise
            self.met(reason)
            raise Away(reason) from error


def _nobody(_reason: str) -> None:
    return None


class OneFile:
    """A database's file must be the one that was opened: a connection of old writes on in a deleted file, where nobody finds it."""

    def __init__(self, path: str | None) -> None:
        """None or ":memory:" is no file."""
        self._path = Path(path).absolute() if path and path != ":memory:" else None
        self._opened: tuple[int, int] | None = None

    def opened(self) -> None:
        """After the first connection; a file that is known stays the one."""
        if self._path is not None and self._opened is None:
            self._opened = _identity(self._path)

    def check(self) -> None:
        """Raises Away. Costs one look at the folder."""
        if self._path is None or self._opened is None:
            return
        found = _identity(self._path)
        if found != self._opened:
            raise Away("removed" if found is None else "replaced")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
