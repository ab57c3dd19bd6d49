"""Attachments on disk, named by the hash of their content as it is stored. What a sender called a file is never a path.

This is the one way in: whatever door a file came by, it is cleaned here before anybody sees it (see `storage.media`).
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from pathlib import Path

from storage import media
from storage.away import Presence
from workflow.model import FileRef

_HASH = re.compile(r"[0-9a-f]{64}")
_AT_ONCE = 2
"""Pictures being decoded: each may need a few hundred megabytes for a moment."""

_PROBE = 64 * 1024


class DiskFiles:
    def __init__(self, root: Path, presence: Presence | None = None) -> None:
        """`presence` hears of a disk that takes nothing."""
        self._root = root
        self._presence = presence or Presence()
        self._cleaning = asyncio.Semaphore(_AT_ONCE)

    def path(self, ref_sha256: str) -> str:
        """Raises ValueError for anything that is not a SHA-256 in hex."""
        if not _HASH.fullmatch(ref_sha256):
            raise ValueError("not a content hash")
        return str(self._root / ref_sha256[:2] / ref_sha256[2:4] / ref_sha256)

    async def put(self, content: bytes, kind: str, mime: str, name: str = "") -> FileRef:
        """Raises `workflow.files.NotClean` for a picture that can't be shown without what else is in it, `workflow.errors.Away` where the
        disk takes nothing."""
        async with self._cleaning:
            clean = await asyncio.to_thread(media.cleaned, content, kind, mime, name)
        sha256 = hashlib.sha256(clean.content).hexdigest()
        await self._written(sha256, clean.content)
        return FileRef(sha256, clean.kind, clean.mime, len(clean.content), clean.name)

    async def keep(self, content: bytes, mime: str, name: str) -> FileRef:
        """What this house made itself, byte by byte: nobody's picture, and no page of a stranger's."""
        sha256 = hashlib.sha256(content).hexdigest()
        await self._written(sha256, content)
        return FileRef(sha256, "document", mime, len(content), name)

    async def _written(self, sha256: str, content: bytes) -> None:
        with self._presence.on_disk():
            await asyncio.to_thread(_write, Path(self.path(sha256)), content)

    async def takes(self) -> bool:
        """Whether the disk takes an attachment now: something of its size is written and taken away."""
        try:
            await asyncio.to_thread(_try_out, self._root)
        except OSError:
            return False
        return True

    async def get(self, ref_sha256: str) -> bytes:
        return await asyncio.to_thread(Path(self.path(ref_sha256)).read_bytes)

    async def remove(self, ref_sha256: str) -> None:
        """For good; nothing happens where there is none."""
        await asyncio.to_thread(Path(self.path(ref_sha256)).unlink, missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    # The update that names the file is confirmed after this: name and folders must be on the disk, too.
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        _sync(folder)


def _try_out(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=root) as file:
        file.write(bytes(_PROBE))
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
