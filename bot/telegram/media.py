"""Files out: one by one, or as albums of what Telegram lets stand together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    Message,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.doors import FileStore
from bot.telegram.errors import NOT_A_PHOTO, says
from workflow.model import FileRef

_MAX_ALBUM = 10
_MAX_PHOTO = 10 * 1024 * 1024  # bytes; larger pictures go as documents
_TOGETHER = {"photo": "picture", "video": "picture", "audio": "audio", "document": "document"}
_ALBUM = {"photo": InputMediaPhoto, "video": InputMediaVideo, "audio": InputMediaAudio, "document": InputMediaDocument}
_ENDING = {"photo": ".jpg", "video": ".mp4", "voice": ".ogg", "audio": ".mp3", "document": ".bin"}


@dataclass(frozen=True, slots=True)
class Post:
    """One call: a file or an album, with the text below it. An album has no keyboard."""

    chat: int
    files: tuple[FileRef, ...]
    html: str
    keyboard: InlineKeyboardMarkup | None
    common: Mapping[str, Any]


def groups(files: tuple[FileRef, ...]) -> list[tuple[FileRef, ...]]:
    """In their order; neighbours that may share an album do, ten at most."""
    found: list[tuple[FileRef, ...]] = []
    for ref in (_fitting(ref) for ref in files):
        kind = _TOGETHER.get(ref.kind)
        if found and kind is not None and len(found[-1]) < _MAX_ALBUM and _TOGETHER.get(found[-1][0].kind) == kind:
            found[-1] = (*found[-1], ref)
        else:
            found.append((ref,))
    return found


def _fitting(ref: FileRef) -> FileRef:
    known = ref.kind in _ENDING and not (ref.kind == "photo" and ref.size > _MAX_PHOTO)
    return ref if known else replace(ref, kind="document")


async def post(bot: Bot, store: FileStore, made: Post) -> Message:
    """The sent message; of an album its first. What Telegram does not take as a picture goes as a document."""
    try:
        return await _post(bot, store, made)
    except BadRequest as error:
        if not says(error, NOT_A_PHOTO) or all(ref.kind == "document" for ref in made.files):
            raise
    return await _post(bot, store, replace(made, files=tuple(replace(ref, kind="document") for ref in made.files)))


async def _post(bot: Bot, store: FileStore, made: Post) -> Message:
    caption: dict[str, Any] = {"caption": made.html, "parse_mode": ParseMode.HTML} if made.html else {}
    if len(made.files) > 1:
        media = [
            _ALBUM[ref.kind](await store.get(ref.sha256), filename=_name(ref), **(caption if number == 0 else {}))
            for number, ref in enumerate(made.files)
        ]
        return (await bot.send_media_group(made.chat, media, **made.common))[0]
    ref = made.files[0]
    upload = InputFile(await store.get(ref.sha256), filename=_name(ref))
    send = {
        "photo": bot.send_photo,
        "video": bot.send_video,
        "voice": bot.send_voice,
        "audio": bot.send_audio,
        "document": bot.send_document,
    }[ref.kind]
    sent: Message = await send(made.chat, upload, reply_markup=made.keyboard, **caption, **made.common)  # type: ignore[operator]
    return sent


def _name(ref: FileRef) -> str:
    return ref.name or f"{ref.sha256[:12]}{_ENDING[ref.kind]}"
