"""One ticket as JSON for operators: state, clock, owner, the whole trail. No words of the resident, no names, no addresses."""

from __future__ import annotations

from typing import Any

from workflow.model import Assignee, Event, Ticket
from workflow.ports import UnitOfWork
from workflow.states import RESTING

Json = dict[str, Any]


async def inspect(uow: UnitOfWork, number: str) -> Json | None:
    """None where there is no such ticket. Times are ISO 8601, UTC."""
    ticket = await uow.tickets.by_number(number.strip().upper())
    return None if ticket is None else as_json(ticket, await uow.tickets.events(ticket.id))


def as_json(ticket: Ticket, events: tuple[Event, ...]) -> Json:
    return {
        "number": ticket.number,
        "state": ticket.state.value,
        "procedure": ticket.procedure.value,
        "intent": ticket.intent.value,
        "topic": ticket.topic,
        "place": ticket.place,
        "grid": ticket.grid,
        "owner": _desk(owner(ticket)),
        "hub": _desk(ticket.hub),
        "lead": _desk(ticket.lead),
        "urgent": ticket.urgent,
        "version": ticket.version,
        "deadlines": [
            {
                "name": clock.name,
                "started_at": clock.started_at.isoformat(),
                "due_at": clock.due_at.isoformat(),
                "stopped_at": clock.stopped_at.isoformat() if clock.stopped_at else None,
                "basis": clock.basis,
            }
            for clock in ticket.clocks
        ],
        "events": [_event(event) for event in events],
    }


def owner(ticket: Ticket) -> Assignee:
    """Whose desk it lies on: the lead's once there is one and nobody rests, else the hub's."""
    return ticket.hub if ticket.lead is None or ticket.state in RESTING else ticket.lead


def _desk(desk: Assignee | None) -> Json | None:
    return None if desk is None else {"unit": desk.unit, "place": desk.place}


def _event(event: Event) -> Json:
    return {
        "at": event.at.isoformat(),
        "kind": event.kind,
        "actor": {"id": event.actor_id, "role": event.actor_role.value},
        "role": event.actor_role.value,
        "from": event.source.value if event.source else None,
        "to": event.target.value,
        "reason": event.reason,
    }
