"""A backup of a city on SQLite, taken while it serves: the database of one moment, every attachment, and a list that proves both.

The database comes first: an attachment is on the disk before a row names it, so whatever the snapshot names can still be copied after.
It is made beside its place under another name and renamed at the end: what bears the name is whole. Keys are never in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from storage import snapshots

DATABASE, FILES, MANIFEST = "city.db", "files", "manifest.json"
FORMAT = 1
_HASH = re.compile(r"[0-9a-f]{64}")
_SPARE = 1.05
_PIECE = 1 << 20


class BackupError(Exception):
    """Why there is no backup, or why it can't be used: for operators, without anybody's words."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files`: SHA-256 → bytes. `missing`: named by a row, but not on the disk or not what its name says. `rows`: by table."""

    made_at: str
    revision: str
    database_sha256: str
    database_bytes: int
    rows: Mapping[str, int]
    files: Mapping[str, int]
    missing: tuple[str, ...] = ()
    format: int = FORMAT


def make(database: Path, files: Path, target: Path, now: datetime) -> Manifest:
    """Raises BackupError; nothing is left at `target` then, and nothing that was there is touched."""
    if target.exists() or target.is_symlink():
        raise BackupError(f"{target} is there already: a backup overwrites nothing")
    if not database.is_file():
        raise BackupError(f"there is no database {database}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _need_room(database, files, target.parent)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
    except (OSError, snapshots.DatabaseError) as error:
        raise BackupError(why(error)) from error
    try:
        manifest = _fill(unfinished, database, files, now)
        if target.exists():
            raise BackupError(f"{target} came into being meanwhile")
        unfinished.rename(target)
        sync(target.parent)
    except (OSError, snapshots.DatabaseError, snapshots.Unsound) as error:
        raise BackupError(why(error)) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def why(error: Exception) -> str:
    """In the system's words; they hold no path."""
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)


def _need_room(database: Path, files: Path, folder: Path) -> None:
    needed = int((snapshots.size(database) + sum(path.stat().st_size for path in attachments(files))) * _SPARE)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(f"not enough room: {needed} bytes are needed, {free} are free")


def _fill(folder: Path, database: Path, files: Path, now: datetime) -> Manifest:
    taken = folder / DATABASE
    snapshots.snapshot(database, taken)
    snapshots.prove(taken)
    kept, spoiled = _copy_files(files, folder / FILES)
    missing = tuple(sorted((snapshots.files_named(taken) - kept.keys()) | spoiled))
    manifest = Manifest(
        now.isoformat(), snapshots.revision_of(taken), digest(taken), taken.stat().st_size, snapshots.counts(taken), kept, missing
    )
    write(folder / MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
    sync(taken)
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            sync(path)
    return manifest


def attachments(files: Path) -> Iterator[Path]:
    """What stands in the store under the hash of its content; unfinished writes bear other names."""
    yield from (path for path in files.glob("??/??/*") if _HASH.fullmatch(path.name) and path.is_file())


def _copy_files(source: Path, target: Path) -> tuple[dict[str, int], set[str]]:
    """Those that were copied, with their sizes, and those whose content is not what their name says."""
    target.mkdir(mode=0o700)
    kept: dict[str, int] = {}
    spoiled: set[str] = set()
    for path in attachments(source):
        place = place_for(path.name, target)
        try:
            copied = copy(path, place)
        except FileNotFoundError:
            continue  # erased by rule since we saw it; where a row still names it, it is told as missing
        if copied == path.name:
            kept[path.name] = place.stat().st_size
        else:
            place.unlink()
            spoiled.add(path.name)
    return kept, spoiled


def place_for(name: str, files: Path) -> Path:
    """Where an attachment lies; the folders are made, for their owner only."""
    folder = files / name[:2] / name[2:4]
    for part in (folder.parent, folder):
        part.mkdir(mode=0o700, exist_ok=True)
    return folder / name


def copy(source: Path, target: Path) -> str:
    """Copies to the disk itself, for the owner only; the SHA-256 of what was copied."""
    seen = hashlib.sha256()
    with source.open("rb") as there, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as here:
        while piece := there.read(_PIECE):
            seen.update(piece)
            here.write(piece)
        here.flush()
        os.fsync(here.fileno())
    return seen.hexdigest()


def write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """A file's content, or a folder's names, to the disk itself."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_manifest(folder: Path) -> Manifest:
    """Raises BackupError for anything that is not the whole list of a backup of ours."""
    try:
        raw: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
        found = Manifest(**{**raw, "missing": tuple(raw["missing"])})
        sound = all(_HASH.fullmatch(name) for name in (found.database_sha256, *found.files))
    except OSError as error:
        raise BackupError(f"{folder} is no backup: {MANIFEST} can't be read ({why(error)})") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BackupError(f"{folder / MANIFEST} is damaged ({type(error).__name__})") from error
    if found.format != FORMAT:
        raise BackupError(f"{folder} was made by another version: its format is {found.format}, {FORMAT} is known here")
    if not sound:
        raise BackupError(f"{folder / MANIFEST} is damaged: it names files that can't be ours")
    return found
