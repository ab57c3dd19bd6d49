"""Makes invites: one-time codes that bind a chat to a post. The code is shown once; only its hash is stored."""

from __future__ import annotations

import secrets
from datetime import timedelta

from bot.conversation import code_hash
from workflow.desk import Desk, Session
from workflow.model import STAFF_ROLES, Invite, Role
from workflow.ports import Clock
from workflow.region import Region

VALID_FOR = timedelta(days=7)
_UNITS = {Role.GRID_WORKER: "grid", Role.GRID_LEADER: "grid", Role.HUB_OFFICER: "hub"}
_WITHOUT_UNIT = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN})


class BadInvite(Exception):
    """The post does not exist in this region. The message names every fault."""


def make(role: str, place: str, unit: str, region: Region, clock: Clock) -> tuple[str, Invite]:
    """The secret code and what is stored of it. `place` "" is the whole city, `unit` "" the role's own. Raises BadInvite."""
    faults: list[str] = []
    known = role in {entry.value for entry in STAFF_ROLES}
    if not known:
        faults.append(f"unknown role: {role}; one of {', '.join(sorted(entry.value for entry in STAFF_ROLES))}")
    if place and place != region.code and place not in region.places:
        faults.append(f"unknown place: {place}")
    if known:
        faults += _unit_faults(Role(role), unit, region)
    if faults:
        raise BadInvite("; ".join(faults))
    code = _code()
    post = Role(role)
    unit = unit or _UNITS.get(post, "")
    return code, Invite(code_hash(code), post, unit, place or region.code, clock.now() + VALID_FOR)


async def offer(desk: Desk, invite: Invite) -> None:
    """Stores it: from now on its code binds."""

    async def work(session: Session) -> None:
        await session.uow.invites.add(invite)

    await desk.serve(f"invite:{invite.code_hash}", work)


def _code() -> str:
    """Never begins with a dash, which a spreadsheet takes for a formula and a shell for an option."""
    return next(code for code in iter(lambda: secrets.token_urlsafe(18), "") if code[0].isalnum())


def _unit_faults(role: Role, unit: str, region: Region) -> list[str]:
    own = _UNITS.get(role)
    if role is Role.DEPARTMENT and not unit:
        return ["a department needs --unit"]
    if unit and role in _WITHOUT_UNIT:
        return [f"{role.value} has no unit"]
    if unit and own is not None and unit != own:
        return [f"{role.value} works at unit {own}"]
    return [f"unknown unit: {unit}"] if unit and unit not in region.units else []
