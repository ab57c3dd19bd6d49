"""Everything wired once: configuration → region, language, database, desk, doors, web. Contains no rule."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import nlp
import texts
from app.anchors import AnchorWatch
from app.bursts import BurstWatch
from app.calendar import CityCalendar
from app.clock_watch import ClockWatch
from app.config import Config
from app.counting import CountedClassifier, CountedDoor
from app.delivery import DeskKeeper
from app.engine import Engine
from app.learning.versions import in_use
from app.logs import CASE
from app.metrics import Metrics
from app.outage import Outage
from app.passports import Passports
from app.reader import Reader
from app.readiness import Readiness
from app.relay import Item, Pace, Relay
from app.retention import Retention
from app.signins import Links
from app.watch import Watch
from bot.conversation import Conversation
from bot.doors import Door, ReadyMessage
from bot.resident import Reading, ResidentConversation
from bot.speak import Speaker
from bot.staff import StaffConversation
from bot.webchat import WebChatDoor
from nlp.remembered import RememberedClassifier
from storage import Database, DiskFiles, OutboxQueue, SqlInbox, SqlUnitOfWork, WebMailbox, purge
from storage.counts import Folding
from storage.observed import ObservedUnitOfWork
from storage.trusted import TrustedTime
from web.ports import Bell
from workflow.desk import Desk
from workflow.ports import Classifier, Clock, Masker, PlaceFinder
from workflow.region import Region

_LOOK_AGAIN = 1.0
"""Seconds until the web chat looks for what another process said."""
_LOOKS = 5


@dataclass(frozen=True, slots=True)
class City:
    """The parts that others start, stop or ask."""

    region: Region
    texts: texts.Texts
    database: Database
    inbox: SqlInbox
    mailbox: WebMailbox
    files: DiskFiles
    bell: Bell
    desk: Desk
    engine: Engine
    calendar: CityCalendar
    masker: Masker
    links: Links
    classifier: Classifier
    places: PlaceFinder
    metrics: Metrics
    readiness: Readiness
    proxies: str = ""


def query_code() -> str:
    """Six digits to look a ticket up without a chat."""
    return f"{secrets.randbelow(1_000_000):06d}"


def build(
    config: Config,
    region: Region,
    database: Database,
    clock: Clock,
    telegram: Door | None = None,
    paces: Mapping[str, Pace] | None = None,
    language: nlp.Language | None = None,
    steady: Callable[[], float] | None = None,
) -> City:
    """Loads the language (about a second), unless it is given, and wires a city. Nothing runs yet. `steady`: seconds that no setting of a
    clock changes; None: the clock is believed whatever it does."""
    language = language or nlp.build(Path(config.region.pack) / "language", region, in_use(config.language.weights, region))
    sentences = texts.load(region.sentences)
    mailbox, bell = WebMailbox(database), Bell() if database.is_sqlite else Bell(_LOOK_AGAIN)
    inbox, metrics = SqlInbox(database, clock), Metrics()

    def units() -> ObservedUnitOfWork:
        return ObservedUnitOfWork(database, CASE.set, metrics.commits.observe)

    def current() -> Region:
        return region

    calendar, links = CityCalendar(region.calendar), Links(config.web.base)
    desk = Desk(units, current, clock, calendar, query_code)
    classifier = CountedClassifier(RememberedClassifier(language.classifier), current, metrics)
    reading = Reading(classifier, language.places, language.answers, language.masker, language.likeness)
    files = DiskFiles(Path(config.files.path), database.presence)
    staff = StaffConversation(sentences, current, language.masker, links.for_contact, reading.dangerous)
    conversation = Conversation(sentences, ResidentConversation(reading, files), staff)
    doors: dict[str, Door] = {"webchat": WebChatDoor(mailbox, clock, bell.ring)}
    if telegram is not None:
        doors[telegram.name] = telegram
    speaker = Speaker(sentences, current, language.masker, clock, ZoneInfo(region.time_zone))
    passports = Passports(sentences, current, files)
    renderer, jitter = Renderer(speaker, database, passports), random.Random()  # noqa: S311  # spreads retries, keeps no secret
    counted = {name: CountedDoor(door, metrics) for name, door in doors.items()}
    outage = Outage(database.presence, _both(database.takes, files.takes), metrics)
    relay = Relay(OutboxQueue(database, region.digest), renderer, counted, DeskKeeper(desk), clock, jitter, paces, outage)
    reader = Reader(inbox, doors, desk, conversation, clock, relay.wake, store=outage)
    bursts = BurstWatch(units, desk, clock, current, relay.wake)
    daily = AnchorWatch(units, desk, clock, current, config.anchors.file)
    look = _each(daily, bursts, Folding(database), Retention(units, desk, clock, current, database, files, mailbox))
    watch = Watch(units, desk, clock, relay.wake, partial(purge, database), look, _told(metrics), _sure(clock, database, metrics, steady))
    engine = Engine(reader, relay, watch, outage)
    outage.over = engine.wake
    return City(
        region, sentences, database, inbox, mailbox, files, bell, desk, engine, calendar, language.masker, links,
        language.classifier, language.places, metrics, _readiness(engine, database), config.web.proxies,
    )  # fmt: skip


def _readiness(engine: Engine, database: Database) -> Readiness:
    return Readiness(engine.pulses(), away=lambda: database.presence.reason)


def _sure(clock: Clock, database: Database, metrics: Metrics, steady: Callable[[], float] | None) -> Callable[[], Awaitable[bool]] | None:
    return ClockWatch(clock, TrustedTime(database), steady, metrics).sure if steady is not None else None


def _told(metrics: Metrics) -> Callable[[int, datetime], None]:
    def rounded(told: int, at: datetime) -> None:
        metrics.missed.inc(told)
        metrics.watched.set(at.timestamp())

    return rounded


def _both(*takes: Callable[[], Awaitable[bool]]) -> Callable[[], Awaitable[bool]]:
    async def taken() -> bool:
        return all([await one() for one in takes])

    return taken


class _Looks(Protocol):
    async def look(self) -> int: ...


def _each(*lookers: _Looks) -> Callable[[], Awaitable[int]]:
    async def look() -> int:
        return sum([await looker.look() for looker in lookers])

    return look


@dataclass(frozen=True, slots=True)
class Renderer:
    """Fits `app.relay.Renders`: opens a look at the database for each message, no more at once than the pool keeps connections for."""

    speaker: Speaker
    database: Database
    passports: Passports
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_LOOKS))

    async def render(self, item: Item) -> ReadyMessage | None:
        async with self.room, SqlUnitOfWork(self.database, brief=True) as uow:
            message = await self.speaker.render(uow, item.contact, item.speech)
            return await self.passports.attached(uow, item.contact, item.speech, message) if message is not None else None
