"""Everybody on a post: they read their cards in office hours (of danger at once), one after the other, and press what is offered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from app.simulation.scene import Scene, buttons_of
from bot.doors import ReadyMessage
from texts import FIRST

_LEADS = ("m:sign:", "s:reply:", "m:resume:")
_HUBS = ("s:answer:", "s:take:", "s:dispatch:", "s:units:", "m:release:", "s:grant:", "s:close:")
"""What a card asks for, the first first."""
_HUB_DESK = "uhub"
_EASY = 0.1
"""How much of the usual time danger leaves to those who go there."""
Fills = Callable[[int, str], Awaitable[bool]]
"""Sees to it that somebody is at the desk that a button names for a ticket; False: they only come now."""


class Clerk:
    """One chat on a post."""

    def __init__(self, scene: Scene, address: str, fills: Fills) -> None:
        self._scene = scene
        self.address = address
        self._fills = fills
        self._cards: dict[int, tuple[str, tuple[str, ...], bool]] = {}
        """Those that wait for this person: message, buttons, danger."""
        self._planned: set[int] = set()
        self._rounds: dict[int, int] = {}
        self._free_at = scene.now
        self._urgent = scene.city.texts.label(FIRST, "cards.urgent")

    @property
    def waiting(self) -> int:
        return len(self._cards)

    def hears(self, message_id: str, message: ReadyMessage) -> None:
        """Fits `app.simulation.chats.Owner`."""
        shown = buttons_of(message)
        ticket = next((int(data.split(":")[2]) for data in shown if data.startswith("s:full:")), None)
        if ticket is not None:
            self._has(ticket, message_id, shown, danger=self._urgent in message.html)
        elif chosen := [data for data in shown if data.startswith(("s:dispatch:", "s:designate:"))]:
            self._scene.later(self.address, partial(self._gives, message_id, self._desk_of(chosen)), minutes=1)
        else:
            for data in shown:
                if data.startswith("s:open:") and int(data.split(":")[2]) not in self._cards:
                    wait = self._scene.dice.between((1, 30), self.address, data)
                    self._scene.later(self.address, partial(self._scene.presses, self.address, data), minutes=wait)

    def _has(self, ticket: int, message_id: str, shown: tuple[str, ...], *, danger: bool) -> None:
        wanted = self._wanted(shown)
        if not wanted:
            self._cards.pop(ticket, None)
            if any(data.startswith("s:rework:") for data in shown):
                self._follows_up(ticket)
            return
        self._cards[ticket] = message_id, shown, danger
        if ticket not in self._planned:
            self._planned.add(ticket)
            at = self._when(ticket, wanted, danger=danger)
            self._scene.diary.note(max(at, self._scene.now + timedelta(seconds=1)), self.address, partial(self._works, ticket))

    def _wanted(self, shown: Sequence[str]) -> str:
        found = (data for begin in (*_LEADS, *_HUBS) for data in shown if data.startswith(begin))
        wanted = next(found, "")
        if not wanted.startswith("s:units:"):
            return wanted
        # Once it is dispatched, the list of desks is there for second thoughts alone.
        undecided = any(data.startswith("s:decline:") for data in shown)
        return next((data for data in shown if data.endswith(":designate")), wanted if undecided else "")

    def _when(self, ticket: int, wanted: str, *, danger: bool) -> datetime:
        scene, round_ = self._scene, self._rounds.get(ticket, 0)
        dice, officers, workers = scene.dice, scene.settings.officers, scene.settings.workers
        name = (self.address, ticket, wanted.split(":")[1], round_)
        if wanted.startswith("s:reply:"):
            least, most = workers.works
            hours = dice.of("works", *name).triangular(least, most, least)
            hours *= workers.late_times if dice.happens(workers.late, "late", *name) else 1
            return scene.now + timedelta(hours=hours * _EASY) if danger else scene.hours.after(scene.now, timedelta(hours=hours))
        if danger:
            return scene.now + timedelta(minutes=dice.between(officers.pages_after, "page", *name))
        waits = workers.signs_after if wanted.startswith("m:sign:") else officers.looks_after
        ready = scene.hours.after(scene.now, timedelta(minutes=dice.between(waits, "looks", *name)))
        start = scene.hours.open_from(max(ready, self._free_at))
        self._free_at = start + timedelta(minutes=dice.between(officers.minutes, "minutes", *name))
        return start

    def _follows_up(self, ticket: int) -> None:
        """Silence is looked at in the end."""
        if ticket in self._planned:
            return
        self._planned.add(ticket)
        at = self._scene.now
        for _ in range(self._scene.settings.officers.follows_up + 1):
            at = self._scene.hours.open_from(self._scene.hours.open_from(at) + timedelta(days=1))
        self._scene.diary.note(at, self.address, partial(self._opens, ticket))

    async def _opens(self, ticket: int) -> None:
        self._planned.discard(ticket)
        await self._scene.presses(self.address, f"s:open:{ticket}")

    async def _works(self, ticket: int) -> None:
        card = self._cards.get(ticket)
        if card is None:
            self._planned.discard(ticket)
            return
        message_id, shown, _ = card
        wanted = self._wanted(shown)
        if wanted.startswith(("s:take:", "s:dispatch:")):
            offers = [data for data in shown if data.split(":")[1] == wanted.split(":")[1]]
            await self._gives(message_id, self._desk_of(offers, shown))
            return
        self._planned.discard(ticket)
        self._cards.pop(ticket)
        self._rounds[ticket] = self._rounds.get(ticket, 0) + 1
        self._scene.ledger.did[wanted.split(":")[1]] += 1
        await self._steps(ticket, wanted, message_id, shown)

    async def _steps(self, ticket: int, wanted: str, message_id: str, shown: Sequence[str]) -> None:
        scene, name = self._scene, (self.address, ticket, self._rounds[ticket])
        dice, officers, workers = scene.dice, scene.settings.officers, scene.settings.workers
        dispute, extend, units = f"s:dispute:{ticket}", f"s:extend:{ticket}", f"s:units:{ticket}:designate"
        match wanted.split(":")[1]:
            case "sign" if dispute in shown and dice.happens(workers.disputes, "disputes", *name):
                await self._asked(dispute, message_id, dice.of(*name).choice(workers.disputes_with))
            case "reply" if extend in shown and dice.happens(workers.extends, "extends", *name):
                await self._asked(extend, message_id, dice.of(*name).choice(workers.extends_with), str(workers.extension))
            case "reply":
                await self._asked(wanted, message_id, dice.of(*name).choice(workers.results))
                await scene.presses(self.address, f"s:hand:{ticket}")
            case "answer":
                await self._asked(wanted, message_id, dice.of(*name).choice(officers.answers))
                self._follows_up(ticket)
            case "release" if dice.happens(officers.sends_back, "sends_back", *name):
                await self._asked(f"s:send_back:{ticket}", message_id, dice.of(*name).choice(officers.send_backs))
            case "close":
                await scene.presses(self.address, wanted, message_id)
                await self._asked(f"s:close:{ticket}:explained", "", dice.of(*name).choice(officers.closings))
            case "units" if units in shown:
                await scene.presses(self.address, units, message_id)
            case _:
                await scene.presses(self.address, wanted, message_id)

    async def _asked(self, data: str, message_id: str, *words: str) -> None:
        """Presses a button that asks for words, and writes them: a chat is read in order, so the question need not be waited for."""
        await self._scene.presses(self.address, data, message_id)
        for said in words:
            await self._scene.says(self.address, said)

    def _desk_of(self, offers: Sequence[str], shown: Sequence[str] = ()) -> str:
        """The desk to send it to: as a rule the first that is offered. No hub handles what it has to check."""
        ticket = offers[0].split(":")[2]
        fit = [data for data in offers if data.split(":")[3] != _HUB_DESK]
        others = f"s:units:{ticket}"
        if not fit:
            return others if others in shown else offers[0]
        second = len(fit) > 1 and self._scene.dice.happens(self._scene.settings.officers.second_choice, "second", self.address, ticket)
        return fit[1] if second else fit[0]

    async def _gives(self, message_id: str, data: str) -> None:
        """Sends a ticket to a desk, or declines it. Whoever is to get it is on their post before."""
        scene, (_, verb, number, *more) = self._scene, data.split(":")
        ticket, officers = int(number), scene.settings.officers
        if more and verb != "units" and not await self._fills(ticket, more[0]):
            scene.later(self.address, partial(self._gives, message_id, data), minutes=1)
            return
        card = self._cards.pop(ticket, None)
        self._planned.discard(ticket)
        self._rounds[ticket] = self._rounds.get(ticket, 0) + 1
        decline = f"s:decline:{ticket}"
        if card is not None and decline in card[1] and not card[2] and scene.dice.happens(officers.declines, "declines", ticket):
            rng = scene.dice.of("declines", ticket, "words")
            scene.ledger.did["decline"] += 1
            await self._asked(decline, message_id, rng.choice(officers.reasons), rng.choice(officers.routes))
            return
        scene.ledger.did[verb] += 1
        if verb == "designate":
            await self._asked(data, message_id, scene.dice.of("assigns", ticket).choice(officers.assignments))
        else:
            await scene.presses(self.address, data, message_id)
