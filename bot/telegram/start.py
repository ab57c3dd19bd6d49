"""Puts the door together from the settings, and takes it down again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from telegram import Bot

from bot.doors import FileStore, Inbox
from bot.telegram.door import TelegramDoor
from bot.telegram.parse import ALLOWED_UPDATES
from bot.telegram.receive import Poller
from bot.telegram.request import AioRequest
from workflow.ports import Clock

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Telegram:
    """A bot and its door. Close with `shutdown()` after the relay and the poller have stopped."""

    bot: Bot
    door: TelegramDoor
    polls: AioRequest
    url: str

    async def meet(self) -> None:
        """Asks Telegram who we are: nothing is read before. Raises telegram.error.*; may be called again then."""
        await self.bot.initialize()

    async def poller(self, inbox: Inbox, stored: Callable[[], None]) -> Poller:
        """Takes a webhook away, keeping what waits. Raises telegram.error.*"""
        await self.bot.delete_webhook(drop_pending_updates=False)
        return Poller(self.polls, self.url, inbox, stored)

    async def webhook(self, url: str, secret: str) -> None:
        """Asks for updates at `url`, keeping what waits. Raises telegram.error.*"""
        await self.bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES, drop_pending_updates=False)

    async def shutdown(self) -> None:
        await self.bot.shutdown()
        await self.polls.shutdown()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.shutdown()


def assemble(token: str, base_url: str, base_file_url: str, files: FileStore, clock: Clock) -> Telegram:
    """Asks nobody yet. A proxy of the environment is used unless the Bot API server runs on this machine."""
    proxy = urlsplit(base_url).hostname not in _LOOPBACK
    polls = AioRequest(connections=4, trust_env=proxy)
    bot = Bot(token, base_url, base_file_url, request=AioRequest(trust_env=proxy), get_updates_request=polls)
    return Telegram(bot, TelegramDoor(bot, files, clock), polls, f"{base_url}{token}")


async def build(token: str, base_url: str, base_file_url: str, files: FileStore, clock: Clock) -> Telegram:
    """Assembled and met. Raises telegram.error.*; then nothing is left open."""
    made = assemble(token, base_url, base_file_url, files, clock)
    try:
        await made.meet()
    except BaseException:
        await made.shutdown()
        raise
    return made
