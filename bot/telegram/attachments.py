"""What hangs on a message, and how it gets into our file store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from telegram import Bot, Message
from telegram.error import BadRequest

from bot.doors import FileStore
from workflow.model import FileRef

MAX_DOWNLOAD = 20 * 1024 * 1024
"""Bytes; getFile of the public Bot API server gives no more."""
_KINDS = (
    # animation before document: Telegram fills both for a GIF
    ("animation", "video", "video/mp4"),
    ("video", "video", "video/mp4"),
    ("video_note", "video", "video/mp4"),
    ("voice", "voice", "audio/ogg"),
    ("audio", "audio", "audio/mpeg"),
    ("document", "document", "application/octet-stream"),
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """`size` in bytes, 0 if Telegram did not say."""

    file_id: str
    kind: str  # as in FileRef
    mime: str
    size: int
    name: str = ""


def attachment_of(message: Message) -> Attachment | None:
    """A message carries one at most; an album is several messages."""
    if message.photo:
        largest = max(message.photo, key=lambda photo: photo.width * photo.height)
        return _attachment(largest, "photo", "image/jpeg")
    for name, kind, mime in _KINDS:
        found: Any = getattr(message, name)
        if found is not None:
            return _attachment(found, kind, mime)
    return None


def _attachment(found: Any, kind: str, mime: str) -> Attachment:
    """The library takes what comes for what was announced."""
    own, name, size = getattr(found, "mime_type", None), getattr(found, "file_name", None), found.file_size
    return Attachment(
        found.file_id,
        kind,
        own if own and isinstance(own, str) else mime,
        size if type(size) is int else 0,
        name if isinstance(name, str) else "",
    )


async def fetch(bot: Bot, attachment: Attachment, store: FileStore, limit: int = MAX_DOWNLOAD) -> FileRef | None:
    """None: too big. Raises NotClean, and telegram.error.* for what is worth another try. A local server's paths are read from the
    disk."""
    if attachment.size > limit:
        return None
    try:
        remote = await bot.get_file(attachment.file_id)
    except BadRequest as error:
        if "file is too big" in error.message.casefold():
            return None
        raise
    if (remote.file_size or 0) > limit:
        return None
    content = bytes(await remote.download_as_bytearray())
    return await store.put(content, attachment.kind, attachment.mime, attachment.name)
