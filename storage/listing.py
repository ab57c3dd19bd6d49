"""What a ticket's row says for the sake of lists alone, and how a list walks: always along an index that is in the list's order already.

The order is `list_rank`, then `id`: the earliest running clock first, then what has none, newest first. Each index of `LEADS` holds one
kind of narrowing, the order, and what else may narrow, so that a page is read where it begins and ends, however deep it lies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, false, or_, select, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from storage.tables import tickets
from storage.views import OPEN_TO_LISTS
from workflow.cursors import Cursor
from workflow.model import Procedure
from workflow.policy import Reach
from workflow.states import RESTING
from workflow.views import Filter

_COUNTY, _TOWN = 6, 9  # digits of a division's code
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEHIND_ALL = 10**17
_TYPED = re.compile(r"(?:[A-Z]{1,4}-?)?(?:(?P<day>[0-9]{6})-?)?(?P<serial>[0-9]{1,5})?")
_SERIAL = 4
_OFTEN = frozenset({Procedure.GRID_EVENT, Procedure.HOTLINE, Procedure.CONSULTATION})


def rank(due: datetime | None, created: datetime) -> int:
    """A place in the order of lists: microseconds."""
    return _micros(due) if due is not None else _BEHIND_ALL - _micros(created)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def listed(number: str, place: str, hub_place: str, due: datetime | None, created: datetime) -> dict[str, Any]:
    """Columns of `tickets` that follow from the others."""
    parts = number.split("-")
    day, serial = (parts[1], parts[2]) if len(parts) == 3 else ("", "")
    return {
        "county": place[:_COUNTY], "town": place[:_TOWN], "hub_town": hub_place[:_TOWN],
        "day": day, "serial": serial, "list_rank": rank(due, created),
    }  # fmt: skip


class Beside(FunctionElement[Any]):
    """A column that narrows and does not choose the index: SQLite does not know how many rows a value has, and we do. PostgreSQL counts for
    itself."""

    name = "beside"
    inherit_cache = True

    def __init__(self, column: Column[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Beside)
def _as_it_is(element: Beside, compiler: SQLCompiler, **named: Any) -> str:
    return compiler.process(element.clauses, **named)


@compiles(Beside, "sqlite")
def _beside(element: Beside, compiler: SQLCompiler, **named: Any) -> str:
    return f"+{compiler.process(element.clauses, **named)}"


@dataclass(frozen=True, slots=True)
class Walk:
    """`lead`: the index that is to be walked, one of `list_tables.LEADS`; `where`: everything that narrows."""

    lead: str
    where: ColumnElement[bool]

    def ids(self, cursor: Cursor | None, most: int) -> Select[int, int]:
        """(id, list_rank) of the next `most` rows behind the cursor, or of the last ones before it, nearest first."""
        place, where, back = tuple_(tickets.c.list_rank, tickets.c.id), self.where, cursor is not None and cursor.back
        if cursor is not None:
            at = tuple_(cursor.rank, cursor.id)
            where = and_(where, place < at if back else place > at)
        order = [column.desc() if back else column for column in (tickets.c.list_rank, tickets.c.id)]
        return select(tickets.c.id, tickets.c.list_rank).where(where).order_by(*order).limit(most)


def walks(reach: Sequence[Reach], wanted: Filter, now: datetime) -> list[Walk]:
    """One for each part of the reach that lies in no other; their rows may be the same."""
    apart = [part for part in dict.fromkeys(reach) if not any(_inside(part, other) for other in reach if other != part)]
    return [_walk(part, wanted, now) for part in apart]


def overdue(reach: Sequence[Reach], now: datetime) -> ColumnElement[bool]:
    """Tickets of the reach with a clock that ran out, by the columns of an index."""
    parts = [way.where for way in walks(reach, Filter(overdue=True), now)]
    return and_(tickets.c.list_rank < _micros(now), or_(false(), *parts))


def _inside(part: Reach, other: Reach) -> bool:
    return part.place.startswith(other.place) and other.unit in {"", part.unit}


def _walk(part: Reach, wanted: Filter, now: datetime) -> Walk:
    lead = _lead(part, wanted)
    where = [OPEN_TO_LISTS, *_reached(part, lead), *_at(wanted.place, lead), *_of_number(wanted.number, lead)]
    for name, value in (("state", wanted.state), ("procedure", wanted.procedure), ("topic", wanted.topic)):
        if value:
            where.append(_is(name, value, lead))
    if wanted.overdue:
        where.append(tickets.c.list_rank < _micros(now))
    if wanted.urgent:
        where.append(tickets.c.urgent if lead == "urgent" else Beside(tickets.c.urgent))
    return Walk(lead, and_(*where))


def _lead(part: Reach, wanted: Filter) -> str:
    """What is likely to leave the fewest comes first."""
    sought = _TYPED.fullmatch(wanted.number)
    kinds = {
        "day": bool(sought and sought["day"]),
        "serial": bool(sought and sought["serial"]),
        "town": len(wanted.place) >= _TOWN,
        "hub_town": len(part.place) >= _TOWN,
        "open": wanted.state is not None and wanted.state not in RESTING,
        "urgent": wanted.urgent,
        "seldom": wanted.procedure is not None and wanted.procedure not in _OFTEN,
        "topic": bool(wanted.topic),
        "county": len(wanted.place) >= _COUNTY,
        "procedure": wanted.procedure is not None,
        "state": wanted.state is not None,
    }
    first = next((kind for kind, given in kinds.items() if given), "all")
    return {"open": "state", "seldom": "procedure"}.get(first, first)


def _reached(part: Reach, lead: str) -> list[ColumnElement[bool]]:
    """`policy.Reach.covers`, by the columns that the indexes hold."""
    deep = len(part.place) > _TOWN
    found = [tickets.c.hub_place.startswith(part.place, autoescape=True)] if deep else []
    if len(part.place) >= _TOWN:
        found.append(_is("hub_town", part.place[:_TOWN], lead))
    elif part.place:
        found.append(tickets.c.hub_town.startswith(part.place, autoescape=True))
    return [*found, _is("hub_unit", part.unit, lead)] if part.unit else found


def _at(place: str, lead: str) -> list[ColumnElement[bool]]:
    if not place:
        return []
    if len(place) < _TOWN:
        return [tickets.c.county == place] if lead == "county" and len(place) == _COUNTY else [_starts(tickets.c.town, place)]
    deep = len(place) > _TOWN
    return [_is("town", place[:_TOWN], lead), *([_starts(tickets.c.place, place)] if deep else [])]


def _is(name: str, value: str, lead: str) -> ColumnElement[bool]:
    column = tickets.c[name]
    return (column if name == lead else Beside(column)) == value


def _starts(column: ColumnElement[str], place: str) -> ColumnElement[bool]:
    return column.startswith(place, autoescape=True)


def _of_number(typed: str, lead: str) -> list[ColumnElement[bool]]:
    """A whole number, its day, its serial, or both of these. What is none of them is no ticket's."""
    sought = _TYPED.fullmatch(typed)
    if not typed:
        return []
    if sought is None or not (sought["day"] or sought["serial"]):
        return [false()]
    found = [_is("day", sought["day"], lead)] if sought["day"] else []
    return [*found, _is("serial", sought["serial"].zfill(_SERIAL), lead)] if sought["serial"] else found


def of_page(cursor: Cursor | None, found: Sequence[tuple[int, int]], most: int) -> tuple[list[int], Cursor | None, Cursor | None]:
    """`found`: (id, rank) of all walks, one more than a page holds where there is more. The page's ids, the cursors before and after."""
    back = cursor is not None and cursor.back
    rows = sorted({(place, ticket_id) for ticket_id, place in found}, reverse=back)
    more, rows = len(rows) > most, sorted(rows[:most])
    number = cursor.page if cursor is not None else 1
    if not rows:
        return [], None, None
    before, after = Cursor(*rows[0], max(1, number - 1), back=True), Cursor(*rows[-1], number + 1)
    ids = [ticket_id for _, ticket_id in rows]
    if back:
        return ids, before if more else None, after
    return ids, before if cursor is not None else None, after if more else None


def is_first(cursor: Cursor | None, ids: Sequence[int], most: int) -> bool:
    """Whether what was found is better shown from the beginning: nothing is behind any more, or less than a page is before."""
    return cursor is not None and (not ids or (cursor.back and len(ids) < most))


