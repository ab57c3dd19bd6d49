"""Indexes that lists of tickets walk (`storage.listing`), and the tables of `storage.counts`."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, text

from storage.tables import metadata, tickets
from storage.types import Id

_SEEN = ("state", "topic", "town", "procedure", "urgent", "hub_town")
"""What else narrows a list stands in the index, too: rows that do not fit are passed over without a look at the table."""


def _walked(lead: str, seen: tuple[str, ...] = _SEEN) -> str:
    """The index that is in the order of lists for each value of a column."""
    name = f"ix_tickets_list_{lead}"
    first = [] if lead == "all" else [lead]
    columns = [*first, "list_rank", "id", *[column for column in seen if column not in {lead, *first}]]
    few = text("urgent = 1"), text("urgent")  # word for word as the lists say it, or SQLite does not see that it fits
    where = few if lead == "urgent" else (None, None)
    Index(name, *(tickets.c[column] for column in columns), sqlite_where=where[0], postgresql_where=where[1])
    return name


LEADS = {lead: _walked(lead) for lead in ("all", "state", "topic", "procedure", "county", "town", "hub_town", "urgent")}
LEADS |= {lead: _walked(lead, ()) for lead in ("day", "serial")}
Index(None, tickets.c.closed_at)

counts = Table(
    "ticket_counts", metadata,
    Column("state", String(20), primary_key=True),
    Column("hub_unit", String(40), primary_key=True),
    Column("hub_place", String(20), primary_key=True),
    Column("lead_unit", String(40), primary_key=True),  # "" while there is none
    Column("tickets", Integer, nullable=False),
)  # fmt: skip

changes = Table(
    "ticket_count_changes", metadata,
    Column("id", Id, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("hub_unit", String(40), nullable=False),
    Column("hub_place", String(20), nullable=False),
    Column("lead_unit", String(40), nullable=False),
    Column("tickets", Integer, nullable=False),  # one more or one less
)  # fmt: skip
