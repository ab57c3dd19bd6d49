"""Rows ↔ objects, both ways, each in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import RowMapping

from storage.listing import listed
from storage.vault import CLEAR, SEALED, Vault
from workflow.deadlines import next_due
from workflow.letters import Letter
from workflow.model import (
    Assignee,
    Button,
    Clock,
    Contact,
    Event,
    FileRef,
    Intent,
    Note,
    Outcome,
    Point,
    Post,
    Priority,
    Procedure,
    Role,
    Speech,
    Ticket,
)  # fmt: skip
from workflow.states import State

Row = RowMapping | Mapping[str, Any]
SPOKEN = ("key", "card", "edits")
"""What is left of a speech once it was delivered: nobody's words. `edits` tells whether it made a message of its own."""
_PLAIN = (
    "number", "query_code", "topic", "text", "place", "place_detail", "grid", "created_at", "signed_by", "reporter", "anonymous",
    "urgent", "confidence", "hops", "reworks", "urges", "last_urge_at", "extension", "extension_ask", "result", "satisfaction",
    "verdict", "parent_id", "letter_id", "reviews", "closed_at", "understanding",
)  # fmt: skip


def _flat(thing: Any) -> dict[str, Any]:
    """The fields as they are: `asdict` copies what lies in them, too, which costs more than writing the row."""
    return {name: getattr(thing, name) for name in _names(thing.__class__)}


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def files_out(files: Iterable[FileRef]) -> list[dict[str, Any]]:
    return [_flat(file) for file in files]


def files_in(rows: Iterable[Row]) -> tuple[FileRef, ...]:
    return tuple(FileRef(**dict(row)) for row in rows)


def ticket_out(ticket: Ticket) -> dict[str, Any]:
    due = next_due(ticket)
    return {name: getattr(ticket, name) for name in _PLAIN} | {
        "state": ticket.state.value,
        "procedure": ticket.procedure.value,
        "intent": ticket.intent.value,
        "hub_unit": ticket.hub.unit,
        "hub_place": ticket.hub.place,
        "lead_unit": ticket.lead.unit if ticket.lead else None,
        "lead_place": ticket.lead.place if ticket.lead else None,
        "co": [_flat(desk) for desk in ticket.co],
        "files": files_out(ticket.files),
        "result_files": files_out(ticket.result_files),
        "lat": ticket.point.lat if ticket.point else None,
        "lon": ticket.point.lon if ticket.point else None,
        "outcome": ticket.outcome.value if ticket.outcome else None,
        "next_due_at": due.due_at if due else None,
    } | listed(ticket.number, ticket.place, ticket.hub.place, due.due_at if due else None, ticket.created_at)


def ticket_in(row: Row, clock_rows: Iterable[Row]) -> Ticket:
    return Ticket(
        id=row["id"],
        version=row["version"],
        state=State(row["state"]),
        procedure=Procedure(row["procedure"]),
        intent=Intent(row["intent"]),
        hub=Assignee(row["hub_unit"], row["hub_place"]),
        lead=Assignee(row["lead_unit"], row["lead_place"]) if row["lead_unit"] else None,
        co=tuple(Assignee(**desk) for desk in row["co"]),
        files=files_in(row["files"]),
        result_files=files_in(row["result_files"]),
        point=Point(row["lat"], row["lon"]) if row["lat"] is not None else None,
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        clocks=tuple(clock_in(found) for found in clock_rows),
        **{name: row[name] for name in _PLAIN},
    )


def clock_out(ticket_id: int, position: int, clock: Clock) -> dict[str, Any]:
    return _flat(clock) | {"ticket_id": ticket_id, "position": position}


def clock_in(row: Row) -> Clock:
    return Clock(row["name"], row["started_at"], row["due_at"], row["stopped_at"], row["basis"], row["warned_at"])


def letter_in(row: Row) -> Letter:
    return Letter(row["id"], row["created_at"], row["closed_at"])


def event_out(event: Event) -> dict[str, Any]:
    found = _flat(event)
    del found["id"]
    return found | {"source": event.source.value if event.source else None, "target": event.target.value}


def event_in(row: Row) -> Event:
    source = State(row["source"]) if row["source"] else None
    return Event(
        row["ticket_id"], row["at"], row["kind"], row["actor_id"], Role(row["actor_role"]), source, State(row["target"]),
        row["reason"], row["data"], row["id"],
    )  # fmt: skip


def note_out(note: Note) -> dict[str, Any]:
    found = _flat(note)
    del found["id"]
    return found | {"files": files_out(note.files)}


def note_in(row: Row) -> Note:
    return Note(
        row["ticket_id"], row["at"], row["kind"], row["author_id"], Role(row["author_role"]), row["text"], files_in(row["files"]),
        row["id"],
    )  # fmt: skip


def contact_out(contact: Contact, vault: Vault = CLEAR) -> dict[str, Any]:
    found = _flat(contact)
    del found["id"], found["standing"]  # it is written by itself: `storage.standings`
    return found | {"name": vault.seal(contact.name, *name_of(found)) if contact.name else ""}


def contact_in(row: Row, vault: Vault = CLEAR) -> Contact:
    return Contact(**{**row, "name": vault.open(row["name"], *name_of(row))})


def name_of(contact: Row) -> tuple[str, ...]:
    return ("contacts", "name", contact["door"], contact["address"])


def post_in(row: Row) -> Post:
    return Post(row["id"], row["contact_id"], Role(row["role"]), row["unit"], row["place"])


def speech_out(speech: Speech, vault: Vault = CLEAR, owner: int = 0) -> dict[str, Any]:
    """Sealed for the row's contact (`owner`), but for what staff see of a letter that was given up."""
    buttons = [[_flat(button) for button in line] for line in speech.buttons]
    found = _flat(speech) | {"buttons": buttons, "files": files_out(speech.files)}
    if vault.keys is None:
        return found
    return spoken(found) | {SEALED: vault.seal_json(found, *speech_to(owner))[SEALED]}


def spoken(speech: Row) -> dict[str, Any]:
    return {name: speech.get(name, "") for name in SPOKEN}


def speech_to(contact_id: int) -> tuple[str, ...]:
    return ("outbox", "speech", str(contact_id))


def speech_in(stored: Row, contact_id: int = 0, vault: Vault = CLEAR) -> Speech:
    row = vault.open_json({SEALED: stored[SEALED]}, *speech_to(contact_id)) if SEALED in stored else stored
    buttons = tuple(tuple(Button(**button) for button in line) for line in row["buttons"])
    changed = {"buttons": buttons, "files": files_in(row["files"]), "priority": Priority(row["priority"])}
    return Speech(**{**row, **changed})
