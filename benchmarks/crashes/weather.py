"""What goes wrong at the Bot API server, by chance with a seed; and which answers were lost on their way."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.botapi import FakeTelegram
from tests.botapi.faults import Fault, Faults
from tests.botapi.problems import Problem

_SENDS = frozenset({"sendmessage", "sendphoto", "editmessagetext"})
_STORM = (
    # share of calls, what befalls them before or after they are carried out
    (0.020, False, "fails"),
    (0.015, False, "flood"),
    (0.015, False, "cut"),
    (0.040, False, "slow"),
    (0.015, True, "cut"),
    (0.040, True, "slow"),
)
_CAREFUL = frozenset({"getme", "setwebhook", "deletewebhook"})
"""Calls of the start: a refusal there costs a second of a life that has none to give, so they fare a tenth as badly."""


@dataclass(slots=True)
class Weather(Faults):
    """Fits `tests.botapi.faults.Faults`. `launched`: the life that was started last; `life`: the one that asks, from its first
    call on, for what the one before asked may arrive when it is dead already; `born`: message id → life, `torn`: those whose answer
    was cut; `befell`: how often what happened."""

    server: FakeTelegram | None = None
    rng: random.Random = field(default_factory=random.Random)
    calm: bool = True
    life: int = 0
    launched: int = 0
    born: dict[int, int] = field(default_factory=dict)
    torn: set[int] = field(default_factory=set)
    befell: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    news: dict[Any, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    on_send: asyncio.Event | None = None
    """Set when a message has been taken and its answer has not gone out yet."""
    _asked_in: dict[int, int] = field(default_factory=dict)
    """Call under way → the life that asked: a call may be carried out when its process is dead."""

    def take(self, method: str, params: dict[str, Any], *, after: bool) -> Fault | None:
        name = method.casefold()
        fault = None if self.calm else self._chance(name, after=after)
        if not after:
            if name == "getme":
                self.life = self.launched
            self._asked_in[id(params)] = self.life
        elif name in _SENDS:
            fault = self._sent(name, params, fault)
        if fault is not None:
            self.befell[f"{_word(fault)} {'after' if after else 'before'}"] += 1
        return fault

    def _chance(self, name: str, *, after: bool) -> Fault | None:
        harm = 0.1 if name in _CAREFUL else 1.0
        for share, late, what in _STORM:
            if late == after and self.rng.random() < share * harm:
                return self._made(what)
        return None

    def _made(self, what: str) -> Fault:
        match what:
            case "fails":
                return Fault(problem=Problem("Bad Gateway", 502))
            case "flood":
                return Fault(problem=Problem("retry after", 429, retry_after=1))
            case "cut":
                return Fault(drop=True)
            case _:
                return Fault(slow=self.rng.uniform(0.02, 0.3))

    def _sent(self, name: str, params: dict[str, Any], fault: Fault | None) -> Fault | None:
        assert self.server is not None
        chat = params["chat_id"]
        if name != "editmessagetext":
            newest = self.server.chats.transcripts[chat][-1]
            said = next(one for one in reversed(self.server.chats.transcripts[chat]) if one.by_bot) if not newest.by_bot else newest
            self.born[said.message_id] = self._asked_in[id(params)]
            if fault is not None and fault.drop:
                self.torn.add(said.message_id)
        self.news[chat].set()
        if self.on_send is not None:
            self.on_send.set()
            self.on_send = None
            return Fault(slow=1.0)
        return fault


def _word(fault: Fault) -> str:
    if fault.problem is not None:
        return str(fault.problem.status)
    return "cut" if fault.drop else "slow"


async def redeliver(server: FakeTelegram, rng: random.Random, every: float) -> None:
    """Updates that were confirmed come again, as when the confirmation was lost. Until it is cancelled."""
    while True:
        await asyncio.sleep(rng.uniform(0.0, 2 * every))
        known = list(server.delivery.history)[-300:]
        if known:
            await server.delivery.again(rng.choice(known))
