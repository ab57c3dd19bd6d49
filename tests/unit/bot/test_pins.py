"""A shared point reaches those who go there: on the page, on the card, in the full text; and the nearest hub."""

from __future__ import annotations

import pytest

from storage import SqlUnitOfWork
from tests.unit.bot.test_resident import MATTER, Chat
from workflow.model import Contact, Point, Post, Role
from workflow.region import Level
from workflow.routing import ancestor

CENTRE = Point(22.60552, 113.0095)  # of the town that the officer of `chat` serves
SHOWN = "22.60552, 113.00950"
CRY = "有人拿刀砍人"
FAR_TOWN = "440705106"


async def far_officer(chat: Chat, name: str = "far") -> None:
    async with SqlUnitOfWork(chat.database) as uow:
        contact = await uow.contacts.add(Contact(0, "test", name, consented_at=chat.clock.now()))
        await uow.posts.add(Post(0, contact.id, Role.HUB_OFFICER, "hub", FAR_TOWN))
        await uow.commit()


def read(chat: Chat, who: str) -> list[str]:
    return [ready.html for _, ready in chat.screen.get(who, [])]


@pytest.mark.parametrize("order", ["together", "pin first", "words first"])
async def test_a_point_in_an_emergency_reaches_the_nearest_hub_at_once(chat: Chat, order: str) -> None:
    await far_officer(chat)
    await chat.consented()
    town = ancestor(chat.region, chat.grid.place, Level.TOWN)
    match order:
        case "together":
            await chat.says(CRY, location=CENTRE)
        case "pin first":
            await chat.says("", location=CENTRE)
            await chat.says(CRY)
        case _:
            await chat.says(CRY)
            assert (await chat.ticket()).place == chat.region.code
            await chat.says("", location=CENTRE)
    ticket = await chat.ticket()
    assert (ticket.place, ticket.hub.place, ticket.point) == (town, town, CENTRE)
    page = next(html for html in reversed(read(chat, "officer")) if "可能涉及人身安全" in html)
    assert CRY in page and SHOWN in page and "杜阮镇" in page and "geo:22.60552,113.00950" in page
    paged_far = [html for html in read(chat, "far") if "可能涉及人身安全" in html]
    assert len(paged_far) == (1 if order == "words first" else 0), "before the point everybody was called"
    assert not any(SHOWN in html for html in paged_far)


async def test_a_point_between_towns_calls_all_that_are_near_and_nobody_else(chat: Chat) -> None:
    await far_officer(chat)
    await chat.consented()
    await chat.says(CRY, location=Point(22.63, 113.05))
    ticket = await chat.ticket()
    near = ticket.understanding["on_call"]
    town = ancestor(chat.region, chat.grid.place, Level.TOWN)
    assert len(near) > 1 and town in near and FAR_TOWN not in near
    assert any("22.63000" in html for html in read(chat, "officer"))
    assert read(chat, "far") == []
    await chat.presses("受理并派", "officer")


async def test_a_point_elsewhere_calls_both_hubs(chat: Chat) -> None:
    await far_officer(chat)
    await chat.consented()
    far = chat.region.places[FAR_TOWN]
    assert far.lat is not None and far.lon is not None
    await chat.says("杜阮镇井根村有人拿刀砍人", location=Point(far.lat, far.lon))
    assert any("可能涉及人身安全" in html for html in read(chat, "officer"))
    assert any("可能涉及人身安全" in html for html in read(chat, "far"))
    assert (await chat.ticket()).hub.place == ancestor(chat.region, chat.grid.place, Level.TOWN)
    await chat.says("快来人，还在砍人", location=Point(far.lat, far.lon))
    assert sum("可能涉及人身安全" in html for html in read(chat, "far")) >= 2


async def test_before_the_notice_a_point_in_danger_goes_too(chat: Chat) -> None:
    await chat.says(CRY)
    await chat.says("", location=CENTRE)
    assert (await chat.ticket()).point == CENTRE
    assert any(SHOWN in html for html in read(chat, "officer"))


async def test_a_point_of_an_ordinary_matter_is_on_the_card_and_in_the_full_text(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER, location=CENTRE)
    await chat.presses("提交")
    assert SHOWN in chat.last("officer") and "geo:22.60552,113.00950" in chat.last("officer")
    await chat.presses("看全文", "officer")
    assert SHOWN in chat.last("officer")


async def test_a_point_may_be_added_later(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.says("", location=CENTRE, reply_to=chat.newest(ticket.number))
    assert "已补充到" in chat.last()
    after = await chat.ticket()
    assert (after.point, after.place) == (CENTRE, ticket.place)
    assert SHOWN in chat.last("officer")
    await chat.presses("补充")
    await chat.says("在水塔旁边", location=Point(22.6, 113.0))
    assert (await chat.ticket()).point == Point(22.6, 113.0)
    assert "在水塔旁边" in [note.text for note in await chat.notes()]
