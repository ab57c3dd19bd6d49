"""Makes invites: one-time codes that bind a chat to a post. The code is shown once; only its hash is stored."""

from __future__ import annotations

import secrets
from datetime import timedelta

from app import posts
from bot.conversation import code_hash
from workflow.desk import Desk, Session
from workflow.model import STAFF_ROLES, Invite
from workflow.ports import Clock
from workflow.region import Region

VALID_FOR = timedelta(days=7)


class BadInvite(Exception):
    """The post does not exist in this region. The message names every fault."""


def make(role: str, place: str, unit: str, region: Region, clock: Clock) -> tuple[str, Invite]:
    """The secret code and what is stored of it. `place` "" is the whole city, `unit` "" the role's own. Raises BadInvite."""
    post = next((entry for entry in STAFF_ROLES if entry.value == role), None)
    if post is None:
        raise BadInvite(f"unknown role: {role}; one of {', '.join(sorted(entry.value for entry in STAFF_ROLES))}")
    found = list(posts.faults(post, unit, place or region.code, region))
    if found:
        raise BadInvite("; ".join(found))
    code = _code()
    return code, Invite(code_hash(code), post, posts.unit_of(post, unit), place or region.code, clock.now() + VALID_FOR)


async def offer(desk: Desk, invite: Invite) -> None:
    """Stores it: from now on its code binds."""

    async def work(session: Session) -> None:
        await session.uow.invites.add(invite)

    await desk.serve(f"invite:{invite.code_hash}", work)


def _code() -> str:
    """Never begins with a dash, which a spreadsheet takes for a formula and a shell for an option."""
    return next(code for code in iter(lambda: secrets.token_urlsafe(18), "") if code[0].isalnum())
