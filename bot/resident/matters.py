"""What a resident does with tickets that exist: look, add, urge, withdraw, object, give a verdict, rate."""

from __future__ import annotations

import re
from itertools import groupby

from bot.buttons import whole_number
from bot.cards.resident import can_object
from bot.doors import Incoming
from bot.outgoing import Keyboard, answer, button, literal, rows
from bot.resident import joining
from bot.resident.additions import ADDING, OBJECTING, ask_words, own
from workflow import letters, passport
from workflow.commands import Move, Rate, Urge
from workflow.desk import Session
from workflow.errors import Refusal, Refused
from workflow.model import Actor, Button, Contact, Outcome, Priority, Speech, Ticket
from workflow.states import RESTING, State, Trigger, row

_NUMBER = re.compile(r"[A-Za-z]{1,6}-?\d{6}-?\d{4,}")
_SERIAL = re.compile(r"\d{1,4}")
_LISTED = 10
_OUTCOMES = {"solved": Outcome.RESOLVED, "partly": Outcome.PARTLY}


async def show(session: Session, contact: Contact, ticket: Ticket) -> None:
    await session.say(Speech(contact.id, ticket_id=ticket.id, card="resident", fresh=True, priority=Priority.ANSWER))


async def show_mine(session: Session, contact: Contact) -> None:
    """`/my`: one line per ticket, newest first; a tap opens its card."""
    tickets = await session.uow.tickets.of_reporter(contact.id, open_only=False)
    joined = await joining.all_followed(session, contact)
    if not tickets and not joined:
        await session.say(answer(contact.id, "resident.no_tickets"))
        return
    if tickets:
        await session.say(answer(contact.id, "resident.my_tickets", _mine(tickets), count=len(tickets)))
    if joined:
        choices = rows([literal(ticket.number, f"j:show:{ticket.id}") for ticket in joined[:_LISTED]])
        await session.say(answer(contact.id, "joining.mine_too", choices, count=len(joined)))


def _mine(tickets: tuple[Ticket, ...]) -> Keyboard:
    """Those of one letter stand together, below a way to its card."""
    lines: list[tuple[Button, ...]] = []
    for letter_id, found in groupby(tickets[:_LISTED], key=lambda ticket: ticket.letter_id):
        group = tuple(found)
        if letter_id is not None and len(group) > 1:
            lines.append((button("letters.mine", f"r:letter:{group[0].id}", count=str(len(group))),))
        lines += _choices(group, "show")
    return tuple(lines)


def _choices(tickets: tuple[Ticket, ...], verb: str) -> Keyboard:
    return rows([literal(ticket.number, f"r:{verb}:{ticket.id}") for ticket in tickets[:_LISTED]])


async def named(session: Session, contact: Contact, words: str) -> Ticket | None:
    """The person's own ticket of a number; its last digits will do ("7")."""
    full, short = _NUMBER.search(words), _SERIAL.fullmatch(words.strip())
    if full is None and short is None:
        return None
    wanted = _digits(full[0]) if full is not None else words.strip()
    mine = await session.uow.tickets.of_reporter(contact.id, open_only=False, limit=100)
    if full is not None:
        return next((ticket for ticket in mine if _digits(ticket.number) == wanted), None)
    return next((ticket for ticket in mine if int(ticket.number.rpartition("-")[2]) == int(wanted)), None)


async def only_named(session: Session, contact: Contact, words: str) -> Ticket | None:
    """The person's own ticket whose number stands in the words; None where there are several."""
    wanted = {_digits(number) for number in _NUMBER.findall(words)}
    if not wanted:
        return None
    mine = await session.uow.tickets.of_reporter(contact.id, open_only=False, limit=100)
    found = [ticket for ticket in mine if _digits(ticket.number) in wanted]
    return found[0] if len(found) == 1 else None


def _digits(number: str) -> str:
    return re.sub(r"[^0-9]", "", number)


async def asked_for(session: Session, contact: Contact, incoming: Incoming) -> Ticket | None:
    """The ticket whose number is all that was said: looking it up needs no command."""
    words = incoming.text.strip()
    bare = _NUMBER.fullmatch(words) or _SERIAL.fullmatch(words)
    return await named(session, contact, words) if bare and not incoming.files else None


async def choose(session: Session, contact: Contact, actor: Actor, verb: str, words: str) -> None:
    """/add, /urge, /withdraw: the ticket that was named, the only open one, else ask which."""
    tickets = await session.uow.tickets.of_reporter(contact.id, open_only=True)
    found = await named(session, contact, words) if words.strip() else None
    if found is None and (words.strip() or not tickets) and await joining.told_what_else(session, contact, verb, words):
        return
    if words.strip() and found is None:
        await session.say(answer(contact.id, "refused.not_found"))
        return
    only = found or (tickets[0] if len(tickets) == 1 else None)
    if only is not None:
        await _act(session, contact, actor, verb, only)
        return
    key = "resident.which" if tickets else "resident.no_open_tickets"
    await session.say(answer(contact.id, key, _choices(tickets, verb)))


async def show_passport(session: Session, contact: Contact, words: str) -> None:
    """/passport: of the ticket that was named, of the only one, else ask which. Those that ended, too."""
    tickets = await session.uow.tickets.of_reporter(contact.id, open_only=False)
    found = await named(session, contact, words) if words.strip() else None
    only = found or (tickets[0] if len(tickets) == 1 and not words.strip() else None)
    if only is not None:
        await session.say(passport.wanted(contact.id, only))
    elif words.strip():
        await session.say(answer(contact.id, "refused.not_found"))
    else:
        await session.say(answer(contact.id, "resident.which" if tickets else "resident.no_tickets", _choices(tickets, "passport")))


async def _act(session: Session, contact: Contact, actor: Actor, verb: str, ticket: Ticket) -> None:
    match verb:
        case "add" if ticket.state in RESTING and not can_object(ticket):
            raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state)
        case "withdraw" if row(Trigger.WITHDRAW, ticket.state) is None:
            raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state)
        case "add":
            await ask_words(session, contact, OBJECTING if can_object(ticket) else ADDING, ticket)
        case "urge":
            await session.do(actor, Urge(ticket.id))
            await session.say(answer(contact.id, "notices.urge_taken", ticket_id=ticket.id))
        case _:
            sure = (button("resident.withdraw_yes", f"r:gone:{ticket.id}"), button("resident.withdraw_no", f"r:show:{ticket.id}"))
            await session.say(answer(contact.id, "resident.withdraw_sure", (sure,), number=ticket.number))


async def press(session: Session, contact: Contact, actor: Actor, incoming: Incoming) -> str:
    """An `r:` button. The answer is the key of a toast, or ""."""
    verb, number, argument, reworks = [*incoming.button.split(":")[1:], "", "", "", ""][:4]
    ticket_id = whole_number(number)
    ticket = await own(session, contact, ticket_id) if ticket_id is not None else None
    if ticket is None:
        return "refused.not_found"
    match verb:
        case "show" | "passport":
            await (show(session, contact, ticket) if verb == "show" else session.say(passport.wanted(contact.id, ticket)))
        case "letter" if ticket.letter_id is not None:
            await session.say(letters.again(ticket))
        case "add" | "urge" | "withdraw":
            await _act(session, contact, actor, verb, ticket)
            return "resident.urged" if verb == "urge" else ""
        case "object" if can_object(ticket):
            await ask_words(session, contact, OBJECTING, ticket)
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
    expected = whole_number(reworks)
    if verdict in _OUTCOMES:
        await session.do(actor, Move(ticket.id, Trigger.CLOSE, verdict=verdict, outcome=_OUTCOMES[verdict], reworks=expected))
        return
    await ask_words(session, contact, OBJECTING, ticket, reworks=expected)
