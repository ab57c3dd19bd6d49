"""Five hundred real complaints go through the whole system, each by a resident of its own, many at once. No text is ever shown."""

from __future__ import annotations

import asyncio
import csv
import html
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from app import config, wiring
from app.clock import SystemClock
from app.demo_matters import bind
from app.demo_visitor import Visitor
from storage import OutboxQueue, SqlUnitOfWork, migrate, open_database
from storage.tables import inbox
from tests import jiangmen
from tests.conftest import ROOT
from workflow import routing
from workflow.desk import Session
from workflow.model import Assignee, Post, Role, Ticket
from workflow.states import RESTING, State

PACK = ROOT / "regions" / "jiangmen"
HOW_MANY = 500
AT_ONCE = 50
ACCEPTED_OF = 5  # every fifth ticket is taken by hand; for all others it is asked who would get it
PATIENCE = 300.0
NUMBERS = "我的电话13812345678，身份证号440703199001011237"  # made up; what people write although nobody asks
PHONE_OR_ID = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
TAG = re.compile(r"</?[bi]>")
FILED, ANSWERED, THANKED, OUTSIDE = "filed", "answered", "thanked", "outside"
pytestmark = pytest.mark.reference


@dataclass
class Resident:
    """Says one text, then answers whatever is asked. `asked` counts the kinds of questions."""

    row: int
    text: str
    visitor: Visitor
    outside: str  # how the answer to a place elsewhere begins to be told
    asked: Counter[str] = field(default_factory=Counter)
    end: str = ""
    tickets: int = 1  # that a filed text becomes

    async def talks(self, door: asyncio.Semaphore) -> None:
        async with door:
            await self.visitor.says(self.text)
            while not self.end:
                for message in await self.visitor.reads():
                    if not self.end:
                        await self._answers(message)

    async def _answers(self, message: dict[str, Any]) -> None:
        """One message of the bot's. Several buttons of one kind: the row's number picks one."""
        data = [button["data"] for line in message["buttons"] for button in line]
        verbs = {":".join(entry.split(":")[:2]): entry for entry in reversed(data)}
        places = [entry for entry in data if entry.startswith(("i:place:", "i:pick:")) and not entry.endswith(":")]
        if any(entry.startswith("r:") for entry in data):
            self.end = FILED
        elif "c:yes" in verbs:
            await self._press(message, "consent", verbs["c:yes"])
        elif verbs.keys() & {"i:submit", "i:apart"}:
            await self._confirms(message, verbs)
        elif "i:notie" in verbs:
            await self._press(message, "tie", verbs["i:notie"] if self.row % 5 == 0 else places[self.row % len(places)])
        elif "i:noplace" in verbs:
            await self._names_a_place(message, verbs)
        elif "i:helped" in verbs:
            await self._hears_an_answer(message, verbs)
        elif "i:file" in verbs:
            self.end = THANKED
        elif places:
            deeper = [entry for entry in places if len(entry) == max(map(len, places))]  # the way back has a shorter code
            await self._press(message, "picked", deeper[self.row % len(deeper)])
        elif list(verbs) == ["i:cancel"]:
            self.asked["what"] += 1
            await self.visitor.says("路灯不亮，请派人来修")

    async def _confirms(self, message: dict[str, Any], verbs: dict[str, str]) -> None:
        """Of several matters two of three go apart, the others are one."""
        if "i:submit" in verbs:
            await self._press(message, "confirm", verbs["i:submit"])
            return
        apart = bool(self.row % 3)
        self.tickets = int(verbs["i:apart"].split(":")[-1]) if apart else 1
        await self._press(message, "apart" if apart else "as one", verbs["i:apart" if apart else "i:whole"])

    async def _names_a_place(self, message: dict[str, Any], verbs: dict[str, str]) -> None:
        if self.outside in html.unescape(message["html"]):
            self.end = OUTSIDE
        else:
            await self._press(message, "place", verbs["i:noplace"] if self.row % 10 else verbs["i:pick"])

    async def _hears_an_answer(self, message: dict[str, Any], verbs: dict[str, str]) -> None:
        if self.row % 2:
            self.end = ANSWERED
            await self.visitor.presses(message, verbs["i:helped"])
        else:
            await self._press(message, "not helped", verbs["i:file"])

    async def _press(self, message: dict[str, Any], what: str, data: str) -> None:
        self.asked[what] += 1
        assert self.asked.total() < 20, f"row {self.row} is asked without end: {dict(self.asked)}"
        await self.visitor.presses(message, data)


@dataclass
class Hall:
    city: wiring.City
    staff: dict[str, Visitor]
    residents: list[Resident]

    async def tickets(self) -> list[Ticket]:
        counter = Assignee("discipline", self.city.region.code)
        async with SqlUnitOfWork(self.city.database, reading=True) as uow:
            everywhere = await uow.tickets.in_places("", [self.city.region.code], list(State), limit=HOW_MANY * 2)
            secret = await uow.tickets.at_desks([counter], list(State), limit=HOW_MANY)
        return list({ticket.id: ticket for ticket in (*everywhere, *secret)}.values())

    async def accept_all(self, tickets: Sequence[Ticket]) -> None:
        """The hub and the counter take each ticket as its card proposes first."""
        secret = {ticket.id for ticket in tickets if ticket.hub.unit == "discipline"}
        await asyncio.gather(
            _takes(self.staff["hub"], {ticket.id for ticket in tickets} - secret),
            _takes(self.staff["discipline"], secret),
        )


async def _takes(officer: Visitor, wanted: set[int]) -> None:
    """Presses the first button of each card, and waits until none of them is offered any more."""
    pressed: set[int] = set()
    while True:
        offered = {int(data.split(":")[2]): (message, data) for message, data in reversed([*officer._buttons("s:take:")])}
        if pressed == wanted and not offered.keys() & wanted:
            return
        for number in sorted(offered.keys() & wanted - pressed):
            await officer.presses(*offered[number])
            pressed.add(number)
        await officer.reads()


def _without_waiting_for_the_disk(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


@pytest.fixture
async def hall(tmp_path: Path, reference_data: Path) -> AsyncIterator[Hall]:
    source = reference_data / "complaints" / "hotline_29_topics.train.csv"
    if not source.is_file():
        pytest.skip("no reference data here: the complaints are missing")
    settings = replace(config.load(ROOT / "config.example.toml", {}), files=config.FilesConfig(tmp_path / "files"))
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}")
    event.listen(database.engine.sync_engine, "connect", _without_waiting_for_the_disk)
    await migrate(database)
    # One officer stands for all desks of the city: what waits for a hundred of them is no flood here.
    region = replace(jiangmen.region(), digest=replace(jiangmen.region().digest, few=HOW_MANY * 9, many=HOW_MANY * 9))
    city = wiring.build(settings, region, database, SystemClock(), language=jiangmen.language())
    tasks = city.engine.start()
    staff = await _staff(city)
    outside = city.texts.label("zh-Hans", "intake.outside", name="").strip()[:8]
    residents = [Resident(row, text, await Visitor.comes(city), outside) for row, text in _texts(source)]
    yield Hall(city, staff, residents)
    await city.engine.stop(tasks)
    await database.close()


def _texts(source: Path) -> list[tuple[int, str]]:
    with source.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        found = [(number, row["text"]) for number, row in zip(range(1, HOW_MANY + 1), rows, strict=False)]
    return [(number, text if number % 7 else f"{text}。{NUMBERS}") for number, text in found]


async def _staff(city: wiring.City) -> dict[str, Visitor]:
    """One chat for each unit, for the whole city."""
    found: dict[str, Visitor] = {}
    for unit in city.region.units:
        found[unit] = await Visitor.comes(city)
        if unit == routing.GRID:
            await _walks_everywhere(city, found[unit])
            continue
        role = Role.HUB_OFFICER if unit == routing.HUB else Role.DEPARTMENT
        await bind(city, SystemClock(), found[unit], role, Assignee(unit, city.region.code))
    return found


async def _walks_everywhere(city: wiring.City, worker: Visitor) -> None:
    """No invite makes such a worker; here one stands for all of them."""
    await worker.says("/start")
    await worker.has_heard()

    async def work(session: Session) -> None:
        contact = await session.uow.contacts.by_address("webchat", worker._address)
        assert contact is not None
        await session.uow.posts.add(Post(0, contact.id, Role.GRID_WORKER, routing.GRID, city.region.code))

    await city.desk.serve("walks everywhere", work)


async def test_every_text_ends_with_a_ticket_or_an_honest_answer(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    async with asyncio.timeout(PATIENCE):
        door = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(resident.talks(door) for resident in hall.residents))
        tickets = await hall.tickets()
        _everybody_was_heard(hall, tickets)
        _every_ticket_has_an_owner_and_a_clock(hall, tickets)
        await hall.accept_all(tickets[::ACCEPTED_OF])
        accepted = [ticket for ticket in await hall.tickets() if ticket.state is not State.REGISTERED]
        await _all_read(hall)
    assert len(accepted) == len(tickets[::ACCEPTED_OF])
    _every_ticket_has_an_owner_and_a_clock(hall, accepted)
    assert [ticket.id for ticket in accepted if ticket.lead is None] == []
    await _nothing_failed(hall, caplog)
    _every_message_is_within_bounds(hall)


def _everybody_was_heard(hall: Hall, tickets: Sequence[Ticket]) -> None:
    ends = Counter(resident.end for resident in hall.residents)
    print(len(tickets), ends, sum((resident.asked for resident in hall.residents), Counter()))  # noqa: T201  # counts, never a text
    assert ends.total() == HOW_MANY
    assert ends.keys() <= {FILED, ANSWERED, THANKED, OUTSIDE}
    assert len({ticket.reporter for ticket in tickets}) == ends[FILED]
    assert len(tickets) == sum(resident.tickets for resident in hall.residents if resident.end == FILED)


def _every_ticket_has_an_owner_and_a_clock(hall: Hall, tickets: Sequence[Ticket]) -> None:
    """Of tickets nobody accepted yet the desk that is proposed first, which the next tap takes, counts as the lead."""
    region = hall.city.region
    for ticket in tickets:
        for desk in (ticket.hub, ticket.lead or routing.proposals(region, ticket)[0]):
            assert desk.unit in region.units, f"ticket {ticket.id}: {desk}"
            assert desk.place in region.places, f"ticket {ticket.id}: {desk}"
        assert ticket.state not in RESTING, f"ticket {ticket.id}"
        assert any(clock.running for clock in ticket.clocks), f"ticket {ticket.id} has no running clock"


async def _all_read(hall: Hall) -> None:
    """Until nothing waits in inbox and outbox, and everybody has read what came."""
    queue = OutboxQueue(hall.city.database)
    while (await queue.depth()).get("waiting") or await hall.city.inbox.next_rows(SystemClock().now()):
        await asyncio.sleep(0)
    for visitor in (*hall.staff.values(), *(resident.visitor for resident in hall.residents)):
        for message in await hall.city.mailbox.after(visitor._address, visitor._seq, HOW_MANY * 10):
            if "toast" not in message:
                visitor.messages[f"{message['id']}:{message['seq']}"] = message


async def _nothing_failed(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    assert [(record.name, record.msg) for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info] == []
    async with hall.city.database.reading() as connection:
        rows = await connection.execute(select(inbox.c.status, func.count()).group_by(inbox.c.status))
        assert {row[0] for row in rows} == {"done"}
    assert set(await OutboxQueue(hall.city.database).depth()) == {"sent"}


def _every_message_is_within_bounds(hall: Hall) -> None:
    for who, visitor in (*((f"row {r.row}", r.visitor) for r in hall.residents), *hall.staff.items()):
        for message in visitor.messages.values():
            words = html.unescape(TAG.sub("", message["html"]))
            assert len(words.encode("utf-16-le")) // 2 <= 4096, f"{who}: a message is too long"
            data = [button["data"] for line in message["buttons"] for button in line]
            assert all(len(entry.encode()) <= 64 for entry in data), f"{who}: a button carries too much"
    assert any("138****5678" in message["html"] for message in hall.staff["hub"].messages.values())
    leaks = [unit for unit, visitor in hall.staff.items() for m in visitor.messages.values() if PHONE_OR_ID.search(m["html"])]
    assert leaks == []
