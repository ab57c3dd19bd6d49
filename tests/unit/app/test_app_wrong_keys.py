"""A city with another's keys, or without its database, says so before it harms anything."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import closing
from pathlib import Path

import pytest

from app.cli import main
from app.cli.serve import _right_keys
from storage import Database, SqlUnitOfWork, open_database
from storage.keys import KeyFault, Keys, new_key
from storage.rotation import Fit, fit
from storage.vault import Vault
from tests.clock import FrozenClock
from tests.keys import KEYS, a_vault
from tests.unit.app.test_app_command_line import Runner, environ, load
from workflow.model import Contact

STRANGE = new_key("now").line
"""Another key of the same name."""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.chdir(tmp_path)
    return Runner(tmp_path)


def opened(tmp_path: Path, vault: Vault) -> Database:
    return open_database(environ(tmp_path)["PETITION_DATABASE__URL"], vault)


async def _comes(tmp_path: Path, address: str, vault: Vault) -> Fit:
    database = opened(tmp_path, vault)
    async with SqlUnitOfWork(database) as uow:
        await uow.contacts.add(Contact(0, "webchat", address, name="a name", created_at=FrozenClock().now()))
        await uow.commit()
    found = await fit(database)
    await database.close()
    return found


async def _begins(tmp_path: Path, vault: Vault) -> None:
    database = opened(tmp_path, vault)
    try:
        await _right_keys(database)
    finally:
        await database.close()


def findings(run: Runner, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    capsys.readouterr()
    run("check", "--json", "--no-network")
    return [(found["code"], found["level"]) for found in map(json.loads, capsys.readouterr().out.splitlines())]


def test_keys_that_open_nothing_are_named_and_nothing_begins(run: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("migrate")
    asyncio.run(_begins(tmp_path, a_vault()))
    assert asyncio.run(_comes(tmp_path, "web-1", a_vault())) == Fit(2, ())
    assert ("C014", "ok") in findings(run, capsys)
    asyncio.run(_begins(tmp_path, a_vault()))

    run.environ["PETITION_PRIVACY__KEYS"] = STRANGE
    assert ("C014", "fault") in findings(run, capsys)
    with pytest.raises(KeyFault, match="sealed with now"):
        asyncio.run(_begins(tmp_path, Vault(Keys(None, STRANGE))))


def test_a_city_that_lost_its_keys_can_go_on_and_is_reminded(run: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("migrate")
    asyncio.run(_comes(tmp_path, "web-1", a_vault()))
    fresh = new_key("fresh").line
    assert asyncio.run(_comes(tmp_path, "web-2", Vault(Keys(None, fresh)))) == Fit(2, ("now",))
    run.environ["PETITION_PRIVACY__KEYS"] = fresh
    assert ("C014", "warning") in findings(run, capsys)
    asyncio.run(_begins(tmp_path, Vault(Keys(None, fresh))))
    run.environ["PETITION_PRIVACY__KEYS"] = f"{KEYS},{fresh}"
    assert ("C014", "ok") in findings(run, capsys)


def test_a_torn_file_of_keys_hides_no_other_finding(run: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("migrate")
    torn = tmp_path / "keys"
    torn.write_text(KEYS[:20], "utf-8")
    torn.chmod(0o600)
    run.environ |= {"PETITION_PRIVACY__KEYS": "", "PETITION_PRIVACY__KEY_FILE": str(torn)}
    found = findings(run, capsys)
    assert ("C014", "fault") in found and ("C001", "ok") in found and ("C010", "ok") in found


def test_looking_makes_no_database_where_one_was_moved_away(run: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("migrate")
    (tmp_path / "var" / "x.db").rename(tmp_path / "moved.db")
    assert ("C001", "fault") in findings(run, capsys)
    assert not (tmp_path / "var" / "x.db").exists()


def test_the_port_of_the_figures_is_looked_at(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run.environ["PETITION_METRICS__PORT"] = str(taken.getsockname()[1])
        assert [level for code, level in findings(run, capsys) if code == "C012"] == ["ok", "warning"]


def test_the_command_line_has_a_word_for_keys_that_are_lost(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"], run.environ, load)
    assert "--keys-lost" in capsys.readouterr().out
