"""What the pages need from the rest of the house."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from math import inf
from typing import Any, Protocol
from weakref import WeakValueDictionary

from workflow.model import FileRef


class Inbox(Protocol):
    async def store(self, door: str, update_id: str, chat: str, body: Mapping[str, Any], album: str = "") -> bool: ...


class Mailbox(Protocol):
    async def open_chat(self) -> tuple[str, str]: ...
    async def address_of(self, token: str) -> str | None: ...
    async def after(self, address: str, seq: int, limit: int = 200) -> list[dict[str, Any]]: ...
    async def was_shown(self, address: str, sha256: str) -> bool: ...


class Files(Protocol):
    async def put(self, content: bytes, kind: str, mime: str, name: str = "") -> FileRef: ...
    async def get(self, ref_sha256: str) -> bytes: ...


class Sentences(Protocol):
    def label(self, language: str, key: str, **params: object) -> str: ...


class Bell:
    """Wakes those who wait for a chat's next message, in this process."""

    def __init__(self, look_again: float = inf) -> None:
        """`look_again`: seconds until one looks although no bell rang, for what another process may have said."""
        self.look_again = look_again
        # An event is kept by those who wait for it, and by nobody else: a page that was closed leaves nothing behind.
        self._waiting: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    def ring(self, address: str) -> None:
        event = self._waiting.pop(address, None)
        if event is not None:
            event.set()

    def listen(self, address: str) -> asyncio.Event:
        """To be called before one looks for news: what comes between the look and the wait rings all the same."""
        return self._waiting.setdefault(address, asyncio.Event())

    @property
    def listeners(self) -> int:
        """Chats for which somebody waits."""
        return len(self._waiting)

    async def wait(self, ring: asyncio.Event, seconds: float) -> None:
        try:
            await asyncio.wait_for(ring.wait(), seconds)
        except TimeoutError:
            return
