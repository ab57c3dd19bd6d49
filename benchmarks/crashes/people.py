"""Who talks with the city meanwhile: each waits for what they see on their telephone, as people do, however long it takes."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from benchmarks.crashes.ledger import Ledger, Matter
from benchmarks.crashes.weather import Weather
from tests.botapi import FakeTelegram, Person, Said
from tests.botapi.person import PICTURE

T = TypeVar("T")
_NUMBER = re.compile(r"JM-\d{6}-\d{4,}")
_STALE = 30.0  # seconds after which a worker takes a card for an old one
_RECENT = 300  # messages a person scrolls back
QUESTIONS = {"/help": "resident.help", "/privacy": "city.privacy_full", "/language": "resident.pick_language"}


class Silent(Exception):
    """Somebody waited in vain."""


@dataclass(slots=True)
class Telephone:
    """One person's chat. `patience` in seconds."""

    person: Person
    server: FakeTelegram
    weather: Weather
    patience: float
    mark: int = 0

    def newest(self) -> list[Said]:
        """The bot's messages, newest first."""
        return [said for said in self.server.chats.transcripts[self.person.chat][: -_RECENT - 1 : -1] if said.by_bot]

    async def until(self, look: Callable[[], T | None], what: str) -> T:
        """What `look` finds, as soon as it finds something. Raises Silent."""
        news = self.weather.news[self.person.chat]
        try:
            async with asyncio.timeout(self.patience):
                while True:
                    news.clear()
                    found = look()
                    if found is not None:
                        return found
                    await news.wait()
        except TimeoutError:
            last = " | ".join(said.text[:60] for said in self.newest()[:3])
            raise Silent(f"{self.person.chat} waited for {what}; the newest: {last}") from None

    async def reads(self, words: str, about: str = "", *, ever: bool = False) -> Said:
        """A message with these words that came or was changed since this person last did something."""
        mark = 0 if ever else self.mark

        def look() -> Said | None:
            return next((one for one in self.newest() if one.revision > mark and about in one.text and _said(one, words)), None)

        return await self.until(look, f"{words} {about}")

    async def finds(self, data: str, about: str = "", *, fresh: bool = False) -> tuple[Said, str]:
        """The newest message with a button whose data begins so."""
        mark = self.mark if fresh else 0
        return await self.until(lambda: self.button(data, about, mark), f"a button {data} {about}")

    def button(self, data: str, about: str = "", mark: int = 0) -> tuple[Said, str] | None:
        for said in self.newest():
            if said.revision > mark and about in said.text:
                for row in said.keyboard:
                    for one in row:
                        if one["callback_data"].startswith(data):
                            return said, one["callback_data"]
        return None

    async def says(self, text: str) -> None:
        self.mark = self.server.chats.revision
        await self.person.says(text)

    async def presses(self, found: tuple[Said, str]) -> None:
        self.mark = self.server.chats.revision
        await self.person.presses_data(found[1], found[0])


def _said(said: Said, words: str) -> bool:
    """A card that was edited since has said it, too."""
    return words in said.text or any(words in text for text in said.earlier)


def number_in(said: Said) -> str:
    found = _NUMBER.search(said.text)
    return found[0] if found is not None else ""


@dataclass(slots=True)
class Resident:
    phone: Telephone
    ledger: Ledger
    rng: random.Random
    name: str
    village: str
    closing: asyncio.Event
    known: set[str] = field(default_factory=set)
    matters: int = 0

    async def live(self) -> None:
        await self.phone.says("/start")
        await self.phone.presses(await self.phone.finds("c:yes"))
        await self.phone.reads("请直接说")
        while not self.closing.is_set():
            await self._matter()

    async def _matter(self) -> None:
        self.matters += 1
        matter = Matter(f"{self.name}X{self.matters}", self.phone.person.chat)
        self.ledger.matters.append(matter)
        await self._tells(matter)
        found = await self.phone.finds("i:submit:", fresh=True)
        await self.phone.presses(found)
        if self.rng.random() < 0.2:
            await self.phone.presses(found)
        matter.number = number_in(await self.phone.until(self._receipt, f"the number of {matter.mark}"))
        self.known.add(matter.number)
        if self.rng.random() < 0.4:
            await self._adds(matter)
        if self.rng.random() < 0.2:
            await self._urges(matter)
        await self.phone.reads("已派单，由", matter.number, ever=True)
        await self._judges(matter)

    async def _tells(self, matter: Matter) -> None:
        self.phone.mark = self.phone.server.chats.revision
        text = f"{self.village}门口的垃圾堆三天没人清，好臭，记号{matter.mark}E"
        if self.rng.random() < 0.04:
            await self.phone.person.sends_photo(PICTURE, text)
        else:
            await self.phone.person.says(text)

    def _receipt(self) -> Said | None:
        return next(
            (one for one in self.phone.newest() if _said(one, "已登记，编号") and number_in(one) and number_in(one) not in self.known), None
        )

    async def _adds(self, matter: Matter) -> None:
        await self.phone.presses(await self.phone.finds("r:add:", matter.number))
        await self.phone.reads("请把要补充", matter.number)
        await self.phone.says(f"又多了一堆，记号{matter.mark}A")
        matter.added = True
        await self.phone.reads("已补充到", matter.number)

    async def _urges(self, matter: Matter) -> None:
        found = self.phone.button("r:urge:", matter.number)
        if found is None:
            return
        await self.phone.presses(found)
        if self.rng.random() < 0.3:
            await self.phone.presses(found)

        def look() -> bool | None:
            heard = any(_said(one, f"已为您催办 {matter.number}") for one in self.phone.newest())
            return True if heard else False if self.phone.button("r:verdict:", matter.number) else None

        matter.urged = await self.phone.until(look, f"that {matter.number} was urged")

    async def _judges(self, matter: Matter) -> None:
        found = await self.phone.finds("r:verdict:", matter.number)
        ticket = found[1].split(":")[2]
        if self.rng.random() < 0.1:
            await self.phone.presses(await self.phone.finds(f"r:verdict:{ticket}:unsolved:0", matter.number))
            await self.phone.reads("哪里没解决", matter.number)
            await self.phone.says("今天又满了")
            matter.rounds = 2
        last = f"r:verdict:{ticket}:solved:{matter.rounds - 1}"
        await self.phone.presses(await self.phone.finds(last, matter.number))
        await self.phone.reads("已办结", matter.number)
        rate = await self.phone.finds(f"r:rate:{ticket}:satisfied", matter.number)
        await self.phone.presses(rate)
        await self.phone.reads("您的评价：满意", matter.number)
        matter.rated = True


@dataclass(slots=True)
class Asker:
    """Asks several things in one breath: the answers must come in that order."""

    phone: Telephone
    ledger: Ledger
    rng: random.Random
    closing: asyncio.Event

    async def live(self) -> None:
        await self.phone.says("/start")
        await self.phone.presses(await self.phone.finds("c:yes"))
        await self.phone.reads("请直接说")
        asked = self.ledger.asked.setdefault(self.phone.person.chat, [])
        while not self.closing.is_set():
            questions = self.rng.sample(list(QUESTIONS), 3)
            self.phone.mark = self.phone.server.chats.revision
            for question in questions:
                asked.append(QUESTIONS[question])
                await self.phone.person.says(question)
            mark = self.phone.mark
            await self.phone.until(lambda mark=mark: _three(self.phone.newest(), mark), "three answers")  # type: ignore[misc]


def _three(newest: list[Said], mark: int) -> bool | None:
    return True if len({said.text for said in newest if said.revision > mark}) >= 3 else None


@dataclass(slots=True)
class Staff:
    """Presses every button of the kinds it knows, once; writes results one ticket after the other. `grid`: where matters are sent."""

    phone: Telephone
    rng: random.Random
    kinds: tuple[str, ...]
    grid: str
    ledger: Ledger
    pressed: set[str] = field(default_factory=set)

    async def live(self) -> None:
        while True:
            todo = await self._next()
            self.pressed.add(_key(*todo))
            if todo[1].startswith("s:reply:"):
                try:
                    await self._reports(todo)
                except Silent as silent:
                    self.ledger.silent.append(str(silent))
                continue
            await self.phone.presses(todo)
            if self.rng.random() < 0.1:
                await self.phone.presses(todo)

    async def _next(self) -> tuple[Said, str]:
        news = self.phone.weather.news[self.phone.person.chat]
        while True:
            news.clear()
            found = self._todo()
            if found is not None:
                return found
            await news.wait()

    def _todo(self) -> tuple[Said, str] | None:
        """The oldest thing to do."""
        for said in reversed(self.phone.newest()):
            for one in [button["callback_data"] for row in said.keyboard for button in row]:
                if self._fits(said, one) and number_in(said):
                    return said, one
        return None

    def _fits(self, said: Said, data: str) -> bool:
        to_others = data.startswith("s:take:") and not data.endswith(f":g{self.grid}")
        return _key(said, data) not in self.pressed and data.startswith(self.kinds) and not to_others

    async def _reports(self, card: tuple[Said, str]) -> None:
        number, ticket = number_in(card[0]), card[1].split(":")[2]
        await self.phone.presses(card)
        if not await self._asked(number):
            return
        await self.phone.says("已清运，加派保洁员，每周三次")
        await self.phone.reads("已收到：文字", number)
        hand = await self.phone.finds(f"s:hand:{ticket}", fresh=True)
        # A second round comes on a card of its own; all that is there now is of this one.
        self.pressed |= {_key(said, card[1]) for said in self.phone.newest()}
        await self.phone.presses(hand)
        await self.phone.reads(f"{number} 已办")

    async def _asked(self, number: str) -> bool:
        """False: the card was a copy that came late, of a step that is over."""
        try:
            async with asyncio.timeout(_STALE):
                await self.phone.reads("请发", number)
        except TimeoutError:
            return False
        return True


def _key(said: Said, data: str) -> str:
    """A button that means another round on another card is known by its card, too."""
    return f"{said.message_id} {data}" if data.startswith("s:reply:") else data
