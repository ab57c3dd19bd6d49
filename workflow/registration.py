"""Opening a ticket: number, query code, desk, first clocks. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from workflow import deadlines, routing
from workflow.commands import Register
from workflow.copies import amended
from workflow.errors import Refusal, Refused
from workflow.model import Actor, Ticket
from workflow.ports import WorkCalendar
from workflow.region import Region
from workflow.states import INITIAL

MAX_TEXT = 20_000  # code points; five long messages


def day_of(now: datetime, region: Region) -> str:
    """The city's day as in ticket numbers: 261123."""
    return f"{now.astimezone(ZoneInfo(region.time_zone)):%y%m%d}"


def check(command: Register, region: Region) -> None:
    """Raises Refused for a matter without words, files or a known place and topic."""
    if not command.text.strip() and not command.files:
        raise Refused(Refusal.TEXT_DUE)
    if command.place != region.code and command.place not in region.places:
        raise Refused(Refusal.PLACE_UNKNOWN)
    if command.topic and command.topic not in region.topics:
        raise Refused(Refusal.TOPIC_UNKNOWN)


def a_ticket(
    command: Register, actor: Actor, serial: int, query_code: str, now: datetime, region: Region, calendar: WorkCalendar
) -> Ticket:
    """The ticket as registered; id 0 until it is stored."""
    check(command, region)
    ticket = Ticket(
        id=0,
        number=f"{region.number_prefix}-{day_of(now, region)}-{serial:04d}",
        query_code=query_code,
        state=INITIAL,
        version=1,
        procedure=command.procedure,
        intent=command.intent,
        topic=command.topic,
        text=command.text[:MAX_TEXT],
        place=command.place,
        place_detail=command.place_detail,
        grid=routing.grid_of(region, command.place),
        hub=routing.hub_for(region, command.procedure, command.place),
        lead=None,
        created_at=now,
        reporter=actor.contact_id,
        anonymous=command.anonymous,
        urgent=command.urgent,
        confidence=command.confidence,
        files=command.files,
        point=command.point,
        understanding=command.understanding,
    )
    return amended(ticket, clocks=deadlines.started(ticket, "registered", now, region, calendar))
