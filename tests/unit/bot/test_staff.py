"""The staff's half of the chat over a real desk: every press, every step, and what stands on the screen afterwards."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import texts
from bot.doors import Incoming, ReadyMessage
from bot.speak import Speaker
from bot.staff import StaffConversation
from storage import Database, OutboxQueue, SqlUnitOfWork, migrate, open_database
from tests.clock import FrozenClock
from tests.workflow.build import GRID, REGION, PlainWeeks
from workflow.commands import Add, Command, Move, Register, Relay
from workflow.desk import Desk, Session
from workflow.model import Contact, FileRef, Intent, Outcome, Post, Procedure, Role, Ticket
from workflow.states import State, Trigger

SENTENCES = texts.load(strict=True)
PHONE = "13800138000"
PHOTO = FileRef("ab" * 32, "photo", "image/jpeg", 3)
PEOPLE: dict[str, tuple[Role, str, str] | None] = {
    "resident": None,
    "worker": (Role.GRID_WORKER, "grid", GRID),
    "officer": (Role.HUB_OFFICER, "hub", "990101001"),
    "bureau": (Role.DEPARTMENT, "streets", "990101"),
    "supervisor": (Role.SUPERVISOR, "", "9901"),
    "counter": (Role.DEPARTMENT, "discipline", "9901"),
    "admin": (Role.ADMIN, "", "9901"),
}


class Stars:
    def mask(self, text: str) -> str:
        return re.sub(r"\d{11}", "****", text)


async def signin(session: Session, contact: Contact) -> str:
    return f"http://localhost/in/{contact.id}"


@dataclass
class Office:
    """People with screens: `press`, `write`, and `screen` holds what was delivered to each."""

    database: Database
    clock: FrozenClock
    people: dict[str, Contact] = field(default_factory=dict)
    screen: dict[str, list[ReadyMessage]] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=dict)
    served: int = 0

    def __post_init__(self) -> None:
        self.desk = Desk(lambda: SqlUnitOfWork(self.database), lambda: REGION, self.clock, PlainWeeks(), lambda: "123456")
        self.staff = StaffConversation(SENTENCES, lambda: REGION, Stars(), signin)
        self.speaker = Speaker(SENTENCES, lambda: REGION, Stars(), self.clock, ZoneInfo("Asia/Shanghai"))

    async def hear(self, who: str, chat: str = "", **given: object) -> str | None:
        """What the conversation answered ("none" for: not for staff), after all messages were delivered."""
        self.served += 1
        contact = self.people[chat or who]
        kind = "group" if chat else "private"
        incoming = Incoming("test", f"r{self.served}", contact.address, who, self.clock.now(), kind, **given)  # type: ignore[arg-type]  # test shorthand

        async def work(session: Session) -> str:
            actor = await session.actor(self.people[who])
            dialog = await session.uow.dialogs.get(contact.id)
            toast = await self.staff.hear(session, contact, actor, incoming, dialog)
            return "none" if toast is None else toast

        toast = await self.desk.serve(incoming.request_id, work)
        await self.deliver()
        return toast

    async def press(self, who: str, button: str, chat: str = "") -> str | None:
        return await self.hear(who, chat, button=button, message_id="p1")

    async def write(self, who: str, text: str, chat: str = "", **given: object) -> str | None:
        return await self.hear(who, chat, text=text, **given)

    async def do(self, who: str, command: Command) -> Ticket:
        self.served += 1

        async def work(session: Session) -> Ticket:
            return await session.do(await session.actor(self.people[who]), command)

        done = await self.desk.serve(f"d{self.served}", work)
        await self.deliver()
        assert done is not None
        return done

    async def deliver(self) -> None:
        """Renders everything in all three languages, so that no sentence lacks a value in any of them."""
        queue = OutboxQueue(self.database)
        names = {contact.id: name for name, contact in self.people.items()}
        while items := await queue.claim(self.clock.now()):
            for item in items:
                async with SqlUnitOfWork(self.database) as uow:
                    for language in ("en", "zh-Hant", "zh-Hans"):
                        contact = replace(item.contact, language=language)
                        ready = await self.speaker.render(uow, contact, item.speech)
                if ready is not None:
                    self.screen.setdefault(names[item.contact.id], []).append(ready)
                    self.ids.setdefault(names[item.contact.id], []).append(f"m{item.id}")
                    assert all(len(button.data.encode()) <= 64 for line in ready.buttons for button in line)
                await queue.sent(item, f"m{item.id}" if ready is not None else "", self.clock.now())

    def last(self, who: str) -> ReadyMessage:
        return self.screen[who][-1]

    def message(self, who: str, words: str) -> str:
        """The id of the newest message with these words."""
        found = [sent for sent, ready in zip(self.ids[who], self.screen[who], strict=True) if words in ready.html]
        return found[-1]

    async def ticket(self, ticket_id: int) -> Ticket:
        async with SqlUnitOfWork(self.database) as uow:
            found = await uow.tickets.get(ticket_id)
        assert found is not None
        return found

    async def registered(self, procedure: Procedure = Procedure.GRID_EVENT, text: str = f"Litter, call {PHONE}") -> Ticket:
        seen = {"topics": ["T1", "T2"], "words": ["Litter"]}
        return await self.do(
            "resident",
            Register(text, procedure, Intent.COMPLAIN, "T1", "990101001001", "gate", confidence=0.54, understanding=seen),
        )

    async def dispatched(self) -> Ticket:
        ticket = await self.registered()
        await self.press("officer", f"s:take:{ticket.id}:g{GRID}")
        return await self.ticket(ticket.id)

    async def handling(self) -> Ticket:
        ticket = await self.dispatched()
        await self.press("worker", f"m:sign:{ticket.id}:0")
        return await self.ticket(ticket.id)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}")
    await migrate(database)
    made = Office(database, FrozenClock())
    async with SqlUnitOfWork(database) as uow:
        for name, post in PEOPLE.items():
            made.people[name] = await uow.contacts.add(Contact(0, "test", name, created_at=made.clock.now()))
            if post is not None:
                await uow.posts.add(Post(0, made.people[name].id, *post))
        made.people["group"] = await uow.contacts.add(Contact(0, "test", "group", "group", created_at=made.clock.now()))
        await uow.commit()
    yield made
    await database.close()


async def test_accepting_and_assigning_is_one_tap(office: Office) -> None:
    ticket = await office.registered()
    offered = [button.data for line in office.last("officer").buttons for button in line]
    assert f"s:take:{ticket.id}:g{GRID}" in offered
    toast = await office.press("officer", f"s:take:{ticket.id}:g{GRID}")
    assert toast is not None
    assert ticket.number in toast
    assert (await office.ticket(ticket.id)).state is State.DISPATCHED
    assert ticket.number in office.last("worker").html
    assert PHONE not in office.last("worker").html
    assert "Spring 1" in office.last("resident").html


async def test_a_whole_matter_is_handled_in_chat(office: Office) -> None:
    ticket = await office.handling()
    await office.press("worker", f"s:reply:{ticket.id}")
    await office.write("worker", "", files=(PHOTO,))
    assert not any("hand" in button.data for line in office.last("worker").buttons for button in line), "words are needed"
    await office.write("worker", "Cleaned & watched")
    assert "Cleaned" not in office.last("resident").html
    await office.press("worker", f"s:hand:{ticket.id}")
    replied = await office.ticket(ticket.id)
    assert (replied.state, replied.result, replied.result_files) == (State.REPLIED, "Cleaned & watched", (PHOTO,))
    await office.press("officer", f"s:send_back:{ticket.id}")
    await office.write("officer", "Not a word on the smell")
    assert "Not a word on the smell" in office.last("worker").html
    await office.press("worker", f"s:reply:{ticket.id}")
    await office.write("worker", "Smell gone too")
    await office.press("worker", f"s:hand:{ticket.id}")
    await office.press("officer", f"m:release:{ticket.id}:0")
    card = office.last("resident")
    assert "Smell gone too" in card.html
    assert next(button.data for line in card.buttons for button in line).startswith(f"r:verdict:{ticket.id}:solved")


async def test_the_draft_says_what_is_missing(office: Office) -> None:
    ticket = await office.handling()
    await office.do("resident", Add(ticket.id, "and it smells"))
    await office.press("worker", f"s:reply:{ticket.id}")
    await office.write("worker", "Done")
    for key, params in (("staff.missing_files", {}), ("staff.missing_contact", {}), ("staff.missing_additions", {"count": 1})):
        assert SENTENCES.label("zh-Hans", key, **params) in office.last("worker").html
    assert SENTENCES.label("zh-Hans", "staff.missing_text") not in office.last("worker").html
    assert PHONE not in office.last("worker").html


async def test_handing_over_twice_replies_once(office: Office) -> None:
    ticket = await office.handling()
    await office.press("worker", f"s:reply:{ticket.id}")
    await office.write("worker", "Done")
    await office.press("worker", f"s:hand:{ticket.id}")
    version = (await office.ticket(ticket.id)).version
    assert await office.press("worker", f"s:hand:{ticket.id}") == SENTENCES.label("zh-Hans", "system.stale")
    assert (await office.ticket(ticket.id)).version == version


async def test_a_draft_is_handed_over_for_its_own_ticket_only(office: Office) -> None:
    first, second = await office.handling(), await office.handling()
    await office.press("worker", f"s:reply:{first.id}")
    await office.write("worker", "Done")
    assert await office.press("worker", f"s:hand:{second.id}") == SENTENCES.label("zh-Hans", "system.stale")
    assert (await office.ticket(second.id)).state is State.HANDLING


async def test_a_unit_returns_a_matter_with_a_reason_and_the_hub_designates(office: Office) -> None:
    ticket = await office.dispatched()
    await office.press("worker", f"s:dispute:{ticket.id}")
    await office.write("worker", "   ")
    assert (await office.ticket(ticket.id)).state is State.DISPATCHED
    await office.write("worker", "Belongs to the bureau")
    assert (await office.ticket(ticket.id)).state is State.DISPUTED
    assert "Belongs to the bureau" in office.last("officer").html
    await office.press("officer", f"s:units:{ticket.id}:designate")
    await office.press("officer", f"s:designate:{ticket.id}:ustreets")
    await office.write("officer", "Streets own the gate")
    assert (await office.ticket(ticket.id)).state is State.DESIGNATED
    assert ticket.number in office.last("bureau").html
    assert not any("dispute" in button.data for line in office.last("bureau").buttons for button in line)
    assert "Litter" not in office.last("worker").html, "a former handler sees no more"


async def test_a_refusal_has_reason_and_route(office: Office) -> None:
    ticket = await office.registered()
    await office.press("officer", f"s:decline:{ticket.id}")
    await office.write("officer", "In court already")
    assert (await office.ticket(ticket.id)).state is State.REGISTERED
    await office.write("officer", "The district court")
    assert (await office.ticket(ticket.id)).state is State.DECLINED
    assert "In court already" in office.last("resident").html
    assert "The district court" in office.last("resident").html


async def test_more_time_is_asked_and_granted(office: Office) -> None:
    ticket = await office.handling()
    await office.press("worker", f"s:extend:{ticket.id}")
    await office.write("worker", "Parts are on order")
    amounts = [button.data for line in office.last("worker").buttons for button in line if "amount" in button.data]
    assert amounts[-1] == f"s:amount:{ticket.id}:5"
    await office.press("worker", amounts[-1])
    assert "Parts are on order" in office.last("officer").html
    await office.press("officer", f"s:grant:{ticket.id}")
    assert (await office.ticket(ticket.id)).extension == "granted"
    assert "Parts are on order" in office.last("resident").html


async def test_more_time_is_refused_with_a_reason(office: Office) -> None:
    ticket = await office.handling()
    await office.press("worker", f"s:extend:{ticket.id}")
    await office.write("worker", "Busy")
    await office.press("worker", f"s:amount:{ticket.id}:1")
    await office.press("officer", f"s:deny:{ticket.id}")
    await office.write("officer", "Not enough")
    assert (await office.ticket(ticket.id)).extension == "denied"
    assert "Not enough" in office.last("worker").html


async def test_words_go_both_ways_without_numbers(office: Office) -> None:
    ticket = await office.handling()
    await office.press("worker", f"s:contact:{ticket.id}")
    await office.write("worker", "When are you in?")
    assert "When are you in?" in office.last("resident").html
    await office.do("resident", Relay(ticket.id, f"At six, call {PHONE}"))
    assert "At six, call ****" in office.last("worker").html
    message = office.message("worker", "At six")
    assert await office.write("worker", "See you then", reply_to=message) == ""
    assert "See you then" in office.last("resident").html


async def test_replying_to_a_card_drafts_the_result(office: Office) -> None:
    ticket = await office.handling()
    async with SqlUnitOfWork(office.database) as uow:
        card = await uow.card(office.people["worker"].id, ticket.id)
    await office.write("worker", "All clean", reply_to=card)
    await office.press("worker", f"s:hand:{ticket.id}")
    assert (await office.ticket(ticket.id)).result == "All clean"


BUTTONS = (
    "m:accept:{}:0", "s:take:{}:g" + GRID, "s:decline:{}", "s:full:{}", "s:open:{}", "s:units:{}", "s:topic:{}:T2", "s:topics:{}",
    "s:close:{}",
)  # fmt: skip


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("who", ["worker", "bureau", "admin", "counter"])
async def test_a_press_without_the_right_does_nothing(office: Office, who: str, button: str) -> None:
    ticket = await office.registered()
    heard = len(office.screen.get(who, []))
    toast = await office.press(who, button.format(ticket.id))
    assert toast == SENTENCES.label("zh-Hans", "refused.not_yours")
    assert await office.ticket(ticket.id) == ticket
    assert len(office.screen.get(who, [])) == heard


@pytest.mark.parametrize("button", ["s:", "m:sign", "s:sign:x", "m:nothing:1:0", "s:nothing:1", "m:sign:1:x", "s:amount:1:999", "s:hand:1"])
async def test_broken_and_old_buttons_are_answered_kindly(office: Office, button: str) -> None:
    await office.handling()
    assert await office.press("worker", button) == SENTENCES.label("zh-Hans", "system.stale")


async def test_an_old_button_of_an_earlier_round_does_nothing(office: Office) -> None:
    ticket = await office.handling()
    toast = await office.press("worker", f"m:sign:{ticket.id}:0")
    assert toast is not None
    assert SENTENCES.label("zh-Hans", "state.HANDLING") in toast, "the state is said in words"


async def bind_the_group(office: Office, role: Role, unit: str, place: str) -> None:
    async with SqlUnitOfWork(office.database) as uow:
        await uow.posts.add(Post(0, office.people["group"].id, role, unit, place))
        await uow.commit()


async def test_in_a_group_the_pressers_posts_decide(office: Office) -> None:
    await bind_the_group(office, Role.GRID_WORKER, "grid", GRID)
    ticket = await office.dispatched()
    assert await office.press("bureau", f"m:sign:{ticket.id}:0", chat="group") == SENTENCES.label("zh-Hans", "refused.not_yours")
    await office.press("worker", f"s:dispute:{ticket.id}", chat="group")
    asked = len(office.screen["group"])
    assert await office.write("bureau", "just talking", chat="group") == ""
    assert len(office.screen["group"]) == asked, "talk is not answered"
    assert (await office.ticket(ticket.id)).state is State.DISPATCHED, "only who opened a step can answer it"
    await office.write("worker", "Not ours", chat="group")
    assert (await office.ticket(ticket.id)).state is State.DISPUTED


async def test_a_group_is_shown_only_what_its_own_post_may_see(office: Office) -> None:
    await bind_the_group(office, Role.DEPARTMENT, "streets", "990101")
    ticket = await office.dispatched()
    refused = SENTENCES.label("zh-Hans", "refused.not_yours")
    for button in (f"s:full:{ticket.id}", f"s:open:{ticket.id}", f"s:reply:{ticket.id}", f"m:sign:{ticket.id}:0"):
        assert await office.press("worker", button, chat="group") == refused
    for command in ("/todo", "/queue", f"/inspect {ticket.number}"):
        for who in ("worker", "officer"):
            await office.write(who, command, chat="group")
    assert not any("Litter" in said.html or ticket.number in said.html for said in office.screen["group"])
    await office.write("worker", "/todo")
    assert ticket.number in office.last("worker").html, "at home it is there"


async def test_cancelling_drops_the_step(office: Office) -> None:
    ticket = await office.dispatched()
    await office.press("worker", f"s:dispute:{ticket.id}")
    assert await office.write("worker", "/cancel") == ""
    assert await office.write("worker", "my own street lamp is broken") == "none", "now it is a resident's matter"
    assert await office.write("worker", "/cancel") == "none"
    await office.press("worker", f"s:dispute:{ticket.id}")
    await office.press("worker", f"s:cancel:{ticket.id}")
    assert office.last("worker").edits == "p1"
    assert (await office.ticket(ticket.id)).state is State.DISPATCHED


async def test_a_step_overtaken_by_events_is_closed(office: Office) -> None:
    ticket = await office.dispatched()
    await office.press("worker", f"s:dispute:{ticket.id}")
    await office.do("resident", Move(ticket.id, Trigger.WITHDRAW))
    await office.write("worker", "Not ours")
    assert ticket.number in office.last("worker").html
    assert await office.write("worker", "hello") == "none"


async def test_closing_after_silence_needs_an_outcome_and_a_reason(office: Office) -> None:
    ticket = await office.handling()
    await office.do("worker", Move(ticket.id, Trigger.REPLY, result="Clean"))
    await office.do("officer", Move(ticket.id, Trigger.RELEASE))
    assert await office.press("officer", f"s:close:{ticket.id}") == SENTENCES.label("zh-Hans", "refused.evaluation_open")
    office.clock.move(days=9)
    await office.press("officer", f"s:close:{ticket.id}")
    await office.press("officer", f"s:close:{ticket.id}:explained")
    await office.write("officer", "No answer in nine days")
    closed = await office.ticket(ticket.id)
    assert (closed.state, closed.satisfaction) == (State.CLOSED, "")


async def test_an_answered_question_is_closed_once_the_time_for_it_is_over(office: Office) -> None:
    ticket = await office.registered(Procedure.CONSULTATION)
    await office.press("officer", f"s:answer:{ticket.id}")
    await office.write("officer", "At the town hall, with your identity card")
    assert (await office.ticket(ticket.id)).state is State.ANSWERED
    assert await office.press("officer", f"s:close:{ticket.id}") == SENTENCES.label("zh-Hans", "refused.evaluation_open")
    await office.write("officer", "/todo")
    assert ticket.number not in office.last("officer").html
    office.clock.move(days=9)
    await office.write("officer", "/todo")
    assert ticket.number in office.last("officer").html
    await office.press("officer", f"s:open:{ticket.id}")
    assert f"s:close:{ticket.id}" in [button.data for line in office.last("officer").buttons for button in line]
    await office.press("officer", f"s:close:{ticket.id}")
    await office.write("officer", "No further question in nine days")
    closed = await office.ticket(ticket.id)
    assert (closed.state, closed.outcome, closed.satisfaction) == (State.CLOSED, Outcome.EXPLAINED, "")


async def test_the_queue_says_how_sure_and_why(office: Office) -> None:
    ticket = await office.registered()
    await office.write("officer", "/queue")
    for needed in (ticket.number, "54%", "Loose wall", "Litter"):
        assert needed in office.last("officer").html
    await office.press("officer", f"s:topic:{ticket.id}:T2")
    assert (await office.ticket(ticket.id)).topic == "T2"
    await office.write("worker", "/queue")
    assert office.last("worker").html == SENTENCES.say("zh-Hans", "staff.hub_only")


async def test_any_topic_may_be_chosen_by_item(office: Office) -> None:
    ticket = await office.registered()
    await office.press("officer", f"s:topics:{ticket.id}")
    assert [button.data for button in office.last("officer").buttons[0]] == [f"s:topics:{ticket.id}:T"]
    await office.press("officer", f"s:topics:{ticket.id}:T")
    offered = [button.data for line in office.last("officer").buttons for button in line]
    assert offered == [f"s:topic:{ticket.id}:T2", f"s:topics:{ticket.id}:all", f"s:cancel:{ticket.id}"]
    heard = len(office.screen["resident"])
    for _ in range(2):
        await office.press("officer", f"s:topic:{ticket.id}:T2")
    corrected = await office.ticket(ticket.id)
    assert (corrected.topic, corrected.version) == ("T2", ticket.version + 1)
    assert len([said for said in office.screen["resident"][heard:] if "已更正" in said.html]) == 1


async def test_a_topic_is_not_looked_for_in_vain(office: Office) -> None:
    fresh, ticket = await office.registered(), await office.dispatched()
    secret = await office.registered(Procedure.PETITION_REPORT, "graft")
    for odd in ("", "none", "T2'--"):
        assert await office.press("officer", f"s:topic:{fresh.id}:{odd}")
    assert await office.ticket(fresh.id) == fresh
    toast = await office.press("officer", f"s:topics:{ticket.id}")
    assert toast is not None and SENTENCES.label("zh-Hans", "state.DISPATCHED") in toast
    for unknown in ("none", "", "T2:T1"):
        assert await office.press("officer", f"s:topic:{secret.id}:{unknown}") == SENTENCES.label("zh-Hans", "refused.not_yours")
    card = office.message("counter", secret.number)
    assert card and not [b for said in office.screen["counter"] for line in said.buttons for b in line if "s:topics" in b.data]


async def test_todo_lists_what_is_ones_own_turn(office: Office) -> None:
    ticket = await office.dispatched()
    await office.write("worker", "/todo")
    assert ticket.number in office.last("worker").html
    assert office.last("worker").buttons[0][0].data == f"s:open:{ticket.id}"
    await office.press("worker", f"s:open:{ticket.id}")
    assert "Litter" in office.last("worker").html
    await office.write("officer", "/todo")
    assert office.last("officer").html == SENTENCES.say("zh-Hans", "staff.todo_empty")


async def test_a_report_about_somebody_is_in_no_list_but_the_counters(office: Office) -> None:
    ticket = await office.registered(Procedure.PETITION_REPORT, "graft")
    for who in ("worker", "officer", "bureau", "supervisor", "admin"):
        for command in ("/todo", "/queue", f"/inspect {ticket.number}"):
            await office.write(who, command)
            assert ticket.number not in office.last(who).html
    await office.write("counter", "/todo")
    assert ticket.number in office.last("counter").html


async def test_inspect_shows_the_trail_and_the_administrator_no_content(office: Office) -> None:
    ticket = await office.dispatched()
    await office.press("worker", f"s:dispute:{ticket.id}")
    await office.write("worker", f"Not ours, ask {PHONE}")
    await office.write("admin", f"/inspect {ticket.number.lower()}")
    shown = office.last("admin").html
    assert SENTENCES.label("zh-Hans", "state.DISPUTED") in shown
    assert "Litter, call" not in shown
    assert "Not ours" not in shown
    await office.write("supervisor", f"/inspect {ticket.number}")
    assert "Not ours, ask ****" in office.last("supervisor").html
    await office.write("supervisor", "/inspect")
    assert "/inspect" in office.last("supervisor").html


async def test_the_console_link_goes_to_the_right_people_in_private(office: Office) -> None:
    await office.write("admin", "/console")
    assert "http://localhost/in/" in office.last("admin").html
    await office.write("worker", "/console")
    assert office.last("worker").html == SENTENCES.say("zh-Hans", "staff.console_denied")
    await office.write("admin", "/console", chat="group")
    assert "http" not in office.last("group").html


async def test_help_names_the_posts(office: Office) -> None:
    await office.write("worker", "/help")
    assert "Spring 1" in office.last("worker").html


async def test_a_card_is_edited_in_place(office: Office) -> None:
    ticket = await office.dispatched()
    async with SqlUnitOfWork(office.database) as uow:
        card = await uow.card(office.people["worker"].id, ticket.id)
    await office.press("worker", f"m:sign:{ticket.id}:0")
    assert office.last("worker").edits == card
    assert any(button.data == f"s:reply:{ticket.id}" for line in office.last("worker").buttons for button in line)


@pytest.mark.parametrize("button", ["m:sign:²:0", "m:sign:{}:²", "m:sign:{}:" + "9" * 30, "s:reply:²", "s:reply:" + "9" * 30,
                                    "s:units:{}:dispatch:²", "s:whole:٣", "s", "s:", "s:x", "m", "m:", "m:x", "m:sign"])  # fmt: skip
async def test_a_forged_button_is_stale_or_refused_and_breaks_nothing(office: Office, button: str) -> None:
    ticket = await office.dispatched()
    assert await office.press("worker", button.format(ticket.id))
    assert (await office.ticket(ticket.id)).state is ticket.state


async def test_a_forged_amount_of_days_is_stale(office: Office) -> None:
    ticket = await office.handling()
    await office.press("worker", f"s:extend:{ticket.id}")
    await office.write("worker", "下雨，车进不去")
    stale = SENTENCES.label("zh-Hans", "system.stale")
    for amount in ("²", "9" * 30, "-1"):
        assert await office.press("worker", f"s:amount:{ticket.id}:{amount}") == stale
