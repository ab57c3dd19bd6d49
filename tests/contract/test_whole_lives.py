"""Whole lives of tickets, made up by hypothesis: anybody does anything at any time, two at once, a request twice, time passes.

Whatever happens: a refusal leaves no trace, every change leaves one event, a state is what the last event says, an open ticket has an
owner, a closed one has a verdict or a reason and no clock, promises stay, loops are bounded, and a 检举 is nobody else's.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from app.watch import Watch
from storage import SqlUnitOfWork, migrate, open_database
from storage.tables import outbox
from tests.clock import FrozenClock
from tests.contract.conftest import PEOPLE, Town
from tests.postgres import Server
from tests.workflow.build import GRID, REGION, PlainWeeks
from workflow.commands import (
    Add,
    AskExtension,
    Command,
    Correct,
    DecideExtension,
    Move,
    Object,
    Rate,
    Register,
    RegisterSeveral,
    Relay,
    Urge,
)  # fmt: skip
from workflow.desk import Desk
from workflow.errors import Refused
from workflow.guards import MAX_REWORKS
from workflow.letters import Letter
from workflow.model import Assignee, Clock, Contact, Event, Intent, Outcome, Post, Procedure, Role, Ticket
from workflow.states import RESTING, State, Trigger

T = TypeVar("T")
DESKS = (
    Assignee("grid", GRID), Assignee("streets", "990101"), Assignee("discipline", "9901"), Assignee("hub", "990101001"),
    Assignee("no", "99"),
)  # fmt: skip
LED = frozenset({
    State.DISPATCHED, State.DISPUTED, State.DESIGNATED, State.HANDLING, State.SUSPENDED, State.REPLIED, State.EVALUATING,
})  # fmt: skip
COUNTER = frozenset({"resident", "counter"})
words = st.sampled_from(["because", " ", ""])
people = st.sampled_from(sorted(PEOPLE))


@st.composite
def moves(draw: st.DrawFn, ticket_id: int, numbers: list[str]) -> Move:
    outcome = draw(st.sampled_from([None, *Outcome]))
    fits = {Outcome.RESOLVED: "solved", Outcome.PARTLY: "partly"}
    return Move(
        ticket_id, draw(st.sampled_from(Trigger)), reason=draw(words), route=draw(words), assignee=draw(st.sampled_from([*DESKS, None])),
        result=draw(words), outcome=outcome, parent_number=draw(st.sampled_from(["", *numbers])), plan=draw(words),
        review_date=draw(st.sampled_from([None, date(2026, 12, 1), date(2027, 6, 1)])), verdict=fits.get(outcome, "") if outcome else "",
    )  # fmt: skip


def follow_ups(ticket_id: int) -> st.SearchStrategy[Command]:
    return st.one_of(
        st.just(Urge(ticket_id)), st.builds(Add, st.just(ticket_id), words), st.builds(Relay, st.just(ticket_id), words),
        st.builds(Object, st.just(ticket_id), words), st.builds(Rate, st.just(ticket_id), st.sampled_from(["satisfied", "?"])),
        st.builds(AskExtension, st.just(ticket_id), st.integers(-1, 40), words),
        st.builds(DecideExtension, st.just(ticket_id), st.booleans(), words),
        st.builds(Correct, st.just(ticket_id), st.sampled_from(["", "T2", "X"]), st.sampled_from(["", "990101001002", "0"])),
    )  # fmt: skip


class Lives(RuleBasedStateMachine):
    """The database is a copy of a migrated one: real SQLite, without a migration for each life."""

    template: Path
    server: Server | None = None
    url: str

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.promises: dict[int, Clock] = {}
        self.known: dict[int, tuple[Ticket, int]] = {}
        self.letters: list[int] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)

    @initialize()
    def open(self) -> None:
        if self.server is None:
            shutil.copy(self.template, self.folder / "city.db")
            self.url = f"sqlite+aiosqlite:///{self.folder / 'city.db'}"
        else:
            self.url = self.run(self.server.fresh())
        self.run(self._open())

    async def _open(self) -> None:
        database, clock = open_database(self.url), FrozenClock()
        desk = Desk(lambda: SqlUnitOfWork(database), lambda: REGION, clock, PlainWeeks(), lambda: "123456")
        contacts: dict[str, Contact] = {}
        async with SqlUnitOfWork(database) as uow:
            for name, post in PEOPLE.items():
                contacts[name] = await uow.contacts.add(Contact(0, "test", name, created_at=clock.now()))
                if post is not None:
                    await uow.posts.add(Post(0, contacts[name].id, *post))
            await uow.commit()
        self.town = Town(database, desk, clock, contacts)
        self.watch = Watch(lambda: SqlUnitOfWork(database), desk, clock)

    def teardown(self) -> None:
        self.run(self.town.database.close())
        if self.server is not None:
            self.run(self.server.drop(self.url))
        self.loop.close()
        shutil.rmtree(self.folder)

    @precondition(lambda self: len(self.known) < 3)
    @rule(procedure=st.sampled_from([Procedure.PETITION_CLAIM, *Procedure]), topic=st.sampled_from(["T1", "T2", ""]))
    def registers(self, procedure: Procedure, topic: str) -> None:
        matter = Register("Litter by the gate", procedure, Intent.COMPLAIN, topic, "990101001001", "gate")
        ticket = self.run(self.town.do("resident", matter))
        assert ticket is not None and ticket.id not in self.known
        self.known[ticket.id] = (ticket, 1)

    @precondition(lambda self: len(self.known) < 2)
    @rule(topics=st.tuples(*[st.sampled_from(["T1", "T2", ""])] * 2))
    def registers_several(self, topics: tuple[str, ...]) -> None:
        matters = tuple(Register("Litter", Procedure.GRID_EVENT, Intent.COMPLAIN, topic, "990101001001") for topic in topics)
        first = self.run(self.town.do("resident", RegisterSeveral(matters)))
        assert first is not None and first.letter_id is not None
        self.letters.append(first.letter_id)
        self.known |= {ticket.id: (ticket, 1) for ticket in self._letter(first.letter_id)[1]}

    @precondition(lambda self: bool(self.known))
    @rule(data=st.data(), who=people)
    def moves(self, data: st.DataObject, who: str) -> None:
        self._does(who, data.draw(moves(self._chosen(data), [ticket.number for ticket, _ in self.known.values()])))

    @precondition(lambda self: bool(self.known))
    @rule(data=st.data(), steps=st.integers(1, 9))
    def goes_on(self, data: st.DataObject, steps: int) -> None:
        """Some way along the main road: most random moves are refused, and lives would hardly begin."""
        chosen = self._chosen(data)
        for _ in range(steps):
            self._step(chosen, data.draw(st.sampled_from(DESKS[:2])), data.draw(st.integers(0, 3)) == 0)

    def _step(self, ticket_id: int, desk: Assignee, aside: bool) -> None:
        ticket, _ = self.known[ticket_id]
        who, trigger = (ASIDE if aside and ticket.state in ASIDE else ROAD).get(ticket.state, ("officer", Trigger.ACCEPT))
        secret = ticket.procedure is Procedure.PETITION_REPORT
        if secret and who != "resident":
            who = "counter"
        elif who == "worker" and ticket.lead == DESKS[1]:
            who = "bureau"
        self._does(who, Move(
            ticket.id, trigger, reason="because", assignee=ticket.hub if secret else desk, result="done", outcome=Outcome.RESOLVED,
            verdict="solved", plan="soon", route="the court",
            review_date=(self.town.clock.now() + timedelta(days=5)).date(),
        ))  # fmt: skip

    @precondition(lambda self: bool(self.known))
    @rule(data=st.data(), who=people)
    def follows_up(self, data: st.DataObject, who: str) -> None:
        self._does(who, data.draw(follow_ups(self._chosen(data))))

    @precondition(lambda self: bool(self.known))
    @rule(data=st.data(), first=people, second=people)
    def two_at_once(self, data: st.DataObject, first: str, second: str) -> None:
        chosen = self._chosen(data)
        numbers = [ticket.number for ticket, _ in self.known.values()]
        self._does_all((first, data.draw(moves(chosen, numbers))), (second, data.draw(follow_ups(chosen))))

    @precondition(lambda self: bool(self.known))
    @rule(data=st.data())
    def a_request_comes_twice(self, data: st.DataObject) -> None:
        chosen = self._chosen(data)
        self.town.served += 1
        request = f"twice:{self.town.served}"
        try:
            first = self.run(self.town.do("resident", Add(chosen, "words"), request))
        except Refused:
            return
        assert first is not None
        assert self.run(self.town.do("resident", Add(chosen, "words"), request)) is None
        self._note(first, 1)

    @rule(hours=st.sampled_from([1, 24, 24 * 8, 24 * 400]))
    def time_passes(self, hours: int) -> None:
        self.town.clock.move(hours=hours)
        self.run(self.watch.tick())
        assert self.run(self.watch.tick()) == 0
        for ticket_id, (ticket, _) in list(self.known.items()):
            self._note(self._stored(ticket_id), len(self._events(ticket_id)) - self.known[ticket_id][1])
            assert self.known[ticket_id][0].state is ticket.state

    def _chosen(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(sorted(self.known)))

    def _does(self, who: str, command: Command) -> None:
        self._does_all((who, command))

    def _does_all(self, *doings: tuple[str, Command]) -> None:
        async def together() -> list[Ticket | BaseException | None]:
            return await asyncio.gather(*(self.town.do(who, command) for who, command in doings), return_exceptions=True)

        results = self.run(together())
        assert all(isinstance(result, Ticket | Refused) for result in results), results
        done = [result for result in results if isinstance(result, Ticket)]
        ticket_id = doings[0][1].ticket_id  # type: ignore[union-attr]  # no Register here
        if done:
            self._note(max(done, key=lambda ticket: ticket.version), len(done))
        else:
            before, count = self.known[ticket_id]
            assert self._stored(ticket_id) == before, "a refusal leaves no trace"
            assert len(self._events(ticket_id)) == count

    def _note(self, ticket: Ticket, events: int) -> None:
        self.known[ticket.id] = (ticket, self.known[ticket.id][1] + events)

    def _stored(self, ticket_id: int) -> Ticket:
        async def read() -> Ticket | None:
            async with SqlUnitOfWork(self.town.database, reading=True) as uow:
                return await uow.tickets.get(ticket_id)

        found = self.run(read())
        assert found is not None
        return found

    def _events(self, ticket_id: int) -> tuple[Event, ...]:
        async def read() -> tuple[Event, ...]:
            async with SqlUnitOfWork(self.town.database, reading=True) as uow:
                return await uow.tickets.events(ticket_id)

        return self.run(read())

    @invariant()
    def every_ticket_is_sound(self) -> None:
        for ticket_id, (known, count) in self.known.items():
            ticket, events = self._stored(ticket_id), self._events(ticket_id)
            assert ticket == known
            assert len(events) == count, "one event for each change"
            assert events[0].source is None
            assert [event.source for event in events[1:]] == [event.target for event in events[:-1]]
            assert ticket.state is events[-1].target
            self._owned(ticket)
            self._timed(ticket)
            self._bounded(ticket, events)

    def _owned(self, ticket: Ticket) -> None:
        assert ticket.hub.unit in REGION.units
        assert ticket.lead is not None or ticket.state not in LED
        if ticket.procedure is Procedure.PETITION_REPORT:
            assert ticket.hub.unit == "discipline"
            assert ticket.lead is None or ticket.lead.unit == "discipline"

    def _timed(self, ticket: Ticket) -> None:
        assert ticket.state not in RESTING or not any(clock.running for clock in ticket.clocks)
        if ticket.state in {State.REVIEW, State.RECHECK, State.SUSPENDED, State.EVALUATING, State.REGISTERED}:
            assert any(clock.running for clock in ticket.clocks), f"nobody watches {ticket.state}"
        promise = ticket.clock("reply")
        if promise is not None:
            first = self.promises.setdefault(ticket.id, promise)
            assert promise.started_at == first.started_at, "a promise is given once"
            assert promise.due_at == first.due_at or (ticket.extension == "granted" and promise.due_at > first.due_at)

    def _bounded(self, ticket: Ticket, events: tuple[Event, ...]) -> None:
        assert ticket.reworks <= MAX_REWORKS and ticket.reviews <= 2
        assert sum(event.kind == "extension_granted" for event in events) <= 1
        for event in events:
            if event.kind == Trigger.CLOSE:
                assert event.actor_role in {Role.RESIDENT, Role.HUB_OFFICER, Role.SUPERVISOR, Role.DEPARTMENT}
                assert event.actor_role is Role.RESIDENT or event.reason.strip(), "silence closes nothing"
            if event.kind == Trigger.DECLINE:
                assert event.reason.strip() and event.data["route"].strip()

    def _letter(self, letter_id: int) -> tuple[Letter, tuple[Ticket, ...]]:
        async def read() -> tuple[Letter, tuple[Ticket, ...]]:
            async with SqlUnitOfWork(self.town.database) as uow:
                return await uow.letters.held(letter_id), await uow.tickets.of_letter(letter_id)

        return self.run(read())

    @invariant()
    def a_letter_is_over_with_the_last_of_its_tickets(self) -> None:
        for letter_id in self.letters:
            letter, tickets = self._letter(letter_id)
            assert (letter.closed_at is not None) == all(ticket.state in RESTING for ticket in tickets)
            assert all(ticket.reporter == self.town.people["resident"].id for ticket in tickets)

    @invariant()
    def a_report_about_somebody_is_nobody_elses(self) -> None:
        secret = {ticket.id for ticket, _ in self.known.values() if ticket.procedure is Procedure.PETITION_REPORT}
        if not secret:
            return

        async def heard_and_listed() -> tuple[set[int], set[int]]:
            async with SqlUnitOfWork(self.town.database, reading=True) as uow:
                listed = [*await uow.tickets.in_places("", ["9901"], list(State)), *await uow.tickets.at_desks(DESKS[:2], list(State))]
            async with self.town.database.reading() as connection:
                rows = await connection.execute(select(outbox.c.contact_id).where(outbox.c.ticket_id.in_(secret)))
                return {row[0] for row in rows}, {ticket.id for ticket in listed}

        heard, listed = self.run(heard_and_listed())
        assert heard <= {self.town.people[name].id for name in COUNTER}
        assert not listed & secret


ROAD: dict[State, tuple[str, Trigger]] = {
    State.REGISTERED: ("officer", Trigger.ACCEPT),
    State.ACCEPTED: ("officer", Trigger.DISPATCH),
    State.DISPATCHED: ("worker", Trigger.SIGN),
    State.DISPUTED: ("officer", Trigger.REROUTE),
    State.DESIGNATED: ("worker", Trigger.SIGN),
    State.HANDLING: ("worker", Trigger.REPLY),
    State.SUSPENDED: ("officer", Trigger.RESUME),
    State.REPLIED: ("officer", Trigger.RELEASE),
    State.EVALUATING: ("resident", Trigger.CLOSE),
    State.CLOSED: ("resident", Trigger.REQUEST_REVIEW),
    State.REVIEW: ("supervisor", Trigger.CONCLUDE_REVIEW),
    State.RECHECK: ("supervisor", Trigger.CONCLUDE_RECHECK),
}

ASIDE: dict[State, tuple[str, Trigger]] = {
    State.REGISTERED: ("officer", Trigger.DECLINE),
    State.DECLINED: ("officer", Trigger.UPHOLD_OBJECTION),
    State.DISPATCHED: ("worker", Trigger.DISPUTE),
    State.DISPUTED: ("officer", Trigger.DESIGNATE),
    State.HANDLING: ("officer", Trigger.SUSPEND),
    State.REPLIED: ("officer", Trigger.SEND_BACK),
    State.EVALUATING: ("resident", Trigger.REWORK),
    State.CLOSED: ("resident", Trigger.REOPEN),
}


def lives(examples: int) -> None:
    plan = settings(
        max_examples=examples, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True,
        derandomize=True,
        phases=[Phase.generate],  # making a life shorter takes minutes, and its steps are printed anyway
    )  # fmt: skip
    run_state_machine_as_test(Lives, settings=plan)


def test_whole_lives_on_postgresql(postgresql: Server) -> None:
    Lives.server = postgresql
    try:
        lives(20)
    finally:
        Lives.server = None


def test_whole_lives(tmp_path: Path) -> None:
    async def prepare() -> None:
        database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'template.db'}")
        await migrate(database)
        await database.close()

    asyncio.run(prepare())
    Lives.template = tmp_path / "template.db"
    lives(40)
