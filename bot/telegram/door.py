"""`TelegramDoor`: the shape of `bot.doors.Door`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from telegram import Bot
from telegram.error import TelegramError

from bot.doors import FileStore, Incoming, ReadyMessage, Sent
from bot.telegram.attachments import MAX_DOWNLOAD, fetch
from bot.telegram.parse import DOOR, Parsed, parse
from bot.telegram.sending import Sender
from workflow.ports import Clock

_MAX_TOAST = 200  # characters


class TelegramDoor:
    """`bot` is initialised, for commands in groups are told apart by its name. `max_download` in bytes."""

    name = DOOR

    def __init__(self, bot: Bot, files: FileStore, clock: Clock, max_download: int = MAX_DOWNLOAD) -> None:
        self._bot = bot
        self._files = files
        self._clock = clock
        self._max_download = max_download
        self._sender = Sender(bot, files)

    async def parse(self, bodies: tuple[Mapping[str, Any], ...]) -> Incoming | None:
        """Several bodies are one album. Raises telegram.error.* where a file could not be fetched: worth a retry."""
        now, username = self._clock.now(), self._bot.username
        found = [parsed for body in bodies if (parsed := parse(body, username, now)) is not None]
        if not found:
            return None
        # Updates of one album may come in any order; message ids say how it was put together.
        found.sort(key=lambda parsed: int(parsed.incoming.message_id or 0))
        return await self._with_files(_merged(found), found)

    async def _with_files(self, incoming: Incoming, found: list[Parsed]) -> Incoming:
        files, too_big = [], 0
        for parsed in found:
            if parsed.attachment is None:
                continue
            ref = await fetch(self._bot, parsed.attachment, self._files, self._max_download)
            if ref is None:
                too_big += 1
            else:
                files.append(ref)
        return replace(incoming, files=tuple(files), too_big=too_big)

    async def send(self, address: str, kind: str, message: ReadyMessage) -> Sent:
        return await self._sender.send(address, message)

    async def acknowledge(self, incoming: Incoming, toast: str = "") -> None:
        """Too late, answered already, no network: none of it matters to what was done."""
        if not incoming.callback_id:
            return
        with suppress(TelegramError, RuntimeError):
            await self._bot.answer_callback_query(incoming.callback_id, text=toast[:_MAX_TOAST] or None)


def _merged(found: list[Parsed]) -> Incoming:
    first = found[0].incoming
    if len(found) == 1:
        return first
    texts = [parsed.incoming.text for parsed in found if parsed.incoming.text]
    return replace(first, text="\n".join(texts))
