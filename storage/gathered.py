"""Writes that a transaction keeps back, to send them to PostgreSQL as one statement.

Each way there and back costs both sides more than the row it brings, so what nobody needs an answer to waits: until something is asked that
could see it, something else is written, or the transaction ends. What waits then becomes one statement of data-modifying CTEs, each INSERT
with all its rows. A transaction that wrote nothing else is that statement: it needs no BEGIN and no COMMIT of its own.

The parts of one statement see the same moment and come in no order, so each table has one part. Rows of one INSERT are numbered in the
order they were kept; foreign keys are looked at when the whole statement is done.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from storage.connection import Statement

MOST = 8
"""Rows of one table in a statement: there is a statement for each number, and the driver keeps a hundred."""
_PARAMETER = re.compile(r"\$(\d+)")
_ROW = re.compile(r"\bVALUES (\([^()]*\))")

Arguments = Sequence[Any]
Shape = tuple[tuple[str, int], ...]
"""Statements, and how many rows of each."""


@dataclass(slots=True)
class _Part:
    statement: Statement
    rows: dict[Hashable, Arguments] = field(default_factory=dict)


class Gathered:
    def __init__(self) -> None:
        self._parts: dict[str, _Part] = {}  # by table

    def __bool__(self) -> bool:
        return bool(self._parts)

    def seen_by(self, words: frozenset[str]) -> bool:
        """Whether a look with such words could see what is kept."""
        return not words.isdisjoint(self._parts)

    def fits(self, statement: Statement) -> bool:
        """False: what is kept must be written first."""
        part = self._parts.get(statement.table)
        return part is None or (part.statement == statement and joinable(statement.sql))

    def keep(self, statement: Statement, arguments: Arguments, same: Hashable) -> None:
        rows = self._parts.setdefault(statement.table, _Part(statement)).rows
        rows[(len(rows),) if same is None else ("same", same)] = arguments

    def taken(self) -> Iterator[tuple[str, list[Any]]]:
        """Statements to be made one after another, most often one. Nothing is kept afterwards."""
        parts, self._parts = [(part.statement.sql, list(part.rows.values())) for part in self._parts.values()], {}
        for start in range(0, max((len(rows) for _, rows in parts), default=0), MOST):
            now = [(sql, some) for sql, rows in parts if (some := rows[start : start + MOST])]
            sql = composed(tuple((sql, len(some)) for sql, some in now))
            yield sql, [value for _, some in now for row in some for value in row]


@lru_cache(1024)
def joinable(sql: str) -> bool:
    """Whether several rows of it can be one INSERT."""
    found = _ROW.search(sql)
    return found is not None and sql.startswith("INSERT ") and not _PARAMETER.search(sql, found.end())


@lru_cache(1024)
def composed(shape: Shape) -> str:
    parts, first = [], 0
    for sql, rows in shape:
        parts.append(_renumbered(sql, rows, first))
        first += rows * _parameters(sql)
    *before, last = parts
    if not before:
        return last
    return "WITH " + ", ".join(f"part{index} AS ({part})" for index, part in enumerate(before)) + " " + last


def _renumbered(sql: str, rows: int, first: int) -> str:
    count = _parameters(sql)
    if rows == 1:
        return _moved(sql, first)
    found = _ROW.search(sql)
    if found is None:
        raise TypeError("rows of what is no INSERT can't be joined")
    values = ", ".join(_moved(found[1], first + index * count) for index in range(rows))
    return sql[: found.start(1)] + values + sql[found.end(1) :]


def _moved(sql: str, by: int) -> str:
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + by}", sql)


@lru_cache(1024)
def _parameters(sql: str) -> int:
    return max((int(found) for found in _PARAMETER.findall(sql)), default=0)
