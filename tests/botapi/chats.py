"""Who talks with whom, and what was said."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.botapi.markup import Entities
from tests.botapi.problems import Problem

Keyboard = list[list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Upload:
    kind: str
    name: str
    content: bytes


@dataclass(slots=True)
class Said:
    """A message as it stands now. `earlier`: its texts before each edit; `revision` grows with every change anywhere."""

    message_id: int
    chat: int
    by_bot: bool
    text: str
    revision: int
    date: int
    entities: Entities = field(default_factory=list)
    keyboard: Keyboard = field(default_factory=list)
    files: tuple[Upload, ...] = ()
    album: str = ""
    reply_to: int = 0
    silent: bool = False
    deleted: bool = False
    earlier: list[str] = field(default_factory=list)

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.keyboard for button in row]

    def button(self, label: str) -> dict[str, Any] | None:
        return next((button for row in self.keyboard for button in row if label in button["text"]), None)


class Chats:
    """`changed` is notified after every change; hold it while looking."""

    def __init__(self) -> None:
        self.kinds: dict[int, str] = {}
        self.transcripts: dict[int, list[Said]] = defaultdict(list)
        self.blocked: set[int] = set()
        self.moved: dict[int, int] = {}
        self.changed = asyncio.Condition()
        self.revision = 0
        self._message_ids = count(1)
        self._dates = count(1_795_000_000)

    def reachable(self, chat: Any) -> int:
        """Raises Problem as Telegram would when the bot writes there."""
        if not isinstance(chat, int) or chat not in self.kinds:
            raise Problem("chat not found")
        if chat in self.moved:
            raise Problem("group chat was upgraded to a supergroup chat", migrate_to_chat_id=self.moved[chat])
        if chat in self.blocked:
            private = self.kinds[chat] == "private"
            raise Problem("bot was blocked by the user" if private else "bot was kicked from the group chat", 403)
        return chat

    def next_date(self) -> int:
        return next(self._dates)

    def touch(self) -> int:
        self.revision += 1
        return self.revision

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def add(self, chat: int, text: str, *, by_bot: bool, **details: Any) -> Said:
        said = Said(next(self._message_ids), chat, by_bot, text, self.touch(), self.next_date(), **details)
        self.transcripts[chat].append(said)
        return said

    def find(self, chat: int, message_id: Any) -> Said | None:
        return next((said for said in self.transcripts[chat] if said.message_id == message_id and not said.deleted), None)

    def chat_json(self, chat: int) -> dict[str, Any]:
        kind = self.kinds[chat]
        return {"id": chat, "type": kind} | ({"first_name": "P"} if kind == "private" else {"title": "G"})
