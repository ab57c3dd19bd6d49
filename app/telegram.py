"""Telegram as one more door of a running city: the way in, by polling or webhook.

A city's server may be up before its network is, and Telegram may be out of reach for days: the web chat serves all the same, and
Telegram is tried until it answers. Only what no waiting mends ends the start: a token or a webhook that Telegram refuses.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError

from app.config import Config, TelegramConfig
from bot import menus
from bot.doors import Inbox
from bot.telegram import commands
from bot.telegram.receive import Poller, webhook_routes
from bot.telegram.request import Flood
from bot.telegram.start import Telegram, assemble, build
from storage import DiskFiles
from texts import Texts
from workflow.ports import Clock

_LOG = logging.getLogger(__name__)
_FIRST_WAIT = 1.0
_LONGEST_WAIT = 30.0
_REFUSED_WAIT = 60.0
Step = Callable[[], Awaitable[object]]


async def opened(config: Config, clock: Clock) -> Telegram:
    """Met, or still to be met if Telegram can't be reached now. Raises telegram.error.InvalidToken."""
    made = assemble(*_settings(config), clock)
    try:
        await made.meet()
    except InvalidToken:
        await made.shutdown()
        raise
    except TelegramError as error:
        _LOG.warning("Telegram can't be reached yet", extra={"door": "telegram", "code": type(error).__name__})
    except BaseException:
        await made.shutdown()
        raise
    return made


async def reached(config: Config, clock: Clock) -> None:
    """Raises telegram.error.* unless Telegram answers to the token."""
    async with await build(*_settings(config), clock):
        pass


def _settings(config: Config) -> tuple[str, str, str, DiskFiles]:
    found = config.telegram
    return found.token.reveal(), found.base_url, found.base_file_url, DiskFiles(Path(config.files.path))


async def insist(step: Step) -> None:
    """A step again and again until Telegram takes it. Cancel it to give up."""
    wait = _FIRST_WAIT
    while True:
        try:
            await step()
        except TelegramError as error:
            _LOG.log(_level(error), "Telegram is tried again", extra={"door": "telegram", "code": type(error).__name__})
            await asyncio.sleep(_pause(error, wait))
            wait = min(wait * 1.5, _LONGEST_WAIT)
        else:
            return


def _hopeless(error: TelegramError) -> bool:
    """BadRequest is a NetworkError in the library."""
    return isinstance(error, InvalidToken | BadRequest) or not isinstance(error, NetworkError | Flood)


def _level(error: TelegramError) -> int:
    return logging.ERROR if _hopeless(error) else logging.WARNING


def _pause(error: TelegramError, wait: float) -> float:
    if isinstance(error, Flood):
        return error.seconds
    return _REFUSED_WAIT if _hopeless(error) else wait


class Polling:
    """Fits `app.run.Receiver`."""

    def __init__(self, telegram: Telegram, inbox: Inbox, stored: Callable[[], None], texts: Texts) -> None:
        self._telegram = telegram
        self._inbox = inbox
        self._stored = stored
        self._texts = texts
        self._poller: Poller | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="telegram")

    async def _run(self) -> None:
        await insist(self._telegram.meet)
        await insist(self._make_poller)
        if self._poller is not None:
            async with _menus_shown(self._telegram, self._texts):
                await self._poller.run()

    async def _make_poller(self) -> None:
        self._poller = await self._telegram.poller(self._inbox, self._stored)

    async def stop(self) -> None:
        if self._poller is not None:
            self._poller.stop()
        elif self._task is not None:
            self._task.cancel()
        await _ended(self._task)


class Webhook:
    """Fits `app.run.Receiver`: asks for updates once the web server listens. What comes while nobody listens, Telegram keeps."""

    def __init__(self, telegram: Telegram, settings: TelegramConfig, texts: Texts) -> None:
        self._telegram = telegram
        self._settings = settings
        self._texts = texts
        self._asked = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises telegram.error.* where Telegram refuses the webhook."""
        try:
            await self._ask()
        except TelegramError as error:
            if _hopeless(error):
                raise
            _LOG.warning("Telegram can't be told of the webhook yet", extra={"door": "telegram", "code": type(error).__name__})
        self._task = asyncio.create_task(self._run(), name="telegram")

    async def _ask(self) -> None:
        if not self._asked:
            await self._telegram.meet()
            await self._telegram.webhook(self._settings.webhook_url, self._settings.webhook_secret.reveal())
            self._asked = True

    async def _run(self) -> None:
        await insist(self._ask)
        await show_menus(self._telegram, self._texts)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        await _ended(self._task)


async def _ended(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def _menus_shown(telegram: Telegram, texts: Texts) -> AsyncIterator[None]:
    """Beside the work: no message waits for a menu."""
    showing = asyncio.create_task(show_menus(telegram, texts))
    try:
        yield
    finally:
        showing.cancel()
        await _ended(showing)


async def show_menus(telegram: Telegram, texts: Texts) -> None:
    """Everybody's commands; best effort, for they can all be typed, too."""
    try:
        await commands.for_everyone(telegram.bot, *menus.of_everyone(texts))
    except TelegramError as error:
        _LOG.warning("the menus could not be set", extra={"door": "telegram", "code": type(error).__name__})


def hook_routes(settings: TelegramConfig, inbox: Inbox, stored: Callable[[], None]) -> list[web.RouteDef]:
    path = urlsplit(settings.webhook_url).path or "/"
    return webhook_routes(settings.webhook_secret.reveal(), inbox, path, stored)
