"""Who is on which post: hubs and supervisors from the start, everybody else as soon as something is sent to them."""

from __future__ import annotations

from app import invites
from app.simulation.clerks import Clerk
from app.simulation.scene import Scene
from storage import SqlUnitOfWork
from workflow import routing
from workflow.model import Assignee, Role
from workflow.region import VILLAGE_DIGITS, Level


class Roster:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._clerks: dict[Assignee, Clerk] = {}

    async def opens(self) -> None:
        """Hubs, the discipline counter and supervisors take their posts."""
        region = self._scene.city.region
        for place in region.places.values():
            if place.level is Level.TOWN:
                await self._comes(Role.HUB_OFFICER, Assignee(routing.HUB, place.code))
            elif place.level in {Level.COUNTY, Level.CITY}:
                await self._comes(Role.SUPERVISOR, Assignee("", place.code))
        for number in ("", "-2"):  # who answers a report does not check it
            await self._comes(Role.DEPARTMENT, Assignee(routing.DISCIPLINE, region.code), number)

    async def fills(self, ticket_id: int, code: str) -> bool:
        """Fits `app.simulation.clerks.Fills`. `code`: see `bot.cards.choices.code_of`."""
        desk = await self._desk(ticket_id, code)
        if desk is None or desk in self._clerks:
            return True
        await self._comes(Role.GRID_WORKER if desk.unit == routing.GRID else Role.DEPARTMENT, desk)
        return False

    async def _desk(self, ticket_id: int, code: str) -> Assignee | None:
        region = self._scene.city.region
        if code.startswith("g"):
            return Assignee(routing.GRID, code[1 : VILLAGE_DIGITS + 1])
        async with SqlUnitOfWork(self._scene.city.database, reading=True) as uow:
            ticket = await uow.tickets.get(ticket_id)
        if ticket is None or code[1:] not in region.units or code[1:] == routing.HUB:
            return None
        return routing.desk(region, code[1:], ticket.place)

    async def _comes(self, role: Role, desk: Assignee, number: str = "") -> None:
        address = f"post-{desk.unit or role.value}-{desk.place}{number}"
        clerk = self._clerks[desk] = Clerk(self._scene, address, self.fills)
        self._scene.chats.belongs(address, clerk)
        code, invite = invites.make(role.value, desk.place, desk.unit, self._scene.city.region, self._scene.clock)
        await invites.offer(self._scene.city.desk, invite)
        await self._scene.says(address, f"/start {code}")
