"""What is told before the start: each fault with its code and its way out."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app import checks, machine_checks
from app.checks import FAULT, OK, WARNING

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def check(folder: Path, *argv: str) -> tuple[int, dict[str, dict[str, Any]]]:
    config = folder / "config.toml"
    lines = ["[database]", f'url = "sqlite+aiosqlite:///{folder / "city.db"}"', "[web]", 'host = "127.0.0.1"', "port = 0"]
    lines += ["[region]", 'pack = "regions/jiangmen"', "[files]", f'path = "{folder / "files"}"']
    lines += ["[privacy]", f'key_file = "{folder / "keys"}"']
    config.write_text("\n".join(lines), "utf-8")
    command = [sys.executable, "-m", "app", *argv, "--config", str(config)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    found = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
    return ended.returncode, {finding["code"]: finding for finding in found}


def test_a_city_is_checked_from_nothing_to_a_clock_set_back(tmp_path: Path) -> None:
    status, found = check(tmp_path, "check", "--json", "--no-network")
    assert (status, found["C001"]["level"]) == (1, FAULT)
    assert check(tmp_path, "migrate")[0] == 0
    assert (found["C014"]["level"], check(tmp_path, "keys", "new")[0]) == (FAULT, 0)
    status, found = check(tmp_path, "check", "--json", "--no-network")
    assert status == 0, found
    assert {"C001", "C002", "C003", "C004", "C005", "C006", "C008", "C009", "C010", "C011", "C012", "C013", "C014", "C015"} == found.keys()
    assert [code for code, finding in found.items() if finding["level"] != OK and not finding["way_out"]] == []
    with closing(sqlite3.connect(tmp_path / "city.db")) as database, database:
        values = "('web', '1', 'c', '', '{}', '2199-01-01 00:00:00', 'done', 0, '')"
        columns = "(door, update_id, chat, album, body, received_at, status, attempts, why)"
        database.execute(f"INSERT INTO inbox {columns} VALUES {values}")  # noqa: S608  # our own words
    assert check(tmp_path, "check", "--json", "--no-network")[1]["C011"]["level"] == FAULT
    with closing(sqlite3.connect(tmp_path / "city.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "newer version" in check(tmp_path, "check", "--json", "--no-network")[1]["C001"]["text"]


def test_a_clock_a_little_behind_is_another_machines() -> None:
    assert machine_checks.clock(NOW, NOW + timedelta(seconds=100)).level == OK
    assert machine_checks.clock(NOW, NOW + timedelta(seconds=200)).level == FAULT
    assert machine_checks.clock(NOW, None).level == OK


@pytest.mark.parametrize(("free", "level"), [(10, FAULT), (1024**3, WARNING), (1024**4, OK)])
def test_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=free))
    assert machine_checks.disk([tmp_path / "not" / "yet"]).level == level


def test_what_others_can_read_is_told(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.touch(mode=0o600)
    assert machine_checks.private([secret, tmp_path / "none"]).level == OK
    secret.chmod(0o640)
    found = machine_checks.private([secret])
    assert (found.level, found.way_out) == (WARNING, f"chmod 600 {secret}")


async def test_a_database_that_can_not_be_opened() -> None:
    async def gone() -> str:
        raise OSError("somebody's words")

    found = await checks.database(gone, "0009", lambda _: True)
    assert (found.level, "words" in found.text) == (FAULT, False)


async def test_an_older_schema_is_told() -> None:
    async def old() -> str:
        return "0003"

    found = await checks.database(old, "0009", lambda _: True)
    assert "0003" in found.text and "migrate" in found.way_out
