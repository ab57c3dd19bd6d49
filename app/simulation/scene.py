"""What everybody who plays a part needs at hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.simulation.agenda import Act, Diary, Dice, Hours, MovedClock
from app.simulation.chats import Chats
from app.simulation.ledger import Ledger
from app.simulation.settings import Settings
from app.wiring import City
from bot.doors import ReadyMessage


@dataclass(frozen=True, slots=True)
class Scene:
    city: City
    settings: Settings
    clock: MovedClock
    diary: Diary
    dice: Dice
    hours: Hours
    chats: Chats
    ledger: Ledger

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def later(self, of: str, act: Act, **by: float) -> None:
        self.diary.note(self.now + timedelta(**by), of, act)

    async def says(self, address: str, text: str) -> None:
        await self.chats.does(self.city.inbox, address, text=text)

    async def presses(self, address: str, data: str, message_id: str = "") -> None:
        await self.chats.does(self.city.inbox, address, button=data, message_id=message_id)


def buttons_of(message: ReadyMessage) -> tuple[str, ...]:
    return tuple(button.data for line in message.buttons for button in line)
