"""The passport as a file: what is in it, what is not, and that every change of it is found."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import texts
from app import passports
from app.passports import Passports
from bot.cards.words import Words
from bot.doors import ReadyMessage
from bot.passport import BadSheet, as_text, opened, sheet
from storage import DiskFiles, SqlUnitOfWork
from tests.contract.conftest import Town
from tests.contract.test_chain import live
from tests.workflow.build import REGION
from workflow import passport
from workflow.commands import Add, Move
from workflow.model import Json, Ticket
from workflow.states import Trigger

STEPS = [("register", 0), ("accept", 0), ("dispatch", 0), ("sign", 0), ("anchor", 0), ("add", 0), ("register", 0)]


async def issued(town: Town) -> tuple[Ticket, Json]:
    """Of a ticket in the middle of its life: two anchors cover it, the last step is not anchored."""
    await live(town, STEPS)
    await town.do("resident", Add(1, "my words"))
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        ticket = await uow.tickets.get(1)
        assert ticket is not None
        return ticket, await passports.made(uow, ticket)


def page(ticket: Ticket, found: Json, language: str = "zh-Hans") -> str:
    return sheet(Words(texts.load(strict=True), REGION, ZoneInfo(REGION.time_zone), language), ticket, found)


async def test_a_genuine_one_is_found_genuine_in_every_language(town: Town) -> None:
    ticket, found = await issued(town)
    assert passport.check(found) == passport.check(json.loads(as_text(found))) == []
    assert [proof["seq"] for proof in found["anchors"]] == [1, 4, 5] and len(found["events"]) == 6
    for language in texts.LANGUAGES:
        again, faults = opened(page(ticket, found, language))
        assert (faults, passport.check(again)) == ([], [])


async def test_it_holds_nobodys_words_and_nobodys_name(town: Town) -> None:
    await issued(town)
    await town.do("worker", Move(1, Trigger.REPLY, result="swept by the county"))
    await town.do("officer", Move(1, Trigger.SEND_BACK, reason="because of the neighbour"))
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        ticket = await uow.tickets.get(1)
        assert ticket is not None
        found = await passports.made(uow, ticket)
    assert len(found["events"]) == 8
    for text in (page(ticket, found), as_text(found)):
        assert not [word for word in ("neighbour", "Litter", "gate", "my words", "123456", "county") if word in text]
    keys = {key for event in found["events"] for key in event}
    assert not keys & {"reason", "data", "actor_id", "actor_salt", "words_salt", "salt"}


def everywhere(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value that is no list or object."""
    if isinstance(value, dict | list | tuple):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return [way for key, one in pairs for way in everywhere(one, (*path, key))]
    return [path]


async def test_every_value_that_is_changed_is_found(town: Town) -> None:
    _, found = await issued(town)
    whole = json.loads(as_text(found))
    for way in everywhere(whole):
        changed = deepcopy(whole)
        at = changed
        for key in way[:-1]:
            at = at[key]
        old = at[way[-1]]
        at[way[-1]] = old + 1 if isinstance(old, int) else "x" if old is None else ("1" if old[:1] != "1" else "2") + old[1:]
        assert passport.check(changed), way


async def test_a_change_is_found_where_it_is(town: Town) -> None:
    _, found = await issued(town)
    for seq in (1, 3, 6):
        changed = json.loads(as_text(found))
        changed["events"][seq - 1]["kind"] = "urged"
        assert passport.check(changed) == [(passport.EVENT, seq)]
    del changed["events"][2]
    assert passport.check(changed)[0] == (passport.ORDER, 3)


@pytest.mark.parametrize("junk", [None, [], 1, "x", {}, {"format": "case-passport", "version": 1}, {"version": 2}])
def test_junk_is_no_passport(junk: object) -> None:
    assert passport.check(junk) == [(passport.SHAPE, 0)]


def test_what_is_no_json_is_no_passport() -> None:
    for junk in ("", "<html>", "[" * 100_000, "\0"):
        with pytest.raises(BadSheet):
            opened(junk)


async def test_a_line_that_is_shown_otherwise_is_found(town: Town) -> None:
    ticket, found = await issued(town)
    whole = page(ticket, found)
    line = opened(whole)[0]["lines"]["event"][2]
    assert opened(whole.replace(f">{line}<", f">{line}!<"))[1] == [("line", 3)]
    assert opened(whole.replace("QC-261123-0001</p>", "QC-261123-0009</p>"))[1] == [("text", 0)]
    assert ("digest", 0) in opened(whole.replace('"urges"', '"urge"').replace('"version":1', '"version":2'))[1]


async def test_only_the_reporter_gets_the_files(town: Town, tmp_path: Path) -> None:
    ticket, found = await issued(town)
    files = DiskFiles(tmp_path / "files")
    maker = Passports(texts.load(strict=True), lambda: REGION, files)
    speech = passport.wanted(town.people["resident"].id, ticket)
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        message = await maker.attached(uow, town.people["resident"], speech, ReadyMessage("here"))
        assert message is not None
        assert [file.name for file in message.files] == ["QC-261123-0001.html", "QC-261123-0001.json"]
        assert json.loads(await files.get(message.files[1].sha256)) == json.loads(as_text(found))
        assert await maker.attached(uow, town.people["resident"], speech, ReadyMessage("here")) == message
        assert await maker.attached(uow, town.people["officer"], speech, ReadyMessage("here")) is None
