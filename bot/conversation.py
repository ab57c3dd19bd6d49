"""The one conversation behind every door: finds the contact, binds invites, and hands on to staff or resident."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Protocol

from bot.doors import Incoming
from bot.resident import ResidentConversation
from workflow.desk import Session
from workflow.errors import Refusal, Refused
from workflow.model import Actor, Contact, Dialog, Invite, Post, Priority, Speech


class StaffHearing(Protocol):
    async def hear(
        self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None
    ) -> str | None:
        """A toast, or None where this is not for staff."""
        ...


class Sayings(Protocol):
    def say(self, language: str, key: str, **params: object) -> str: ...


class Conversation:
    def __init__(self, texts: Sayings, residents: ResidentConversation, staff: StaffHearing) -> None:
        self._texts = texts
        self._residents = residents
        self._staff = staff

    async def hear(self, session: Session, incoming: Incoming) -> str:
        """Everything a person did passes here once. Returns the toast for a pressed button, "" for none. A refusal becomes its
        sentence; any other exception is a failure, and the caller's transaction is rolled back."""
        contact = await self._contact(session, incoming)
        if incoming.membership:
            await session.uow.contacts.save(replace(contact, unreachable=incoming.membership == "blocked"))
            return ""
        if not incoming.command_for_me or (incoming.edited and incoming.chat_kind == "group"):
            return ""
        try:
            return await self._answer(session, contact, incoming)
        except Refused as refused:
            key = f"refused.{refused.code.value}"
            if incoming.button:
                return self._texts.say(contact.language, key, **refused.params)
            await session.say(Speech(contact.id, key, dict(refused.params), priority=Priority.ANSWER))
            return ""

    async def _answer(self, session: Session, contact: Contact, incoming: Incoming) -> str:
        word, _, rest = incoming.text.partition(" ")
        if word in {"/start", "/bind"} and (invite := await _invite(session, rest.strip())):
            await self._bind(session, contact, invite)
            return ""
        person = await self._contact(session, _privately(incoming)) if incoming.chat_kind == "group" else contact
        actor = await session.actor(person)
        dialog = await session.uow.dialogs.get(contact.id)
        if actor.posts:
            toast = await self._staff.hear(session, contact, actor, incoming, dialog)
            if toast is not None:
                return toast
        if incoming.chat_kind == "group":
            return self._texts.say(contact.language, "refused.not_yours", number="") if incoming.button else ""
        key = await self._residents.hear(session, contact, actor, incoming, dialog)
        return self._texts.say(contact.language, key) if key else ""

    async def _contact(self, session: Session, incoming: Incoming) -> Contact:
        found = await session.uow.contacts.by_address(incoming.door, incoming.chat)
        if found is not None:
            if found.unreachable and not incoming.membership:
                found = replace(found, unreachable=False)
                await session.uow.contacts.save(found)
            return found
        fresh = Contact(
            0, incoming.door, incoming.chat, incoming.chat_kind, incoming.sender_name, _language(incoming.language),
            created_at=session.now,
        )  # fmt: skip
        return await session.uow.contacts.add(fresh)

    async def _bind(self, session: Session, contact: Contact, invite: Invite) -> None:
        """A one-time code binds this chat to a post."""
        if invite.expires_at < session.now:
            raise Refused(Refusal.INVITE_EXPIRED)
        if not await session.uow.invites.use(invite.code_hash, contact.id):
            raise Refused(Refusal.INVITE_USED)
        await session.uow.posts.add(Post(0, contact.id, invite.role, invite.unit, invite.place))
        await session.uow.contacts.save(replace(contact, consented_at=contact.consented_at or session.now))
        unit = session.region.units.get(invite.unit)
        place = session.region.places.get(invite.place)
        names = {"unit_name": unit.name if unit else "", "place_name": place.name if place else ""}
        await session.say(Speech(contact.id, "resident.bound", dict(names), priority=Priority.ANSWER))


def code_hash(code: str) -> str:
    """What is stored of an invite or sign-in code."""
    return hashlib.sha256(code.encode()).hexdigest()


async def _invite(session: Session, code: str) -> Invite | None:
    return await session.uow.invites.get(code_hash(code)) if code else None


def _privately(incoming: Incoming) -> Incoming:
    return replace(incoming, chat=incoming.sender, chat_kind="private", membership="")


def _language(hint: str) -> str:
    low = hint.lower()
    if low.startswith("zh"):
        return "zh-Hant" if any(mark in low for mark in ("hant", "tw", "hk", "mo")) else "zh-Hans"
    return "en" if low.startswith("en") else "zh-Hans"


