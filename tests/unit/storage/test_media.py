"""Attachments as they are stored: pictures say nothing but the picture, and nobody's file is anything else than it seems."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from storage import DiskFiles, media
from workflow.files import NotClean

GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F


def a_photo(form: str = "JPEG", size: tuple[int, int] = (40, 20), orientation: int = 1) -> bytes:
    """Left half red, right half blue, taken at a place with a named phone."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "Telltale", orientation
    exif.get_ifd(GPS).update({1: "N", 2: (22.0, 34.0, 12.5), 3: "E", 4: (113.0, 4.0, 55.0)})
    more: dict[str, Any] = {"comment": b"Telltale"} if form == "JPEG" else {}
    out = io.BytesIO()
    picture.save(out, form, exif=exif, **more)
    assert b"Telltale" in out.getvalue()
    return out.getvalue()


def opened(content: bytes) -> Any:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("kind", ["photo", "document"])
def test_where_and_with_what_a_picture_was_taken_is_gone(form: str, kind: str) -> None:
    clean = media.cleaned(a_photo(form), kind, "image/heic", "IMG.heic")
    found = opened(clean.content)
    assert not dict(found.getexif()) and not found.getexif().get_ifd(GPS)
    assert b"Telltale" not in clean.content
    assert found.format == form and found.size == (40, 20) and clean.mime == f"image/{form.lower()}" and clean.kind == kind


def test_a_picture_stands_as_the_phone_was_held() -> None:
    found = opened(media.cleaned(a_photo(orientation=6), "photo", "image/jpeg", "").content).convert("RGB")
    assert found.size == (20, 40)
    top, bottom = found.getpixel((10, 5)), found.getpixel((10, 35))
    assert top[0] > 200 and bottom[2] > 200 and max(top[2], bottom[0]) < 60


def test_words_hidden_in_a_png_are_gone() -> None:
    words, out = PngInfo(), io.BytesIO()
    words.add_text("Author", "Telltale", zip=False)
    words.add_itxt("XML:com.adobe.xmp", "Telltale")
    Image.new("P", (5, 5)).save(out, "PNG", pnginfo=words)
    assert b"Telltale" not in media.cleaned(out.getvalue(), "photo", "image/png", "").content


def test_a_moving_picture_still_moves_and_says_nothing_else() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "green", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], comment=b"Telltale", duration=50)
    clean = media.cleaned(out.getvalue(), "document", "image/gif", "dance.gif")
    assert b"Telltale" not in clean.content and opened(clean.content).n_frames == 3


def test_what_hangs_behind_a_picture_is_gone() -> None:
    for tail in (b"<script>alert(1)</script>", b"PK\x03\x04 a whole archive", b"%PDF-1.7"):
        clean = media.cleaned(a_photo() + tail, "document", "text/html", "page.html")
        assert tail not in clean.content and clean.mime == "image/jpeg" and clean.name == "page.jpg"


def _png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [
        _png_that_claims(60_000, 60_000),
        _png_that_claims(100_000, 2),
        a_photo()[:200],
        b"\xff\xd8\xff\xe0 a picture",
        b"GIF89a<script>",
        b"\0\0\0\x18ftypheic" + bytes(100),
        b"II*\0" + bytes(100),
        b"RIFF\0\0\0\0WEBPVP8 ",
    ],
    ids=["bomb", "strip", "torn", "words", "gif polyglot", "heic", "tiff", "empty webp"],
)
def test_a_picture_that_cannot_be_cleaned_is_not_kept(content: bytes) -> None:
    with pytest.raises(NotClean):
        media.cleaned(content, "photo", "image/jpeg", "")


def test_a_very_large_photo_is_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "MAX_PIXELS", 10_000)
    found = opened(media.cleaned(a_photo(size=(400, 200)), "photo", "image/jpeg", "").content)
    assert found.size == (100, 50)


@pytest.mark.parametrize(
    ("kind", "mime", "name", "becomes"),
    [
        ("document", "text/html", "page.html", ("document", "application/octet-stream", "page.bin")),
        ("photo", "image/svg+xml", "x.svg", ("document", "application/octet-stream", "x.bin")),
        ("document", "application/pdf", "../../etc/pass\u202ewd.exe.pdf", ("document", "application/pdf", "passwd_exe.pdf")),
        ("document", "application/x-msdownload", "C:\\x\\run.exe", ("document", "application/octet-stream", "run.bin")),
        ("video", "text/html", "v.mp4", ("video", "video/mp4", "v.mp4")),
        ("voice", "audio/ogg", "", ("voice", "audio/ogg", "")),
        ("document", "x/y", "\u5408\u540c.docx", ("document", media._KNOWN[".docx"], "\u5408\u540c.docx")),
    ],
)
def test_no_file_is_a_page_or_a_program(kind: str, mime: str, name: str, becomes: tuple[str, str, str]) -> None:
    clean = media.cleaned(b"<html>", kind, mime, name)
    assert (clean.kind, clean.mime, clean.name) == becomes and clean.content == b"<html>"


async def test_the_hash_is_that_of_what_is_stored(tmp_path: Path) -> None:
    files, photo = DiskFiles(tmp_path), a_photo()
    ref = await files.put(photo, "photo", "image/jpeg")
    kept = await files.get(ref.sha256)
    assert ref.sha256 == hashlib.sha256(kept).hexdigest() != hashlib.sha256(photo).hexdigest() and ref.size == len(kept)
    with pytest.raises(NotClean):
        await files.put(b"\xff\xd8\xff", "photo", "image/jpeg")
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == 1
    await files.remove(ref.sha256)
    await files.remove(ref.sha256)
    assert not any(path.is_file() for path in tmp_path.rglob("*"))
