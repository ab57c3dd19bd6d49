"""The demo: four people on their posts, bound through the front door by invites, like anybody else."""

from __future__ import annotations

from collections.abc import Mapping

from app import invites
from app.signins import operator_code
from app.wiring import City
from storage import ConsoleAccess
from storage.counts import by_state
from web.services import DemoPage
from workflow import routing
from workflow.model import Role
from workflow.ports import Clock, PlaceFinder
from workflow.region import Level, Region


async def prepare(city: City, clock: Clock, places: PlaceFinder, topic: str) -> DemoPage:
    """Makes the four chats. The staff posts are those the region's demo complaint will need."""
    region = city.region
    village = places.locate(region.demo_complaint).code
    posts = {"role.resident": None, "role.grid_worker": (Role.GRID_WORKER, "", _grid(region, village))}
    posts |= {"role.hub_officer": (Role.HUB_OFFICER, "", routing.ancestor(region, village, Level.TOWN))}
    department = region.topics[topic].lead
    posts |= {"role.department": (Role.DEPARTMENT, department, routing.ancestor(region, village, Level.COUNTY))}
    panes = []
    for title, post in posts.items():
        token, address = await city.mailbox.open_chat()
        panes.append((title, token))
        if post is None:
            continue
        role, unit, place = post
        code, invite = invites.make(role.value, place, unit, region, clock)
        await invites.offer(city.desk, invite)
        await city.inbox.store("webchat", f"{address}:bind", address, {"id": f"{address}:bind", "chat": address, "text": f"/start {code}"})

    async def enter(role: Role) -> str | None:
        return await ConsoleAccess(city.database, clock).exchange(await operator_code(city.desk, role, region.code))

    return DemoPage(tuple(panes), region.demo_complaint, lambda: counts(city), enter)


def _grid(region: Region, village: str) -> str:
    return region.within(village, Level.GRID)[0].code


async def counts(city: City) -> Mapping[str, int]:
    """Tickets by state."""
    return await by_state(city.database)
