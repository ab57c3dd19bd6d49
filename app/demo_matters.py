"""Fills the demo's board: other residents in other towns bring matters to other desks, through the same door as everybody.

Each matter has its own resident, officer and handler, whose chats nobody looks at. They say words and press the buttons they are shown.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from app import invites
from app.demo_visitor import Visitor
from app.wiring import City
from bot.cards.choices import code_of
from workflow import routing
from workflow.model import Assignee, Role
from workflow.ports import Clock, PlaceFinder
from workflow.region import DemoEnd, DemoMatter, Level

_LOG = logging.getLogger(__name__)
_LONGEST = 60.0
"""Seconds for one matter; whoever is not shown a button by then goes home."""
_SIGNED = frozenset({DemoEnd.HANDLING, DemoEnd.REPLIED, DemoEnd.EVALUATING, DemoEnd.SATISFIED, DemoEnd.PARTLY})
_HANDED_OVER = _SIGNED - {DemoEnd.HANDLING}
_RELEASED = _HANDED_OVER - {DemoEnd.REPLIED}
_RATED = {DemoEnd.SATISFIED: ("solved", "satisfied"), DemoEnd.PARTLY: ("partly", "basic")}
_AT_A_TIME = 4
"""Matters brought at a time: the four chats of the page come first."""


async def bring_all(city: City, clock: Clock, places: PlaceFinder) -> int:
    """Brings the region's matters; answers how many went as far as they should."""
    turn = asyncio.Semaphore(_AT_A_TIME)

    async def brought(matter: DemoMatter) -> bool:
        async with turn:
            return await _brought(_Story(city, clock, matter, places.locate(matter.message).code))

    return sum(await asyncio.gather(*map(brought, city.region.demo_matters)))


async def _brought(story: _Story) -> bool:
    try:
        async with asyncio.timeout(_LONGEST):
            await story.goes_on()
    except Exception:
        # The demo is worth showing without it.
        _LOG.exception("a matter of the demo did not go as far as it should", extra={"end": story.matter.end.value})
        return False
    return True


async def bind(city: City, clock: Clock, visitor: Visitor, role: Role, desk: Assignee) -> None:
    """Invites somebody to a post, as an operator would; they come with the code."""
    code, invite = invites.make(role.value, desk.place, desk.unit, city.region, clock)
    await invites.offer(city.desk, invite)
    await visitor.says(f"/start {code}")
    await visitor.has_heard()


@dataclass(frozen=True, slots=True)
class _Story:
    """One matter. `place`: where it lies, a village or town of the region."""

    city: City
    clock: Clock
    matter: DemoMatter
    place: str

    async def goes_on(self) -> None:
        end = self.matter.end
        officer, resident = await Visitor.comes(self.city), await Visitor.comes(self.city)
        hub = Assignee(routing.HUB, routing.ancestor(self.city.region, self.place, Level.TOWN))
        await bind(self.city, self.clock, officer, Role.HUB_OFFICER, hub)
        number = await self._filed(resident)
        if end is DemoEnd.DECLINED:
            await _writes(officer, f"s:decline:{number}", self.matter.reason, self.matter.route)
        elif end is DemoEnd.ANSWERED:
            await _writes(officer, f"s:answer:{number}", self.matter.result)
        elif end is not DemoEnd.WAITING:
            handler = await self._dispatched(officer, number)
            await self._handled(handler, officer, resident, number)

    async def _filed(self, resident: Visitor) -> str:
        """The ticket's id, from the buttons of the resident's card."""
        await resident.says(self.matter.message)
        await resident.presses(*await resident.finds("c:yes"))
        if self.matter.end is DemoEnd.ANSWERED:
            await resident.presses(*await resident.finds("i:file:"))
        await resident.presses(*await resident.finds("i:submit:"))
        _, data = await resident.finds("r:add:")
        return data.split(":")[2]

    async def _dispatched(self, officer: Visitor, number: str) -> Visitor:
        """Whoever handles it is on their post before the officer sends it there."""
        message, data = await officer.finds(f"s:take:{number}:")
        desk = self._desk(data.split(":")[3])
        handler = await Visitor.comes(self.city)
        role = Role.GRID_WORKER if desk.unit == routing.GRID else Role.DEPARTMENT
        await bind(self.city, self.clock, handler, role, desk)
        await officer.presses(message, data)
        await handler.finds(f"m:sign:{number}:")
        return handler

    def _desk(self, code: str) -> Assignee:
        """The desk a button names."""
        region = self.city.region
        grids = (Assignee(routing.GRID, grid) for grid in routing.grids_near(region, self.place))
        bodies = (routing.desk(region, unit, self.place) for unit in region.units)
        return next(desk for desk in (*grids, *bodies) if code_of(desk) == code)

    async def _handled(self, handler: Visitor, officer: Visitor, resident: Visitor, number: str) -> None:
        matter = self.matter
        if matter.end is DemoEnd.DISPUTED:
            await _writes(handler, f"s:dispute:{number}", matter.reason)
        if matter.end in _SIGNED:
            await handler.presses(*await handler.finds(f"m:sign:{number}:"))
        if matter.end in _HANDED_OVER:
            await _writes(handler, f"s:reply:{number}", matter.result)
            await handler.presses(*await handler.finds(f"s:hand:{number}"))
        if matter.end in _RELEASED:
            await officer.presses(*await officer.finds(f"m:release:{number}:"))
        if matter.end in _RATED:
            verdict, mark = _RATED[matter.end]
            await resident.presses(*await resident.finds(f"r:verdict:{number}:{verdict}:"))
            await resident.presses(*await resident.finds(f"r:rate:{number}:{mark}"))


async def _writes(visitor: Visitor, begin: str, *words: str) -> None:
    """Presses a button that asks for words, and writes them: a chat is read in order, so the question need not be waited for."""
    await visitor.presses(*await visitor.finds(begin))
    for said in words:
        await visitor.says(said)
