"""How fast one may send: pure arithmetic on seconds that the caller reads from a monotonic clock."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

CHAT_BURST = 3
CHAT_SECONDS = 1.05  # a private chat gains one message a second; what left in time may be quicker on its way than what left before
GROUP_MESSAGES = 20
GROUP_SECONDS = 60.5
ALL_MESSAGES = 30
ALL_SECONDS = 1.0
ALL_AT_ONCE = 5  # in a fifth of a second: what goes evenly stays within the limit though some of it is late on its way
ALL_GAP = 0.2
_FORGET = 1_000  # chats kept before idle ones are thrown out: at 30 a second no more than some hundred are still counted
_STEP_ASIDE = ALL_GAP / ALL_AT_ONCE
_GRAIN = 1e-6  # seconds: sums of floats never come out quite whole, and a wait of nothing would be waited for again and again


@dataclass(slots=True)
class Pacing:
    """Private chats 1/s with a burst of three, groups 20 in any minute, 30 in any second overall and evenly; `held` chats wait out
    retry_after."""

    _full: dict[str, float] = field(default_factory=dict)
    """Per private chat: when its burst is whole again."""
    _groups: dict[str, deque[float]] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)
    _held: dict[str, float] = field(default_factory=dict)

    def when(self, chat: str, kind: str, now: float) -> float:
        """Seconds to wait before the next message to `chat`; 0 for at once. Changes nothing."""
        crowd = max(_window(self._all, ALL_MESSAGES, ALL_SECONDS, now), _window(self._all, ALL_AT_ONCE, ALL_GAP, now))
        wait = max(self.alone(chat, kind, now), crowd)
        return wait if wait > _GRAIN else 0.0

    def alone(self, chat: str, kind: str, now: float) -> float:
        """Seconds that the chat itself asks for, were there no other."""
        own = _window(self._groups.get(chat), GROUP_MESSAGES, GROUP_SECONDS, now) if kind == "group" else self._private(chat, now)
        wait = max(own, self._held.get(chat, now) - now)
        return wait if wait > _GRAIN else 0.0

    def took(self, chat: str, kind: str, now: float) -> None:
        """A message is sent to `chat` now."""
        self._all.append(now)
        _trim(self._all, ALL_MESSAGES)
        if kind == "group":
            times = self._groups.setdefault(chat, deque())
            times.append(now)
            _trim(times, GROUP_MESSAGES)
        else:
            self._full[chat] = max(self._full.get(chat, now), now) + CHAT_SECONDS
        if len(self._full) + len(self._groups) > _FORGET:
            self._forget(now)

    def hold(self, chat: str, seconds: float, now: float) -> None:
        """Telegram asked for silence in this chat; a later, shorter wish does not shorten it."""
        self._held[chat] = max(self._held.get(chat, now), now + seconds)

    def _private(self, chat: str, now: float) -> float:
        return self._full.get(chat, now) - (CHAT_BURST - 1) * CHAT_SECONDS - now

    def _forget(self, now: float) -> None:
        self._full = {chat: at for chat, at in self._full.items() if at > now}
        self._groups = {chat: times for chat, times in self._groups.items() if times[-1] + GROUP_SECONDS > now}
        self._held = {chat: at for chat, at in self._held.items() if at > now}


def _window(times: deque[float] | None, most: int, seconds: float, now: float) -> float:
    return 0.0 if times is None or len(times) < most else times[-most] + seconds - now


def _trim(times: deque[float], most: int) -> None:
    while len(times) > most:
        times.popleft()


class Pace:
    """`Pacing` for a loop: `wait` returns when the message may go, and counts it. `now`: a monotonic clock in seconds. Where only the
    limit for all chats holds an urgent message up, the next free place is its own, however many others wait."""

    def __init__(self, now: Callable[[], float], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._pacing = Pacing()
        self._now = now
        self._sleep = sleep
        self._pressing = 0  # urgent messages that only the others hold up

    async def wait(self, address: str, kind: str, *, urgent: bool = False) -> None:
        # Nothing is awaited between the last look and the count, so two never take the same place.
        while (seconds := self._left(address, kind, urgent=urgent)) > 0:
            pressing = int(urgent and self._pacing.alone(address, kind, self._now()) == 0)
            self._pressing += pressing
            try:
                await self._sleep(seconds)
            finally:
                self._pressing -= pressing
        self._pacing.took(address, kind, self._now())

    def _left(self, address: str, kind: str, *, urgent: bool) -> float:
        seconds = self._pacing.when(address, kind, self._now())
        return seconds if urgent or not self._pressing else max(seconds, _STEP_ASIDE)

    def hold(self, address: str, seconds: float) -> None:
        self._pacing.hold(address, seconds, self._now())
