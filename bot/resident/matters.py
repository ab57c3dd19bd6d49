"""What a resident does with tickets that exist: look, add, urge, withdraw, give a verdict, rate."""

from __future__ import annotations

from bot.doors import Incoming
from bot.outgoing import Keyboard, answer, button, literal, rows
from workflow.commands import Add, Move, Rate, Relay, Urge
from workflow.desk import Session
from workflow.model import Actor, Contact, Dialog, Json, Outcome, Priority, Speech, Ticket
from workflow.states import RESTING, State, Trigger

ADDING, OBJECTING = "resident.add", "resident.object"
_OUTCOMES = {"solved": Outcome.RESOLVED, "partly": Outcome.PARTLY}


async def own(session: Session, contact: Contact, ticket_id: int) -> Ticket | None:
    ticket = await session.uow.tickets.get(ticket_id)
    return ticket if ticket is not None and ticket.reporter == contact.id else None


async def show(session: Session, contact: Contact, ticket: Ticket) -> None:
    await session.say(Speech(contact.id, ticket_id=ticket.id, card="resident", fresh=True, priority=Priority.ANSWER))


async def show_mine(session: Session, contact: Contact) -> None:
    """`/my`: one line per ticket, newest first; a tap opens its card."""
    tickets = await session.uow.tickets.of_reporter(contact.id, open_only=False)
    if not tickets:
        await session.say(answer(contact.id, "resident.no_tickets"))
        return
    await session.say(answer(contact.id, "resident.my_tickets", _choices(tickets, "show"), count=len(tickets)))


def _choices(tickets: tuple[Ticket, ...], verb: str) -> Keyboard:
    return rows([literal(ticket.number, f"r:{verb}:{ticket.id}") for ticket in tickets[:10]])


async def choose(session: Session, contact: Contact, verb: str) -> None:
    """For /add, /urge, /withdraw without a number: the only open one, else ask which."""
    tickets = await session.uow.tickets.of_reporter(contact.id, open_only=True)
    key = "resident.which" if tickets else "resident.no_open_tickets"
    await session.say(answer(contact.id, key, _choices(tickets, verb)))


async def press(session: Session, contact: Contact, actor: Actor, incoming: Incoming) -> str:
    """An `r:` button. The answer is the key of a toast, or ""."""
    verb, number, argument, reworks = [*incoming.button.split(":")[1:], "", "", ""][:4]
    ticket = await own(session, contact, int(number)) if number.isdigit() else None
    if ticket is None:
        return "refused.not_found"
    match verb:
        case "show":
            await show(session, contact, ticket)
        case "add":
            await _await(session, contact, ADDING, ticket)
            await session.say(answer(contact.id, "resident.ask_addition", ticket_id=ticket.id, number=ticket.number))
        case "urge":
            await session.do(actor, Urge(ticket.id))
            await session.say(answer(contact.id, "notices.urge_taken", ticket_id=ticket.id))
            return "resident.urged"
        case "withdraw":
            sure = (button("resident.withdraw_yes", f"r:gone:{ticket.id}"), button("resident.withdraw_no", f"r:show:{ticket.id}"))
            await session.say(answer(contact.id, "resident.withdraw_sure", (sure,), number=ticket.number))
        case "gone":
            await session.do(actor, Move(ticket.id, Trigger.WITHDRAW))
        case "verdict":
            await _verdict(session, contact, actor, ticket, argument, reworks)
        case "rate":
            await session.do(actor, Rate(ticket.id, argument))
            return "notices.rated_thanks"
        case "helped" | "nothelped" if ticket.state is State.ANSWERED:
            trigger = Trigger.CONFIRM_ANSWER if verb == "helped" else Trigger.NOT_HELPED
            await session.do(actor, Move(ticket.id, trigger, outcome=Outcome.EXPLAINED if verb == "helped" else None))
        case _:
            return "intake.button_is_old"
    return ""


async def _verdict(session: Session, contact: Contact, actor: Actor, ticket: Ticket, verdict: str, reworks: str) -> None:
    expected = int(reworks) if reworks.isdigit() else None
    if verdict in _OUTCOMES:
        await session.do(actor, Move(ticket.id, Trigger.CLOSE, verdict=verdict, outcome=_OUTCOMES[verdict], reworks=expected))
        return
    await _await(session, contact, OBJECTING, ticket, expected)
    await session.say(answer(contact.id, "resident.ask_what_is_left", ticket_id=ticket.id, number=ticket.number))


async def _await(session: Session, contact: Contact, step: str, ticket: Ticket, reworks: int | None = None) -> None:
    data: Json = {"ticket": ticket.id, "reworks": reworks}
    await session.uow.dialogs.save(Dialog(contact.id, step, data, session.now))


async def awaited(session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog) -> bool:
    """The words we asked for. False if the ticket went on meanwhile: then they are a message like any other."""
    ticket = await own(session, contact, int(dialog.data["ticket"]))
    await session.uow.dialogs.save(Dialog(contact.id, "", {}, session.now))
    if ticket is None or ticket.state in RESTING:
        return False
    if dialog.step == OBJECTING:
        move = Move(ticket.id, Trigger.REWORK, incoming.text, verdict="unsolved", reworks=dialog.data.get("reworks"))
        await session.do(actor, move)
        return True
    await add(session, contact, actor, ticket, incoming)
    return True


async def add(session: Session, contact: Contact, actor: Actor, ticket: Ticket, incoming: Incoming, *, relay: bool = False) -> None:
    """Adds to a ticket; a reply to the handler's question goes to the handler."""
    command = Relay if relay else Add
    await session.do(actor, command(ticket.id, incoming.text, incoming.files))
    await session.say(answer(contact.id, "resident.added", ticket_id=ticket.id, number=ticket.number))
