"""Starts and stops the whole in order: loops first, then what receives; on the way down what receives first, then the loops.

Nothing is confirmed to a sender that is not stored, so whatever a stop leaves behind waits in the database for the next start.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
from collections.abc import Sequence
from typing import Protocol

from app.collector import settled
from app.engine import Engine

_LOG = logging.getLogger(__name__)
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Receiver(Protocol):
    """Something that takes updates or requests in: the web server, Telegram's poller."""

    async def start(self) -> None: ...
    async def stop(self) -> None:
        """Receives nothing any more once it returns; safe after a start that failed half-way."""
        ...


class PortTaken(Exception):
    """Somebody else listens there."""


class NoSuchHost(Exception):
    """The host is no address of this machine."""


def taken(host: str, port: int) -> bool:
    """Whether somebody listens there already: asked before anything of theirs could be touched."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
        except UnicodeError:
            return False
    return False


class LoopEnded(Exception):
    """One of the loops ended although nobody asked it to: a fault of ours."""


async def serve(engine: Engine, receivers: Sequence[Receiver], stop: asyncio.Event) -> None:
    """Runs until `stop` is set. Raises PortTaken, NoSuchHost, LoopEnded, or what a receiver's start raised; everything is stopped
    then too."""
    with settled():
        await _serve(engine, receivers, stop)


async def _serve(engine: Engine, receivers: Sequence[Receiver], stop: asyncio.Event) -> None:
    tasks = engine.start()
    begun: list[Receiver] = []
    try:
        for receiver in receivers:
            begun.append(receiver)
            await _begin(receiver)
        _LOG.info("serving")
        await _until(stop, tasks)
    finally:
        for receiver in reversed(begun):
            await _end(receiver)
        await engine.stop(tasks)
        _LOG.info("stopped")


async def _begin(receiver: Receiver) -> None:
    try:
        await receiver.start()
    except (socket.gaierror, UnicodeError) as error:
        raise NoSuchHost from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken from error
        if error.errno == errno.EADDRNOTAVAIL:
            raise NoSuchHost from error
        raise


async def _end(receiver: Receiver) -> None:
    try:
        await receiver.stop()
    except Exception:
        # The others must be stopped all the same.
        _LOG.exception("a receiver did not stop well")


async def _until(stop: asyncio.Event, tasks: tuple[asyncio.Task[None], ...]) -> None:
    asked = asyncio.create_task(stop.wait())
    await asyncio.wait({asked, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    if not asked.done():
        asked.cancel()
        raise LoopEnded


def stop_on_signals(stop: asyncio.Event) -> None:
    """SIGTERM and SIGINT ask for a graceful end; for the running loop only."""
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop.set)
