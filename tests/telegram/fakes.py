"""An inbox and a file store in memory."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

from workflow.model import FileRef


class MemoryInbox:
    """`fail` counts stores that raise before it works again; `hold` makes stores wait until it is set."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, Mapping[str, Any], str]] = {}
        self.fail = 0
        self.error: Exception = OSError("the disk is full")
        self.tries = 0
        self.hold: asyncio.Event | None = None
        self._changed = asyncio.Condition()

    async def store(self, door: str, update_id: str, chat: str, body: Mapping[str, Any], album: str = "") -> bool:
        self.tries += 1
        async with self._changed:
            self._changed.notify_all()
        if self.hold is not None:
            await self.hold.wait()
        if self.fail:
            self.fail -= 1
            raise self.error
        new = update_id not in self.rows
        self.rows.setdefault(update_id, (chat, body, album))
        async with self._changed:
            self._changed.notify_all()
        return new

    async def filled(self, number: int, within: float = 5.0) -> None:
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: len(self.rows) >= number)

    async def tried(self, number: int, within: float = 5.0) -> None:
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: self.tries >= number)

    def bodies(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(body for _, body, _ in self.rows.values())

    def texts(self) -> list[str]:
        return [body["message"]["text"] for body in self.bodies()]


class MemoryFiles:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, content: bytes, kind: str, mime: str, name: str = "") -> FileRef:
        sha256 = hashlib.sha256(content).hexdigest()
        self.kept[sha256] = content
        return FileRef(sha256, kind, mime, len(content), name)

    async def get(self, ref_sha256: str) -> bytes:
        return self.kept[ref_sha256]

    def path(self, ref_sha256: str) -> str:
        return f"memory/{ref_sha256}"
