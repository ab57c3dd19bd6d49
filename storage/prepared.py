"""A statement that is built and compiled once, and then handed to the driver as it is.

SQLAlchemy Core says what is asked, for both databases, and knows what the types need on the way in and out. To ask it through Core again
and again costs ten times what SQLite does for a row found by its key: docs/performance.md. So what every update asks is a `Prepared`; what
is asked seldom, or put together anew each time, goes through `Connection.execute`.

Lists have no place in it: `listed` makes one parameter of each value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import BindParameter, Dialect, Executable, Select, String, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from storage.connection import Connection, Quick, Statement

_FLOAT8 = 701
"""PostgreSQL's number of the only type that SQLAlchemy wants to be told which one it is: our numbers with a fraction are all double."""
_NOTHING: Mapping[str, Any] = {}
_WORD = re.compile(r"\w+")
Process = Callable[[Any], Any]
Row = Mapping[str, Any]


class Inserts(Protocol):
    """How an INSERT is begun that can say what to do where the row is there already; both databases speak the same words for it."""

    def __call__(self, table: Table, /) -> sqlite.Insert | postgresql.Insert: ...


class Prepared:
    """Answers are plain: rows as dictionaries, aware times, opened JSON. Parameters are given by name; which names there are decides what
    an INSERT or UPDATE writes, so give the same ones each time. Raises sqlalchemy.exc.DBAPIError as `Connection.execute` does."""

    def __init__(self, statement: Executable | Callable[[Inserts], Executable], same: tuple[str, ...] = ()) -> None:
        """`statement`: or what makes it of a database's own INSERT. `same`: the parameters that say which row is written, where a
        second write of it takes the place of the first."""
        self._statement = statement
        self._same = same
        self._forms: dict[tuple[str, ...], _Form] = {}

    async def rows(self, connection: Connection, values: Row = _NOTHING) -> list[dict[str, Any]]:
        keys, found, _ = await self._asked(connection, values)
        return [dict(zip(keys, row, strict=True)) for row in found]

    async def row(self, connection: Connection, values: Row = _NOTHING) -> dict[str, Any] | None:
        """The first."""
        keys, found, _ = await self._asked(connection, values)
        return dict(zip(keys, found[0], strict=True)) if found else None

    async def column(self, connection: Connection, values: Row = _NOTHING) -> list[Any]:
        """The first column."""
        return [row[0] for row in (await self._asked(connection, values))[1]]

    async def value(self, connection: Connection, values: Row = _NOTHING) -> Any:
        """The first column of the first row, None where there is none."""
        found = (await self._asked(connection, values))[1]
        return found[0][0] if found else None

    async def write(self, connection: Connection, values: Row = _NOTHING) -> int:
        """How many rows were written."""
        return (await self._asked(connection, values))[2]

    async def later(self, connection: Connection, values: Row = _NOTHING) -> None:
        """A write whose answer nobody needs: it is made before anything is asked that could see it, and before the commit, which is
        where its error comes. So several may be one way there and back: `storage.gathered`."""
        if not isinstance(connection, Quick):
            await self.write(connection, values)
            return
        form = self._form(connection.dialect, values)
        if form.keys:
            raise TypeError("what answers can't be asked later")
        same = tuple([values[name] for name in self._same]) if self._same else None
        await connection.later(form.statement, form.arguments(values), same)

    async def later_each(self, connection: Connection, each: Sequence[Row]) -> None:
        for values in each:
            await self.later(connection, values)

    async def write_each(self, connection: Connection, each: Sequence[Row]) -> None:
        if not each:
            return
        if isinstance(connection, Quick):
            form = self._form(connection.dialect, each[0])
            await connection.tell_each(form.statement, [form.arguments(values) for values in each])
        else:
            await connection.execute(self.of(connection.dialect), each)

    async def _asked(self, connection: Connection, values: Row) -> tuple[Sequence[str], Sequence[Sequence[Any]], int]:
        if isinstance(connection, Quick):
            form = self._form(connection.dialect, values)
            if not form.keys:
                return (), (), await connection.tell(form.statement, form.arguments(values))
            found = await connection.ask(form.statement, form.arguments(values))
            return form.keys, form.opened(found), len(found)
        result = await connection.execute(self.of(connection.dialect), values)
        if not result.returns_rows:
            return (), (), result.rowcount
        found = result.all()
        return tuple(result.keys()), found, len(found)

    def _form(self, dialect: Dialect, values: Row) -> _Form:
        key = (dialect.name, *values)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = _compiled(self.of(dialect), dialect, [*values])
        return form

    def of(self, dialect: Dialect) -> Any:
        """The statement."""
        if isinstance(self._statement, Executable):
            return self._statement
        return self._statement(sqlite.insert if dialect.name == "sqlite" else postgresql.insert)


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one driver takes it, and how its values go in and out."""

    statement: Statement
    parameters: tuple[tuple[str, Process | None], ...]
    constants: Mapping[str, Any]
    keys: tuple[str, ...]
    columns: tuple[tuple[int, Process], ...]
    """Those whose values are changed on the way out."""

    def arguments(self, values: Row) -> list[Any]:
        given = {**self.constants, **values} if self.constants else values
        return [given[name] if process is None else process(given[name]) for name, process in self.parameters]

    def opened(self, found: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        if not self.columns:
            return found
        opened = []
        for row in found:
            values = list(row)
            for index, process in self.columns:
                values[index] = process(values[index])
            opened.append(values)
        return opened


def _compiled(statement: Any, dialect: Dialect, names: list[str]) -> _Form:
    compiled = statement.compile(dialect=dialect, column_keys=names)
    binds: Mapping[str, BindParameter[Any]] = compiled.binds
    if any(bind.expanding for bind in binds.values()):
        raise TypeError("a prepared statement has no lists: `listed`")
    parameters = tuple((name, _in(binds[name].type, dialect)) for name in compiled.positiontup)
    constants = {name: binds[name].effective_value for name in compiled.positiontup if name not in names}
    columns = [(column.key, column.type) for column in getattr(statement, "exported_columns", ())]
    out = [(index, _out(kind, dialect)) for index, (_, kind) in enumerate(columns)]
    changed = tuple((index, process) for index, process in out if process is not None)
    said = Statement(str(compiled), frozenset(_WORD.findall(str(compiled))), _changes(statement), _written(statement))
    return _Form(said, parameters, constants, tuple(str(key) for key, _ in columns), changed)


def _changes(statement: Any) -> bool:
    return not isinstance(statement, Select) or statement._for_update_arg is not None  # noqa: SLF001  # there is no public way


def _written(statement: Any) -> str:
    return "" if isinstance(statement, Select) else str(statement.table.name)


def _in(kind: TypeEngine[Any], dialect: Dialect) -> Process | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _out(kind: TypeEngine[Any], dialect: Dialect) -> Process | None:
    return kind.dialect_impl(dialect).result_processor(dialect, _FLOAT8)


def listed(name: str, count: int, kind: Any) -> list[BindParameter[Any]]:
    """Parameters for `column.in_`; `numbered` gives their values."""
    return [bindparam(f"{name}{index}", type_=kind) for index in range(count)]


def fixed(values: Sequence[str]) -> list[BindParameter[str]]:
    """Values of `column.in_` that are always the same."""
    return [bindparam(None, value, String) for value in values]


def numbered(name: str, values: Sequence[Any]) -> dict[str, Any]:
    return {f"{name}{index}": value for index, value in enumerate(values)}


def padded(values: Sequence[Any]) -> Sequence[Any]:
    """The same set in a list of 1, 2, 4, 8 … values, so that there are few statements for lists of all lengths."""
    if not values:
        return values
    return [*values, *[values[-1]] * ((1 << (len(values) - 1).bit_length()) - len(values))]
