"""The table of `storage.standings`: a row only for the few who are muted or brought very much at once."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Table

from storage.tables import metadata
from storage.types import UtcDateTime

standings = Table(
    "standings", metadata,
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("muted_until", UtcDateTime, index=True),
    Column("muting", JSON, nullable=False),
    Column("paced_until", UtcDateTime, index=True),
    Column("pace", JSON, nullable=False),
)  # fmt: skip
