"""/mydata: what is held about somebody, as a summary and as a file. /forget: takes it away, after one question."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Protocol

from bot.doors import Incoming
from bot.outgoing import answer, button
from bot.resident import manners
from workflow import erasing
from workflow.desk import Session
from workflow.exporting import exported
from workflow.model import Contact, FileRef, Priority, Speech

COMMANDS = ("/mydata", "/forget")
BUTTON = "p"
_LASTS = timedelta(days=1)
"""How long the file stays with us, to be fetched."""


class Keeps(Protocol):
    async def put(self, content: bytes, kind: str, mime: str, name: str = "") -> FileRef: ...


class MyData:
    def __init__(self, files: Keeps | None = None) -> None:
        """Without a store the summary comes without a file."""
        self._files = files

    async def hear(self, session: Session, contact: Contact, incoming: Incoming) -> str:
        """One of the commands, or one of the buttons: the answer is the key of a toast, or "". Consent is not asked for."""
        if incoming.button:
            return await self._press(session, contact, incoming)
        await self.obey(session, contact, incoming.text.strip())
        return ""

    async def obey(self, session: Session, contact: Contact, command: str) -> None:
        await (self._show(session, contact) if command == "/mydata" else self._ask(session, contact))

    async def _press(self, session: Session, contact: Contact, incoming: Incoming) -> str:
        match incoming.button:
            case "p:forget":
                await self._forget(session, contact, incoming)
            case "p:keep":
                await session.say(answer(contact.id, "privacy.kept", edits=incoming.message_id))
            case _:
                return "intake.button_is_old"
        return ""

    async def _show(self, session: Session, contact: Contact) -> None:
        held = await session.uow.privacy.held(contact.id)
        file = await self._file(session, contact)
        params = {"name": contact.name or "–", "tickets": held.tickets, "notes": held.notes, "joined": held.joined}
        files = (file,) if file is not None else ()
        await session.say(Speech(contact.id, "privacy.mine", params, files=files, priority=Priority.ANSWER))
        await manners.mine(session, contact)

    async def _file(self, session: Session, contact: Contact) -> FileRef | None:
        if self._files is None:
            return None
        found = await exported(session.uow, contact, session.region)
        content = json.dumps(found, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        ref = await self._files.put(content, "document", "application/json", f"mydata-{session.now:%Y%m%d}.json")
        await session.uow.privacy.doom(ref.sha256, session.now + _LASTS)
        return ref

    async def _ask(self, session: Session, contact: Contact) -> None:
        gone = await erasing.foreseen(session, contact)
        ways = ((button("privacy.forget_yes", "p:forget"), button("privacy.forget_no", "p:keep")),)
        await session.say(answer(contact.id, "privacy.forget", ways, resting=len(gone.resting), open=len(gone.open)))
        await self._held(session, contact, gone)

    async def _forget(self, session: Session, contact: Contact, incoming: Incoming) -> None:
        gone = await erasing.forget(session, contact)
        done = answer(contact.id, "privacy.forgotten", edits=incoming.message_id, resting=len(gone.resting), open=len(gone.open))
        await session.say(done)
        await manners.forget_words(session, contact)
        await manners.mine(session, contact)
        await self._held(session, contact, gone)

    async def _held(self, session: Session, contact: Contact, gone: erasing.Gone) -> None:
        if gone.held:
            await session.say(answer(contact.id, "privacy.held", count=len(gone.held)))
