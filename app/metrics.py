"""What Prometheus is told: numbers with few, known labels, and nobody's words, names or places.

A registry for each city, so that two in one process do not mix. Gauges of the database are set by `app.sampling`, never by a scrape.
"""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_TENTHS = tuple(step / 10 for step in range(1, 11))


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._queues()
        self._tickets()
        self._process()

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"petition_{name}", text, labels, registry=self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"petition_{name}", text, labels, registry=self.registry)

    def _queues(self) -> None:
        self.inbox = self._gauge("inbox_rows", "Updates, by status: waiting, aside (given up, for staff)", "status")
        self.inbox_age = self._gauge("inbox_oldest_seconds", "Age of the update that waits longest")
        self.outbox = self._gauge("outbox_waiting", "Messages that wait, by priority: 0 urgent, 1 answer, 2 notice, 3 digest", "priority")
        self.outbox_dead = self._gauge("outbox_dead", "Messages that were given up: dead letters")
        self.outbox_lag = self._gauge("outbox_oldest_seconds", "How long the oldest waiting message has waited, since this process looks")
        self.sends = self._counter("door_sends_total", "Deliveries tried, by door and outcome; retry_after is a 429", "door", "outcome")

    def _tickets(self) -> None:
        self.open = self._gauge("tickets_open", "Open tickets, without reports on people in office", "state", "procedure")
        self.late = self._gauge("clocks_late", "Open tickets with a clock that ran out, without such reports", "procedure")
        self.missed = self._counter("clocks_missed_total", "Clocks that this process told of as missed")
        self.confidence = Histogram(
            "petition_understanding_confidence", "Confidence of each text's best topic", buckets=_TENTHS, registry=self.registry
        )
        self.decisions = self._counter(
            "understanding_decisions_total", "What the confidence asks for: sure, choose, ask; thin has no topic at all", "decision"
        )

    def _process(self) -> None:
        self.watched = self._gauge("watch_last_success_timestamp_seconds", "When the watch last finished a round (Unix time)")
        self.sampled = self._gauge("sampled_timestamp_seconds", "When the database's figures were last taken (Unix time)")
        self.database = self._gauge("database_up", "1: the last look at the database succeeded")
        self.away = self._gauge("store_away", "1: the store is away and everything waits for it", "reason")
        self.outages = self._counter("store_outages_total", "Outages of the store", "reason")
        self.clock_doubted = self._gauge("clock_doubted", "1: the clock jumped, and what it must not decide is held")
        self.ready = self._gauge("ready", "1: this process is ready, as /readyz says")
        self.loop_lag = Histogram(
            "petition_event_loop_lag_seconds", "How late the event loop wakes who sleeps in it", buckets=_FAST, registry=self.registry
        )
        self.commits = Histogram(
            "petition_commit_seconds", "How long a commit of the desk takes", buckets=_FAST, registry=self.registry
        )
        self._gauge("build_info", "Always 1", "version", "python").labels(_version(), platform.python_version()).set(1)

    def exposed(self) -> bytes:
        """Prometheus' text format."""
        return generate_latest(self.registry)


def _version() -> str:
    try:
        return version("petition-supermarket")
    except PackageNotFoundError:
        return "unknown"
