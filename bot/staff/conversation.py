"""Where everything a staff member does arrives: a button, a command, or words for an open step."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from bot.buttons import whole_number
from bot.doors import Incoming
from bot.staff import lists, moving, muting, result, steps, topics, unmasking
from bot.staff.console import SignIn, console
from bot.staff.turn import Turn
from texts import Texts
from workflow.commands import Move
from workflow.desk import Session
from workflow.errors import Refused
from workflow.model import Actor, Contact, Dialog, Priority, Speech
from workflow.ports import Masker
from workflow.region import Region
from workflow.states import Trigger

_COMMAND = re.compile(r"/(\w+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)


async def _never(_: str) -> bool:
    return False


class StaffConversation:
    """`region` is asked at each turn, because an import may replace grids. Without `signin` there is no console."""

    def __init__(
        self,
        texts: Texts,
        region: Callable[[], Region],
        masker: Masker,
        signin: SignIn | None = None,
        dangerous: Callable[[str], Awaitable[bool]] = _never,
    ) -> None:
        """`dangerous`: whether words mean that a life is at risk now."""
        self._dangerous = dangerous
        self._texts = texts
        self._region = region
        self._masker = masker
        self._signin = signin

    async def hear(
        self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None
    ) -> str | None:
        """A toast for a pressed button ("" for none); None where this is not for staff."""
        turn = Turn(session, contact, actor, incoming, dialog, self._texts, self._masker, self._region())
        try:
            return await self._hear(turn)
        except Refused as refused:
            key = f"refused.{refused.code.value}"
            if incoming.button:
                return turn.toast(key, **refused.params)
            await session.say(Speech(contact.id, key, dict(refused.params), priority=Priority.ANSWER))
            return ""

    async def resume(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog) -> None:
        """A result that was put aside is shown again; one whose ticket went on meanwhile is let go."""
        turn = Turn(session, contact, actor, incoming, dialog, self._texts, self._masker, self._region())
        try:
            ticket = await turn.ticket(int(dialog.data["ticket"]))
            turn.check(ticket, Trigger.REPLY)
        except Refused:
            await turn.close_step()
            return
        await result.again(turn, ticket, dialog.data)

    async def _hear(self, turn: Turn) -> str | None:
        incoming = turn.incoming
        if incoming.edited:
            return await _edited(turn)
        if incoming.button:
            return await self._press(turn)
        command = _COMMAND.fullmatch(incoming.text.strip())
        if command is not None:
            return await self._command(turn, command[1].lower(), (command[2] or "").strip())
        if await muting.answered(turn):
            return ""
        if await steps.answered(turn):
            await self._mind_danger(turn)
            return ""
        if await result.replied_to(turn):
            return ""
        # Nobody files a complaint by talking in a unit's group.
        return "" if turn.contact.kind == "group" else None

    async def _mind_danger(self, turn: Turn) -> None:
        """Who writes a report about a gas leak is hardly in one, but may be: the words stay where they were meant to go, and it is said."""
        if turn.dialog is not None and await self._dangerous(turn.incoming.text):
            await turn.say("staff.danger", ticket=await turn.session.uow.tickets.get(int(turn.dialog.data["ticket"])))

    async def _press(self, turn: Turn) -> str | None:
        kind, verb, number, *more = [*turn.incoming.button.split(":"), "", ""]
        if kind not in {"m", "s"}:
            return None
        ticket_id = whole_number(number)
        if ticket_id is None:
            return turn.toast("system.stale")
        if kind == "m":
            return await _move(turn, verb, ticket_id, more[0])
        for pressed in (moving.pressed, topics.pressed, steps.pressed, unmasking.pressed, muting.pressed):
            toast = await pressed(turn, verb, ticket_id, tuple(more))
            if toast is not None:
                return toast
        for opened in (result.pressed, lists.pressed):
            toast = await opened(turn, verb, ticket_id)
            if toast is not None:
                return toast
        return turn.toast("system.stale")

    async def _command(self, turn: Turn, name: str, rest: str) -> str | None:
        match name:
            case "cancel" if steps.is_open(turn):
                await turn.close_step()
                await turn.say("staff.cancelled")
            case "todo":
                await lists.todo(turn)
            case "queue":
                await lists.queue(turn)
            case "inspect":
                await lists.inspect(turn, rest)
            case "help":
                await lists.help_text(turn)
            case "mute" | "unmute":
                await muting.command(turn, name, await lists.named(turn, rest))
            case "console":
                await console(turn, self._signin)
            case _:
                return None
        return ""


async def _edited(turn: Turn) -> str | None:
    """A changed message: staff may be residents too, unless they are in the middle of a step."""
    if not steps.is_open(turn):
        return None
    await turn.say("staff.edited")
    return ""


async def _move(turn: Turn, verb: str, ticket_id: int, reworks: str) -> str:
    """A button that moves a ticket and needs nothing else."""
    expected = whole_number(reworks)
    if verb not in set(Trigger) or expected is None:
        return turn.toast("system.stale")
    await turn.ticket(ticket_id)
    return turn.done(await turn.session.do(turn.actor, Move(ticket_id, Trigger(verb), reworks=expected)))
