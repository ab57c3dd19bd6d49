"""Every table. The migrations build exactly this; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip

from storage.types import Id, UtcDateTime

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                       "fk": "fk_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}
)  # fmt: skip

contacts = Table(
    "contacts", metadata,
    Column("id", Id, primary_key=True),
    Column("door", String(20), nullable=False),
    Column("address", String(80), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("name", Text, nullable=False),
    Column("language", String(12), nullable=False),
    Column("consented_at", UtcDateTime),
    Column("unreachable", Boolean, nullable=False),
    Column("created_at", UtcDateTime),
    UniqueConstraint("door", "address"),
)  # fmt: skip

posts = Table(
    "posts", metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False, index=True),
    Column("role", String(20), nullable=False, index=True),
    Column("unit", String(40), nullable=False),
    Column("place", String(20), nullable=False),
    Index(None, "unit", "place"),
)  # fmt: skip

invites = Table(
    "invites", metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("unit", String(40), nullable=False),
    Column("place", String(20), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_by", ForeignKey("contacts.id")),
)  # fmt: skip

dialogs = Table(
    "dialogs", metadata,
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("step", String(40), nullable=False),
    Column("data", JSON, nullable=False),
    Column("updated_at", UtcDateTime),
    Column("aside", JSON, nullable=False),
)  # fmt: skip

letters = Table(
    "letters", metadata,
    Column("id", Id, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
)  # fmt: skip

tickets = Table(
    "tickets", metadata,
    Column("id", Id, primary_key=True),
    Column("number", String(40), nullable=False, unique=True),
    Column("query_code", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("procedure", String(30), nullable=False),
    Column("intent", String(20), nullable=False),
    Column("topic", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("place", String(20), nullable=False, index=True),
    Column("place_detail", Text, nullable=False),
    Column("grid", String(20), nullable=False),
    Column("hub_unit", String(40), nullable=False),
    Column("hub_place", String(20), nullable=False),
    Column("lead_unit", String(40)),
    Column("lead_place", String(20)),
    Column("co", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("signed_by", ForeignKey("contacts.id")),
    Column("reporter", ForeignKey("contacts.id"), index=True),
    Column("anonymous", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("files", JSON, nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("hops", Integer, nullable=False),
    Column("reworks", Integer, nullable=False),
    Column("urges", Integer, nullable=False),
    Column("last_urge_at", UtcDateTime),
    Column("extension", String(10), nullable=False),
    Column("extension_ask", JSON, nullable=False),
    Column("result", Text, nullable=False),
    Column("result_files", JSON, nullable=False),
    Column("outcome", String(20)),
    Column("satisfaction", String(20), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("parent_id", ForeignKey("tickets.id")),
    Column("letter_id", ForeignKey("letters.id"), index=True),
    Column("reviews", Integer, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("understanding", JSON, nullable=False),
    Column("next_due_at", UtcDateTime, index=True),  # earliest running clock, kept by the mapper for lists
    # What follows from the others, for lists: `storage.listing`.
    *(Column(name, String(20), nullable=False, server_default="") for name in ("county", "town", "hub_town", "day", "serial")),
    Column("list_rank", Id, nullable=False, server_default="0"),
    Index(None, "hub_unit", "hub_place", "state"),
    Index(None, "lead_unit", "lead_place", "state"),
    Index(None, "state", "id"),
    Index(None, "topic", "created_at", "place"),
    Index(None, "created_at"),
)  # fmt: skip

clocks = Table(
    "ticket_clocks", metadata,
    Column("ticket_id", ForeignKey("tickets.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", String(20), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("stopped_at", UtcDateTime),
    Column("basis", String(80), nullable=False),
    Column("warned_at", UtcDateTime),
    Index(None, "due_at"),
)  # fmt: skip

events = Table(
    "events", metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("actor_id", Id, nullable=False),
    Column("actor_role", String(20), nullable=False),
    Column("source", String(20)),
    Column("target", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("data", JSON, nullable=False),
    # The chain: see `workflow.chain`. Null only where somebody wrote past the desk; a salt goes with what it hides.
    Column("seq", Integer),
    Column("actor_hash", String(64)),
    Column("actor_salt", String(32)),
    Column("words_hash", String(64)),
    Column("words_salt", String(32)),
    Column("facts_hash", String(64)),
    Column("adopted_at", UtcDateTime),
    Column("hash", String(64)),
    Index(None, "ticket_id", "seq", unique=True),
)  # fmt: skip

notes = Table(
    "notes", metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("author_id", Id, nullable=False),
    Column("author_role", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("files", JSON, nullable=False),
)  # fmt: skip

grids = Table(
    "grids", metadata,
    Column("code", String(15), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
)  # fmt: skip

imports = Table(
    "imports", metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String(80), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("file_hash", String(64), nullable=False),
    Column("counts", JSON, nullable=False),
)  # fmt: skip

serials = Table("serials", metadata, Column("day", String(10), primary_key=True), Column("value", Integer, nullable=False))

requests = Table(
    "requests", metadata, Column("id", String(160), primary_key=True), Column("at", UtcDateTime, nullable=False)
)  # fmt: skip

outbox = Table(
    "outbox", metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("ticket_id", ForeignKey("tickets.id")),
    Column("priority", String(1), nullable=False),
    Column("speech", JSON, nullable=False),
    Column("status", String(10), nullable=False),  # waiting, sent, dead, folded (told of in a digest)
    Column("attempts", Integer, nullable=False),
    Column("unknowns", Integer, nullable=False),
    Column("next_try_at", UtcDateTime),
    Column("leased_until", UtcDateTime),
    Column("message_id", String(80)),
    Column("why", String(200), nullable=False),
    Column("sent_at", UtcDateTime),
    Column("said_at", UtcDateTime),
    Index(None, "status", "contact_id", "priority", "id"),
)  # fmt: skip

messages = Table(
    "messages", metadata,
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("message_id", String(80), primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False),
    Column("position", Id, nullable=False),
    Column("card", Boolean, nullable=False),
    Column("key", String(60), nullable=False),
    Column("letter_id", ForeignKey("letters.id")),
    Index(None, "contact_id", "ticket_id", "position"),
)  # fmt: skip

inbox = Table(
    "inbox", metadata,
    Column("id", Id, primary_key=True),
    Column("door", String(20), nullable=False),
    Column("update_id", String(80), nullable=False),
    Column("chat", String(80), nullable=False),
    Column("album", String(80), nullable=False),
    Column("body", JSON, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("status", String(10), nullable=False),  # waiting, done, aside
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", UtcDateTime),
    Column("why", String(80), nullable=False),
    UniqueConstraint("door", "update_id"),
    Index(None, "status", "id"),
    Index("ix_inbox_turn", "door", "chat", "id", sqlite_where=text("status = 'waiting'"), postgresql_where=text("status = 'waiting'")),
)  # fmt: skip

web_chats = Table(
    "web_chats", metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("address", String(80), nullable=False, unique=True),
)  # fmt: skip

web_messages = Table(
    "web_messages", metadata,
    Column("seq", Id, primary_key=True),
    Column("address", String(80), nullable=False),
    Column("message_id", String(80), nullable=False),
    Column("body", JSON, nullable=False),
    Index(None, "address", "seq"),
)  # fmt: skip

praises = Table(
    "praises", metadata,
    Column("id", String(16), primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("place", String(20), nullable=False),
    Column("topic", String(20), nullable=False),
    Column("version", Text, nullable=False),
)  # fmt: skip

sign_in_codes = Table(
    "sign_in_codes", metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)  # fmt: skip

console_sessions = Table(
    "console_sessions", metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("family", String(64), index=True),
    Column("issued_at", UtcDateTime),
    Column("seen_at", UtcDateTime),
    Column("replaced_at", UtcDateTime),
)  # fmt: skip
