"""The menu of commands. Sentences come from the caller; only where they belong at Telegram is known here.

Telegram tells languages apart by two letters: Traditional Chinese can't be told from Simplified in the menu, so `zh` is the default list.
"""

from __future__ import annotations

from collections.abc import Mapping

from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import TelegramError

Menu = Mapping[str, str]
"""command without slash → its description, in the order to be shown."""
_MAX_DESCRIPTION = 256
_TWO_LETTERS = 2


def _listed(menu: Menu) -> list[BotCommand]:
    return [BotCommand(command, sentence[:_MAX_DESCRIPTION]) for command, sentence in menu.items()]


async def for_everyone(bot: Bot, menus: Mapping[str, Menu], groups: Mapping[str, Menu] | None = None) -> None:
    """`menus` and `groups`: language ("" default, else ISO 639-1) → menu, for private chats and for groups. Raises ValueError for
    another language tag, telegram.error.*"""
    for scope, wanted in ((BotCommandScopeAllPrivateChats(), menus), (BotCommandScopeAllGroupChats(), groups or {})):
        for language, menu in wanted.items():
            if language and len(language) != _TWO_LETTERS:
                raise ValueError("Telegram knows languages of two letters")
            await bot.set_my_commands(_listed(menu), scope, language_code=language or None)


async def for_chat(bot: Bot, chat: str, menu: Menu) -> bool:
    """A member of staff sees the menu of their post. False if Telegram would not (the chat may be gone)."""
    return await _tried(bot, chat, menu)


async def forget_chat(bot: Bot, chat: str) -> bool:
    """The post ended: back to everyone's menu."""
    return await _tried(bot, chat, None)


async def _tried(bot: Bot, chat: str, menu: Menu | None) -> bool:
    scope = BotCommandScopeChat(int(chat))
    try:
        if menu is None:
            return await bot.delete_my_commands(scope)
        return await bot.set_my_commands(_listed(menu), scope)
    except TelegramError:
        return False
