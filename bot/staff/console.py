"""/console: a one-time link, to those who may use the pages, and never into a group."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.staff.turn import Turn
from workflow.desk import Session
from workflow.model import Contact
from workflow.policy import may_enter

SignIn = Callable[[Session, Contact], Awaitable[str]]
"""Makes a one-time sign-in link for a contact."""


async def console(turn: Turn, signin: SignIn | None) -> None:
    if turn.contact.kind != "private":
        await turn.say("staff.private_only")
    elif signin is None or not may_enter(turn.actor):
        await turn.say("staff.console_denied")
    else:
        await turn.say("staff.console", link=await signin(turn.session, turn.contact))
