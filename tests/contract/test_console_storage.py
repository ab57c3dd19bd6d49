"""One-time codes, sessions and the console's lists on a real database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.signins import Links, operator_code
from storage import ConsoleAccess, ConsoleViews, OutboxQueue, SqlInbox, SqlUnitOfWork
from storage.console_views import PER_PAGE
from storage.counts import by_state
from storage.tables import console_sessions, sign_in_codes
from tests.contract.conftest import Town
from tests.workflow.build import ADMIN, AUDITOR, OFFICER, SUPERVISOR, a_ticket, an_actor
from workflow.commands import Move, Register
from workflow.desk import Session
from workflow.model import Assignee, Intent, Priority, Procedure, Role, Speech, Ticket
from workflow.policy import Reach, may_browse, reach
from workflow.states import State, Trigger
from workflow.views import Filter

WHOLE = (Reach("9901"),)


async def code_of(town: Town, who: str) -> str:
    async def work(session: Session) -> str:
        return await Links("").for_contact(session, town.people[who])

    town.served += 1
    link = await town.desk.serve(f"code:{town.served}", work)
    assert link is not None
    return link.partition("#")[2]


async def test_a_code_opens_one_session_for_its_contact(town: Town) -> None:
    access, code = ConsoleAccess(town.database, town.clock), await code_of(town, "supervisor")
    token = await access.exchange(code)
    assert token is not None
    found = await access.visitor(token)
    assert found is not None
    assert (found.contact.id, [post.role for post in found.posts]) == (town.people["supervisor"].id, [Role.SUPERVISOR])
    assert await access.exchange(code) is None
    assert await access.visitor(code) is None


async def test_two_at_once_with_one_code_are_one_session(town: Town) -> None:
    access, code = ConsoleAccess(town.database, town.clock), await code_of(town, "supervisor")
    tokens = await asyncio.gather(*(access.exchange(code) for _ in range(5)))
    assert sum(token is not None for token in tokens) == 1


async def test_a_code_lives_ten_minutes_and_a_session_eight_hours(town: Town) -> None:
    access = ConsoleAccess(town.database, town.clock)
    early, late = await code_of(town, "supervisor"), await code_of(town, "supervisor")
    town.clock.move(minutes=9, seconds=59)
    token = await access.exchange(early)
    assert token is not None
    town.clock.move(seconds=1)
    assert await access.exchange(late) is None
    for _ in range(22):
        town.clock.move(minutes=21)
        found = await access.visitor(token)
        assert found is not None
        token = found.token or token
    town.clock.move(minutes=17, seconds=58)
    assert await access.visitor(token) is not None
    town.clock.move(seconds=1)
    assert await access.visitor(token) is None


async def test_only_hashes_are_stored_and_what_is_over_is_swept_away(town: Town) -> None:
    access = ConsoleAccess(town.database, town.clock)
    first, unused = await code_of(town, "supervisor"), await code_of(town, "officer")
    token = await access.exchange(first)
    async with town.database.reading() as connection:
        stored = [*(await connection.execute(select(sign_in_codes))).all(), *(await connection.execute(select(console_sessions))).all()]
    assert len(stored) == 3
    assert not [secret for secret in (first, unused, token) for row in stored if secret in row]
    town.clock.move(hours=9)
    assert await access.exchange(await code_of(town, "supervisor")) is not None
    async with town.database.reading() as connection:
        counts = [(await connection.execute(select(func.count()).select_from(t))).scalar() for t in (sign_in_codes, console_sessions)]
    assert counts == [1, 1]


async def test_a_removed_post_is_seen_at_once_and_an_ended_session_is_over(town: Town) -> None:
    access = ConsoleAccess(town.database, town.clock)
    token = await access.exchange(await code_of(town, "supervisor"))
    assert token is not None
    async with SqlUnitOfWork(town.database) as uow:
        for post in await uow.posts.of_contact(town.people["supervisor"].id):
            await uow.posts.remove(post.id)
        await uow.commit()
    found = await access.visitor(token)
    assert found is not None and found.posts == ()
    await access.end(token)
    assert await access.visitor(token) is None


async def test_the_command_lines_post_is_one_and_is_told_nothing(town: Town) -> None:
    access = ConsoleAccess(town.database, town.clock)
    people = []
    for _ in range(2):
        token = await access.exchange(await operator_code(town.desk, Role.SUPERVISOR, "9901"))
        assert token is not None
        found = await access.visitor(token)
        assert found is not None
        people.append(found)
    assert people[0].contact == people[1].contact
    assert [(post.role, post.place) for post in people[0].posts] == [(Role.SUPERVISOR, "9901")]
    async with SqlUnitOfWork(town.database) as uow:
        assert [post.contact_id for post in await uow.posts.of_role(Role.SUPERVISOR)] == [town.people["supervisor"].id]
        told = (*await uow.posts.of_unit(""), *await uow.posts.at("", "990101001"))
        assert people[0].contact.id not in {post.contact_id for post in told}


async def tickets_of_all_kinds(town: Town) -> list[Ticket]:
    """Two of the town's hub, one of the city's, one secret."""
    found = [await town.registered(), await town.registered(Procedure.HOTLINE, "T2")]
    matters = (
        Register("Somewhere", Procedure.HOTLINE, Intent.COMPLAIN, "T1", "9901", urgent=True),
        Register("The head of Hill takes gifts", Procedure.PETITION_REPORT, Intent.REPORT, "", "990101001001"),
    )
    for matter in matters:
        ticket = await town.do("resident", matter)
        assert ticket is not None
        found.append(ticket)
    return found


@pytest.mark.parametrize("who", [OFFICER, SUPERVISOR, AUDITOR, ADMIN, 1])
async def test_lists_and_counts_hold_what_policy_allows_and_nothing_else(town: Town, who: int) -> None:
    made, views, actor = await tickets_of_all_kinds(town), ConsoleViews(town.database), an_actor(who)
    async with SqlUnitOfWork(town.database) as uow:
        # Owned by no hub, although in the hub's place.
        other = a_ticket(number="QC-261123-0099", hub=Assignee("streets", "990101001"), reporter=town.people["resident"].id)
        made.append(await uow.tickets.add(other))
        await uow.commit()
    allowed = {ticket.number for ticket in made if may_browse(actor, ticket)}
    page = await views.page(reach(actor), Filter(), town.clock.now())
    assert {line.number for line in page.lines} == allowed
    assert (page.found, page.total) == (len(allowed), len(allowed))
    overview = await views.overview(reach(actor), town.clock.now(), town.clock.now() - timedelta(hours=2))
    assert overview.total == overview.registered_today == len(allowed)


async def test_a_report_about_somebody_is_in_no_list_count_or_search(town: Town) -> None:
    secret = (await tickets_of_all_kinds(town))[-1]
    views, now = ConsoleViews(town.database), town.clock.now() + timedelta(days=300)
    for wanted in (Filter(), Filter(number=secret.number), Filter(procedure=Procedure.PETITION_REPORT), Filter(overdue=True)):
        page = await views.page(WHOLE, wanted, now)
        assert secret.number not in {line.number for line in page.lines}
        assert page.found in {None, len(page.lines)}
    assert await by_state(town.database) == {"REGISTERED": 3}
    assert (await views.overview(WHOLE, now, now)).by_state == {State.REGISTERED: 3}


async def test_what_narrows_a_list(town: Town) -> None:
    one, two, three, _ = await tickets_of_all_kinds(town)
    await town.do("officer", Move(one.id, Trigger.ACCEPT))
    views, now = ConsoleViews(town.database), town.clock.now()

    async def numbers(**wanted: object) -> set[str]:
        later = now + timedelta(days=2) if wanted.get("overdue") else now
        return {line.number for line in (await views.page(WHOLE, Filter(**wanted), later)).lines}  # type: ignore[arg-type]  # test shorthand

    assert await numbers(state=State.ACCEPTED) == {one.number}
    assert await numbers(procedure=Procedure.HOTLINE) == {two.number, three.number}
    assert await numbers(topic="T2") == {two.number}
    assert await numbers(place="990101") == {one.number, two.number}
    assert await numbers(urgent=True) == {three.number}
    assert await numbers(number=three.number[-3:]) == {three.number}
    assert await numbers(number="%") == set()
    assert await numbers(overdue=True) == {two.number, three.number}
    assert await numbers(state=State.ACCEPTED, urgent=True) == set()


async def test_late_clocks_are_counted_by_name_and_by_ticket(town: Town) -> None:
    one, two = await town.registered(), await town.registered()
    await town.do("officer", Move(one.id, Trigger.ACCEPT))
    now = town.clock.now() + timedelta(days=30)
    found = await ConsoleViews(town.database).overview(WHOLE, now, now)
    assert found.late == {"accept": 1, "reply": 2}
    assert found.late_tickets == 2
    assert (found.registered_today, found.closed_today) == (0, 0)
    await town.do("resident", Move(two.id, Trigger.WITHDRAW))
    assert (await ConsoleViews(town.database).overview(WHOLE, now, now)).late_tickets == 1


async def test_pages_are_sorted_by_deadline_and_the_last_one_is_the_end(town: Town) -> None:
    first = await town.registered()
    town.clock.move(days=2)
    for _ in range(PER_PAGE):
        await town.registered()
    views = ConsoleViews(town.database)
    page = await views.page(WHOLE, Filter(), town.clock.now())
    assert (page.lines[0].number, len(page.lines), page.found, page.before) == (first.number, PER_PAGE, PER_PAGE + 1, None)
    last = await views.page(WHOLE, Filter(), town.clock.now(), page.after)
    assert (last.page, len(last.lines), last.after) == (2, 1, None)
    assert not {line.number for line in page.lines} & {line.number for line in last.lines}


async def test_queues_show_kinds_and_reasons_and_nothing_of_a_report(town: Town) -> None:
    made = await tickets_of_all_kinds(town)
    await town.heard()
    inbox, queue, resident = SqlInbox(town.database, town.clock), OutboxQueue(town.database), town.people["resident"].id
    await inbox.store("test", "1", "a", {"text": "my words"})
    head = (await inbox.next_rows(town.clock.now()))[0]
    for _ in range(5):
        await inbox.failed([head[0].id], "ValueError")
    await inbox.store("test", "2", "b", {"text": "more words"})
    async with SqlUnitOfWork(town.database) as uow:
        for ticket in (made[0], made[-1]):
            await uow.outbox.put(Speech(resident, "staff.full", {"text": "my words"}, ticket_id=ticket.id, priority=Priority.ANSWER))
        await uow.outbox.put(Speech(town.people["officer"].id, "staff.help"))
        await uow.commit()
    for item in await queue.claim(town.clock.now()):
        await queue.dead(item.id, "unreachable")
    found = await ConsoleViews(town.database).queues()
    assert (found.inbox, found.outbox) == ({"aside": 1, "waiting": 1}, {"dead": 2})
    assert [(row.door, row.why, row.attempts) for row in found.aside] == [("test", "ValueError", 5)]
    assert {(letter.kind, letter.number, letter.why) for letter in found.dead} == {
        ("staff.full", made[0].number, "unreachable"), ("staff.help", "", "unreachable"),
    }  # fmt: skip
    assert found.dead_reasons == {"unreachable": 2}
    assert found.staffed == {"hub", "grid", "streets", "discipline", ""}
    assert "words" not in repr(found)
    for item in await queue.claim(town.clock.now()):
        await queue.dead(item.id, "unreachable")
    assert len((await ConsoleViews(town.database).queues()).dead) == 2
    assert await ConsoleViews(town.database).send_again() == 2
    left = await queue.depth()
    assert left["dead"] == 1, "a report's message is no list's business"


async def test_a_whole_ticket_is_read_with_its_trail(town: Town) -> None:
    ticket = await town.registered()
    await town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    await town.do("officer", Move(ticket.id, Trigger.DISPATCH, assignee=Assignee("grid", "990101001001001")))
    views = ConsoleViews(town.database)
    found = await views.whole(ticket.number)
    assert found is not None
    assert [event.kind for event in found.events] == ["registered", "accept", "dispatch"]
    assert await views.whole("QC-000000-0000") is None
