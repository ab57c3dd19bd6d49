"""A backup is whole or not there; a restore believes nothing that it has not proved."""

from __future__ import annotations

import json
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from alembic import command

from app import backup
from app.backup import BackupError, Manifest
from app.restore import restore
from storage import DiskFiles, WebMailbox, migrate, open_database
from storage.migrate import config

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)


class City(NamedTuple):
    database: Path
    files: Path

    def back_up(self, target: Path) -> Manifest:
        return backup.make(self.database, self.files, target, NOW)


@pytest.fixture
async def city(tmp_path: Path) -> City:
    """One attachment, and one row of the web chat that names it."""
    found = City(tmp_path / "live" / "city.db", tmp_path / "live" / "files")
    found.database.parent.mkdir()
    database = open_database(f"sqlite+aiosqlite:///{found.database}")
    await migrate(database)
    await database.close()
    ref = await DiskFiles(found.files).put(b"the bin", "photo", "image/jpeg")
    with closing(sqlite3.connect(found.database)) as connection, connection:
        body = json.dumps({"files": [{"sha256": ref.sha256}]})
        connection.execute("INSERT INTO web_messages (address, message_id, body) VALUES ('web-1', 'm1', ?)", (body,))
    return found


def the_file(city: City) -> Path:
    return next(backup.attachments(city.files))


async def test_what_was_backed_up_comes_back(city: City, tmp_path: Path) -> None:
    made = city.back_up(tmp_path / "kept")
    assert (made.rows["web_messages"], list(made.files.values()), made.missing) == (1, [7], ())
    found = await restore(tmp_path / "kept", tmp_path / "new")
    assert (found.revision, found.manifest) == (made.revision, made)
    assert next(backup.attachments(found.files)).read_bytes() == b"the bin"
    with closing(sqlite3.connect(found.database)) as connection:
        assert connection.execute("SELECT message_id FROM web_messages").fetchall() == [("m1",)]


def test_only_the_owner_can_read_it(city: City, tmp_path: Path) -> None:
    city.back_up(tmp_path / "kept")
    everything = [tmp_path / "kept", *(tmp_path / "kept").rglob("*")]
    assert [path for path in everything if path.stat().st_mode & 0o077] == []


def test_an_open_transaction_and_the_write_ahead_log(city: City, tmp_path: Path) -> None:
    """What is committed is in it though no checkpoint came; what is not, is not."""
    with closing(sqlite3.connect(city.database, isolation_level=None)) as writer:
        writer.execute("INSERT INTO web_messages (address, message_id, body) VALUES ('web-1', 'm2', '{}')")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO web_messages (address, message_id, body) VALUES ('web-1', 'm3', '{}')")
        assert city.back_up(tmp_path / "kept").rows["web_messages"] == 2
        writer.execute("COMMIT")
    assert city.back_up(tmp_path / "later").rows["web_messages"] == 3


@pytest.mark.parametrize("occupy", [Path.mkdir, Path.touch, lambda path: path.symlink_to("nowhere")])
def test_a_backup_overwrites_nothing(city: City, tmp_path: Path, occupy: Callable[[Path], None]) -> None:
    occupy(tmp_path / "kept")
    with pytest.raises(BackupError, match="overwrites nothing"):
        city.back_up(tmp_path / "kept")
    assert leftovers(tmp_path) == []


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.endswith(".partial")]


def test_lost_and_spoiled_attachments_are_named(city: City, tmp_path: Path) -> None:
    the_file(city).write_bytes(b"another")
    made = city.back_up(tmp_path / "spoiled")
    assert (made.files, made.missing) == ({}, (the_file(city).name,))
    name = the_file(city).name
    the_file(city).unlink()
    assert city.back_up(tmp_path / "lost").missing == (name,)


def test_too_little_room_is_told_before_anything_is_written(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1000))
    with pytest.raises(BackupError, match="not enough room"):
        city.back_up(tmp_path / "kept")
    assert {path.name for path in tmp_path.iterdir()} == {"live"}


def test_a_disk_that_fills_up_leaves_no_half(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full takes nothing, as a full disk does."""
    copied = backup.copy
    monkeypatch.setattr(backup, "copy", lambda source, _target: _to_full(source, copied))
    with pytest.raises(BackupError, match="No space left"):
        city.back_up(tmp_path / "kept")
    assert {path.name for path in tmp_path.iterdir()} == {"live"}


def _to_full(source: Path, _copied: object) -> str:
    with Path("/dev/full").open("wb", buffering=0) as full:
        full.write(source.read_bytes())
    raise AssertionError


def test_a_database_that_is_damaged_is_not_passed_on(city: City, tmp_path: Path) -> None:
    with city.database.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 6)
    with pytest.raises(BackupError):
        city.back_up(tmp_path / "kept")
    assert {path.name for path in tmp_path.iterdir()} == {"live"}


def _shorten(kept: Path) -> None:
    (kept / "manifest.json").write_text("{")


def _change_database(kept: Path) -> None:
    with closing(sqlite3.connect(kept / "city.db")) as connection, connection:
        connection.execute("DELETE FROM web_messages")


def _change_file(kept: Path) -> None:
    next(backup.attachments(kept / "files")).write_bytes(b"other")


def _lose_file(kept: Path) -> None:
    next(backup.attachments(kept / "files")).unlink()


def _rewrite(**facts: object) -> Callable[[Path], None]:
    def write(kept: Path) -> None:
        raw = json.loads((kept / "manifest.json").read_text())
        (kept / "manifest.json").write_text(json.dumps(raw | facts))

    return write


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_shorten, "damaged"),
        (_change_database, "changed or damaged"),
        (_change_file, "changed or damaged"),
        (_lose_file, "lacks"),
        (_rewrite(revision="9999"), "newer version"),
        (_rewrite(format=2), "another version"),
        (_rewrite(files={"../../etc/passwd": 3}), "can't be ours"),
        (_rewrite(rows={"tickets": 5}), "other rows"),
        (lambda kept: (kept / "manifest.json").unlink(), "no backup"),
    ],
)
async def test_a_backup_that_is_not_what_it_says_is_refused(
    city: City, tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    city.back_up(tmp_path / "kept")
    spoil(tmp_path / "kept")
    with pytest.raises(BackupError, match=said):
        await restore(tmp_path / "kept", tmp_path / "new")
    assert {path.name for path in tmp_path.iterdir()} == {"live", "kept"}


async def test_a_restore_overwrites_nothing(city: City, tmp_path: Path) -> None:
    city.back_up(tmp_path / "kept")
    with pytest.raises(BackupError, match="not empty"):
        await restore(tmp_path / "kept", city.database.parent)
    (tmp_path / "empty").mkdir()
    assert (await restore(tmp_path / "kept", tmp_path / "empty")).manifest.rows["web_messages"] == 1


async def test_references_that_lead_nowhere_are_found(city: City, tmp_path: Path) -> None:
    with closing(sqlite3.connect(city.database)) as connection, connection:
        connection.execute("INSERT INTO posts (contact_id, role, unit, place) VALUES (77, 'admin', '', '')")
    with pytest.raises(BackupError, match="foreign_key_check"):
        city.back_up(tmp_path / "kept")


async def test_an_older_backup_is_brought_forward(city: City, tmp_path: Path) -> None:
    """What the newest revisions added goes, and comes again."""
    newest = city.back_up(tmp_path / "kept").revision
    database = open_database(f"sqlite+aiosqlite:///{city.database}")
    async with database.writing() as connection:
        await connection.run_sync(lambda sync: command.downgrade(config(sync), "0008"))
    await database.close()
    assert city.back_up(tmp_path / "older").revision == "0008"
    found = await restore(tmp_path / "older", tmp_path / "new")
    assert (found.manifest.revision, found.revision) == ("0008", newest)


async def test_what_was_shown_but_not_noted_is_not_shown_twice(city: City) -> None:
    """The process died between the two; the same words of another speech are told, though."""
    database = open_database(f"sqlite+aiosqlite:///{city.database}")
    mailbox = WebMailbox(database)
    told = [await mailbox.append("web-2", name, {"html": "ok"}, once) for name, once in (("a", "7"), ("b", "7"), ("c", "8"), ("d", ""))]
    assert told == ["a", "a", "c", "d"]
    assert [row["id"] for row in await mailbox.after("web-2", 0)] == ["a", "c", "d"]
    assert "once" not in (await mailbox.after("web-2", 0))[0]
    await database.close()


def test_the_command_on_a_disk_that_takes_no_more(city: City, tmp_path: Path) -> None:
    """A limit on file sizes stops SQLite's own writing half-way, as a full disk does."""
    config = tmp_path / "live" / "config.toml"
    lines = ["[database]", f'url = "sqlite+aiosqlite:///{city.database}"', "[web]", 'host = "127.0.0.1"', "port = 0"]
    lines += ["[region]", 'pack = "regions/jiangmen"', "[files]", f'path = "{city.files}"']
    config.write_text("\n".join(lines), "utf-8")

    def no_more() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))

    argv = [sys.executable, "-B", "-m", "app", "backup", str(tmp_path / "kept"), "--config", str(config)]
    ended = subprocess.run(
        argv, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60, preexec_fn=no_more
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "no backup" in ended.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"live"}
