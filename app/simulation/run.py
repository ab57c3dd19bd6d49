"""Sets the stage in a database in which nothing is yet, plays, and reckons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import nlp
from app import wiring
from app.config import Config
from app.simulation import integrity, report
from app.simulation.agenda import Diary, Dice, Hours, MovedClock
from app.simulation.chats import Chats
from app.simulation.ledger import Ledger
from app.simulation.matters import Composer, words_of
from app.simulation.play import Plan, Play, Played, Told
from app.simulation.report import Json
from app.simulation.scene import Scene
from app.simulation.settings import Settings
from storage import Database, reckoning
from workflow.region import Region

LONG = timedelta(days=14)
"""For so long something should have happened to an open ticket."""


@dataclass(frozen=True, slots=True)
class Script:
    """`start`: the first day, in the city's zone, at midnight. `texts`: what is said instead of made-up matters."""

    settings: Settings
    plan: Plan
    seed: str
    start: datetime
    texts: Sequence[str] = ()


class Stage:
    """One city and all who play in it. The database is migrated and new."""

    def __init__(
        self, config: Config, region: Region, database: Database, script: Script, language: nlp.Language | None = None,
        told: Told = lambda _day, _backlog: None,
    ) -> None:
        """`config.region.pack` is where the words come from. `told` hears of each day that is over. Raises PackError and LanguageError."""
        clock = MovedClock(script.start)
        self.chats, self.ledger = Chats(clock), Ledger()
        config = replace(config, anchors=replace(config.anchors, file=""))
        city = wiring.build(config, region, database, clock, self.chats, language=language)
        dice = Dice(script.seed)
        self.scene = Scene(city, script.settings, clock, Diary(), dice, Hours(region, city.calendar), self.chats, self.ledger)
        composer = Composer(region, script.settings, words_of(Path(config.region.pack)), dice, script.texts)
        self.game = Play(self.scene, composer, script.plan, told)
        self._script = script
        self._database = database
        self._before = 0

    async def play(self) -> Played:
        self._before = await reckoning.size(self._database)
        return await self.game.run()

    async def reckon(self, played: Played) -> Json:
        kept = await reckoning.held(self._database, self.scene.now - LONG)
        verdict = await integrity.judge(self._database, kept, self.ledger, self.chats, self.scene.city.region)
        growth = report.Growth(self._before, await reckoning.size(self._database))
        return report.of(self._script.plan, played, self.chats, self.ledger, kept, growth, verdict)


def midnight(day: str, region: Region) -> datetime:
    """Aware, UTC. Raises ValueError for what is no date."""
    zone = ZoneInfo(region.time_zone)
    return datetime.combine(datetime.fromisoformat(day).date(), time(), zone).astimezone(ZoneInfo("UTC"))
