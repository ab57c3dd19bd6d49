"""The three loops as one thing that starts and stops in order: receive last, drain first things first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from app.outage import Outage
from app.pulse import Pulse
from app.reader import Reader
from app.relay import Relay
from app.watch import Watch


@dataclass(frozen=True, slots=True)
class Engine:
    reader: Reader
    relay: Relay
    watch: Watch
    outage: Outage | None = None

    def start(self) -> tuple[asyncio.Task[None], ...]:
        """The tasks, to be handed to `stop`. A task that ends early ended by a fault of ours."""
        return (
            asyncio.create_task(self.reader.run(), name="reader"),
            asyncio.create_task(self.relay.run(), name="relay"),
            asyncio.create_task(self.watch.run(), name="watch"),
        )

    def wake(self) -> None:
        for pulse in self.pulses().values():
            pulse.wake()

    def pulses(self) -> Mapping[str, Pulse]:
        return {"reader": self.reader.pulse, "relay": self.relay.pulse, "watch": self.watch.pulse}

    async def stop(self, tasks: tuple[asyncio.Task[None], ...]) -> None:
        """After the doors stopped receiving: what is begun is finished, what waits stays in the database."""
        self.watch.stop()
        await self.reader.stop()
        await self.relay.stop()
        await asyncio.gather(*tasks)
        if self.outage is not None:
            await self.outage.stop()
