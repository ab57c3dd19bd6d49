"""One `ReadyMessage` → as many calls as Telegram needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.doors import Delivered, FileStore, ReadyMessage, Rejected, Sent
from bot.telegram.errors import CANT_EDIT, UNCHANGED, outcome, says
from bot.telegram.markup import MAX_CAPTION, blank, length, split
from bot.telegram.media import Post, groups, post

_MAX_DATA = 64  # bytes
_TORN = 1000  # messages of which the parts that arrived are remembered
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Sender:
    def __init__(self, bot: Bot, files: FileStore) -> None:
        self._bot = bot
        self._files = files
        self._torn: dict[tuple[int, ReadyMessage], int] = {}

    async def send(self, address: str, message: ReadyMessage) -> Sent:
        """`Delivered` names the message that bears the text's last part and the buttons: the one to edit later."""
        if not address.lstrip("-").isdigit():
            return Rejected("no such address")
        if any(len(button.data.encode()) > _MAX_DATA for row in message.buttons for button in row):
            return Rejected("button data over 64 bytes")
        if blank(message.html) and not message.files:
            return Rejected("empty")
        chat = int(address)
        try:
            return await self._edit(chat, message) or await self._anew(chat, message)
        except TelegramError as error:
            return outcome(error)

    async def _edit(self, chat: int, message: ReadyMessage) -> Delivered | None:
        """None: it has to be sent anew."""
        parts = split(message.html)
        if not message.edits.isdecimal() or message.files or len(parts) != 1:
            return None
        try:
            await self._bot.edit_message_text(
                parts[0],
                chat,
                int(message.edits),
                parse_mode=ParseMode.HTML,
                reply_markup=_keyboard(message),
                link_preview_options=_NO_PREVIEW,
            )
        except BadRequest as error:
            if says(error, CANT_EDIT):
                return None
            if not says(error, (UNCHANGED,)):
                raise
        return Delivered(message.edits)

    async def _anew(self, chat: int, message: ReadyMessage) -> Sent:
        """A torn message goes on where it was torn when it is sent again; after a restart it begins anew."""
        calls = await self._calls(chat, message)
        begun = self._torn.pop((chat, message), 0)
        last: Message | None = None
        for number, call in enumerate(calls[begun:], begun):
            try:
                last = await call()
            except TelegramError:
                if number:
                    self._remember(chat, message, number)
                raise
        return Delivered(str(last.message_id)) if last is not None else Rejected("empty")

    def _remember(self, chat: int, message: ReadyMessage, arrived: int) -> None:
        if len(self._torn) >= _TORN:
            del self._torn[next(iter(self._torn))]
        self._torn[(chat, message)] = arrived

    async def _calls(self, chat: int, message: ReadyMessage) -> list[Callable[[], Awaitable[Message]]]:
        """Files first, then the text, unless it fits below the only file or album."""
        common: dict[str, Any] = {"disable_notification": message.silent}
        if message.reply_to.isdecimal():
            common["reply_parameters"] = ReplyParameters(int(message.reply_to), allow_sending_without_reply=True)
        sets = groups(message.files)
        keyboard = _keyboard(message)
        below = len(sets) == 1 and length(message.html) <= MAX_CAPTION and (keyboard is None or len(sets[0]) == 1)
        below = below and not blank(message.html)
        calls: list[Callable[[], Awaitable[Message]]] = []
        bare = blank(message.html)
        for number, files in enumerate(sets):
            ends = number == len(sets) - 1 and (below or bare)
            made = Post(chat, files, message.html if below else "", keyboard if ends else None, common)
            calls.append(lambda made=made: post(self._bot, self._files, made))  # type: ignore[misc]
        if not below and not bare:
            calls += self._texts(chat, split(message.html), keyboard, common)
        return calls

    def _texts(
        self, chat: int, parts: list[str], keyboard: InlineKeyboardMarkup | None, common: dict[str, Any]
    ) -> list[Callable[[], Awaitable[Message]]]:
        def one(number: int) -> Callable[[], Awaitable[Message]]:
            last = number == len(parts) - 1
            return lambda: self._bot.send_message(
                chat,
                parts[number],
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=keyboard if last else None,
                **(common if number == 0 else {**common, "reply_parameters": None}),
            )

        return [one(number) for number in range(len(parts))]


def _keyboard(message: ReadyMessage) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(button.label, callback_data=button.data) for button in row] for row in message.buttons if row]
    return InlineKeyboardMarkup(rows) if rows else None
