"""What a simulation found, as JSON and for people."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.simulation.chats import Chats
from app.simulation.integrity import Verdict
from app.simulation.ledger import Ledger
from app.simulation.play import Plan, Played
from storage.reckoning import Held

Json = dict[str, Any]
_PARTS = (50, 95, 99)
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Growth:
    """Bytes of the database before and after."""

    before: int
    after: int


def percentiles(found: Sequence[float] | array[float]) -> dict[str, float]:
    """p50, p95, p99 and the most, in milliseconds."""
    ordered = sorted(found)
    if not ordered:
        return {}
    parts = {f"p{part}": ordered[min(len(ordered) * part // 100, len(ordered) - 1)] for part in _PARTS}
    return {name: round(seconds * 1000, 2) for name, seconds in (parts | {"most": ordered[-1]}).items()}


def of(plan: Plan, played: Played, chats: Chats, ledger: Ledger, kept: Held, growth: Growth, verdict: Verdict) -> Json:
    tickets = len(kept.tickets)
    minutes = max(played.seconds, 0.001) / _MINUTE
    return {
        "days": plan.days,
        "at_once": plan.at_once,
        "seconds": round(played.seconds, 2),
        "core_seconds": round(played.cores, 2),
        "days_per_minute": round(plan.days / minutes, 1),
        "updates_per_second": round(chats.stored / max(played.seconds, 0.001), 1),
        "answer_ms": percentiles(chats.timings.answers),
        "outbox_lag_ms": percentiles(chats.timings.deliveries),
        "updates": chats.stored,
        "messages": chats.delivered,
        "matters": len(ledger.matters),
        "ends": dict(sorted(ledger.ends().items())),
        "did": dict(sorted(ledger.did.items())),
        "tickets": tickets,
        "states": dict(sorted(kept.states.items())),
        "without_clock": dict(sorted(Counter(f"{procedure} {state}" for _, state, procedure in kept.without_clock).items())),
        "silent_for_14_days": {f"{procedure} {state}": count for (procedure, state), count in kept.silent.items()},
        "clocks_missed": played.missed,
        "backlog": played.backlog,
        "database": {**asdict(growth), "bytes_per_ticket": round((growth.after - growth.before) / max(tickets, 1))},
        "integrity": {"good": verdict.good, "events_verified": verdict.events, **verdict.faults},
    }


def lines(report: Json) -> list[str]:
    """For people."""
    speed, kept = f"{report['days_per_minute']} a minute, {report['updates_per_second']} updates a second", report["database"]
    found = [
        f"days {report['days']} in {report['seconds']} s ({report['core_seconds']} s of one core): {speed}",
        f"matters {report['matters']}: {_counted(report['ends'])}",
        f"tickets {report['tickets']}: {_counted(report['states'])}",
        f"open without a clock: {_counted(report['without_clock'])}",
        f"open, and nothing happened for 14 days: {_counted(report['silent_for_14_days'])}",
        f"updates {report['updates']} · messages {report['messages']} · clocks missed {report['clocks_missed']}",
        f"steps: {_counted(report['did'])}",
        f"message to answer, ms: {_counted(report['answer_ms'])}",
        f"commit to delivery, ms: {_counted(report['outbox_lag_ms'])}",
        f"database: {kept['before']} → {kept['after']} bytes, {kept['bytes_per_ticket']} a ticket",
        "open at the end of each day:",
    ]
    found += [f"  {number}: {sum(day.values())} · {_counted(day)}" for number, day in enumerate(report["backlog"], 1)]
    integrity = report["integrity"]
    faults = [f"  {kind}: {one}" for kind, some in integrity.items() if isinstance(some, list) for one in some]
    verdict = "good" if integrity["good"] else f"BROKEN, {len(faults)} faults"
    return [*found, f"integrity: {verdict}; {integrity['events_verified']} events verified", *faults]


def _counted(counts: dict[str, Any]) -> str:
    return " · ".join(f"{name} {count}" for name, count in counts.items()) or "none"
