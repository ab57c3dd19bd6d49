"""What a repository needs of a connection: SQLAlchemy's own over asyncpg or aiosqlite has it, and so has a unit of the SQLite writer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from sqlalchemy import CursorResult, Dialect, Executable


class Connection(Protocol):
    @property
    def dialect(self) -> Dialect: ...

    async def execute(self, statement: Executable, parameters: Any = None, /) -> CursorResult[*tuple[Any, ...]]: ...

    async def exec_driver_sql(self, statement: str, parameters: Any = None, /) -> CursorResult[*tuple[Any, ...]]: ...

    def begin_nested(self) -> AbstractAsyncContextManager[Any]:
        """A part of the transaction that is undone by itself when it fails."""
        ...

    async def run_sync(self, work: Callable[..., Any], /) -> Any:
        """`work` is given SQLAlchemy's synchronous connection."""
        ...


class WriteConnection(Connection, Protocol):
    async def commit(self) -> None:
        """Comes back when everything is lasting. The connection is not used after it."""
        ...


class Quick(ABC):
    """A connection that can be asked past SQLAlchemy, in the same transaction: for `storage.prepared`. Raises sqlalchemy.exc.DBAPIError."""

    dialect: Dialect

    @abstractmethod
    async def ask(self, sql: str, arguments: Sequence[Any], /) -> Sequence[Sequence[Any]]:
        """The rows as the driver gives them."""
        ...

    @abstractmethod
    async def tell(self, sql: str, arguments: Sequence[Any], /) -> int:
        """How many rows were written."""
        ...

    @abstractmethod
    async def tell_each(self, sql: str, arguments: Sequence[Sequence[Any]], /) -> None: ...
