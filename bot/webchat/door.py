"""Stored web updates → Incoming; ready messages → the chat's mailbox, which the page reads."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Protocol

from bot.doors import Delivered, Incoming, ReadyMessage, Sent
from workflow.model import FileRef, Point
from workflow.ports import Clock

MAX_TEXT = 4096
FADING = "fading-"
"""How the ids of messages begin that are shown once."""


class Mailbox(Protocol):
    async def append(self, address: str, message_id: str, body: Mapping[str, Any], once: str = "") -> str: ...


class WebChatDoor:
    name = "webchat"

    def __init__(self, mailbox: Mailbox, clock: Clock, wake: Callable[[str], None]) -> None:
        """`wake` is told the address for which something new is there."""
        self._mailbox = mailbox
        self._clock = clock
        self._wake = wake

    async def parse(self, bodies: tuple[Mapping[str, Any], ...]) -> Incoming | None:
        body = bodies[0]
        point = body.get("location")
        return Incoming(
            door=self.name, request_id=f"webchat:{body['id']}", chat=body["chat"], sender=body["chat"], at=self._clock.now(),
            language=str(body.get("language", "")), text=str(body.get("text", ""))[:MAX_TEXT], button=str(body.get("button", "")),
            message_id=str(body.get("message_id", "")), reply_to=str(body.get("reply_to", "")),
            files=tuple(FileRef(**file) for file in body.get("files", ())),
            location=Point(float(point["lat"]), float(point["lon"])) if point else None, left_out=int(body.get("left_out", 0)),
            unclean=int(body.get("unclean", 0)),
        )  # fmt: skip

    async def send(self, address: str, kind: str, message: ReadyMessage) -> Sent:
        message_id = message.edits or f"{FADING if message.fades else ''}{secrets.token_hex(8)}"
        body = {
            "html": message.html, "buttons": [[asdict(button) for button in line] for line in message.buttons],
            "files": [asdict(file) for file in message.files], "at": self._clock.now().isoformat(), "edited": bool(message.edits),
            **({"fades": message.fades} if message.fades else {}),
        }  # fmt: skip
        stands = await self._mailbox.append(address, message_id, body, message.once)
        self._wake(address)
        return Delivered(stands)

    async def acknowledge(self, incoming: Incoming, toast: str = "") -> None:
        if toast:
            await self._mailbox.append(incoming.chat, "toast", {"toast": toast})
            self._wake(incoming.chat)


