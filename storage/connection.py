"""What a repository needs of a connection: SQLAlchemy's own over asyncpg or aiosqlite has it, and so has a unit of the SQLite writer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Statement:
    """As a driver takes it. `words`: whatever stands in it, names of tables among them; `changes`: it writes, or locks rows; `table`: which
    one it writes to."""

    sql: str
    words: frozenset[str]
    changes: bool
    table: str = ""


class Quick(ABC):
    """A connection that can be asked past SQLAlchemy, in the same transaction: for `storage.prepared`. Raises sqlalchemy.exc.DBAPIError."""

    dialect: Dialect

    @abstractmethod
    async def ask(self, statement: Statement, arguments: Sequence[Any], /) -> Sequence[Sequence[Any]]:
        """The rows as the driver gives them."""
        ...

    @abstractmethod
    async def tell(self, statement: Statement, arguments: Sequence[Any], /) -> int:
        """How many rows were written."""
        ...

    @abstractmethod
    async def tell_each(self, statement: Statement, arguments: Sequence[Sequence[Any]], /) -> None: ...

    async def later(self, statement: Statement, arguments: Sequence[Any], same: Hashable = None, /) -> None:
        """For a write whose answer nobody needs: it may be kept back until something that could see it is asked, or until the commit.
        Of two with the same `same` (not None) the second alone need be written."""
        await self.tell(statement, arguments)
