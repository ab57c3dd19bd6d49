"""`TelegramDoor`: the shape of `bot.doors.Door`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from telegram import Bot
from telegram.error import BadRequest, NetworkError, TelegramError

from bot.doors import Delivered, FileStore, Incoming, ReadyMessage, RetryAfter, Sent, Unavailable, Unknown
from bot.telegram import commands
from bot.telegram.attachments import MAX_DOWNLOAD, Attachment, fetch
from bot.telegram.errors import NO_SERVER_WAIT
from bot.telegram.parse import DOOR, Parsed, parse
from bot.telegram.request import Flood
from bot.telegram.sending import Sender
from workflow.files import NotClean
from workflow.model import FileRef
from workflow.ports import Clock

_LOG = logging.getLogger(__name__)
_MAX_TOAST = 200  # characters


class TelegramDoor:
    """Reads nothing before `bot` is initialised, for commands in groups are told apart by its name. `max_download` in bytes."""

    name = DOOR

    def __init__(self, bot: Bot, files: FileStore, clock: Clock, max_download: int = MAX_DOWNLOAD) -> None:
        self._bot = bot
        self._files = files
        self._clock = clock
        self._max_download = max_download
        self._sender = Sender(bot, files)
        self._doubted = False
        self._asking: asyncio.Task[bool] | None = None

    async def parse(self, bodies: tuple[Mapping[str, Any], ...]) -> Incoming | None:
        """Several bodies are one album. Raises Unavailable while Telegram can't be reached, telegram.error.BadRequest where it does
        not give a file."""
        now, username = self._clock.now(), self._username()
        found = [parsed for body in bodies if (parsed := parse(body, username, now)) is not None]
        if not found:
            return None
        # Updates of one album may come in any order; message ids say how it was put together.
        found.sort(key=lambda parsed: int(parsed.incoming.message_id or 0))
        return await self._with_files(_merged(found), found)

    def _username(self) -> str:
        try:
            return self._bot.username
        except RuntimeError:
            raise Unavailable("Telegram has not said yet who we are") from None

    async def _with_files(self, incoming: Incoming, found: list[Parsed]) -> Incoming:
        files, too_big, unclean = [], 0, 0
        for parsed in found:
            if parsed.attachment is None:
                continue
            try:
                ref = await self._fetched(parsed.attachment)
            except NotClean:
                unclean += 1
                continue
            if ref is None:
                too_big += 1
            else:
                files.append(ref)
        return replace(incoming, files=tuple(files), too_big=too_big, unclean=unclean)

    async def _fetched(self, attachment: Attachment) -> FileRef | None:
        try:
            return await fetch(self._bot, attachment, self._files, self._max_download)
        except BadRequest:
            raise
        except (NetworkError, Flood) as error:
            raise Unavailable(type(error).__name__) from None

    async def send(self, address: str, kind: str, message: ReadyMessage) -> Sent:
        """After a send whose fate is unknown nothing is said before Telegram answers a question that nobody sees: a network that is
        away for long costs each message one such fate, and no repetition."""
        if self._doubted and not await self._answers():
            return RetryAfter(NO_SERVER_WAIT, whole_door=True)
        sent = await self._sender.send(address, message)
        self._doubted = self._doubted or isinstance(sent, Unknown)
        if message.menu and isinstance(sent, Delivered) and not await commands.for_chat(self._bot, address, dict(message.menu)):
            _LOG.warning("a chat's menu could not be set", extra={"door": DOOR})
        return sent

    async def _answers(self) -> bool:
        """Asked once for all who want to know at the same time."""
        if self._asking is None:
            self._asking = asyncio.create_task(self._asked())
        return await asyncio.shield(self._asking)

    async def _asked(self) -> bool:
        try:
            await self._bot.get_me()
        except BadRequest:
            pass  # an answer, too; the library calls it a fault of the network
        except NetworkError:
            return False
        except TelegramError:
            pass
        finally:
            self._asking = None
        self._doubted = False
        return True

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
