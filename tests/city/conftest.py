"""One city for the journeys of a module: everybody in it is another person."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.city.counter import Counter, open_counter


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def counter(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path_factory.mktemp("city")) as counter:
        yield counter


@pytest.fixture
def quiet(counter: Counter, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing in the error log, and no word of anybody in any log. A test that expects errors looks at them and clears them."""
    caplog.set_level(logging.INFO)
    yield
    records = caplog.get_records("call")
    assert [record.getMessage() for record in records if record.levelno >= logging.ERROR] == []
    logged = "\n".join(record.getMessage() for record in records) + caplog.text
    people = counter.server.chats.transcripts.values()
    words = {said.text for transcript in people for said in transcript if not said.by_bot and len(said.text) > 3}
    assert sorted(word for word in words if word in logged) == []


