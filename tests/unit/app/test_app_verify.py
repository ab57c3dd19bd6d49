"""verify and anchors, as an operator or a resident's lawyer types them."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import texts
from app import passports
from app.cli import main
from bot.cards.words import Words
from bot.passport import sheet
from storage import SqlUnitOfWork, migrate, open_database
from tests.contract.test_chain import a_town, live
from tests.unit.app.test_app_command_line import environ, load
from tests.workflow.build import REGION


async def a_city(tmp_path: Path) -> str:
    """Answers with the page of its first ticket's passport."""
    (tmp_path / "var").mkdir()
    database = open_database(environ(tmp_path)["PETITION_DATABASE__URL"])
    await migrate(database)
    await live(await a_town(database), [("accept", 0), ("register", 0), ("anchor", 0), ("add", 0)])
    async with SqlUnitOfWork(database, reading=True) as uow:
        ticket = await uow.tickets.get(1)
        assert ticket is not None
        page = sheet(Words(texts.load(), REGION, ZoneInfo(REGION.time_zone), "en"), ticket, await passports.made(uow, ticket))
    await database.close()
    return page


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.html").write_text(asyncio.run(a_city(tmp_path)), encoding="utf-8")
    return tmp_path / "page.html"


def test_a_city_is_verified_with_what_was_published(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = environ(tmp_path)
    assert main(["anchors", "--json"], given, load) == 0
    published = capsys.readouterr().out
    (tmp_path / "published").write_text(published, encoding="utf-8")
    assert [json.loads(line)["seq"] for line in published.splitlines()] == [1, 2, 3]
    assert main(["anchors", "--last", "1"], given, load) == 0
    assert capsys.readouterr().out.startswith("3 · 2026-11-25 · made ")
    assert main(["verify", "--anchors", "published", "--json"], given, load) == 0
    assert json.loads(capsys.readouterr().out) == {
        "tickets": 2, "events": 4, "adopted": 0, "anchors": 3, "published": 3, "faults": 0,
    }  # fmt: skip


def test_a_change_ends_with_status_1_and_names_number_and_place(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = environ(tmp_path)
    with closing(sqlite3.connect(tmp_path / "var" / "x.db", isolation_level=None)) as sql:
        sql.execute("UPDATE events SET reason = 'my secret' WHERE ticket_id = 1 AND seq = 2")
    assert main(["verify"], given, load) == 1
    assert capsys.readouterr().out.splitlines()[0] == "words_changed ticket QC-261123-0001 seq 2"
    assert main(["verify", "--ticket", "qc-261123-0001", "--json"], given, load) == 1
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first == {"fault": "words_changed", "number": "QC-261123-0001", "seq": 2, "anchor": None}
    assert main(["verify", "--ticket", "QC-261124-0001"], given, load) == 0
    assert main(["verify", "--ticket", "QC-261123-9999"], given, load) == 3


def test_a_passport_needs_no_database(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["anchors", "--json"], environ(tmp_path), load)
    (tmp_path / "published").write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["verify", "--passport", "page.html", "--anchors", "published", "--json"], {}, load) == 0
    whole = json.loads(capsys.readouterr().out)
    assert (whole["number"], whole["events"], whole["anchored"], whole["faults"]) == ("QC-261123-0001", 3, 3, 0)
    (tmp_path / "published").write_text("", encoding="utf-8")
    page.write_text(page.read_text("utf-8").replace('"kind":"accept"', '"kind":"accepu"'), encoding="utf-8")
    assert main(["verify", "--passport", "page.html"], {}, load) == 1
    assert capsys.readouterr().out.splitlines()[:2] == ["digest", "event 2"]


def test_anchors_that_nobody_published_are_named(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "published").write_text('{"seq":1,"hash":"other"}\n', encoding="utf-8")
    assert main(["verify", "--passport", "page.html", "--anchors", "published"], {}, load) == 1
    assert "not_published 1" in capsys.readouterr().out
    assert main(["verify", "--anchors", "published"], environ(tmp_path), load) == 1
    assert "published_otherwise anchor 1" in capsys.readouterr().out
    (tmp_path / "published").write_text("nothing", encoding="utf-8")
    assert main(["verify", "--anchors", "published"], environ(tmp_path), load) == 2


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"<html>", b"[]", b'{"format":"case-passport"}'])
def test_what_is_no_passport_is_no_crash(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "junk").write_bytes(content)
    assert main(["verify", "--passport", "junk"], {}, load) in {1, 2}
    assert main(["verify", "--passport", "nowhere"], {}, load) == 2
