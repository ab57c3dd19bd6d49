"""The resident's half of the chat, with the real language of a city, over a real desk."""

from __future__ import annotations

import string
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import nlp
import texts
from bot.conversation import Conversation
from bot.doors import Incoming, ReadyMessage
from bot.resident import Reading, ResidentConversation
from bot.resident.payload import of_plate
from bot.speak import Speaker
from bot.staff import StaffConversation
from storage import Database, OutboxQueue, SqlUnitOfWork, migrate, open_database
from tests import jiangmen
from tests.clock import FrozenClock
from tests.workflow.build import PlainWeeks
from workflow.commands import Move
from workflow.desk import Desk, Session
from workflow.model import Assignee, Contact, FileRef, Note, Outcome, Point, Post, Procedure, Role, Ticket
from workflow.region import Level, Region
from workflow.routing import ancestor
from workflow.states import State, Trigger

PACK = Path(__file__).parents[3] / "regions" / "jiangmen"
PHOTO = FileRef("ab" * 32, "photo", "image/jpeg", 3)
MATTER = "杜阮井根村村口的垃圾堆三天没人清，好臭"


@pytest.fixture(scope="module")
def region() -> Region:
    return jiangmen.region()


@pytest.fixture(scope="module")
def language(region: Region) -> nlp.Language:
    return jiangmen.language()


@dataclass
class Chat:
    """One resident, one officer, one worker; what was delivered to each stands in `screen` as (message id, message)."""

    database: Database
    region: Region
    language: nlp.Language
    clock: FrozenClock = field(default_factory=FrozenClock)
    screen: dict[str, list[tuple[str, ReadyMessage]]] = field(default_factory=dict)
    served: int = 0

    def __post_init__(self) -> None:
        sentences = texts.load(self.region.sentences, strict=True)
        found = self.language
        reading = Reading(found.classifier, found.places, found.answers, found.masker, found.likeness)
        staff = StaffConversation(sentences, lambda: self.region, found.masker, dangerous=reading.dangerous)
        self.conversation = Conversation(sentences, ResidentConversation(reading), staff)
        self.desk = Desk(lambda: SqlUnitOfWork(self.database), lambda: self.region, self.clock, PlainWeeks(), lambda: "123456")
        self.speaker = Speaker(sentences, lambda: self.region, found.masker, self.clock, ZoneInfo(self.region.time_zone))

    async def hear(self, who: str, **given: object) -> str:
        self.served += 1
        incoming = Incoming("test", f"u{self.served}", who, who, self.clock.now(), **given)  # type: ignore[arg-type]  # test shorthand
        toast = await self.desk.serve(incoming.request_id, lambda session: self.conversation.hear(session, incoming))
        await self.deliver()
        return str(toast)

    async def says(self, text: str, who: str = "resident", **given: object) -> str:
        self.served += 1
        return await self.hear(who, text=text, **({"message_id": f"own{self.served}"} | given))

    async def presses(self, label: str, who: str = "resident") -> str:
        for message_id, ready in reversed(self.screen[who]):
            for button in (button for line in ready.buttons for button in line):
                if label in button.label:
                    return await self.hear(who, button=button.data, message_id=message_id)
        raise AssertionError(f"no button {label}")

    async def deliver(self) -> None:
        queue = OutboxQueue(self.database)
        while items := await queue.claim(self.clock.now()):
            for item in items:
                async with SqlUnitOfWork(self.database, reading=True) as uow:
                    ready = await self.speaker.render(uow, item.contact, item.speech)
                message_id = (ready.edits or f"m{item.id}") if ready is not None else ""
                if ready is not None:
                    self.screen.setdefault(item.contact.address, []).append((message_id, ready))
                await queue.sent(item, message_id, self.clock.now())

    def last(self, who: str = "resident") -> str:
        return self.screen[who][-1][1].html

    def labels(self, who: str = "resident") -> list[str]:
        return [button.label for line in self.screen[who][-1][1].buttons for button in line]

    def newest(self, words: str, who: str = "resident") -> str:
        return next(message_id for message_id, ready in reversed(self.screen[who]) if words in ready.html)

    async def consented(self) -> None:
        await self.says("/start")
        await self.presses("继续")

    async def filed(self) -> Ticket:
        await self.consented()
        await self.says(MATTER)
        await self.presses("提交")
        return await self.ticket()

    async def ticket(self, ticket_id: int = 1) -> Ticket:
        async with SqlUnitOfWork(self.database, reading=True) as uow:
            found = await uow.tickets.get(ticket_id)
        assert found is not None
        return found

    async def notes(self, ticket_id: int = 1) -> list[Note]:
        async with SqlUnitOfWork(self.database, reading=True) as uow:
            return list(await uow.tickets.notes(ticket_id))

    async def move(self, who: str, *moves: Move) -> None:
        for move in moves:
            self.served += 1

            async def work(session: Session, move: Move = move) -> None:
                contact = await session.uow.contacts.by_address("test", who)
                assert contact is not None
                await session.do(await session.actor(contact), move)

            await self.desk.serve(f"move{self.served}", work)
        await self.deliver()

    async def to_closed(self, ticket: Ticket) -> None:
        await self.move("officer", Move(ticket.id, Trigger.ACCEPT), Move(ticket.id, Trigger.DISPATCH, assignee=self.grid))
        await self.move("worker", Move(ticket.id, Trigger.SIGN), Move(ticket.id, Trigger.REPLY, result="已清运"))
        await self.move("officer", Move(ticket.id, Trigger.RELEASE))

    @property
    def grid(self) -> Assignee:
        return Assignee("grid", self.region.children[self.language.places.locate(MATTER).code][0])


@pytest.fixture
async def chat(tmp_path: Path, region: Region, language: nlp.Language) -> AsyncIterator[Chat]:
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}")
    await migrate(database)
    chat = Chat(database, region, language)
    async with SqlUnitOfWork(database) as uow:
        officer = await uow.contacts.add(Contact(0, "test", "officer", consented_at=chat.clock.now()))
        worker = await uow.contacts.add(Contact(0, "test", "worker", consented_at=chat.clock.now()))
        await uow.posts.add(Post(0, officer.id, Role.HUB_OFFICER, "hub", ancestor(region, chat.grid.place, Level.TOWN)))
        await uow.posts.add(Post(0, worker.id, Role.GRID_WORKER, "grid", chat.grid.place))
        await uow.commit()
    yield chat
    await database.close()


async def test_everything_said_before_the_notice_was_read_is_kept(chat: Chat) -> None:
    await chat.says("杜阮井根村村口", files=(PHOTO,))
    await chat.says("垃圾堆三天没人清，好臭")
    assert "演示系统" in chat.last()
    await chat.presses("继续")
    card = chat.last()
    assert "环境卫生与垃圾" in card and "附件　1" in card


async def test_a_changed_message_takes_the_place_of_the_old_one_in_a_draft(chat: Chat) -> None:
    await chat.consented()
    await chat.says("杜阮井根村路灯坏了", message_id="own")
    await chat.says("杜阮井根村垃圾没人清", message_id="own", edited=True)
    assert "环境卫生与垃圾" in chat.last()
    await chat.presses("提交")
    assert (await chat.ticket()).text == "杜阮井根村垃圾没人清"


async def test_two_places_in_one_message_are_asked_about_and_one_is_picked(chat: Chat) -> None:
    await chat.consented()
    await chat.says("从杜阮镇井根村到棠下镇的路灯都坏了")
    assert "您提到了几个地方" in chat.last()
    assert chat.labels() == ["蓬江区 杜阮镇 井根村委会", "蓬江区 棠下镇", "都不是"]
    await chat.presses("井根村")
    await chat.presses("提交")
    assert (await chat.ticket()).place == "440703103205"


async def test_which_of_two_places_may_be_said_in_words(chat: Chat) -> None:
    await chat.consented()
    await chat.says("从杜阮镇井根村到棠下镇的路灯都坏了")
    await chat.says("棠下")
    await chat.presses("提交")
    assert (await chat.ticket()).place == "440703101"


async def test_none_of_the_places_is_not_asked_about_again(chat: Chat) -> None:
    await chat.consented()
    await chat.says("龙溪村的路灯坏了")
    await chat.presses("都不是")
    assert "这件事在哪里" in chat.last()
    await chat.says("荷塘镇南村")
    await chat.presses("提交")
    assert (await chat.ticket()).place == "440703102213"


async def test_a_scanned_door_plate_fills_in_the_place(chat: Chat) -> None:
    await chat.consented()
    await chat.says("/start " + of_plate(chat.region, "440703103205", "新村一巷12号"))
    await chat.says("垃圾堆三天没人清，好臭")
    assert "井根村" in chat.last() and "新村一巷12号" in chat.last()
    await chat.presses("提交")
    ticket = await chat.ticket()
    assert (ticket.place, ticket.place_detail) == ("440703103205", "新村一巷12号")


async def test_a_plate_scanned_before_the_notice_is_kept(chat: Chat) -> None:
    await chat.says("/start " + of_plate(chat.region, "440703103205", "新村一巷12号"))
    await chat.presses("继续")
    await chat.says("垃圾堆三天没人清，好臭")
    assert "新村一巷12号" in chat.last()


@pytest.mark.parametrize(
    "payload",
    ["d_440703103205_____", "d_999999999999_5paw5p2R5LiA5be3", "d_440703103205_aHR0cDovL3gueS96", "d_440705107_5paw5p2R5LiA5be3"],
)
async def test_a_plate_that_is_not_known_is_said_so(chat: Chat, payload: str) -> None:
    await chat.consented()
    await chat.says(f"/start {payload}")
    assert "门牌" in chat.last() and "邀请码" not in chat.last()


async def test_a_payload_that_says_nothing_gets_the_usual_greeting(chat: Chat) -> None:
    await chat.consented()
    await chat.says("/start x")
    assert "请直接说您遇到的事" in chat.last()


async def test_a_shared_point_suggests_three_and_the_person_confirms(chat: Chat) -> None:
    await chat.consented()
    await chat.says("路灯坏了")
    await chat.says("", location=Point(22.68, 113.03))
    assert len(chat.labels()) == 4
    await chat.presses("棠下镇")
    await chat.presses("提交")
    assert (await chat.ticket()).place == "440703101"


async def test_a_shared_point_far_away_is_said_to_be_outside(chat: Chat) -> None:
    await chat.consented()
    await chat.says("路边有人倒垃圾")
    await chat.says("", location=Point(39.9, 116.4))
    assert "不在本市范围" in chat.last()


async def test_a_changed_message_of_a_ticket_is_an_addition(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER, message_id="own")
    await chat.presses("提交")
    await chat.says(MATTER + "，还有老鼠", message_id="own", edited=True)
    assert "已补充到" in chat.last()
    assert [note.text for note in await chat.notes()] == [MATTER + "，还有老鼠"]


async def test_a_changed_message_that_belongs_to_nothing_is_left_alone(chat: Chat) -> None:
    await chat.consented()
    before = len(chat.screen["resident"])
    assert await chat.says("谢谢", message_id="other", edited=True) == ""
    assert len(chat.screen["resident"]) == before


async def test_a_reply_to_the_card_is_an_addition_also_in_the_middle_of_another_matter(chat: Chat) -> None:
    ticket = await chat.filed()
    card = chat.newest(ticket.number)
    await chat.says("杜阮镇龙榜村路灯坏了")
    await chat.says("今天更臭了", reply_to=card)
    assert [note.text for note in await chat.notes()] == ["今天更臭了"]
    await chat.presses("提交")
    assert (await chat.ticket(2)).text == "杜阮镇龙榜村路灯坏了"


async def test_words_and_answers_pass_between_resident_and_worker(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.move("officer", Move(ticket.id, Trigger.ACCEPT), Move(ticket.id, Trigger.DISPATCH, assignee=chat.grid))
    await chat.move("worker", Move(ticket.id, Trigger.SIGN))
    await chat.presses("联系居民", "worker")
    await chat.says("具体在村口哪一边？", "worker")
    asked = chat.newest("具体在村口哪一边")
    await chat.says("牌坊右边", reply_to=asked)
    assert "牌坊右边" in chat.last("worker")
    assert [note.kind for note in await chat.notes()] == ["relay", "relay"]
    await chat.says("好的，马上到", "worker", reply_to=chat.newest("牌坊右边", "worker"))
    assert "好的，马上到" in chat.last()
    await chat.says("已清运", "worker", reply_to=chat.newest(MATTER, "worker"))
    assert "好的" in chat.last(), "what answers the card is a draft for the hub, not words for the resident"


async def test_an_officer_who_replies_to_a_card_is_shown_the_buttons(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.says("尽快处理", "officer", reply_to=chat.newest(ticket.number, "officer"))
    assert "按钮" in chat.last("officer")
    assert await chat.notes() == []


async def test_not_solved_after_the_end_is_worked_on_again(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.to_closed(ticket)
    await chat.presses("解决了")
    await chat.presses("没解决，不服")
    await chat.says("今天又满了", files=(PHOTO,))
    found = await chat.ticket()
    assert (found.state, found.outcome) == (State.HANDLING, None)
    assert [note.files for note in await chat.notes() if note.kind == "addition"] == [(PHOTO,)]


async def test_a_photo_before_the_words_goes_with_them(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.to_closed(ticket)
    await chat.presses("没解决")
    await chat.says("", files=(PHOTO,))
    assert "说一句就行" in chat.last()
    await chat.says("今天又满了")
    assert (await chat.ticket()).state is State.HANDLING
    assert [note.files for note in await chat.notes() if note.kind == "addition"] == [(PHOTO,)]


async def test_a_reply_to_a_card_that_nobody_noted_is_known_by_its_number(chat: Chat) -> None:
    first = await chat.filed()
    await chat.says("今天更臭了", reply_to="unknown", replied=f"已登记，编号 {first.number}")
    assert [note.text for note in await chat.notes()] == ["今天更臭了"]
    await chat.says("江门市蓬江区杜阮镇井根村路灯不亮")
    await chat.says("晚上看不见路", reply_to="unknown", replied=f"与 {first.number} 是同一件吗？")
    assert len(await chat.notes()) == 1, "what answers a draft belongs to the draft"
    await chat.presses("提交")
    await chat.says("两件都没动静", reply_to="unknown", replied=f"{first.number} {(await chat.ticket(2)).number}")
    await chat.says("我也去看过", "neighbour", reply_to="unknown", replied=first.number)
    assert len(await chat.notes()) == 1, "one of two, or a stranger's, is not guessed"


async def test_a_reply_to_a_closed_card_is_asked_about(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.to_closed(ticket)
    await chat.presses("解决了")
    for choice, state in (("只是说一声", State.CLOSED), (f"{ticket.number} 没解决", State.HANDLING)):
        await chat.says("又来了", reply_to=chat.newest("已办结"))
        assert chat.labels()[0].startswith(ticket.number)
        await chat.presses(choice)
        assert (await chat.ticket()).state is state


async def test_a_few_words_after_the_end_are_asked_about_too(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.to_closed(ticket)
    await chat.presses("解决了")
    await chat.says("不服")
    await chat.presses("没解决，不服")
    assert (await chat.ticket()).state is State.HANDLING


async def test_a_refusal_can_be_objected_to(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.move("officer", Move(ticket.id, Trigger.DECLINE, reason="不属本镇", route="城管热线"))
    assert "城管热线" in chat.last()
    await chat.presses("没解决，不服")
    await chat.says("这里就是本镇的地")
    assert "异议" in chat.last()
    assert "这里就是本镇的地" in chat.last("officer")
    await chat.presses("异议成立", "officer")
    await chat.says("核实属本镇", "officer")
    assert (await chat.ticket()).state is State.REGISTERED


async def test_a_third_no_is_still_heard(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.to_closed(ticket)
    for words in ("一", "二"):
        await chat.presses("没解决")
        await chat.says(f"还没清，第{words}次")
        await chat.move("worker", Move(ticket.id, Trigger.REPLY, result="再清"))
        await chat.move("officer", Move(ticket.id, Trigger.RELEASE))
    await chat.presses("没解决")
    await chat.says("第三次还没清")
    found = await chat.ticket()
    assert (found.state, found.verdict) == (State.EVALUATING, "unsolved")
    assert "第三次还没清" in chat.last("officer"), "the hub hears it and has to decide"
    await chat.presses("办结…", "officer")
    await chat.presses("未化解", "officer")
    await chat.says("两次处理仍反复，转县里统筹", "officer")
    assert (await chat.ticket()).outcome is Outcome.NOT_DEFUSED


async def test_a_number_alone_shows_the_ticket(chat: Chat) -> None:
    ticket = await chat.filed()
    for words in (ticket.number, ticket.number.lower(), "1", "0001"):
        await chat.says(words)
        assert ticket.number in chat.last() and "查询码" in chat.last()


async def test_commands_take_a_number_or_the_only_open_one(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.says("/urge")
    assert "已为您催办" in chat.last() and ticket.number in chat.last()
    await chat.says("/urge")
    assert "24 小时内" in chat.last()
    await chat.says("/add " + ticket.number)
    await chat.says("还有老鼠")
    assert [note.text for note in await chat.notes()] == ["还有老鼠"]
    await chat.says("/withdraw 99")
    assert "没有找到" in chat.last()
    await chat.says("/withdraw")
    await chat.presses("确定撤回")
    assert (await chat.ticket()).state is State.WITHDRAWN


async def test_nobody_else_sees_a_ticket_by_its_number(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.says("/start", "stranger")
    await chat.presses("继续", "stranger")
    for words in (f"/status {ticket.number}", "/status JM-000101-0001"):
        await chat.says(words, "stranger")
        assert "没有找到" in chat.last("stranger")


async def test_nobody_in_danger_is_asked_for_an_address(chat: Chat) -> None:
    await chat.consented()
    before = len(chat.screen["resident"])
    await chat.says("不想活了")
    said = [ready.html for _, ready in chat.screen["resident"][before:]]
    assert "12356" in said[0] and "120" in said[0]
    assert not any("哪里？" in html or "工作日" in html or "期限" in html for html in said)
    assert chat.labels() == ["补充", "误会，撤回"]
    ticket = await chat.ticket()
    assert (ticket.urgent, ticket.state, ticket.place) == (True, State.REGISTERED, chat.region.code)
    assert any("不想活了" in ready.html and "紧急" in ready.html for _, ready in chat.screen["officer"])
    await chat.presses("联系居民", "officer")
    await chat.says("您好，我是值班人员，您现在安全吗？", "officer")
    assert "您现在安全吗" in chat.last()
    await chat.says("嗯", reply_to=chat.newest("您现在安全吗"))
    assert "嗯" in chat.last("officer")
    await chat.presses("受理并派", "officer")
    assert (await chat.ticket()).state is State.DISPATCHED, "the place is not known: any hub inside may act"


async def test_a_false_alarm_is_taken_back_but_a_hazard_stays(chat: Chat) -> None:
    await chat.says("煤气泄漏！杜阮镇井根村3号楼")
    await chat.presses("继续")
    await chat.says("/withdraw")
    await chat.presses("确定撤回")
    assert "安全隐患" in chat.last()
    assert (await chat.ticket()).reporter is None


async def test_an_emergency_goes_to_its_hub_once_the_place_is_said(chat: Chat) -> None:
    await chat.says("楼下好大煤气味，头晕")
    await chat.says("在杜阮井根村村口")
    ticket = await chat.ticket()
    assert ticket.hub.place == ancestor(chat.region, chat.grid.place, Level.TOWN)
    assert [note.text for note in await chat.notes()] == ["在杜阮井根村村口"]
    assert "在杜阮井根村村口" in chat.last("officer")
    await chat.presses("继续")
    assert len(await chat.notes()) == 1, "what went to the hub is not asked about again"


async def test_danger_in_a_reply_or_a_correction_is_danger(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.says("再不来我就跳楼", reply_to=chat.newest(ticket.number))
    assert "值班人员" in chat.last() and (await chat.ticket(2)).urgent
    await chat.says("我要跳楼了", message_id="own2", edited=True)
    assert [note.text for note in await chat.notes(2)] == ["我要跳楼了"]


async def test_a_second_cry_goes_to_the_same_emergency(chat: Chat) -> None:
    await chat.consented()
    await chat.says("楼下着火了")
    await chat.says("有人被困在三楼，着火了")
    assert [note.text for note in await chat.notes()] == ["有人被困在三楼，着火了"]
    assert sum("有人被困" in ready.html and "紧急" in ready.html for _, ready in chat.screen["officer"]) >= 1


async def test_a_greeting_is_answered_with_a_greeting(chat: Chat) -> None:
    await chat.consented()
    await chat.says("你好")
    assert chat.last().startswith("您好")
    await chat.says("有事")
    assert "这件事在哪里" in chat.last()


async def test_a_place_that_is_not_found_is_said_so(chat: Chat) -> None:
    await chat.consented()
    await chat.says("路灯坏了")
    await chat.says("那个大学附近")
    assert "没找到" in chat.last()
    await chat.presses("说不清地点")
    assert "地点　待确认" in chat.last()


async def test_the_card_says_what_was_understood(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER)
    for words in ("环境卫生与垃圾", "垃圾堆", "井根村", "综治中心", "缓急　一般", "前答复您", "您的号码"):
        assert words in chat.last()
    assert "附件" not in chat.last()
    await chat.presses("匿名")
    assert "匿名提交" in chat.last()


async def test_a_question_is_answered_not_filed(chat: Chat) -> None:
    await chat.consented()
    await chat.says("80岁老人有冇高龄津贴？")
    assert "依据" in chat.last()
    assert chat.labels() == ["有用", "没解决，转人工"]


async def test_an_answer_that_did_not_help_opens_a_ticket_with_the_asker_s_words(chat: Chat) -> None:
    await chat.consented()
    await chat.says("80岁老人有冇高龄津贴？井根村的")
    await chat.presses("没解决，转人工")
    await chat.presses("提交")
    assert (await chat.ticket()).text == "80岁老人有冇高龄津贴？井根村的"


REPORT = "我要举报村支书贪污修路的钱，我是知情人"


async def test_a_report_said_as_an_addition_goes_past_the_grid(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.move("officer", Move(ticket.id, Trigger.ACCEPT), Move(ticket.id, Trigger.DISPATCH, assignee=chat.grid))
    await chat.move("worker", Move(ticket.id, Trigger.SIGN))
    card = chat.newest(ticket.number)
    for way in ({"reply_to": card}, {"message_id": "own2", "edited": True}, {}):
        await chat.says(REPORT, **way)
        assert "检举控告" in chat.last()
        await chat.says("/cancel")
    await chat.says("/add")
    await chat.says(REPORT)
    await chat.presses("提交")
    assert (await chat.ticket(2)).procedure is Procedure.PETITION_REPORT
    assert await chat.notes() == []
    for who in ("officer", "worker"):
        assert not any("知情人" in ready.html or "贪污" in ready.html for _, ready in chat.screen[who])


@pytest.mark.parametrize("words", ["/add 现在着火了，有人被困", "/status 我不想活了", "/help 煤气泄漏了"])
async def test_danger_behind_a_command_is_danger(chat: Chat, words: str) -> None:
    await chat.consented()
    await chat.says(words)
    assert (await chat.ticket()).urgent


async def test_danger_in_a_correction_of_something_forgotten_is_danger(chat: Chat) -> None:
    await chat.consented()
    await chat.says("家里着火了，快来救命", message_id="forgotten", edited=True)
    assert (await chat.ticket()).urgent


async def test_a_draft_is_put_aside_not_lost(chat: Chat) -> None:
    await chat.filed()
    await chat.says("杜阮镇龙榜村路灯坏了三天")
    await chat.presses("补充", "resident")
    await chat.says("/add")
    await chat.says("还有老鼠")
    assert [note.text for note in await chat.notes()] == ["还有老鼠"]
    assert "我这样理解" in chat.last() and "龙榜村" in chat.last()
    await chat.presses("提交")
    assert (await chat.ticket(2)).text == "杜阮镇龙榜村路灯坏了三天"


async def test_all_unclear_words_are_held_until_it_is_said_where_they_belong(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.says("还有一点")
    await chat.says("对面也有")
    await chat.presses(f"补充到 {ticket.number}")
    assert [note.text for note in await chat.notes()] == ["还有一点\n对面也有"]


async def in_hand(chat: Chat) -> Ticket:
    ticket = await chat.filed()
    await chat.move("officer", Move(ticket.id, Trigger.ACCEPT), Move(ticket.id, Trigger.DISPATCH, assignee=chat.grid))
    await chat.move("worker", Move(ticket.id, Trigger.SIGN))
    return ticket


async def test_a_result_is_kept_while_the_worker_writes_to_the_resident(chat: Chat) -> None:
    await in_hand(chat)
    await chat.presses("办结反馈", "worker")
    await chat.says("已清运", "worker")
    await chat.presses("联系居民", "worker")
    await chat.says("您看可以吗？", "worker")
    assert "文字 3 字" in chat.last("worker"), "the draft is shown again"
    await chat.presses("办结反馈", "worker")
    assert "文字 3 字" in chat.last("worker"), "and pressing the button again does not empty it"
    await chat.presses("综治中心", "worker")
    assert (await chat.ticket()).result == "已清运"


async def test_a_worker_is_not_stuck_in_a_result_that_somebody_else_handed_in(chat: Chat) -> None:
    ticket = await in_hand(chat)
    await chat.presses("办结反馈", "worker")
    await chat.says("已清运", "worker")
    await chat.move("worker", Move(ticket.id, Trigger.REPLY, result="同事已交"))
    await chat.says("再补一句", "worker")
    assert "不适用" in chat.last("worker")
    await chat.says("杜阮镇龙榜村路灯坏了三天没人修", "worker")
    assert "我这样理解" in chat.last("worker")


async def test_the_extension_may_be_typed(chat: Chat) -> None:
    await in_hand(chat)
    await chat.presses("申请延期", "worker")
    await chat.says("等零件", "worker")
    await chat.says("多几天", "worker")
    assert "需要延长多久" in chat.last("worker")
    await chat.says("3", "worker")
    assert (await chat.ticket()).extension_ask == {"amount": 3, "reason": "等零件"}


async def test_danger_in_a_result_is_minded(chat: Chat) -> None:
    await in_hand(chat)
    await chat.presses("办结反馈", "worker")
    await chat.says("救命，我家着火了", "worker")
    assert "110" in chat.last("worker") and "/cancel" in chat.last("worker")


async def test_a_withdrawn_card_claims_no_steps_and_offers_none(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.says("/withdraw")
    await chat.presses("确定撤回")
    assert "✓" not in chat.last() and "没解决" not in chat.last()
    await chat.says(f"/withdraw {ticket.number}")
    assert "已撤回" in chat.last()
    assert "已撤回" in await chat.hear("resident", button=f"r:add:{ticket.id}", message_id="x")


async def test_the_second_officer_hears_that_it_was_taken(chat: Chat) -> None:
    ticket = await chat.filed()
    take = next(b.data for _, r in chat.screen["officer"] for line in r.buttons for b in line if b.data.startswith("s:take"))
    await chat.presses("受理并派", "officer")
    assert "已派单" in await chat.hear("officer", button=take, message_id="x")
    assert (await chat.ticket(ticket.id)).state is State.DISPATCHED


async def test_the_language_can_be_chosen_before_anything_else(chat: Chat) -> None:
    await chat.says("/language")
    await chat.presses("English")
    await chat.says("hello")
    assert "not a channel" in chat.last() or "demonstration" in chat.last()


async def test_what_is_too_long_is_said_so(chat: Chat) -> None:
    await chat.consented()
    for _ in range(5):
        await chat.says(MATTER + "，" * 3950)
    await chat.says("最后" + "，" * 3950)
    assert "太长" in chat.last()
    await chat.presses("提交")
    assert "最后" not in (await chat.ticket()).text and len((await chat.ticket()).text) < 20_000


@pytest.mark.parametrize("number", ["²", "٣", "99999999999999999999999", "9" * 18, "-1", "", "1e3"])
@pytest.mark.parametrize("verb", ["show", "verdict", "gone", "urge"])
async def test_a_forged_button_is_told_and_breaks_nothing(chat: Chat, verb: str, number: str) -> None:
    await chat.filed()
    toast = await chat.hear("resident", button=f"r:{verb}:{number}:solved:0")
    assert "没有找到" in toast


@pytest.mark.parametrize("tail", ["", ":", ":x", ":show", "::::::"])
@pytest.mark.parametrize("letter", string.ascii_lowercase)
async def test_a_button_that_says_too_little_or_too_much_breaks_nothing(chat: Chat, letter: str, tail: str) -> None:
    ticket = await chat.filed()
    await chat.hear("resident", button=letter + tail)
    assert (await chat.ticket()).state is ticket.state


@pytest.mark.parametrize("reworks", ["²", "9" * 30, "x"])
async def test_a_forged_count_of_reworks_breaks_nothing(chat: Chat, reworks: str) -> None:
    ticket = await chat.filed()
    await chat.hear("resident", button=f"r:verdict:{ticket.id}:solved:{reworks}")
    assert (await chat.ticket()).state is ticket.state


async def test_a_forged_choice_is_a_new_matter(chat: Chat) -> None:
    await chat.filed()
    await chat.says("还是那样")
    await chat.hear("resident", button="n:²")
    assert len(await chat.notes()) == 0


async def test_words_that_can_not_be_kept_go_and_nothing_breaks(chat: Chat) -> None:
    await chat.consented()
    await chat.says(f"\x00{MATTER[:10]}\ud800\u202e{MATTER[10:]}", files=(replace(PHOTO, name="\ud800.jpg"),))
    await chat.presses("提交")
    assert (await chat.ticket()).text == MATTER
    await chat.says("\x00")
    assert "看不懂" in chat.last()


async def test_files_left_out_are_said_with_their_number(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER, files=(PHOTO,), left_out=3)
    assert any("3 个没有收到" in ready.html for _, ready in chat.screen["resident"])
    assert "我这样理解" in chat.last()


async def test_before_consent_danger_behind_a_command_is_heard_and_a_report_stays_out_of_the_emergency(chat: Chat) -> None:
    await chat.says("/help 煤气泄漏了，杜阮井根村")
    assert (await chat.ticket()).urgent
    await chat.says(REPORT)
    assert await chat.notes() == []
    await chat.presses("继续")
    assert "检举控告" in chat.last()


async def test_before_consent_nothing_is_met_with_silence(chat: Chat) -> None:
    for given in ({"text": "/start"}, {"text": "/start"}, {"text": "/status JM-261123-0001"}, {"unsupported": "sticker"}):
        before = len(chat.screen.get("resident", []))
        await chat.hear("resident", **given)
        assert len(chat.screen["resident"]) == before + 1 and "演示系统" in chat.last()
    await chat.presses("继续")
    assert "请直接说" in chat.last(), "a command is no matter"


async def test_a_passport_is_asked_for_by_button_or_by_command(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.presses("办件存证")
    assert ticket.number in chat.last() and "复核" in chat.last()
    await chat.says("/passport")
    assert ticket.number in chat.last() and "复核" in chat.last()
    await chat.says("/passport 99")
    assert "没有找到" in chat.last()


async def test_of_several_passports_one_is_chosen_and_those_that_ended_are_among_them(chat: Chat) -> None:
    await chat.says("/passport")
    assert "复核" not in chat.last()
    first = await chat.filed()
    await chat.says("/withdraw")
    await chat.presses("确定撤回")
    await chat.filed()
    await chat.says("/passport")
    await chat.presses("JM-261123-0002")
    assert "JM-261123-0002" in chat.last() and "复核" in chat.last()
    await chat.says("/passport")
    await chat.presses(first.number)
    assert first.number in chat.last() and "复核" in chat.last()
