"""Sign-in links for the console: one-time codes, made in chat for whoever asks there or on the command line for a role and a place.

The code is 192 random bits in the link's fragment, which browsers keep to themselves: no log, proxy or link preview gets it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from bot.conversation import code_hash
from workflow.console import CONSOLE_DOOR, SignInCode
from workflow.desk import Desk, Session
from workflow.model import Contact, Post, Role

VALID_FOR = timedelta(minutes=10)
OPERATOR_ROLES = (Role.ADMIN, Role.SUPERVISOR, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class Links:
    """`base`: what links begin with, such as "https://counter.example.org"."""

    base: str

    async def for_contact(self, session: Session, contact: Contact) -> str:
        """Fits `bot.staff.console.SignIn`. The code is stored in the same transaction as the message that bears it."""
        code = _new_code()
        await _store(session, contact, code)
        return self.of(code)

    def of(self, code: str) -> str:
        return f"{self.base}/console/signin#{code}"


async def operator_code(desk: Desk, role: Role, place: str) -> str:
    """A code for a post made on the command line. The same role and place are the same contact each time."""
    code = _new_code()

    async def work(session: Session) -> None:
        await _store(session, await _operator(session, role, place), code)

    await desk.serve(f"signin:{code_hash(code)}", work)
    return code


def _new_code() -> str:
    return secrets.token_urlsafe(24)


async def _store(session: Session, contact: Contact, code: str) -> None:
    await session.uow.sign_ins.add(SignInCode(code_hash(code), contact.id, session.now + VALID_FOR))


async def _operator(session: Session, role: Role, place: str) -> Contact:
    address = f"{role.value}:{place}"
    contact = await session.uow.contacts.by_address(CONSOLE_DOOR, address)
    if contact is None:
        fresh = Contact(0, CONSOLE_DOOR, address, consented_at=session.now, created_at=session.now)
        contact = await session.uow.contacts.add(fresh)
    if not any(post.role is role and post.place == place for post in await session.uow.posts.of_contact(contact.id)):
        await session.uow.posts.add(Post(0, contact.id, role, "", place))
    return contact
