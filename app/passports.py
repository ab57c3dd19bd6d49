"""Makes the files of a passport when the message that bears them is delivered: of the ticket as it is then, for its reporter alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.cards.words import Words
from bot.doors import ReadyMessage
from bot.passport import as_text, sheet
from texts import Texts
from workflow import anchors, passport
from workflow.model import Contact, FileRef, Json, Speech, Ticket
from workflow.passport import Proof
from workflow.ports import UnitOfWork
from workflow.region import Region


class Keeps(Protocol):
    """Fits `storage.DiskFiles`: keeps what this house made as it is."""

    async def keep(self, content: bytes, mime: str, name: str) -> FileRef: ...


@dataclass(frozen=True, slots=True)
class Passports:
    """Not written anew while nothing changed: files are named by their content."""

    texts: Texts
    region: Callable[[], Region]
    files: Keeps

    async def attached(self, uow: UnitOfWork, contact: Contact, speech: Speech, message: ReadyMessage) -> ReadyMessage | None:
        """The message with its passport, where it is one's; None where the ticket is no longer this person's."""
        if speech.key != passport.WANTED:
            return message
        ticket = await uow.tickets.get(speech.ticket_id) if speech.ticket_id is not None else None
        if ticket is None or ticket.reporter != contact.id:
            return None
        found, region = await made(uow, ticket), self.region()
        words = Words(self.texts, region, ZoneInfo(region.time_zone), contact.language)
        page = await self._kept(sheet(words, ticket, found), "text/html", f"{ticket.number}.html")
        return replace(message, files=(page, await self._kept(as_text(found), "application/json", f"{ticket.number}.json")))

    async def _kept(self, text: str, mime: str, name: str) -> FileRef:
        return await self.files.keep(text.encode(), mime, name)


async def made(uow: UnitOfWork, ticket: Ticket) -> Json:
    """The passport of a ticket, with a proof for each anchor that covers some of it."""
    links, proofs = await uow.anchors.links(ticket.id), []
    for anchor in await uow.anchors.of_ticket(ticket.number):
        leaves = await uow.anchors.leaves(anchor)
        index = next(position for position, leaf in enumerate(leaves) if leaf.number == ticket.number)
        proofs.append(Proof(anchor, leaves[index], anchors.path(leaves, index)))
    return passport.as_json(ticket, links, proofs)
