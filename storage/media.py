"""Attachments as they may be shown: pictures without anything but the picture, everything else under a safe name and type.

Pictures are decoded and encoded anew, so whatever stood beside the pixels is gone: place, time and phone (EXIF, XMP, IPTC), thumbnails,
comments, colour profiles, and what was hung on behind. The way a phone was held is applied to the pixels first. What a sender says of
a file's type is not believed: its first bytes are read. Other files can't be cleaned here and are kept as they came.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from PIL import Image, ImageOps, ImageSequence

from workflow.files import NotClean

MAX_PIXELS = 40_000_000
"""Of one picture in memory, about 120 MB. A larger JPEG is decoded at a half, a quarter or an eighth of its size."""
MAX_JPEG_PIXELS = 400_000_000
MAX_MOVING_PIXELS = 80_000_000
"""Of all pictures of a moving one together; a longer one is cut off there."""
MAX_SIDE = 30_000
_QUALITY = 90
_LONGEST_NAME = 60
Image.init()
_OPENED = tuple(form for form in ("JPEG", "MPO", "PNG", "GIF", "WEBP", "BMP", "AVIF") if form in Image.OPEN)
_MAGIC = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n|GIF8[79]a|RIFF....WEBP|BM....\0\0\0\0|II\*\0|MM\0\*|....ftyp(?:heic|heix|heim|heis|hevc|mif1|msf1|avif|avis)",
    re.DOTALL,
)
_OUT = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "GIF": ("image/gif", ".gif"), "WEBP": ("image/webp", ".webp")}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_KNOWN = {
    ".pdf": "application/pdf", ".docx": f"{_OFFICE}wordprocessingml.document", ".xlsx": f"{_OFFICE}spreadsheetml.sheet",
    ".pptx": f"{_OFFICE}presentationml.presentation", ".doc": "application/msword", ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint", ".txt": "text/plain",
    ".json": "application/json", ".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm",
    ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".wav": "audio/wav", ".zip": "application/zip",
}  # fmt: skip
_PLAYED = {"video": ("video/mp4", "video/quicktime", "video/webm"), "audio": ("audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav")}
_OPAQUE = "application/octet-stream"
Image.MAX_IMAGE_PIXELS = None  # sizes are checked below, before anything is decoded; the library's own check warns first


@dataclass(frozen=True, slots=True)
class Clean:
    """What is stored: `kind`, `mime` and `name` as in `model.FileRef`."""

    content: bytes
    kind: str
    mime: str
    name: str


def cleaned(content: bytes, kind: str, mime: str, name: str) -> Clean:
    """Takes a moment of work: not for the event loop. Raises NotClean for a picture that can't be read, or that is too large."""
    if _MAGIC.match(content):
        found, form = _picture(content)
        given, ending = _OUT[form]
        still = "photo" if kind == "photo" and form in {"JPEG", "PNG", "WEBP"} else "document"
        return Clean(found, still, given, f"{_stem(name)}{ending}" if _stem(name) else "")
    ending = PurePath(name.replace("\\", "/")).suffix.lower()
    safe = _type(kind, mime, ending)
    return Clean(content, "document" if kind == "photo" else kind, safe, _named(name, ending))


def _type(kind: str, mime: str, ending: str) -> str:
    """No browser may take a stranger's file for a page: only types that are no pages are kept."""
    if kind in {"video", "voice", "audio"}:
        played = _PLAYED["video" if kind == "video" else "audio"]
        return mime if mime in played else played[0] if kind != "voice" else "audio/ogg"
    return mime if mime in set(_KNOWN.values()) else _KNOWN.get(ending, _OPAQUE)


def _named(name: str, ending: str) -> str:
    stem = _stem(name)
    if not stem:
        return ""
    return f"{stem}{ending if ending in _KNOWN else '.bin'}"


def _stem(name: str) -> str:
    """What a sender called it, fit for a disk and a screen: no folders, no control or direction marks, no second ending."""
    plain = "".join(char for char in name.replace("\\", "/").rpartition("/")[2] if char.isprintable())
    return re.sub(r"[^\w\- ]+", "_", PurePath(plain).stem).strip("_ ")[:_LONGEST_NAME]


def _picture(content: bytes) -> tuple[bytes, str]:
    try:
        with Image.open(io.BytesIO(content), formats=_OPENED) as picture:
            return _again(picture)
    except NotClean:
        raise
    except Exception as error:  # noqa: BLE001  # decoders fail in every way there is; each of them means that it can't be cleaned
        raise NotClean(type(error).__name__) from None


def _again(picture: Any) -> tuple[bytes, str]:
    _fit(picture)
    form, out = str(picture.format), io.BytesIO()
    moving = getattr(picture, "is_animated", False) and form in {"GIF", "WEBP"}
    if moving:
        frames = list(_frames(picture))
        pause, loop = picture.info.get("duration", 100), picture.info.get("loop", 0)
        frames[0].save(out, form, save_all=True, append_images=frames[1:], duration=pause, loop=loop)
        return out.getvalue(), form
    if form == "GIF":
        form = "PNG"
    still = _bare(ImageOps.exif_transpose(picture))
    if form in {"JPEG", "MPO", "BMP", "AVIF"}:
        form = "JPEG"
        still = still.convert("RGB")
    still.save(out, form, **({"quality": _QUALITY} if form != "PNG" else {}))
    return out.getvalue(), form


def _fit(picture: Any) -> None:
    """Raises NotClean for what would fill the memory."""
    width, height = picture.size
    large = width * height > MAX_PIXELS
    if max(width, height) > MAX_SIDE or width * height > (MAX_JPEG_PIXELS if picture.format == "JPEG" else MAX_PIXELS):
        raise NotClean("too large")
    if large:
        scale = next(scale for scale in (2, 4, 8) if width * height <= MAX_PIXELS * scale * scale)
        picture.draft("RGB", (width // scale, height // scale))


def _frames(picture: Any) -> Iterator[Any]:
    pixels = picture.size[0] * picture.size[1]
    for number, frame in enumerate(ImageSequence.Iterator(picture), 1):
        if number > 1 and number * pixels > MAX_MOVING_PIXELS:
            return
        yield _bare(frame.convert("RGBA"))


def _bare(picture: Any) -> Any:
    """The pixels in a new picture: what else the old one knew stays behind with it."""
    plain = picture.convert("RGBA" if picture.mode in {"P", "PA", "LA"} else "RGB") if picture.mode not in {"RGB", "RGBA", "L"} else picture
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    return fresh
