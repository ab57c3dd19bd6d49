"""Any request by anybody, drawn from the OpenAPI document, to a whole city behind its web server: never a failure, and always as
documented. What is refused changes nothing; every answer bears the headers; the chain still proves."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.serving import metrics_app
from tests.fuzz.effort import effort
from tests.fuzz.pages import House, opened
from tests.fuzz.requests import DOCUMENT, OPERATIONS, Asked, requests
from tests.fuzz.test_updates import others_go_on, proven
from web import openapi


def served(house: House) -> set[tuple[str, str]]:
    apps = [house.app, metrics_app(house.counter.city)]
    routes = [route for app in apps for route in app.router.routes() if route.resource is not None and route.method != "HEAD"]
    return {(route.method, route.resource.canonical) for route in routes if route.resource}


def described() -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}


async def closed(stack: AsyncExitStack, house: House) -> None:
    await house.counter.settled()
    await others_go_on(house.counter)
    await proven(house.counter)
    await stack.aclose()


@pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionHeader", "ignore::aiohttp.multipart.BadContentDispositionParam")
def test_any_request_gets_the_answer_that_is_documented(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        house = runner.run(opened(stack, tmp_path))
        assert served(house) == described(), "what is served, and what docs/openapi.json tells of"

        async def asked(batch: list[Asked]) -> None:
            for one in batch:
                await house.ask(one)

        def tried(batch: list[Asked]) -> None:
            caplog.clear()
            runner.run(asked(batch))
            errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
            assert [(record.getMessage(), record.exc_text or str(record.exc_info)) for record in errors] == []

        for operation in OPERATIONS:
            effort(20 if operation[0] == "POST" else 5)(given(st.lists(requests(*operation), min_size=1, max_size=6))(tried))()
        runner.run(closed(stack, house))


def test_a_way_in_that_nobody_described_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    ways = dict(openapi.document.__globals__["WAYS"])
    monkeypatch.setitem(openapi.document.__globals__, "WAYS", ways | {("GET", "/new"): next(iter(ways.values()))})
    with pytest.raises(LookupError, match="GET /new"):
        openapi.document()
    monkeypatch.setitem(openapi.document.__globals__, "WAYS", {})
    with pytest.raises(LookupError, match="no way in"):
        openapi.document()
