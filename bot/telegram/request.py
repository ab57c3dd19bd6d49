"""The request back end of python-telegram-bot on aiohttp: the bundled one collapses under concurrent sends.

telegram.error.NetworkError
├── NotSent     no connection came about: the request was certainly not carried out
├── Broken      5xx: the server says that it failed
└── TimedOut    no answer came: it may have been carried out
telegram.error.TelegramError
└── Flood       429, with `seconds`
"""

from __future__ import annotations

import io
import json
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

_KEEP_ALIVE = 15.0  # seconds; shorter than any server's, so a dead connection is seldom taken from the pool


class NotSent(NetworkError):
    """The server was not reached. Safe to repeat."""


class Broken(NetworkError):
    """The server, or a proxy before it, is out of order. Hardly carried out."""


class Flood(TelegramError):
    """429: wait `seconds`. In place of the library's RetryAfter, which is being deprecated from int to timedelta and warns when made."""

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many requests")
        self.seconds = float(seconds)


class AioRequest(BaseRequest):
    """Times in seconds. `trust_env`: take a proxy from the environment, as the bundled back end does."""

    def __init__(
        self,
        *,
        connections: int = 100,
        read: float = 15.0,
        write: float = 20.0,
        connect: float = 8.0,
        pool: float = 10.0,
        trust_env: bool = False,
    ) -> None:
        self._connections = connections
        self._read = read
        self._write = write
        self._connect = connect
        self._pool = pool
        self._trust_env = trust_env
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._read

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_KEEP_ALIVE)
            agent = {"User-Agent": self.USER_AGENT}
            self._session = aiohttp.ClientSession(connector=connector, headers=agent, trust_env=self._trust_env)

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(self, url: str, parameters: dict[str, str | int], read: float) -> Any:
        """One method without python-telegram-bot's objects: the answer's `result` as JSON. Raises telegram.error.*"""
        payload = await self._request_wrapper(url=f"{url}?{urlencode(parameters)}", method="GET", read_timeout=read)
        return self.parse_json_payload(payload).get("result")

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Raises NetworkError; unlike the original it logs nothing, for an answer may hold residents' words."""
        try:
            found = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            raise NetworkError("Invalid server response") from None
        if not isinstance(found, dict):
            raise NetworkError("Invalid server response")
        return found

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise NotSent("the request back end is not initialised")
        read = self._chosen(read_timeout, self._read)
        connect = self._chosen(connect_timeout, self._connect)
        pool = self._chosen(pool_timeout, self._pool)
        if request_data is not None and request_data.contains_files:
            # aiohttp's read time runs while it still writes.
            read = _sum(read, self._chosen(write_timeout, self._write))
        times = aiohttp.ClientTimeout(total=None, connect=_sum(connect, pool), sock_connect=connect, sock_read=read)
        return await _exchange(self._session, method, url, _body(request_data), times)

    @staticmethod
    def _chosen(given: Any, default: float) -> float | None:
        return default if given is BaseRequest.DEFAULT_NONE else cast("float | None", given)


def _sum(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second


def _body(data: RequestData | None) -> aiohttp.FormData | None:
    if data is None:
        return None
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for part, (filename, content, mime) in (data.multipart_data if data.contains_files else {}).items():
        # aiohttp warns of large plain bytes, as it writes them in one go.
        source = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(part, source, filename=filename, content_type=mime)
    return form


async def _exchange(
    session: aiohttp.ClientSession, method: str, url: str, body: aiohttp.FormData | None, times: aiohttp.ClientTimeout
) -> tuple[int, bytes]:
    """Only the kind of an error is kept: its text may hold the address, and the address holds the token."""
    try:
        async with session.request(method, url, data=body, timeout=times) as answer:
            status, payload = answer.status, await answer.read()
    except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
        raise NotSent(type(error).__name__) from None
    except (TimeoutError, aiohttp.ServerTimeoutError) as error:
        raise TimedOut(type(error).__name__) from None
    except (aiohttp.ClientError, OSError) as error:
        raise NetworkError(type(error).__name__) from None
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Flood(_seconds(payload))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Broken(str(status))
    return status, payload


def _seconds(payload: bytes) -> int:
    """At least one, also when a proxy in between answers 429 without saying how long."""
    try:
        return max(1, int(json.loads(payload)["parameters"]["retry_after"]))
    except (ValueError, KeyError, TypeError):
        return 1
