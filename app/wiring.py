"""Everything wired once: configuration → region, language, database, desk, doors, web. Contains no rule."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import nlp
import texts
from app.bursts import BurstWatch
from app.calendar import CityCalendar
from app.config import Config
from app.delivery import DeskKeeper
from app.engine import Engine
from app.learning.versions import in_use
from app.reader import Reader
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
from storage import Database, DiskFiles, OutboxQueue, SqlInbox, SqlUnitOfWork, WebMailbox, purge
from web.ports import Bell
from workflow.desk import Desk
from workflow.ports import Classifier, Clock, Masker, PlaceFinder
from workflow.region import Region


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
) -> City:
    """Loads the language (about a second), unless it is given, and wires a city. Nothing runs yet."""
    language = language or nlp.build(Path(config.region.pack) / "language", region, in_use(config.language.weights, region))
    sentences = texts.load(region.sentences)
    mailbox, bell = WebMailbox(database), Bell()
    inbox = SqlInbox(database, clock)

    def units() -> SqlUnitOfWork:
        return SqlUnitOfWork(database)

    def current() -> Region:
        return region

    calendar, links = CityCalendar(region.calendar), Links(config.web.base)
    desk = Desk(units, current, clock, calendar, query_code)
    reading = Reading(language.classifier, language.places, language.answers, language.masker, language.likeness)

    files = DiskFiles(Path(config.files.path))
    staff = StaffConversation(sentences, current, language.masker, links.for_contact, reading.dangerous)
    conversation = Conversation(sentences, ResidentConversation(reading, files), staff)
    doors: dict[str, Door] = {"webchat": WebChatDoor(mailbox, clock, bell.ring)}
    if telegram is not None:
        doors[telegram.name] = telegram
    speaker = Speaker(sentences, current, language.masker, clock, ZoneInfo(region.time_zone))
    renderer, jitter = _Renderer(speaker, database), random.Random()  # noqa: S311  # spreads retries, keeps no secret
    relay = Relay(OutboxQueue(database), renderer, doors, DeskKeeper(desk), clock, jitter, paces)
    reader = Reader(inbox, doors, desk, conversation, clock, relay.wake)
    bursts = BurstWatch(units, desk, clock, current, relay.wake)
    retention = Retention(units, desk, clock, current, database, files, mailbox)

    async def look() -> int:
        return await bursts.look() + await retention.look()

    watch = Watch(units, desk, clock, relay.wake, partial(purge, database), look)
    engine = Engine(reader, relay, watch)
    return City(
        region, sentences, database, inbox, mailbox, files, bell, desk, engine, calendar, language.masker, links,
        language.classifier, language.places,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Renderer:
    """Fits `app.relay.Renders`: opens a look at the database for each message."""

    speaker: Speaker
    database: Database

    async def render(self, item: Item) -> ReadyMessage | None:
        async with SqlUnitOfWork(self.database, reading=True) as uow:
            return await self.speaker.render(uow, item.contact, item.speech)
