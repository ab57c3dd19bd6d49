"""Updates on their way to the bot: kept until confirmed, by the next offset or by a 2xx."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict, deque
from contextlib import suppress
from itertools import count
from typing import Any

import aiohttp

from tests.botapi.problems import Problem

_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Delivery:
    """`attempts`: (update id, status) of every webhook call, 0 if there was no answer."""

    def __init__(self) -> None:
        self.pending: dict[int, dict[str, Any]] = {}
        self.history: dict[int, dict[str, Any]] = {}
        self.allowed: list[str] = []
        self.webhook = ""
        self.attempts: list[tuple[int, int]] = []
        self.drops_asked = 0
        self._secret = ""
        self._ids = count(700_001)
        self._polls = 0
        self._changed = asyncio.Condition()
        self._retry = asyncio.Event()
        self._queues: dict[str, deque[tuple[int, dict[str, Any]]]] = defaultdict(deque)
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None

    async def add(self, kind: str, inner: dict[str, Any]) -> int:
        """The update's id; filtered ones are never kept, as at Telegram."""
        update_id = next(self._ids)
        if not self.allowed or kind in self.allowed:
            await self._keep(update_id, {"update_id": update_id, kind: inner})
        return update_id

    async def again(self, update_id: int) -> None:
        """Delivers a known update once more, as Telegram does when a confirmation was lost."""
        await self._keep(update_id, self.history[update_id])

    async def _keep(self, update_id: int, body: dict[str, Any]) -> None:
        self.pending[update_id] = self.history[update_id] = body
        if self.webhook:
            self._enqueue(update_id, body)
        async with self._changed:
            self._changed.notify_all()

    async def raw(self, body: dict[str, Any]) -> None:
        """Anything at all, with its own update id."""
        await self._keep(body["update_id"], body)

    def shuffle(self, seed: int = 1) -> None:
        """What waits comes in another order."""
        items = list(self.pending.items())
        random.Random(seed).shuffle(items)
        self.pending = dict(items)

    async def poll(self, offset: int, limit: int, seconds: float) -> list[dict[str, Any]]:
        """Raises Problem 409 for the older of two polls, or while a webhook is set."""
        if self.webhook:
            raise Problem("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", 409)
        self._polls += 1
        mine = self._polls
        if offset > 0:
            self.pending = {update_id: body for update_id, body in self.pending.items() if update_id >= offset}
        async with self._changed:
            self._changed.notify_all()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._changed.wait_for(lambda: self.pending or mine != self._polls)
        if mine != self._polls:
            raise Problem("terminated by other getUpdates request; make sure that only one bot instance is running", 409)
        return list(self.pending.values())[: limit or 100]

    async def confirmed(self, within: float = 5.0) -> None:
        """Waits until nothing is pending. Raises TimeoutError."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: not self.pending)

    async def set_webhook(self, url: str, secret: str) -> None:
        self.webhook, self._secret = url, secret
        for update_id, body in self.pending.items() if url else ():
            self._enqueue(update_id, body)

    def retry_now(self) -> None:
        """Ends every wait between two webhook attempts."""
        self._retry.set()
        self._retry = asyncio.Event()

    def _enqueue(self, update_id: int, body: dict[str, Any]) -> None:
        key = _queue_key(body)
        self._queues[key].append((update_id, body))
        if key not in self._workers or self._workers[key].done():
            self._workers[key] = asyncio.create_task(self._work(key))

    async def _work(self, key: str) -> None:
        queue, failures = self._queues[key], 0
        while queue and self.webhook:
            update_id, body = queue[0]
            status = await self._post(body)
            self.attempts.append((update_id, status))
            if 200 <= status < 300:
                queue.popleft()
                failures = 0
                self.pending.pop(update_id, None)
            async with self._changed:
                self._changed.notify_all()
            if not 200 <= status < 300:
                failures += 1
                await self._pause(failures)

    async def _pause(self, failures: int) -> None:
        """The first retry comes at once, then after 2, 4 … 60 seconds, or when the test says so."""
        if failures < 2:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(min(2.0 ** (failures - 1), 60.0)):
                await self._retry.wait()

    async def attempted(self, times: int, within: float = 5.0) -> None:
        """Waits for so many webhook calls in all."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: len(self.attempts) >= times)

    async def _post(self, body: dict[str, Any]) -> int:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        try:
            async with self._session.post(self.webhook, json=body, headers={_HEADER: self._secret}) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def close(self) -> None:
        for task in self._workers.values():
            task.cancel()
        await asyncio.gather(*self._workers.values(), return_exceptions=True)
        self._polls += 1
        async with self._changed:
            self._changed.notify_all()
        if self._session is not None:
            await self._session.close()


def _queue_key(body: dict[str, Any]) -> str:
    if "callback_query" in body:
        return f"user {body['callback_query'].get('from', {}).get('id')}"
    inner = next((value for key, value in body.items() if key != "update_id" and isinstance(value, dict)), {})
    return f"chat {inner.get('chat', {}).get('id')}"
