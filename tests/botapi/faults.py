"""What goes wrong on demand."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.problems import Problem


@dataclass(slots=True)
class Fault:
    """`hang`: no answer ever; `after`: the call is carried out first, and only its answer is lost."""

    method: str = ""  # "" for every one but getUpdates
    chat: int | None = None
    problem: Problem | None = None
    hang: bool = False
    drop: bool = False  # the connection is cut
    slow: float = 0.0  # seconds until the call goes on
    after: bool = False
    times: int = 1
    skip: int = 0  # calls that go well before


@dataclass(slots=True)
class Faults:
    pending: list[Fault] = field(default_factory=list)

    def take(self, method: str, params: dict[str, Any], *, after: bool) -> Fault | None:
        for fault in tuple(self.pending):
            named = fault.method.casefold() == method.casefold() if fault.method else method.casefold() != "getupdates"
            if named and fault.after == after and fault.chat in {None, params.get("chat_id")}:
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self.pending.remove(fault)
                return fault
        return None


@dataclass(slots=True)
class Limits:
    """Telegram's own pace, when a test wants it: a window per private chat, group, and for all."""

    on: bool = False
    _sent: dict[str, deque[float]] = field(default_factory=dict)

    def check(self, chat: int, kind: str) -> None:
        """Raises Problem 429. A private chat bears short bursts."""
        if not self.on:
            return
        now = asyncio.get_running_loop().time()
        own = (20, 60.0) if kind != "private" else (4, 2.0)
        wanted = [(str(chat), *own), ("all", 30, 1.0)]
        for key, most, seconds in wanted:
            times = self._sent.setdefault(key, deque())
            while times and times[0] <= now - seconds:
                times.popleft()
            if len(times) >= most:
                raise Problem("retry after", 429, retry_after=max(1, int(times[0] + seconds - now + 0.999)))
        for key, _, _ in wanted:
            self._sent[key].append(now)
