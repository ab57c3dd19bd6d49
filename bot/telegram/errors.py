"""Telegram's errors → what the relay may do about them."""

from __future__ import annotations

import re

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError

from bot.doors import Failed, Moved, Rejected, RetryAfter, Sent, Unknown, Unreachable
from bot.telegram.request import Broken, Flood, NotSent

NO_SERVER_WAIT = 5.0  # seconds
_BAD_TOKEN_WAIT = 60.0  # seconds: nothing helps until somebody changes the configuration
_GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user_deactivated",
    "chat was deactivated",
    "chat was deleted",
    "group chat was deactivated",
    "not enough rights",
    "have no rights",
    "chat_write_forbidden",
    "topic_closed",
)
UNCHANGED = "message is not modified"
CANT_EDIT = (
    "message can't be edited",
    "message to edit not found",
    "message_id_invalid",
    "no text in the message to edit",
    "message identifier is not specified",
)
NOT_A_PHOTO = ("photo_invalid_dimensions", "image_process_failed", "photo_save_file_invalid", "photo_ext_invalid")
_QUOTED = re.compile(r"\"[^\"]*\"")


def says(error: TelegramError, phrases: tuple[str, ...]) -> bool:
    """The library capitalises and lower-cases what Telegram says."""
    said = error.message.casefold()
    return any(phrase in said for phrase in phrases)


def outcome(error: TelegramError) -> Sent:
    """BadRequest is a NetworkError in the library, hence the order."""
    match error:
        case Flood():
            return RetryAfter(error.seconds)
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden():
            return Unreachable("forbidden")
        case InvalidToken():
            return RetryAfter(_BAD_TOKEN_WAIT, whole_door=True)
        case BadRequest():
            return Unreachable("gone") if says(error, _GONE) else Rejected(_QUOTED.sub('"…"', error.message))
        case NotSent():
            return RetryAfter(NO_SERVER_WAIT, whole_door=True)
        case Broken():
            return Failed(error.message)
        case _:
            return Unknown(type(error).__name__)
