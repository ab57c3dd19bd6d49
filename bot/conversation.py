"""The one conversation behind every door: finds the contact, binds invites, and hands on to staff or resident."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.cards.words import Words
from bot.doors import Incoming
from bot.heard import cleaned
from bot.resident import ResidentConversation
from bot.resident.payload import is_plate
from texts import Texts
from workflow import dialogs
from workflow.desk import Session
from workflow.errors import Refusal, Refused
from workflow.model import Actor, Contact, Dialog, Invite, Post, Priority, Speech

_CODE = re.compile(r"[A-Za-z0-9_-]{20,64}")
"""What looks like a code of ours; a grid's payload is shorter."""
_AS_THEY_CAME = frozenset({"document", "video"})
"""Files that may say more than they show, and from which it can't be taken out."""


class StaffHearing(Protocol):
    async def hear(
        self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None
    ) -> str | None:
        """A toast, or None where this is not for staff."""
        ...

    async def resume(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog) -> None: ...


class Conversation:
    def __init__(self, texts: Texts, residents: ResidentConversation, staff: StaffHearing) -> None:
        self._texts = texts
        self._residents = residents
        self._staff = staff

    async def hear(self, session: Session, incoming: Incoming) -> str:
        """Everything a person did passes here once. Returns the toast for a pressed button, "" for none. A refusal becomes its
        sentence; any other exception is a failure, and the caller's transaction is rolled back."""
        incoming = cleaned(incoming)
        if incoming.membership:
            await _member(session, incoming)
            return ""
        if not incoming.command_for_me or (incoming.edited and incoming.chat_kind == "group"):
            return ""
        invite, known = await _invite(session, incoming.text), await _known(session, incoming.door, incoming.chat)
        if known is None and invite is None and incoming.chat_kind == "group":
            # Nobody asked us to note who talks in a group that is not ours.
            return self._texts.label(_language(incoming.language), "refused.not_yours", number="") if incoming.button else ""
        contact = known or await self._new(session, incoming)
        if contact.unreachable:
            contact = replace(contact, unreachable=False)
            await session.uow.contacts.save(contact)
        try:
            if invite is not None:
                await self._bind(session, contact, invite)
                return ""
            return await self._answer(session, contact, incoming)
        except Refused as refused:
            key = f"refused.{refused.code.value}"
            if incoming.button:
                return self._toast(session, contact, key, **refused.params)
            await session.say(Speech(contact.id, key, dict(refused.params), priority=Priority.ANSWER))
            return ""

    async def _answer(self, session: Session, contact: Contact, incoming: Incoming) -> str:
        if incoming.chat_kind == "group":
            return await self._in_group(session, contact, incoming)
        if _CODE.fullmatch(_payload(incoming.text)) and not is_plate(_payload(incoming.text)):
            raise Refused(Refusal.INVITE_UNKNOWN)
        actor = await session.actor(contact)
        dialog = await session.uow.dialogs.get(contact.id)
        await _say_what_is_missing(session, contact, incoming)
        toast = await self._heard(session, contact, actor, incoming, dialog)
        if dialog is not None and dialog.aside:
            await self._go_back(session, contact, actor, incoming, dialog)
        return toast

    async def _go_back(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, before: Dialog) -> None:
        """What was put aside is open again: the person is shown where they were."""
        after = await session.uow.dialogs.get(contact.id)
        if after is None or not dialogs.resumed(before, after):
            return
        if after.step == dialogs.REPLY:
            await self._staff.resume(session, contact, actor, incoming, after)
        else:
            await self._residents.resume(session, contact, after)

    async def _heard(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> str:
        if actor.posts:
            toast = await self._staff.hear(session, contact, actor, incoming, dialog)
            if toast is not None:
                return toast
        key = await self._residents.hear(session, contact, actor, incoming, dialog)
        return self._texts.label(contact.language, key) if key else ""

    def _toast(self, session: Session, contact: Contact, key: str, **params: object) -> str:
        words = Words(self._texts, session.region, ZoneInfo(session.region.time_zone), contact.language)
        return words.label(key, **words.params(params))

    async def _in_group(self, session: Session, contact: Contact, incoming: Incoming) -> str:
        """A unit's group: those who hold a post may act, all others are passed over."""
        person = await _known(session, incoming.door, incoming.sender)
        actor = await session.actor(person) if person is not None else None
        toast = None
        if actor is not None and actor.posts:
            toast = await self._staff.hear(session, contact, actor, incoming, await session.uow.dialogs.get(contact.id))
        if toast is None and incoming.button:
            return self._texts.label(contact.language, "refused.not_yours", number="")
        return toast or ""

    async def _new(self, session: Session, incoming: Incoming) -> Contact:
        name = incoming.sender_name if incoming.chat_kind == "private" else ""
        language = _language(incoming.language)
        fresh = Contact(0, incoming.door, incoming.chat, incoming.chat_kind, name, language, created_at=session.now)
        return await session.uow.contacts.add(fresh)

    async def _bind(self, session: Session, contact: Contact, invite: Invite) -> None:
        """A one-time code binds this chat to a post. Who opens the link again hears again that it is theirs."""
        if invite.used_by != contact.id:
            if invite.expires_at < session.now:
                raise Refused(Refusal.INVITE_EXPIRED)
            if not await session.uow.invites.use(invite.code_hash, contact.id):
                raise Refused(Refusal.INVITE_USED)
            await session.uow.posts.add(Post(0, contact.id, invite.role, invite.unit, invite.place))
            await session.uow.contacts.save(replace(contact, consented_at=contact.consented_at or session.now))
        unit = session.region.units.get(invite.unit)
        place = session.region.places.get(invite.place)
        names = {"unit_name": unit.name if unit else "", "place_name": place.name if place else ""}
        await session.say(Speech(contact.id, "resident.bound", dict(names), priority=Priority.ANSWER, menu=True))


def code_hash(code: str) -> str:
    """What is stored of an invite or sign-in code."""
    return hashlib.sha256(code.encode()).hexdigest()


async def _say_what_is_missing(session: Session, contact: Contact, incoming: Incoming) -> None:
    """Files that did not come with a message: whoever sent it, resident or staff, hears of them."""
    if incoming.left_out:
        await session.say(Speech(contact.id, "attachments.left_out", {"count": incoming.left_out}, priority=Priority.ANSWER))
    if incoming.too_big:
        await session.say(Speech(contact.id, "resident.file_too_big", priority=Priority.ANSWER))
    if incoming.unclean:
        await session.say(Speech(contact.id, "media.not_kept", {"count": incoming.unclean}, priority=Priority.ANSWER))
    if any(file.kind in _AS_THEY_CAME and not file.mime.startswith("image/") for file in incoming.files):
        await session.say(Speech(contact.id, "media.as_it_came", priority=Priority.ANSWER))


def _payload(text: str) -> str:
    """What stands behind /start or /bind."""
    word, _, rest = text.partition(" ")
    return rest.strip() if word in {"/start", "/bind"} else ""


async def _invite(session: Session, text: str) -> Invite | None:
    code = _payload(text)
    return await session.uow.invites.get(code_hash(code)) if code else None


async def _known(session: Session, door: str, address: str) -> Contact | None:
    return await session.uow.contacts.by_address(door, address)


async def _member(session: Session, incoming: Incoming) -> None:
    """Somebody stopped the bot, or let it in again. Whom we do not know we do not note for that."""
    known = await _known(session, incoming.door, incoming.chat)
    if known is not None:
        await session.uow.contacts.save(replace(known, unreachable=incoming.membership == "blocked"))


def _language(hint: str) -> str:
    low = hint.lower()
    if low.startswith("zh"):
        return "zh-Hant" if any(mark in low for mark in ("hant", "tw", "hk", "mo")) else "zh-Hans"
    return "en" if low.startswith("en") else "zh-Hans"


