"""Where a request comes from: a header that anybody can write neither hides a sender nor blames another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDict

from tests.console.conftest import House, database, house, town
from web.sources import Sources, networks

__all__ = ["database", "house", "town"]
OURS = Sources(networks("127.0.0.1, 10.0.0.0/8"))


@dataclass
class Asked:
    remote: str
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)


def seen(sources: Sources, remote: str, *forwarded: str) -> str:
    headers = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    return sources.of(cast("web.Request", Asked(remote, headers)))


@pytest.mark.parametrize(
    ("sources", "remote", "forwarded", "found"),
    [
        (Sources(), "127.0.0.1", ("192.0.2.7",), "127.0.0.1"),  # nobody is trusted who was not named
        (OURS, "198.51.100.9", ("192.0.2.7",), "198.51.100.9"),  # a stranger's word
        (OURS, "127.0.0.1", ("192.0.2.7",), "192.0.2.7"),
        (OURS, "127.0.0.1", ("6.6.6.6, 192.0.2.7",), "192.0.2.7"),  # what the sender wrote itself stands further left
        (OURS, "127.0.0.1", ("6.6.6.6", "192.0.2.7, 10.1.2.3"), "192.0.2.7"),
        (OURS, "127.0.0.1", ("nonsense",), "127.0.0.1"),
        (OURS, "127.0.0.1", (), "127.0.0.1"),
        (OURS, "::ffff:127.0.0.1", ("2001:db8:1:2:3::4",), "2001:db8:1:2::/64"),
        (OURS, "", (), ""),
    ],
)
def test_only_named_proxies_say_where_a_request_comes_from(sources: Sources, remote: str, forwarded: tuple[str, ...], found: str) -> None:
    assert seen(sources, remote, *forwarded) == found


@pytest.mark.parametrize("text", ["here", "10.0.0.1/8", "10.0.0.0/40", "127.0.0.1;10.0.0.0/8"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        networks(text)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_guesser_evades_nothing_and_frames_nobody(house: House) -> None:
    """Behind a proxy that was named, wrong tries count where they come from; without one, a header changes nothing."""

    async def tries(client: TestClient[Any, Any], sender: str) -> int:
        given = {"code": "x" * 32}
        return (await client.post("/console/signin", data=given, headers={"X-Forwarded-For": sender}, allow_redirects=False)).status

    for sources, evades in ((Sources(), False), (OURS, True)):
        async with TestClient(TestServer(house.app(replace(house.console, sources=sources)))) as client:
            assert [await tries(client, f"192.0.2.{number}") for number in range(20)] == [403] * 20
            # By the header alone nobody gets more tries, and the owner of the address that was named loses none.
            assert (await tries(client, "192.0.2.200") == 403) is evades
