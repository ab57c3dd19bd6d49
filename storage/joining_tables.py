"""The tables of `storage.alike` and `storage.followers`."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table

from storage.tables import metadata
from storage.types import Id, UtcDateTime

gists = Table(
    "gists", metadata,
    Column("ticket_id", ForeignKey("tickets.id"), primary_key=True),
    Column("whole", String(32), nullable=False, index=True),
    Column("words", JSON, nullable=False),
    Column("spots", JSON, nullable=False),
)  # fmt: skip

followers = Table(
    "followers", metadata,
    Column("ticket_id", ForeignKey("tickets.id"), primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("joined_at", UtcDateTime, nullable=False, index=True),
    Column("anonymous", Boolean, nullable=False),
    Column("whole", String(32), nullable=False, index=True),
    Column("unsolved", Boolean, nullable=False),
    Index(None, "contact_id", "joined_at"),
)  # fmt: skip

incidents = Table(
    "incidents", metadata,
    Column("id", Id, primary_key=True),
    Column("item", String(20), nullable=False),
    Column("place", String(20), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("tickets", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    Index(None, "item", "place", "raised_at"),
)  # fmt: skip
