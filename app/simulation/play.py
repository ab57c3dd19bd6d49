"""Plays the days: the clock goes from one thing that happens to the next, and waits until all that follows is heard and said.

What reads, sends and watches is the system's own, stepped instead of left to its pauses.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from app.simulation.ledger import Matter
from app.simulation.matters import Composer, Said
from app.simulation.residents import Resident
from app.simulation.roster import Roster
from app.simulation.scene import Scene
from app.simulation.settings import Burst
from storage import reckoning
from workflow import routing
from workflow.region import Level
from workflow.states import RESTING

_WATCH = timedelta(hours=1)
_TOGETHER = timedelta(minutes=1)
"""What lies within it may be done at once, where more than one thing at a time is wanted."""
_FINISH = timedelta(hours=6)
"""After the last day nobody brings anything new, and what was begun is brought to its end."""
_REST = 0.05
_MOST_OPEN = 8
_TRIES = 20
Told = Callable[[int, Mapping[str, int]], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """`burst_on`: number of the day, from 0. `at_once`: so many people act together."""

    days: int
    per_day: int
    residents: int
    burst: Burst | None = None
    burst_on: int = 0
    at_once: int = 1


@dataclass(slots=True)
class Played:
    """`backlog`: open tickets by state at the end of each day. `seconds`: real time of the days alone, `cores`: what of it was worked."""

    backlog: list[dict[str, int]] = field(default_factory=list)
    missed: int = 0
    seconds: float = 0.0
    cores: float = 0.0


class Play:
    def __init__(self, scene: Scene, composer: Composer, plan: Plan, told: Told = lambda _day, _backlog: None) -> None:
        """`told` hears of each day that is over."""
        self._scene = scene
        self._composer = composer
        self._plan = plan
        self._told = told
        self._people: dict[int, Resident] = {}
        self._known: list[int] = []
        self._played = Played()
        self._brought = 0

    async def run(self) -> Played:
        scene, plan = self._scene, self._plan
        await Roster(scene).opens()
        await self.settle()
        begun, worked = asyncio.get_running_loop().time(), time.process_time()
        start = scene.now
        for day in range(plan.days):
            scene.diary.note(start + timedelta(days=day), "city", partial(self._dawns, day))
        scene.diary.note(start + timedelta(minutes=1), "watch", self._watches)
        await self._until(start + timedelta(days=plan.days))
        await self._until(scene.now + _FINISH)
        self._played.seconds = asyncio.get_running_loop().time() - begun
        self._played.cores = time.process_time() - worked
        return self._played

    async def _until(self, end: datetime) -> None:
        scene, diary = self._scene, self._scene.diary
        many = self._plan.at_once > 1
        while (at := diary.next_at()) is not None and at <= end:
            scene.clock.move_to(at)
            now = diary.due(at + _TOGETHER if many else at, self._plan.at_once)
            scene.clock.move_to(max(one[0] for one in now))
            await asyncio.gather(*(act() for _, _, act in now))
            await self.settle()
        scene.clock.move_to(end)

    async def settle(self) -> None:
        """Until everything is heard and said that can be now."""
        reader, relay = self._scene.city.engine.reader, self._scene.city.engine.relay
        while True:
            await reader.step()
            heard = reader.idle
            if self._plan.at_once == 1:
                await reader.drain()
            await relay.step()
            if heard and relay.idle:
                break
            if self._plan.at_once == 1:
                await relay.drain()
            else:
                await _first(reader.pulse.rest(_REST), relay.pulse.rest(_REST))
        self._scene.chats.quiet()

    async def _watches(self) -> None:
        self._scene.diary.note(self._scene.now + _WATCH, "watch", self._watches)
        self._played.missed += await self._scene.city.engine.watch.round()

    async def _dawns(self, day: int) -> None:
        """A day's arrivals are made up as it begins; the day before is reckoned."""
        scene, plan = self._scene, self._plan
        if day:
            await self._evening(day - 1)
        if day == plan.days - 1:
            scene.diary.note(scene.now + timedelta(days=1) - timedelta(seconds=1), "city", partial(self._evening, day))
        arrivals = scene.settings.arrivals
        share = 1.0 if scene.hours.is_working_day(scene.now) else arrivals.free_days
        rng = scene.dice.of("day", day)
        for _ in range(round(plan.per_day * share * rng.uniform(0.9, 1.1))):
            hour = rng.choices(range(len(arrivals.hours)), arrivals.hours)[0] + rng.random()
            scene.later("arrivals", partial(self._arrives, self._brought), hours=hour)
            self._brought += 1
        if plan.burst is not None and day == plan.burst_on:
            self._bursts(plan.burst)

    def _bursts(self, burst: Burst) -> None:
        scene, rng = self._scene, self._scene.dice.of("burst")
        county = routing.ancestor(scene.city.region, self._composer.village("burst"), Level.COUNTY)
        for _ in range(burst.people):
            hour = burst.begins + burst.hours * rng.betavariate(2, 4)
            scene.later("arrivals", partial(self._arrives, self._brought, burst=burst, county=county), hours=hour)
            self._brought += 1

    async def _evening(self, day: int) -> None:
        states = await reckoning.states(self._scene.city.database)
        at_rest = {state.value for state in RESTING}
        backlog = {state: count for state, count in sorted(states.items()) if state not in at_rest}
        self._played.backlog.append(backlog)
        self._told(day, backlog)

    async def _arrives(self, number: int, burst: Burst | None = None, county: str = "") -> None:
        who = self._somebody(number, county)
        if burst is not None:
            said: Said = self._composer.burst(burst, self._composer.near(county, number), number)
        else:
            said = self._composer.usual(who.home, number)
        text, place, said_place, kind = said
        matter: Matter = self._scene.ledger.opened(text, place, said_place, kind)
        await who.brings(matter)

    def _somebody(self, number: int, county: str) -> Resident:
        """Somebody who has nothing half said; as a rule one who never wrote before."""
        rng = self._scene.dice.of("who", number)
        if self._known and rng.random() < self._scene.settings.shares.repeats:
            again = self._people[rng.choice(self._known)]
            if again.is_free and again.open_tickets < _MOST_OPEN:
                return again
        for _ in range(_TRIES):
            person = rng.randrange(self._plan.residents)
            if person not in self._people:
                return self._new(person)
            if self._people[person].is_free and self._people[person].open_tickets < _MOST_OPEN:
                return self._people[person]
        return self._new(self._plan.residents + number)

    def _new(self, person: int) -> Resident:
        address = f"resident-{person}"
        made = self._people[person] = Resident(self._scene, address, self._composer.village(person))
        self._known.append(person)
        self._scene.chats.belongs(address, made)
        return made


async def _first(*waits: object) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]  # type: ignore[call-overload]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
