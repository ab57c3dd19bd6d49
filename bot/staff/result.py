"""办结反馈: words and photos gathered over several messages, shown with what is missing, then handed to the hub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.cards.staff import shortened
from bot.staff.turn import Turn, cancel_button
from workflow import dialogs, routing
from workflow.commands import Move, Relay
from workflow.model import Button, FileRef, Json, Note, Role, Ticket
from workflow.states import Party, State, Trigger

_QUOTED = 300  # code points of the resident's words shown beside a draft
_MAX_RESULT = 8000  # code points of a reply
_TALK = frozenset({"notices.relayed_to_handler", "staff.relayed", "staff.ask_relay"})
"""Messages of a conversation with the resident: a reply to one of them goes on with it."""


async def pressed(turn: Turn, verb: str, ticket_id: int) -> str | None:
    match verb:
        case "reply":
            ticket = await turn.ticket(ticket_id)
            turn.check(ticket, Trigger.REPLY)
            written = dialogs.kept(turn.dialog, dialogs.REPLY, ticket.id)
            if written is not None and (written["texts"] or written["files"]):
                await _draft(turn, ticket, list(written["texts"]), list(written["files"]))
                return ""
            await turn.open_step("reply", ticket, texts=[], files=[])
            text = shortened(turn.masker.mask(ticket.text), _QUOTED)
            await turn.say("staff.ask_reply", (cancel_button(ticket),), ticket=ticket, text=text)
            return ""
        case "hand":
            return await _hand_over(turn, await turn.ticket(ticket_id))
        case _:
            return None


async def more(turn: Turn, ticket: Ticket) -> None:
    """Another message of the draft has come."""
    turn.check(ticket, Trigger.REPLY)
    data: Mapping[str, Any] = turn.dialog.data if turn.dialog is not None else {}
    await _draft(turn, ticket, list(data.get("texts", ())), [*data.get("files", ())])


async def again(turn: Turn, ticket: Ticket, data: Json) -> None:
    """A draft that was put aside is open once more."""
    await _show(turn, ticket, list(data.get("texts", ())), list(data.get("files", ())))


async def _draft(turn: Turn, ticket: Ticket, texts: list[str], files: list[Json]) -> None:
    if turn.incoming.text.strip():
        texts.append(turn.incoming.text.strip())
    files += [asdict(file) for file in turn.incoming.files]
    await turn.open_step("reply", ticket, texts=texts, files=files)
    await _show(turn, ticket, texts, files)


async def _show(turn: Turn, ticket: Ticket, texts: list[str], files: list[Json]) -> None:
    missing = await _missing(turn, ticket, texts, files)
    key = "button.hand_over_anyway" if missing else "button.hand_over"
    if ticket.hub.unit != routing.HUB:
        key = "button.hand_over_to"
    hub = turn.words.desk(ticket.hub)
    hand = (Button(key, f"s:hand:{ticket.id}", {"hub": hub}),) if texts else ()
    note = turn.words.label("staff.draft_missing", missing=turn.words.listed(missing)) if missing else ""
    await turn.say(
        "staff.draft",
        tuple(line for line in (hand, cancel_button(ticket)) if line),
        ticket=ticket,
        letters=sum(len(text) for text in texts),
        count=len(files),
        hub=hub,
        missing=note or turn.words.label("staff.draft_complete"),
        text=shortened(turn.masker.mask(ticket.text), _QUOTED),
    )


async def _missing(turn: Turn, ticket: Ticket, texts: list[str], files: list[Json]) -> list[str]:
    notes = await turn.session.uow.tickets.notes(ticket.id)
    additions = sum(note.kind == "addition" for note in notes)
    found = []
    if not texts:
        found.append(turn.words.label("staff.missing_text"))
    if not files:
        found.append(turn.words.label("staff.missing_files"))
    if ticket.reporter is not None and not any(_to_resident(note) for note in notes):
        found.append(turn.words.label("staff.missing_contact"))
    if additions:
        found.append(turn.words.label("staff.missing_additions", count=additions))
    return found


def _to_resident(note: Note) -> bool:
    return note.kind == "relay" and note.author_role is not Role.RESIDENT


async def _hand_over(turn: Turn, ticket: Ticket) -> str:
    dialog = turn.dialog
    mine = dialog is not None and dialog.step == "staff.reply" and dialog.data.get("by") == turn.actor.contact_id
    if dialog is None or not mine or dialog.data.get("ticket") != ticket.id:
        return turn.toast("system.stale")
    result = "\n".join(dialog.data.get("texts", ()))[:_MAX_RESULT]
    files = tuple(FileRef(**file) for file in dialog.data.get("files", ()))
    after = await turn.session.do(turn.actor, Move(ticket.id, Trigger.REPLY, result=result, files=files))
    await turn.close_step()
    await turn.say("staff.step_done", ticket=after, state=after.state.value, edits=turn.incoming.message_id)
    return turn.done(after)


async def replied_to(turn: Turn) -> bool:
    """A reply to a message about a ticket: to a resident's words that were passed on, it goes back to the resident; to anything else
    about a ticket being handled, it drafts the result. False where it is no such reply, or the person's own complaint."""
    incoming, uow = turn.incoming, turn.session.uow
    about = await uow.about(turn.contact.id, incoming.reply_to) if incoming.reply_to else None
    ticket = await uow.tickets.get(about.ticket_id) if about is not None else None
    held = turn.held(ticket) if ticket is not None else frozenset()
    if about is None or ticket is None or not held or Party.REPORTER in held or not (incoming.text.strip() or incoming.files):
        return False
    if about.key in _TALK:
        await turn.session.do(turn.actor, Relay(ticket.id, incoming.text, incoming.files))
        await turn.say("staff.relayed", ticket=ticket)
    elif Party.LEAD not in held:
        await turn.say("staff.use_the_card", ticket=ticket)
    elif ticket.state in {State.DISPATCHED, State.DESIGNATED}:
        await turn.say("staff.sign_first", ticket=ticket)
    else:
        turn.check(ticket, Trigger.REPLY)
        await _draft(turn, ticket, [], [])
    return True
