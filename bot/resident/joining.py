"""加入 instead of a new ticket: what is offered before a matter is sent, and what those who joined may do. Never a word of anybody else."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.buttons import whole_number
from bot.doors import Incoming
from bot.outgoing import answer, button, literal, rows
from bot.resident.additions import own
from workflow import alike, dialogs, intake, pins
from workflow.alike import NOTHING, Neighbour
from workflow.commands import Add, Doubt, Join, Leave, Second
from workflow.copies import amended
from workflow.desk import Session
from workflow.intake import Draft
from workflow.model import Actor, Button, Contact, Dialog, Json, Priority, Procedure, Speech, Ticket
from workflow.region import VILLAGE_DIGITS
from workflow.states import RESTING, State

ADDING = "joined.add"
_OWN = 100  # so many of one person's open tickets are compared
_NUMBER = re.compile(r"[A-Z]{1,6}-[0-9]{6}-[0-9]{4,}|[0-9]{1,4}")


async def offered(session: Session, contact: Contact, draft: Draft, card: Speech) -> tuple[Draft, Speech]:
    """The draft's card with the open tickets that may be the same event; the same card where there are none."""
    before = await said_before(session, contact, draft)
    found = await _similar(session, contact, draft) if before is None else (_own(before),)
    if not found:
        return amended(draft, offered=()), card
    offers = tuple(_offer(draft, number, one) for number, one in enumerate(found, 1))
    plain = f"i:submit:{draft.id}"
    submit = (button("joining.not_the_same", plain) if before is None else button("twice.another", f"i:another:{draft.id}"),)
    params = {**card.params, "alike": [_shown(one) for one in found]}
    draft = amended(draft, offered=tuple(one.ticket_id for one in found))
    others = (row for row in card.buttons if row[0].data != plain)
    return draft, replace(card, params=params, buttons=(*offers, submit, *others))


async def said_before(session: Session, contact: Contact, draft: Draft) -> Ticket | None:
    """The person's own open ticket of the very same words: they hardly mean another one, unless it is elsewhere."""
    words = _lines(draft.text)
    mine = await session.uow.tickets.of_reporter(contact.id, open_only=True, limit=_OWN) if words else ()
    same = (ticket for ticket in mine if words <= _lines(ticket.text) and ticket.procedure is not Procedure.EMERGENCY)
    return next((ticket for ticket in same if not draft.place or pins.akin(ticket.place, draft.place)), None)


def _lines(text: str) -> frozenset[str]:
    return frozenset("".join(line.split()) for line in text.splitlines() if line.strip())


def _own(ticket: Ticket) -> Neighbour:
    number, place, state = ticket.number, ticket.place, ticket.state
    return Neighbour(ticket.id, number, ticket.topic, place, state, ticket.created_at, own=True, people=1, gist=NOTHING)


async def _similar(session: Session, contact: Contact, draft: Draft) -> tuple[Neighbour, ...]:
    if draft.urgent or draft.sensitive or not alike.joinable(Procedure(draft.procedure)) or not draft.gist.words:
        return ()
    region = session.region
    wanted = alike.area(region, draft.topic, draft.place, session.now, draft.topics)
    if wanted is None:
        return ()
    near = await session.uow.alike.near(wanted, contact.id)
    found = [one for one in near if one.own or one.state not in alike.ANSWERED]
    return alike.ranked(found, draft.gist, draft.topic, draft.place, session.now, wanted, region.duplicates.shown)


def _offer(draft: Draft, number: int, one: Neighbour) -> tuple[Button, ...]:
    if one.own:
        return (button("joining.add_to_own", f"j:mine:{draft.id}:{one.ticket_id}", number=one.number),)
    return (button("joining.join", f"j:join:{draft.id}:{one.ticket_id}", index=str(number)),)


def _shown(one: Neighbour) -> Json:
    """Topic, village, day, state, people: all that anybody learns of another person's matter before they join it."""
    found: Json = {
        "topic": one.topic, "place": one.place[:VILLAGE_DIGITS], "at": one.created_at.isoformat(), "state": one.state.value,
        "people": one.people, "own": one.own,
    }  # fmt: skip
    return found | ({"number": one.number} if one.own else {})


async def press(session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> str:
    """A `j:` button. The answer is the key of a toast, or ""."""
    _, verb, *rest = [*incoming.button.split(":"), ""]
    if verb in {"join", "mine"}:
        return await _instead(session, contact, actor, verb, rest, dialog)
    ticket_id = whole_number(rest[0]) if rest else None
    ticket = await followed(session, contact, ticket_id) if ticket_id is not None else None
    if ticket is None:
        return "refused.not_found"
    match verb:
        case "show":
            await show(session, contact, ticket)
        case "add":
            await dialogs.opened(session, contact.id, ADDING, {"ticket": ticket.id})
            await session.say(answer(contact.id, "joining.ask_words", ticket_id=ticket.id, number=ticket.number))
        case "doubt":
            await session.do(actor, Doubt(ticket.id))
            more = ((button("button.add", f"j:add:{ticket.id}"),),)
            await session.say(answer(contact.id, "joining.doubt_taken", more, ticket_id=ticket.id, number=ticket.number))
        case "leave":
            sure = (button("joining.leave_yes", f"j:gone:{ticket.id}"), button("joining.leave_no", f"j:show:{ticket.id}"))
            await session.say(answer(contact.id, "joining.leave_sure", (sure,), number=ticket.number))
        case "gone":
            await session.do(actor, Leave(ticket.id))
            await session.say(Speech(contact.id, ticket_id=ticket.id, card="follower"))
            await session.say(answer(contact.id, "joining.left", ticket_id=ticket.id, edits=incoming.message_id, number=ticket.number))
        case _:
            return "intake.button_is_old"
    return ""


async def _instead(session: Session, contact: Contact, actor: Actor, verb: str, rest: list[str], dialog: Dialog | None) -> str:
    """The draft goes to a ticket that exists. Only one that was offered will do: a button comes back from outside."""
    draft_id, number = [*rest, "", ""][:2]
    ticket_id = whole_number(number)
    if dialog is None or dialog.step != dialogs.INTAKE or dialog.data.get("id") != draft_id:
        return "intake.button_is_old"
    draft = intake.from_json(dialog.data)
    if ticket_id is None or ticket_id not in draft.offered:
        return "intake.button_is_old"
    if verb == "join":
        await session.do(actor, Join(ticket_id, pins.said(draft.text, draft.point), draft.files, draft.anonymous, draft.gist))
    else:
        await _added(session, contact, actor, draft, ticket_id)
    await dialogs.closed(session, contact.id)
    for message_id in filter(None, (known for known, _ in draft.said)):
        await session.uow.remember(contact.id, message_id, ticket_id)
    return ""


async def _added(session: Session, contact: Contact, actor: Actor, draft: Draft, ticket_id: int) -> None:
    """To a ticket of one's own, or one that was joined before. The same words once more add nothing."""
    ticket = await own(session, contact, ticket_id)
    if ticket is None:
        ticket = await session.do(actor, Second(ticket_id, pins.said(draft.text, draft.point), draft.files))
    elif ticket.text != draft.text or draft.files:
        await session.do(actor, Add(ticket_id, draft.text, draft.files))
    await session.say(answer(contact.id, "joining.added", ticket_id=ticket.id, number=ticket.number))


async def followed(session: Session, contact: Contact, ticket_id: int) -> Ticket | None:
    """A ticket this contact joined."""
    if await session.uow.followers.get(ticket_id, contact.id) is None:
        return None
    return await session.uow.tickets.get(ticket_id)


async def all_followed(session: Session, contact: Contact) -> tuple[Ticket, ...]:
    """The latest joined first."""
    found = [await session.uow.tickets.get(ticket_id) for ticket_id in await session.uow.followers.of_contact(contact.id)]
    return tuple(ticket for ticket in found if ticket is not None)


async def shown(session: Session, contact: Contact, words: str) -> bool:
    """Whether words are the number of a ticket that was joined, all of it or its last digits; its card is shown then."""
    ticket = await _named(session, contact, words)
    if ticket is not None:
        await show(session, contact, ticket)
    return ticket is not None


async def _named(session: Session, contact: Contact, words: str) -> Ticket | None:
    number = words.strip().upper()
    followed = await all_followed(session, contact) if _NUMBER.fullmatch(number) else ()
    return next((ticket for ticket in followed if number == ticket.number or _ends(ticket, number)), None)


def _ends(ticket: Ticket, number: str) -> bool:
    return number.isdecimal() and int(number) == int(ticket.number.rpartition("-")[2])


async def told_what_else(session: Session, contact: Contact, verb: str, words: str) -> bool:
    """Whether a command (add, urge, withdraw) is about what was joined: who joined may add and leave, and hears so."""
    if words.strip():
        named = await _named(session, contact, words)
        found = [named] if named is not None else []
    else:
        found = [ticket for ticket in await all_followed(session, contact) if ticket.state not in RESTING]
    if len(found) == 1:
        (ticket,) = found
        ended = ticket.state in RESTING
        ways = () if ended else ((button("button.add", f"j:add:{ticket.id}"), button("joining.leave", f"j:leave:{ticket.id}")),)
        key = "joined.ended" if ended else f"joined.no_{verb}"
        await session.say(answer(contact.id, key, ways, ticket_id=ticket.id, number=ticket.number))
    elif found:
        choices = rows([literal(ticket.number, f"j:show:{ticket.id}") for ticket in found])
        await session.say(answer(contact.id, f"joined.which_{verb}", choices))
    return bool(found)


async def show(session: Session, contact: Contact, ticket: Ticket) -> None:
    await session.say(Speech(contact.id, ticket_id=ticket.id, card="follower", fresh=True, priority=Priority.ANSWER))


async def awaited(session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog) -> bool:
    """The words we asked for. False where the contact left meanwhile: then they are a message like any other."""
    await dialogs.closed(session, contact.id)
    return await said_about(session, contact, actor, incoming, int(dialog.data["ticket"]))


async def said_about(session: Session, contact: Contact, actor: Actor, incoming: Incoming, ticket_id: int) -> bool:
    """Words for a ticket that was joined; False where it was not, or takes none any more: then they are a matter of their own."""
    ticket = await followed(session, contact, ticket_id)
    if ticket is None or ticket.state in RESTING - {State.CLOSED}:
        return False
    await session.do(actor, Second(ticket.id, pins.said(incoming.text, incoming.location), incoming.files))
    key = "joined.added_after_the_end" if ticket.state is State.CLOSED else "joining.added"
    await session.say(answer(contact.id, key, ticket_id=ticket.id, number=ticket.number))
    if incoming.message_id:
        await session.uow.remember(contact.id, incoming.message_id, ticket.id)
    return True

