"""The parts of the monitoring that a clock or a socket drives."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.config import notices
from app.metrics import Metrics
from app.pulse import Pulse
from app.readiness import LATE, Readiness
from app.sampling import Sampler, Waits
from app.systemd import Notices, Notifier
from storage.figures import Queues, Work
from tests.clock import FrozenClock

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_how_long_the_oldest_message_waits() -> None:
    waits = Waits()
    at = [NOW + timedelta(seconds=10 * step) for step in range(8)]
    assert waits.seconds(0, 5, at[0]) == 0
    assert waits.seconds(6, 7, at[1]) == 0  # it came since the last look
    assert waits.seconds(6, 9, at[2]) == 10
    assert waits.seconds(8, 9, at[3]) == 10  # 6 and 7 went out; 8 was first seen at the third look
    assert waits.seconds(0, 9, at[4]) == 0
    assert waits.seconds(3, 9, at[5]) == 10  # one of old is tried again: it counts from the last quiet look
    assert waits.seconds(1, 2, at[6]) == 0  # ids began anew


class Broken:
    async def queues(self) -> Queues:
        raise OSError

    async def work(self, now: datetime) -> Work:
        raise AssertionError


class Fine:
    late: int = 1

    async def queues(self) -> Queues:
        return Queues(0, 0, NOW - timedelta(seconds=7), {"1": 2}, 0, 0, 0)

    async def work(self, now: datetime) -> Work:
        return Work({}, {"hotline": 3} if self.late else {})


async def alive() -> bool:
    return True


async def test_a_database_that_is_gone_is_told_and_the_last_figures_stay() -> None:
    metrics, readiness, clock = Metrics(), Readiness({}), FrozenClock()
    await Sampler(metrics, Fine(), clock, readiness, alive).sample()
    assert metrics.registry.get_sample_value("petition_database_up") == 1
    assert metrics.registry.get_sample_value("petition_clocks_late", {"procedure": "hotline"}) == 3
    await Sampler(metrics, Broken(), clock, readiness, alive).sample()
    assert metrics.registry.get_sample_value("petition_database_up") == 0
    assert metrics.registry.get_sample_value("petition_clocks_late", {"procedure": "hotline"}) == 3


async def test_a_loop_that_hangs_is_named() -> None:
    pulse = Pulse()
    readiness = Readiness({"relay": pulse})
    assert readiness.troubles() == ("relay",)
    pulse.wake()
    await pulse.rest(1)
    assert readiness.troubles() == ()
    pulse.rested_at = asyncio.get_running_loop().time() - LATE - 1
    assert readiness.troubles() == ("relay",)


async def test_systemd_hears_of_the_doors_the_beat_and_the_end(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        loop, heard = asyncio.get_running_loop(), list[bytes]()
        notifier = Notifier(notices({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000"}), Readiness({}))
        await notifier.start()
        async with asyncio.timeout(10):
            while len(heard) < 3:
                heard.append(await loop.sock_recv(systemd, 100))
        await notifier.stop()
        async with asyncio.timeout(10):
            while heard[-1] != b"STOPPING=1":
                heard.append(await loop.sock_recv(systemd, 100))
    assert heard[:3] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


async def test_who_hangs_is_silent_to_systemd(tmp_path: Path) -> None:
    pulse = Pulse()
    pulse.rested_at = -LATE
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        pulse.rested_at = asyncio.get_running_loop().time() - LATE - 1
        notifier = Notifier(Notices(str(tmp_path / "notify"), 1e-9), Readiness({"watch": pulse}))
        await notifier.start()
        for _ in range(50):
            await asyncio.sleep(0)
        await notifier.stop()
        heard = [systemd.recv(100), systemd.recv(100)]
    assert heard == [b"READY=1", b"STOPPING=1"]


async def test_without_systemd_nothing_is_said() -> None:
    notifier = Notifier(notices({}), Readiness({}))
    await notifier.start()
    await notifier.stop()
