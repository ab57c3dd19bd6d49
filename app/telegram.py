"""Telegram as one more door of a running city: the way in (polling or webhook) and its pace on the way out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from app.config import TelegramConfig
from bot.doors import Inbox
from bot.telegram.receive import Poller, webhook_routes
from bot.telegram.start import Telegram


@dataclass(slots=True)
class Polling:
    """Fits `app.run.Receiver`."""

    telegram: Telegram
    inbox: Inbox
    stored: Callable[[], None]
    _poller: Poller | None = None
    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._poller = await self.telegram.poller(self.inbox, self.stored)
        self._task = asyncio.create_task(self._poller.run(), name="telegram")

    async def stop(self) -> None:
        if self._poller is not None and self._task is not None:
            self._poller.stop()
            await self._task


@dataclass(frozen=True, slots=True)
class Webhook:
    """Fits `app.run.Receiver`: asks for updates once the web server listens."""

    telegram: Telegram
    settings: TelegramConfig

    async def start(self) -> None:
        await self.telegram.webhook(self.settings.webhook_url, self.settings.webhook_secret.reveal())

    async def stop(self) -> None:
        """What comes while nobody listens, Telegram keeps and sends again."""


def hook_routes(settings: TelegramConfig, inbox: Inbox, stored: Callable[[], None]) -> list[web.RouteDef]:
    path = urlsplit(settings.webhook_url).path or "/"
    return webhook_routes(settings.webhook_secret.reveal(), inbox, path, stored)
