"""Attachments on disk, named by the hash of their content. What a sender called a file is never a path."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from pathlib import Path

from workflow.model import FileRef

_HASH = re.compile(r"[0-9a-f]{64}")


class DiskFiles:
    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, ref_sha256: str) -> str:
        """Raises ValueError for anything that is not a SHA-256 in hex."""
        if not _HASH.fullmatch(ref_sha256):
            raise ValueError("not a content hash")
        return str(self._root / ref_sha256[:2] / ref_sha256[2:4] / ref_sha256)

    async def put(self, content: bytes, kind: str, mime: str, name: str = "") -> FileRef:
        sha256 = hashlib.sha256(content).hexdigest()
        await asyncio.to_thread(_write, Path(self.path(sha256)), content)
        return FileRef(sha256, kind, mime, len(content), name)

    async def get(self, ref_sha256: str) -> bytes:
        return await asyncio.to_thread(Path(self.path(ref_sha256)).read_bytes)


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


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
