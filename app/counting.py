"""What the house's parts do, counted on the way through: each fits the port of what it wraps, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from app.metrics import Metrics
from bot.doors import Delivered, Door, Failed, Incoming, Moved, ReadyMessage, Rejected, RetryAfter, Sent, Unknown, Unreachable
from workflow.ports import Classifier
from workflow.region import Region
from workflow.understanding import Understanding


class CountedDoor:
    """Counts outcomes of `send`."""

    def __init__(self, door: Door, metrics: Metrics) -> None:
        self.name = door.name
        self._door = door
        self._metrics = metrics

    async def parse(self, bodies: tuple[Mapping[str, Any], ...]) -> Incoming | None:
        return await self._door.parse(bodies)

    async def send(self, address: str, kind: str, message: ReadyMessage) -> Sent:
        try:
            sent = await self._door.send(address, kind, message)
        except Exception:
            self._metrics.sends.labels(self.name, "error").inc()
            raise
        self._metrics.sends.labels(self.name, outcome(sent)).inc()
        return sent

    async def acknowledge(self, incoming: Incoming, toast: str = "") -> None:
        await self._door.acknowledge(incoming, toast)


def outcome(sent: Sent) -> str:  # one word for each
    match sent:
        case Delivered():
            return "delivered"
        case RetryAfter():
            return "retry_after"
        case Unreachable():
            return "unreachable"
        case Rejected():
            return "rejected"
        case Unknown():
            return "unknown"
        case Failed():
            return "failed"
        case Moved():
            return "moved"
        case _ as never:
            assert_never(never)


class CountedClassifier:
    """Fits `workflow.ports.Classifier`."""

    def __init__(self, classifier: Classifier, region: Callable[[], Region], metrics: Metrics) -> None:
        self._classifier = classifier
        self._region = region
        self._metrics = metrics

    def understand(self, text: str) -> Understanding:
        read = self._classifier.understand(text)
        self._metrics.decisions.labels(self._decision(read)).inc()
        if read.topics:
            self._metrics.confidence.observe(read.topics[0].confidence)
        return read

    def _decision(self, read: Understanding) -> str:
        if not read.topics:
            return "thin"
        confidence, limits = read.topics[0].confidence, self._region().sureness
        return "sure" if confidence >= limits.sure else "choose" if confidence >= limits.unsure else "ask"
