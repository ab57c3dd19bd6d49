"""What the monitoring sees of a running city: ready or why not, and numbers without anybody's words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from app.clock import SystemClock
from app.sampling import Sampler
from app.serving import metrics_app
from storage.figures import Figures
from tests.journeys.test_web_chat import Counter, counter
from workflow.model import Procedure
from workflow.states import State

__all__ = ["counter"]
LABELS = {
    "status": {"waiting", "aside"}, "priority": set("0123"), "door": {"webchat", "telegram"},
    "outcome": {"delivered", "retry_after", "unreachable", "rejected", "unknown", "failed", "moved", "error"},
    "state": {state.value for state in State}, "procedure": {one.value for one in Procedure} - {Procedure.PETITION_REPORT.value},
    "decision": {"sure", "choose", "ask", "thin"},
}  # fmt: skip
"""Every label but a histogram's and the build's, with all that it can ever say."""


@pytest.fixture
async def watched(counter: Counter) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    async with TestClient(TestServer(metrics_app(counter.city))) as client:
        yield client


async def sample(counter: Counter) -> None:
    city = counter.city
    await Sampler(city.metrics, Figures(city.database), SystemClock(), city.readiness, city.database.alive).sample()


async def figures(client: TestClient[Any, Any]) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = await client.get("/metrics")
    assert answer.status == 200
    families = text_string_to_metric_families(await answer.text())
    return {(s.name, tuple(value for _, value in sorted(s.labels.items()))): s.value for family in families for s in family.samples}


async def test_a_city_at_work_is_ready_and_counted(counter: Counter, watched: TestClient[Any, Any]) -> None:
    resident = counter.resident
    await resident.says("井根村楼下煤气泄漏")
    await resident.sees("JM-")
    await sample(counter)
    found = await figures(watched)
    assert {labels[0]: value for (name, labels), value in found.items() if name == "petition_tickets_open"} == {"emergency": 1}
    assert found["petition_ready", ()] == found["petition_database_up", ()] == 1
    assert found["petition_commit_seconds_count", ()] > 0
    assert found["petition_door_sends_total", ("webchat", "delivered")] > 0
    assert sum(value for (name, _), value in found.items() if name == "petition_understanding_decisions_total") > 0
    assert ("petition_inbox_rows", ("waiting",)) in found


async def test_nothing_of_anybody_and_few_labels(counter: Counter, watched: TestClient[Any, Any]) -> None:
    await counter.resident.says("我叫李晓明，电话13800138000，举报井根村村支书王大力收红包")
    await counter.resident.sees("演示系统")
    await sample(counter)
    text = await (await watched.get("/metrics")).text()
    assert [word for word in ("李晓明", "13800138000", "王大力", "井根", "web-", "petition_report") if word in text] == []
    for family in text_string_to_metric_families(text):
        for one in family.samples if family.name.startswith("petition_") else ():
            for name, value in one.labels.items():
                assert name in {"le", "version", "python"} or value in LABELS[name], (one.name, name, value)


async def test_why_it_is_not_ready(counter: Counter) -> None:
    client, readiness = counter.client, counter.city.readiness
    async with asyncio.timeout(10):
        while readiness.hanging():
            await asyncio.sleep(0)
    assert (await client.get("/readyz")).status == 200
    readiness.stopping = lambda: True
    answer = await client.get("/readyz")
    assert (answer.status, await answer.json()) == (503, {"status": "not ready", "reasons": ["stopping"]})
    counter.city.engine.relay.pulse.rested_at = asyncio.get_running_loop().time() - 61
    assert "relay" in (await (await client.get("/readyz")).json())["reasons"]
    assert (await client.get("/healthz")).status == 200


def test_metrics_have_names_of_ours(counter: Counter) -> None:
    names = {family.name for family in counter.city.metrics.registry.collect()}
    assert all(re.fullmatch(r"(petition|process)_[a-z_]+", name) for name in names)
