"""One process is in office at a time; who loses the post leaves it, who wins it again begins anew."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

import pytest

from app.elected import Elected


@dataclass
class Ballot:
    ours: bool = False
    broken: bool = False
    looks: int = 0
    given_back: int = 0
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    async def won(self) -> bool:
        self.looks += 1
        self.looked.set()
        if self.broken:
            self.broken = False
            raise RuntimeError("no ballot")
        return self.ours

    async def give_back(self) -> None:
        self.given_back += 1


@dataclass
class Officer:
    log: list[str]

    async def start(self) -> None:
        self.log.append("start")

    async def stop(self) -> None:
        self.log.append("stop")


async def look(elected: Elected, ballot: Ballot) -> None:
    """Two whole looks from now."""
    for _ in range(2):
        ballot.looked.clear()
        elected._pulse.wake()
        await ballot.looked.wait()


async def test_the_post_is_taken_left_and_taken_again() -> None:
    ballot, log = Ballot(), list[str]()
    elected = Elected(ballot, lambda: Officer(log), "post")
    await elected.start()
    await look(elected, ballot)
    assert log == []
    for ours, expected in ((True, ["start"]), (False, ["start", "stop"]), (True, ["start", "stop", "start"])):
        ballot.ours = ours
        await look(elected, ballot)
        assert log == expected
    await elected.stop()
    assert log == ["start", "stop", "start", "stop"] and ballot.given_back == 1


async def test_an_election_that_breaks_is_held_again(caplog: pytest.LogCaptureFixture) -> None:
    ballot, log = Ballot(ours=True, broken=True), list[str]()
    elected = Elected(ballot, lambda: Officer(log), "post")
    await elected.start()
    await look(elected, ballot)
    await elected.stop()
    assert log == ["start", "stop"]
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == ["an election failed"]


async def test_who_never_started_stops() -> None:
    await Elected(Ballot(), lambda: Officer([]), "post").stop()
