"""Telegram's update → `bot.doors.Incoming`. Junk is None; nothing here raises for it, and nothing here asks the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, Update, User

from bot.doors import Incoming
from bot.telegram.attachments import Attachment, attachment_of
from workflow.model import Point

DOOR = "telegram"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
_GROUPS = frozenset({"group", "supergroup"})
_AWAY = frozenset({"left", "kicked"})
_UNSUPPORTED = (
    "sticker",
    "poll",
    "dice",
    "game",
    "story",
    "invoice",
    "paid_media",
    "checklist",
    "giveaway",
    "passport_data",
)
_NO_DATA = "-"
"""A press without data is a press all the same, and no empty message."""
_PLAIN = ("message_id", "date", "edit_date", "chat", "from", "text", "caption", "media_group_id")
_MEDIA = ("photo", "video", "voice", "audio", "document", "animation", "video_note", "location", "venue", "contact")
_JUNK = (TypeError, ValueError, KeyError, AttributeError, IndexError, OverflowError, OSError)
"""What python-telegram-bot raises for bodies that are not updates."""
_LARGEST = 2**63
"""No id of Telegram is larger; what is would fit no column and no method."""
_LONGEST_ALBUM = 64


@dataclass(frozen=True, slots=True)
class Parsed:
    """`attachment` is still at Telegram."""

    incoming: Incoming
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    update_id: str
    chat: str  # "" if the update belongs to none
    album: str


def envelope(body: Any) -> Envelope | None:
    """What the inbox needs, without building objects. None: no update at all."""
    if not isinstance(body, dict) or not is_id(body.get("update_id")):
        return None
    kind = next((key for key in ALLOWED_UPDATES if isinstance(body.get(key), dict)), "")
    inner: dict[str, Any] = body.get(kind) or {}
    message = inner.get("message") if kind == "callback_query" else inner
    chat = _id(message, "chat") or _id(inner, "from")
    # An edit of one picture stands alone: the album is read already.
    album = inner.get("media_group_id") if kind == "message" else ""
    return Envelope(str(body["update_id"]), chat, album if _is_album(album) else "")


def _is_album(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= _LONGEST_ALBUM


def is_id(value: Any) -> bool:
    """Whether it is a number that Telegram may have given."""
    return type(value) is int and -_LARGEST <= value < _LARGEST


def _id(holder: Any, key: str) -> str:
    inner = holder.get(key) if isinstance(holder, dict) else None
    found = inner.get("id") if isinstance(inner, dict) else None
    return str(found) if is_id(found) else ""


def parse(body: Mapping[str, Any], username: str, now: datetime) -> Parsed | None:
    """`username`: the bot's own, without @; `now`: aware, for a button press, which carries no time. None: junk, or nothing for us."""
    if not isinstance(body, Mapping):
        return None
    for number, reading in enumerate((dict(body), _plainer(body, _PLAIN + _MEDIA), _plainer(body, _PLAIN))):
        try:
            return _read(reading, username, now, torn=number > 0)
        except _JUNK:
            continue
    return None


def _plainer(body: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """Another version of the Bot API may send what the library can't read; a person's words must not be lost for that."""
    found = dict(body)
    for kind in ("message", "edited_message"):
        if isinstance(inner := found.get(kind), dict):
            found[kind] = {name: inner[name] for name in fields if name in inner} | _pointer(inner, "reply_to_message")
    if isinstance(query := found.get("callback_query"), dict):
        found["callback_query"] = query | _pointer(query, "message")
    return found


def _pointer(holder: dict[str, Any], key: str) -> dict[str, Any]:
    """Of another message only which one it is."""
    other = holder.get(key)
    return {key: {name: other[name] for name in ("message_id", "date", "chat") if name in other}} if isinstance(other, dict) else {}


def _read(body: dict[str, Any], username: str, now: datetime, *, torn: bool) -> Parsed | None:
    """`torn`: something of it can't be read."""
    update = Update.de_json(body, None)
    if update is None or not is_id(update.update_id):
        return None
    if update.callback_query is not None:
        return _press(update.update_id, update.callback_query, now)
    if update.my_chat_member is not None:
        return _membership(update.update_id, update.my_chat_member)
    message = update.message or update.edited_message
    return None if message is None else _message(update.update_id, message, username, edited=update.message is None, torn=torn)


def _kind(chat: Chat) -> str:
    """The empty string for channels, where nobody speaks with us."""
    return "private" if chat.type == "private" else "group" if chat.type in _GROUPS else ""


def _language(user: User) -> str:
    return _words(user.language_code)


def _words(value: Any) -> str:
    """The library takes what comes for what was announced."""
    return value if isinstance(value, str) else ""


def _name(user: User) -> str:
    return " ".join(part for part in (_words(user.first_name), _words(user.last_name)) if part)


def _number(value: Any) -> str:
    """Raises TypeError for what is no id: nobody could be answered there."""
    if not is_id(value):
        raise TypeError("no id")
    return str(value)


def _at(value: Any) -> datetime:
    """Raises TypeError for what is no time."""
    if not isinstance(value, datetime):
        raise TypeError("no time")
    return value


def _point(value: Any) -> Point:
    """Raises TypeError, ValueError, OverflowError for what is nowhere."""
    if any(type(number) not in {int, float} for number in (value.latitude, value.longitude)):
        raise TypeError("no number")
    lat, lon = float(value.latitude), float(value.longitude)
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError("no place on earth")
    return Point(lat, lon)


def _press(update_id: int, query: CallbackQuery, now: datetime) -> Parsed | None:
    user, message = query.from_user, query.message
    if message is not None and not _kind(message.chat):
        return None
    incoming = Incoming(
        DOOR,
        f"{DOOR}:{update_id}",
        _number(message.chat.id if message is not None else user.id),
        _number(user.id),
        now,
        _kind(message.chat) if message is not None else "private",
        _name(user),
        _language(user),
        button=_words(query.data) or _NO_DATA,
        message_id=_number(message.message_id) if message is not None else "",
        callback_id=_words(query.id),
    )
    return Parsed(incoming)


def _membership(update_id: int, change: ChatMemberUpdated) -> Parsed | None:
    kind = _kind(change.chat)
    if not kind:
        return None
    member = change.new_chat_member
    away = member.status in _AWAY or (member.status == "restricted" and not getattr(member, "is_member", True))
    user = change.from_user
    incoming = Incoming(
        DOOR,
        f"{DOOR}:{update_id}",
        _number(change.chat.id),
        _number(user.id),
        _at(change.date),
        kind,
        _name(user),
        _language(user),
        membership="blocked" if away else "unblocked",
    )
    return Parsed(incoming)


def _message(update_id: int, message: Message, username: str, *, edited: bool, torn: bool) -> Parsed | None:
    user, kind = message.from_user, _kind(message.chat)
    if user is None or user.is_bot or not kind:
        return None
    text, mine = _addressed(_text(message), username)
    attachment = attachment_of(message)
    point = message.venue.location if message.venue else message.location
    unsupported = next((name for name in _UNSUPPORTED if getattr(message, name, None)), "")
    if torn and not (text or attachment or point):
        unsupported = "unreadable"
    if not (text or attachment or point or unsupported):
        return None  # a service message: somebody joined, something was pinned, the group moved
    incoming = Incoming(
        DOOR,
        f"{DOOR}:{update_id}",
        _number(message.chat.id),
        _number(user.id),
        _at(message.date),
        kind,
        _name(user),
        _language(user),
        text,
        message_id=_number(message.message_id),
        reply_to=_number(message.reply_to_message.message_id) if message.reply_to_message else "",
        replied=_ours(message.reply_to_message, username),
        edited=edited,
        location=_point(point) if point else None,
        unsupported=unsupported,
        command_for_me=mine,
    )
    return Parsed(incoming, attachment)


def _ours(message: Message | None, username: str) -> str:
    """The words of a message of this bot's; nobody else can have written them."""
    user = message.from_user if message is not None else None
    mine = user is not None and user.is_bot and _words(user.username).casefold() == username.casefold()
    return _text(message) if message is not None and mine else ""


def _text(message: Message) -> str:
    if message.contact is not None:
        person = message.contact
        return " ".join(part for part in map(_words, (person.first_name, person.last_name, person.phone_number)) if part)
    if message.venue is not None:
        return " ".join(part for part in map(_words, (message.venue.title, message.venue.address)) if part)
    return _words(message.text) or _words(message.caption)


def _addressed(text: str, username: str) -> tuple[str, bool]:
    """`/cmd@bot rest` → (`/cmd rest`, whether it is for this bot)."""
    if not text.startswith("/"):
        return text, True
    word = text.split(maxsplit=1)[0]
    command, at, name = word.partition("@")
    if not at:
        return text, True
    return command + text[len(word) :], name.casefold() == username.casefold()
