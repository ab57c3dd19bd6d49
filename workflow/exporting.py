"""All that is held about somebody, for themselves (个人信息保护法 第45条): plain JSON, words as they wrote them."""

from __future__ import annotations

from datetime import datetime

from workflow.model import Contact, Event, Json, Note, Role, Ticket
from workflow.ports import UnitOfWork
from workflow.privacy import UNMASKED
from workflow.region import Region
from workflow.standing import Standing
from workflow.unmasking import as_written, notes_as_written

_MOST = 1000


async def exported(uow: UnitOfWork, contact: Contact, region: Region) -> Json:
    """{"contact", "standing", "tickets": [newest first], "joined": [numbers]}. Codes, names beside them in the city's language; UTC."""
    tickets = await uow.tickets.of_reporter(contact.id, open_only=False, limit=_MOST)
    joined = [await uow.tickets.get(ticket_id) for ticket_id in await uow.followers.of_contact(contact.id, _MOST)]
    return {
        "contact": {
            "name": contact.name, "door": contact.door, "address": contact.address, "language": contact.language,
            "consented_at": _at(contact.consented_at), "known_since": _at(contact.created_at),
        },
        "standing": _standing(contact.standing),
        "tickets": [await _ticket(uow, ticket, region) for ticket in tickets],
        "joined": [ticket.number for ticket in joined if ticket is not None],
    }  # fmt: skip


def _standing(standing: Standing | None) -> Json:
    """Mute and window of messages, as they are stored; without who muted."""
    muting, pace = (standing.muting, standing.pace) if standing is not None else (None, None)
    return {
        "muted_until": _at(muting.until) if muting is not None else None, "muted_over": muting.number if muting is not None else "",
        "appeal": muting.appeal if muting is not None else "", "messages_since": _at(pace.since) if pace is not None else None,
        "messages": pace.heard if pace is not None else 0, "not_accepted": pace.words if pace is not None else "",
    }  # fmt: skip


async def _ticket(uow: UnitOfWork, ticket: Ticket, region: Region) -> Json:
    originals = await uow.privacy.originals(ticket.id)
    whole, topic = as_written(ticket, originals), region.topics.get(ticket.topic)
    notes = notes_as_written(await uow.tickets.notes(ticket.id), originals)
    events = await uow.tickets.events(ticket.id)
    return {
        "number": ticket.number, "query_code": ticket.query_code, "state": ticket.state.value, "procedure": ticket.procedure.value,
        "topic": ticket.topic, "topic_name": topic.name if topic is not None else "", "place": ticket.place,
        "place_name": " ".join(place.name for place in region.path(ticket.place)), "place_detail": whole.place_detail,
        "point": [ticket.point.lat, ticket.point.lon] if ticket.point is not None else None, "anonymous": ticket.anonymous,
        "text": whole.text, "files": [{"kind": file.kind, "size": file.size, "name": file.name} for file in ticket.files],
        "registered_at": _at(ticket.created_at), "closed_at": _at(ticket.closed_at),
        "result": whole.result if ticket.closed_at is not None else "", "verdict": ticket.verdict, "satisfaction": ticket.satisfaction,
        "notes": [_note(note) for note in notes if note.author_role is Role.RESIDENT and note.kind != "joined"],
        "trail": [{"at": _at(event.at), "what": event.kind} for event in events],
        "looked_at": [_look(event) for event in events if event.kind == UNMASKED],
    }  # fmt: skip


def _note(note: Note) -> Json:
    return {"at": _at(note.at), "kind": note.kind, "text": note.text, "files": len(note.files)}


def _look(event: Event) -> Json:
    return {"at": _at(event.at), "by": event.actor_role.value, "reason": event.reason}


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
