"""A backup put back into an empty folder: proved against its list, by SQLite itself, and brought to this version's schema."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app import backup
from app.backup import DATABASE, FILES, BackupError, Manifest
from storage import migrate, open_database, revisions, snapshots


@dataclass(frozen=True, slots=True)
class Restored:
    """`revision`: the schema it has now; the manifest tells which it had."""

    manifest: Manifest
    revision: str
    database: Path
    files: Path


async def restore(folder: Path, target: Path) -> Restored:
    """`target`: absent or empty. Raises BackupError; nothing is at `target` then that was not there before."""
    manifest = backup.read_manifest(folder)
    if not revisions.known(manifest.revision):
        raise BackupError(f"a newer version made this backup (schema {manifest.revision}): install that version first")
    unfinished = _begun(target, manifest)
    try:
        revision = await _fill(folder, unfinished, manifest)
        _put(unfinished, target)
    except (OSError, snapshots.DatabaseError, snapshots.Unsound) as error:
        raise BackupError(backup.why(error)) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Restored(manifest, revision, target / DATABASE, target / FILES)


def _begun(target: Path, manifest: Manifest) -> Path:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupError(f"{target} is not empty: a restore overwrites nothing")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _need_room(manifest, target.parent)
        return Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
    except OSError as error:
        raise BackupError(backup.why(error)) from error


def _put(unfinished: Path, target: Path) -> None:
    for path in (unfinished, *unfinished.rglob("*")):
        if path.is_dir():
            backup.sync(path)
    unfinished.rename(target)
    backup.sync(target.parent)


def _need_room(manifest: Manifest, folder: Path) -> None:
    # A migration may write the database once more.
    needed = 2 * manifest.database_bytes + sum(manifest.files.values())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(f"not enough room: {needed} bytes are needed, {free} are free")


async def _fill(folder: Path, unfinished: Path, manifest: Manifest) -> str:
    database = unfinished / DATABASE
    _unpack(folder, unfinished, manifest)
    snapshots.prove(database)
    if snapshots.counts(database) != manifest.rows:
        raise BackupError("the database has other rows than the list says")
    opened = open_database(f"sqlite+aiosqlite:///{database}")
    try:
        await migrate(opened)
    finally:
        await opened.close()
    snapshots.prove(database)
    return snapshots.revision_of(database)


def _unpack(folder: Path, unfinished: Path, manifest: Manifest) -> None:
    _take(folder / DATABASE, unfinished / DATABASE, manifest.database_sha256)
    (unfinished / FILES).mkdir(mode=0o700)
    for name in manifest.files:
        _take(folder / FILES / name[:2] / name[2:4] / name, backup.place_for(name, unfinished / FILES), name)


def _take(source: Path, target: Path, sha256: str) -> None:
    try:
        copied = backup.copy(source, target)
    except FileNotFoundError:
        raise BackupError(f"the backup lacks {source.name}") from None
    if copied != sha256:
        raise BackupError(f"{source.name} in the backup is not what the list says: it was changed or damaged")
