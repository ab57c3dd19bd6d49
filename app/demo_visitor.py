"""Somebody at the web chat, played by the demo: what they do is stored like any other update, what they see is read from their mailbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from app.wiring import City

T = TypeVar("T")
Message = dict[str, Any]
_LOOK_AGAIN = 30.0
"""Seconds until the mailbox is looked at although no bell rang."""


class Visitor:
    """One chat. Not for two tasks at once."""

    def __init__(self, city: City, address: str) -> None:
        self._city = city
        self._address = address
        self._seq = 0
        self._sent = 0
        self.messages: dict[str, Message] = {}  # by id, as they are now; toasts left out

    @classmethod
    async def comes(cls, city: City) -> Visitor:
        _, address = await city.mailbox.open_chat()
        return cls(city, address)

    async def says(self, text: str) -> None:
        await self._store({"text": text})

    async def presses(self, message: Message, data: str) -> None:
        await self._store({"button": data, "message_id": message["id"]})

    async def _store(self, update: Message) -> None:
        self._sent += 1
        update_id = f"{self._address}:{self._sent}"
        body = {"id": update_id, "chat": self._address, **update}
        await self._city.inbox.store("webchat", update_id, self._address, body)
        self._city.engine.reader.wake()

    async def finds(self, begin: str) -> tuple[Message, str]:
        """Waits for a button whose data begins so: the message that bears it, newest first, and the data."""
        return await self.until(lambda: next(self._buttons(begin), None))

    async def has_heard(self) -> None:
        """Waits for a first message."""
        await self.until(lambda: self.messages or None)

    async def until(self, look: Callable[[], T | None]) -> T:
        """Reads the mailbox until `look` finds something."""
        while (found := look()) is None:
            await self.reads()
        return found

    def _buttons(self, begin: str) -> Iterator[tuple[Message, str]]:
        for message in reversed(self.messages.values()):
            for data in (button["data"] for line in message["buttons"] for button in line):
                if data.startswith(begin):
                    yield message, data

    async def reads(self) -> list[Message]:
        """News, waited for until there are any. An edited message is news too."""
        while not (found := await self._look()):
            pass
        self._seq = found[-1]["seq"]
        news = [message for message in found if "toast" not in message]
        for message in news:
            self.messages.pop(message["id"], None)
            self.messages[message["id"]] = message
        return news

    async def _look(self) -> list[Message]:
        """News, else what is there when the bell has rung. The bell is listened for before the look, so that no ring is missed."""
        ring = asyncio.create_task(self._city.bell.wait(self._address, _LOOK_AGAIN))
        try:
            found = await self._city.mailbox.after(self._address, self._seq)
            if not found:
                await ring
            return found
        finally:
            ring.cancel()
