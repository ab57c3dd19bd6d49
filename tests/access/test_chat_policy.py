"""Every role × every command and every button of the chat, against one table (chat.csv). What the code understands and the table does not
name fails; so does whatever somebody may do who is not named, or may not who is.

`may` names who gets something done or told: everybody else must leave the database as it was, and hear nothing but that they may not.
"""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, func, select

import texts
from bot.conversation import Conversation
from bot.doors import Incoming
from bot.resident import Reading, ResidentConversation
from bot.staff import StaffConversation
from storage import SqlUnitOfWork, migrate, open_database
from storage.engine import Database
from storage.joining_tables import followers
from storage.privacy_tables import unmaskings
from storage.rows import Row
from storage.standing_tables import standings
from storage.tables import dialogs, events, notes, outbox, sign_in_codes, tickets
from tests.access import verbs
from tests.clock import FrozenClock
from tests.console.conftest import Keywords, Stars
from tests.workflow.build import GRID, REGION, PlainWeeks
from workflow.alike import NOTHING, Follower, Gist
from workflow.commands import Register
from workflow.desk import Desk, Session
from workflow.model import Assignee, Contact, Event, Intent, Post, Procedure, Role, Ticket
from workflow.region import Manners
from workflow.standing import Muting
from workflow.states import State
from workflow.understanding import Answer

TABLE = Path(__file__).with_name("chat.csv")
SENTENCES = texts.load(strict=True)
PEOPLE: dict[str, tuple[tuple[Role, str, str], ...]] = {
    "reporter": (), "muted reporter": (), "other resident": (), "newcomer": (),
    "worker": ((Role.GRID_WORKER, "grid", GRID),),
    "worker elsewhere": ((Role.GRID_WORKER, "grid", "990101001002001"),),
    "leader": ((Role.GRID_LEADER, "grid", "990101001001"),),
    "bureau": ((Role.DEPARTMENT, "streets", "990101"),),
    "bureau elsewhere": ((Role.DEPARTMENT, "streets", "990102"),),
    "officer": ((Role.HUB_OFFICER, "hub", "990101001"),),
    "officer elsewhere": ((Role.HUB_OFFICER, "hub", "990101002"),),
    "supervisor": ((Role.SUPERVISOR, "", "9901"),),
    "supervisor elsewhere": ((Role.SUPERVISOR, "", "990102"),),
    "counter": ((Role.DEPARTMENT, "discipline", "9901"),),
    "auditor": ((Role.AUDITOR, "", "9901"),),
    "admin": ((Role.ADMIN, "", "9901"),),
}  # fmt: skip
DENIED = re.compile(
    r"refused\..*|staff\.(console_denied|private_only|hub_only|todo_empty|queue_empty)|resident\.(help|notice|no_tickets|no_open_tickets)"
    r"|manners\.muted_now|intake\.button_is_old"
)
GRIDS, STREETS = Assignee("grid", GRID), Assignee("streets", "990101")
KINDS: dict[str, tuple[Procedure, Assignee | None]] = {
    "grid": (Procedure.GRID_EVENT, GRIDS), "bureau": (Procedure.HOTLINE, STREETS), "question": (Procedure.CONSULTATION, GRIDS),
    "claim": (Procedure.PETITION_CLAIM, STREETS), "report": (Procedure.PETITION_REPORT, None),
    "longer": (Procedure.GRID_EVENT, GRIDS), "judged": (Procedure.GRID_EVENT, GRIDS), "joined": (Procedure.GRID_EVENT, GRIDS),
}  # fmt: skip
MORE: dict[str, dict[str, Any]] = {
    "longer": {"extension": "asked", "extension_ask": {"amount": 1, "reason": "rain"}}, "judged": {"verdict": "unsolved"},
}  # fmt: skip
"""Where more time was asked for, where the reporter said that it is not solved; "joined": the other resident did."""
CITY = replace(REGION, manners=Manners(messages=10**6))
BEFORE_DISPATCH = frozenset({State.REGISTERED, State.ACCEPTED, State.DECLINED, State.ANSWERED})


@dataclass(frozen=True)
class Line:
    """`action`: with {id}, {number}. `kind` and `state`: of the ticket it is tried on."""

    action: str
    kind: str
    state: State
    may: frozenset[str]

    @property
    def head(self) -> str:
        """What the code knows it by."""
        if self.action.startswith("/"):
            return self.action.partition(" ")[0]
        kind, verb = self.action.split(":")[:2]
        return f"{kind}:" if kind in {"l", "n"} else f"{kind}:{verb}"


def lines() -> list[Line]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, skipinitialspace=True) if row and not row[0].startswith("#")]
    return [Line(action, kind, State(state), _people(may)) for action, kind, state, may in rows[1:]]


def _people(may: str) -> frozenset[str]:
    """"everybody", "known" (all but a newcomer), "staff", or names."""
    groups = {"everybody": set(PEOPLE), "known": set(PEOPLE) - {"newcomer"}, "staff": {name for name, posts in PEOPLE.items() if posts}}
    return frozenset(groups.get(may, set(filter(None, may.split("|")))))


class Nothing:
    def search(self, text: str) -> Answer | None:
        return None

    def gist(self, text: str) -> Gist:
        return NOTHING


class Trying(SqlUnitOfWork):
    """A transaction that nobody commits, and that can be looked into."""

    async def found(self, query: Select[Any]) -> Sequence[Row]:
        return (await self._db.execute(query)).mappings().all()


@dataclass
class Counter:
    database: Database
    clock: FrozenClock = field(default_factory=FrozenClock)
    people: dict[str, Contact] = field(default_factory=dict)
    tickets: dict[tuple[str, State], Ticket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        reads = Keywords()
        reading = Reading(reads, reads, Nothing(), Stars(), Nothing())
        staff = StaffConversation(SENTENCES, lambda: CITY, Stars(), _link)
        self.conversation = Conversation(SENTENCES, ResidentConversation(reading), staff)
        self.desk = Desk(lambda: SqlUnitOfWork(self.database), lambda: CITY, self.clock, PlainWeeks(), lambda: "123456")

    async def settle(self) -> None:
        async with SqlUnitOfWork(self.database) as uow:
            for name, posts in PEOPLE.items():
                consented = None if name == "newcomer" else self.clock.now()
                self.people[name] = await uow.contacts.add(Contact(0, "test", name, consented_at=consented))
                for post in posts:
                    await uow.posts.add(Post(0, self.people[name].id, *post))
            await uow.commit()

    async def ticket(self, kind: str, state: State) -> Ticket:
        """The reporter's ticket, put into a state."""
        if (kind, state) not in self.tickets:
            procedure, lead = KINDS[kind]
            reporter = self.people["reporter"]
            matter = Register("Litter by the gate", procedure, Intent.COMPLAIN, "T1", "990101001001")

            async def work(session: Session) -> Ticket:
                made = await session.do(await session.actor(reporter), matter)
                led = None if state in BEFORE_DISPATCH else lead
                put = replace(made, state=state, lead=led, closed_at=self.clock.now(), result="Done", **MORE.get(kind, {}))
                saved = await session.uow.tickets.save(put)
                await session.uow.tickets.append(Event(saved.id, session.now, "corrected", 0, Role.SYSTEM, made.state, state))
                if kind == "joined":
                    await session.uow.followers.add(Follower(saved.id, self.people["other resident"].id, session.now))
                return saved

            found = await self.desk.serve(f"made:{kind}:{state}", work)
            assert found is not None
            self.tickets[kind, state] = found
        return self.tickets[kind, state]

    async def tries(self, name: str, line: Line) -> str:
        """What came of it, "" for nothing; and nothing of it stays."""
        ticket = await self.ticket(line.kind, line.state)
        said = line.action.format(id=ticket.id, number=ticket.number)
        who = "reporter" if name == "muted reporter" else name
        press = {"text": said} if said.startswith("/") else {"button": said, "message_id": "m1"}
        incoming = Incoming("test", "u1", who, who, self.clock.now(), **press)  # type: ignore[arg-type]  # test shorthand
        async with Trying(self.database) as uow:
            contact = self.people[who]
            if name == "muted reporter":
                await uow.contacts.mute(contact.id, Muting(self.clock.now() + timedelta(days=1), ticket.id, ticket.number, 0))
            before = await _state(uow, contact)
            session = Session(uow, self.clock.now(), CITY, PlainWeeks(), lambda: "123456")
            await self.conversation.hear(session, incoming)
            after = await _state(uow, contact)
            said_to = select(outbox.c.speech).where(outbox.c.contact_id == contact.id, outbox.c.id > before["last"])
            heard = [row["speech"] for row in await uow.found(said_to)]
        changed = [key for key in before if key != "last" and before[key] != after[key]]
        told = [speech.get("key") or speech.get("card") or "" for speech in heard]
        return " ".join([*changed, *(key for key in told if key and not DENIED.fullmatch(key))])


async def _state(uow: Trying, contact: Contact) -> dict[str, Any]:
    tables = {table.name: select(func.count()).select_from(table) for table in (events, notes, unmaskings, sign_in_codes, followers)}
    tables["muted"] = select(func.count()).select_from(standings).where(standings.c.muted_until.is_not(None))
    tables["appealed"] = select(func.max(events.c.id)).where(events.c.kind == "mute_appealed")
    tables["versions"] = select(func.sum(tickets.c.version))
    tables["step"] = select(func.max(dialogs.c.step)).where(dialogs.c.contact_id == contact.id, dialogs.c.step != "consent")
    tables["last"] = select(func.coalesce(func.max(outbox.c.id), 0))
    return {name: next(iter((await uow.found(query))[0].values()), None) for name, query in tables.items()}


async def _link(session: Session, contact: Contact) -> str:
    return f"http://localhost/in/{contact.id}"


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}")
    await migrate(database)
    made = Counter(database)
    await made.settle()
    yield made
    await database.close()


def test_everything_that_the_chat_understands_stands_in_the_table() -> None:
    named = {line.head for line in lines()}
    assert sorted((verbs.commands() | verbs.buttons()) - named) == [], "not in chat.csv"
    assert sorted(named - (verbs.commands() | verbs.buttons() | {"/nothing", "x:nothing", "s:nothing"})) == [], "unknown to the code"


def test_the_table_names_known_people_only() -> None:
    assert {name for line in lines() for name in line.may} <= set(PEOPLE)


async def test_everybody_may_what_the_table_says_and_nothing_else(counter: Counter) -> None:
    wrong = []
    for line in lines():
        for name in PEOPLE:
            came = await counter.tries(name, line)
            if bool(came) != (name in line.may):
                wrong.append(f"{line.action} ({line.kind}, {line.state}): {name} {'may: ' + came if came else 'may not'}")
    assert wrong == []
