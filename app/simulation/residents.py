"""Residents: they say what they want, press what they are shown, wait, judge what was done, or say nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from app.simulation.agenda import Act
from app.simulation.ledger import End, Matter
from app.simulation.scene import Scene, buttons_of
from app.simulation.settings import Habits
from bot.doors import ReadyMessage

_MOST_STEPS = 10
"""Taps and messages after which somebody gives a matter up."""
_A_DAY = timedelta(hours=24)
_ONES_OWN = ("r:add:", "r:withdraw:")
"""Buttons of somebody's own ticket."""


class Resident:
    """One chat. `home`: a village's code."""

    def __init__(self, scene: Scene, address: str, home: str) -> None:
        self._scene = scene
        self.address = address
        self.home = home
        self._matter: Matter | None = None
        self._tickets: set[int] = set()
        self._live: set[int] = set()
        """Those that take additions, as far as they know."""
        self._done: set[str] = set()
        self._anonymous = False
        self._danger_at: datetime | None = None
        """When they were last told of an emergency of theirs: for a day, what they say may go to it."""
        self._alarmed: Matter | None = None
        """What seems to have gone to it."""

    @property
    def is_free(self) -> bool:
        return self._matter is None

    @property
    def open_tickets(self) -> int:
        """How many of their own they know of."""
        return len(self._live)

    async def brings(self, matter: Matter) -> None:
        self._matter, self._alarmed = matter, None
        self._anonymous = self._scene.dice.happens(self._scene.settings.shares.anonymous, "anonymous", matter.id)
        await self._scene.says(self.address, matter.text)

    def hears(self, message_id: str, message: ReadyMessage) -> None:
        """Fits `app.simulation.chats.Owner`."""
        shown = buttons_of(message)
        if "c:yes" in shown:
            self._soon(message_id, "c:yes", "notice")
        matter = self._matter or self._alarmed
        if matter is not None:
            self._about(matter, message_id, shown)
        self._afterwards(message_id, shown)
        self._live |= {int(data.split(":")[2]) for data in shown if data.startswith("r:add:")}
        if not any(data.startswith("r:add:") for data in shown):
            self._live -= {int(data.split(":")[2]) for data in shown if data.startswith("r:passport:")}

    def _about(self, matter: Matter, message_id: str, shown: Sequence[str]) -> None:
        """Messages while a matter is being brought."""
        fresh = self._own(shown) - self._tickets
        if fresh:
            self._tickets |= fresh
            matter.tickets += sorted(fresh)
            self._ends(matter, End.FILED)
            self._alarmed = None
            if any(data.startswith("r:withdraw:") for data in shown) and not any(data.startswith("r:passport:") for data in shown):
                self._danger_at = self._scene.now  # an emergency's receipt is no card
            habits = self._habits
            if self._scene.dice.happens(habits.adds, "adds", matter.id):
                hours = self._scene.dice.between((1, 40), "adds_after", matter.id)
                self._scene.later(self.address, partial(self._adds, min(fresh)), hours=hours)
        elif any(data.startswith("j:leave:") for data in shown):
            self._ends(matter, End.JOINED)
        elif not shown and self._danger_at is not None and self._scene.now - self._danger_at < _A_DAY:
            self._ends(matter, End.ALARMED)
            self._alarmed = matter
        elif any(data.startswith(("i:", "n:")) for data in shown):
            if all(data.startswith("i:file:") for data in shown):
                self._ends(matter, End.THANKED)
                return
            matter.steps += 1
            wait = self._scene.dice.between(self._habits.reads, "reads", matter.id, matter.steps)
            self._scene.later(self.address, partial(self._answers, matter, message_id, tuple(shown)), seconds=wait)

    def _own(self, shown: Sequence[str]) -> set[int]:
        """Tickets whose buttons are shown to their reporter alone: a receipt's, or those of a letter."""
        own = {int(data.split(":")[2]) for data in shown if data.startswith(_ONES_OWN)}
        return own or {int(data.split(":")[2]) for data in shown if data.startswith("r:show:") and len(shown) > 1}

    def _ends(self, matter: Matter, end: End) -> None:
        matter.end, self._matter = end, None

    @property
    def _habits(self) -> Habits:
        return self._scene.settings.residents

    def _soon(self, message_id: str, data: str, *name: object) -> None:
        wait = self._scene.dice.between(self._habits.reads, self.address, *name)
        self._scene.later(self.address, partial(self._scene.presses, self.address, data, message_id), seconds=wait)

    async def _answers(self, matter: Matter, message_id: str, shown: Sequence[str]) -> None:
        """The one next thing that was asked."""
        if matter is not self._matter:
            return
        if matter.steps > _MOST_STEPS:
            self._ends(matter, End.GIVEN_UP)
            await self._scene.says(self.address, "/cancel")
            return
        data = self._chosen(matter, shown)
        if not data:
            await self._scene.says(self.address, matter.said_place or self._name(matter.place))
            return
        if data.startswith("i:helped:"):
            self._ends(matter, End.ANSWERED)
        elif data.startswith("j:mine:"):
            self._ends(matter, End.ADDED)
        await self._scene.presses(self.address, data, message_id)

    def _name(self, place: str) -> str:
        return "".join(one.name for one in self._scene.city.region.path(place))

    def _chosen(self, matter: Matter, shown: Sequence[str]) -> str:
        """A button's data, "" for words instead."""

        def first(*begins: str) -> str:
            return next((data for data in shown if data.startswith(begins)), "")

        dice, habits = self._scene.dice, self._habits
        if helped := first("i:helped:"):
            return helped if dice.happens(habits.helped, "helped", matter.id) else first("i:file:")
        if apart := first("i:apart:"):
            return apart if dice.happens(habits.apart, "apart", matter.id) else first("i:whole:")
        if first("i:submit:", "i:another:"):
            return self._sends(matter, shown)
        if new := first("n:new"):
            return new
        ties = [data for data in shown if data.startswith("i:place:")]
        if ties:
            mine = (data for data in ties if matter.place.startswith(data.split(":")[3]) or data.split(":")[3].startswith(matter.place))
            return next(mine, first("i:notie:") or ties[0])
        # Asked where: it is said in words first, then by the button that says that nobody knows.
        return first("i:noplace:") if matter.steps > 2 else ""

    def _sends(self, matter: Matter, shown: Sequence[str]) -> str:
        """The card is right, or almost."""

        def first(*begins: str) -> str:
            return next((data for data in shown if data.startswith(begins)), "")

        if self._anonymous:
            self._anonymous = False
            return first("i:anon:")
        joins = self._scene.dice.happens(self._habits.joins, "joins", matter.id)
        if joins and (offered := first("j:join:", "j:mine:")):
            return offered
        likely = first("i:topic:") if f"t{matter.id}" not in self._done else ""
        if likely and self._scene.dice.happens(0.5, "topic", matter.id):
            self._done.add(f"t{matter.id}")
            return likely
        return first("i:submit:", "i:another:")

    def _afterwards(self, message_id: str, shown: Sequence[str]) -> None:
        """Messages about tickets: an answer to be judged, an end to be rated or objected to."""
        for data in shown:
            if data.startswith("r:verdict:") and ":solved:" in data:
                self._once(f"judge {data}", partial(self._judges, message_id, data), self._habits.judges, self._habits.judges_after)
            elif data.startswith("r:helped:"):
                self._once(f"judge {data}", partial(self._scene.presses, self.address, data, message_id), self._habits.judges, (1, 24))
            elif data.startswith("r:rate:") and data.endswith(":satisfied"):
                self._once(f"rate {data}", partial(self._rates, message_id, data), self._habits.rates, (0.02, 0.5))
            elif data.startswith("r:object:") and len(shown) <= 2:
                self._once(f"object {data}", partial(self._objects, message_id, data), self._habits.objects, (1, 48))

    def _once(self, name: str, act: Act, chance: float, hours: tuple[float, float]) -> None:
        if name in self._done:
            return
        self._done.add(name)
        dice = self._scene.dice
        if dice.happens(chance, self.address, name):
            self._scene.later(self.address, act, hours=dice.between(hours, self.address, name, "after"))

    async def _judges(self, message_id: str, data: str) -> None:
        """`data`: the button for "solved"."""
        luck, habits = self._scene.dice.of(self.address, data).random(), self._habits
        self._scene.ledger.did["judged"] += 1
        if luck < habits.solved:
            await self._scene.presses(self.address, data, message_id)
        elif luck < habits.solved + habits.partly:
            await self._scene.presses(self.address, data.replace(":solved:", ":partly:"), message_id)
        else:
            await self._scene.presses(self.address, data.replace(":solved:", ":unsolved:"), message_id)
            await self._scene.says(self.address, self._scene.dice.of(self.address, data, "words").choice(habits.unsolved))

    async def _rates(self, message_id: str, data: str) -> None:
        luck = self._scene.dice.of(self.address, data, "mark").random()
        mark = "satisfied" if luck < 0.7 else "basic" if luck < 0.9 else "unsatisfied"
        self._scene.ledger.did["rated"] += 1
        await self._scene.presses(self.address, data.replace(":satisfied", f":{mark}"), message_id)

    async def _objects(self, message_id: str, data: str) -> None:
        self._scene.ledger.did["objected"] += 1
        await self._scene.presses(self.address, data, message_id)
        await self._scene.says(self.address, self._scene.dice.of(self.address, data).choice(self._habits.objections))

    async def _adds(self, ticket: int) -> None:
        if self._matter is not None or ticket not in self._live:
            return
        self._scene.ledger.did["added"] += 1
        await self._scene.presses(self.address, f"r:add:{ticket}")
        await self._scene.says(self.address, self._scene.dice.of("added", self.address, ticket).choice(self._habits.additions))
