"""The tables of `storage.anchors`. A leaf names its ticket by number, so that it still does when the ticket's row is gone."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from storage.tables import metadata
from storage.types import UtcDateTime

anchors = Table(
    "anchors", metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("day", String(10), nullable=False, unique=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("leaves", Integer, nullable=False),
    Column("tickets", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Column("upto", Integer, nullable=False),
    Column("root", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)  # fmt: skip

anchor_leaves = Table(
    "anchor_leaves", metadata,
    Column("anchor", ForeignKey("anchors.seq"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("number", String(40), nullable=False),
    Column("before", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "number", "seq"),
)  # fmt: skip
