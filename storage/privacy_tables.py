"""The tables of `storage.originals`, `storage.privacy` and `storage.veils`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text

from storage.tables import metadata
from storage.types import Id, UtcDateTime

sealed = Table(
    "sealed", metadata,
    Column("kind", String(10), primary_key=True),  # ticket, note, event
    Column("ref", Id, primary_key=True),  # the row's id
    Column("field", String(20), primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False, index=True),
    Column("words", Text, nullable=False),
)  # fmt: skip

unmaskings = Table(
    "unmaskings", metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False, index=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("fields", String(200), nullable=False),
    Column("reason", Text, nullable=False),
)  # fmt: skip

doomed_files = Table(
    "doomed_files", metadata,
    Column("sha256", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)  # fmt: skip

veils = Table(
    "veils", metadata,
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("aliases", Text, nullable=False),
)  # fmt: skip
