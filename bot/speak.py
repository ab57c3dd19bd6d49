"""From an outbox row to a message: the only place where a `Speech` becomes words. Rendered at delivery, in the contact's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import cards, menus
from bot.cards.choices import Viewer
from bot.cards.pins import pinned
from bot.cards.resident import Rows
from bot.cards.words import Words
from bot.doors import ReadyButton, ReadyMessage
from texts import FIRST, LANGUAGES, Texts
from workflow import deadlines, digests, letters
from workflow.model import DRAFT, Actor, Contact, Priority, Role, Speech, Ticket
from workflow.policy import may_see
from workflow.ports import Clock, Masker, UnitOfWork
from workflow.privacy import UNMASKED
from workflow.region import Region
from workflow.unmasking import as_written, notes_as_written

_ONCE = frozenset({"privacy.original"})
"""Shown once: nobody finds it again by looking back."""
_PEOPLES_WORDS = ("text", "words", "reason", "detail", "plan", "route", "lines")
"""Parameters that hold what people wrote: masked for everybody but the one who asked."""


@dataclass(frozen=True, slots=True)
class Speaker:
    texts: Texts
    region: Callable[[], Region]
    masker: Masker
    clock: Clock
    zone: ZoneInfo

    async def render(self, uow: UnitOfWork, contact: Contact, speech: Speech) -> ReadyMessage | None:
        """The message as it has to be now; None if there is nothing to say any more (a silent edit of a card never sent)."""
        language = contact.language if contact.language in LANGUAGES else FIRST
        words = Words(self.texts, self.region(), self.zone, language)
        ticket = await uow.tickets.get(speech.ticket_id) if speech.ticket_id is not None else None
        if speech.card == DRAFT:
            return self._ready(speech, cards.draft(speech.params, words), speech.buttons, words, edits=speech.edits)
        if speech.card == digests.DIGEST:
            return await self._digest(uow, contact, speech, words)
        if speech.card == letters.LETTER:
            return await self._letter(uow, contact, speech, ticket, words)
        if speech.card:
            return await self._card(uow, contact, speech, ticket, words) if ticket is not None else None
        if not speech.key:
            return None
        shown = self.texts.say(language, speech.key, **self._params(speech, ticket, contact, words))
        ready = self._ready(speech, shown, speech.buttons, words, edits=speech.edits)
        if speech.key in _ONCE:
            ready = replace(ready, fades=self.texts.say(language, f"{speech.key}_gone", **self._params(speech, ticket, contact, words)))
        if not speech.menu:
            return ready
        posts = await uow.posts.of_contact(contact.id)
        return replace(ready, menu=menus.of_chat(self.texts, language, contact.kind, posts))

    async def _digest(self, uow: UnitOfWork, contact: Contact, speech: Speech, words: Words) -> ReadyMessage | None:
        """None where the reader may see none of it any more."""
        found = [(case, await uow.tickets.get(case["ticket"])) for case in speech.params["cases"]]
        cases = [
            cards.Case(ticket, case["was"], case["face"])
            for case, ticket in found
            if ticket is not None and await self._is_theirs(uow, contact, ticket, case["face"])
        ]
        if not cases:
            return None
        body, buttons = cards.digest(speech.key, datetime.fromisoformat(speech.params["since"]), cases, words, self.clock.now())
        return self._ready(speech, body, buttons, words, edits="")

    async def _is_theirs(self, uow: UnitOfWork, contact: Contact, ticket: Ticket, face: str) -> bool:
        if face == digests.RESIDENT:
            return ticket.reporter == contact.id
        if face == digests.FOLLOWER:
            return await uow.followers.get(ticket.id, contact.id) is not None
        posts = await uow.posts.of_contact(contact.id)
        return may_see(Actor(contact.id, posts[0].role if posts else Role.RESIDENT, posts), ticket)

    async def _letter(
        self, uow: UnitOfWork, contact: Contact, speech: Speech, ticket: Ticket | None, words: Words
    ) -> ReadyMessage | None:
        letter_id = int(speech.params["letter"])
        tickets = [one for one in await uow.tickets.of_letter(letter_id) if one.reporter == contact.id]
        live = await uow.letter_card(contact.id, letter_id)
        if not tickets or (live is None and not speech.fresh):
            return None
        body, buttons = cards.letter(tickets, words, self.clock.now())
        if speech.key:
            body = f"{self.texts.say(words.language, speech.key, **self._params(speech, ticket, contact, words))}\n\n{body}"
        return self._ready(speech, body, buttons, words, edits="" if speech.fresh else live or "")

    async def _card(
        self, uow: UnitOfWork, contact: Contact, speech: Speech, ticket: Ticket, words: Words
    ) -> ReadyMessage | None:
        live = await uow.card(contact.id, ticket.id)
        if live is None and not speech.fresh:
            return None
        body, buttons, allowed = await self._body(uow, contact, speech, ticket, words)
        if not allowed and live is None:
            return None
        fresh = speech.fresh and allowed
        if fresh and speech.key:
            headline = self.texts.say(words.language, speech.key, **self._params(speech, ticket, contact, words))
            body = f"{headline}\n\n{body}"
        return self._ready(speech, body, buttons, words, edits="" if fresh else live or "", with_files=fresh)

    async def _body(
        self, uow: UnitOfWork, contact: Contact, speech: Speech, ticket: Ticket, words: Words
    ) -> tuple[str, Rows, bool]:
        now = self.clock.now()
        notes = await uow.tickets.notes(ticket.id)
        together = await uow.tickets.of_letter(ticket.letter_id) if ticket.letter_id is not None else ()
        if speech.card == "resident":
            if ticket.reporter != contact.id:
                # Detached since: the card shows no more; a headline meant for the former reporter still arrives.
                return self.texts.say(words.language, "cards.no_longer_yours", number=ticket.number), (), bool(speech.key)
            originals = await uow.privacy.originals(ticket.id)
            seen = [event for event in await uow.tickets.events(ticket.id) if event.kind == UNMASKED]
            replies = [note for note in notes_as_written(notes, originals) if note.kind == "reply"]
            ticket = as_written(ticket, originals)
            part = cards.belongs(ticket, together, [one for one in together if one.id != ticket.id], words)
            return *cards.resident(ticket, words, now, replies, part=part, seen=seen), True
        if speech.card == "follower":
            return await self._follower(uow, contact, speech, ticket, words)
        posts = await uow.posts.of_contact(contact.id)
        actor = Actor(contact.id, posts[0].role if posts else Role.RESIDENT, posts)
        voices = await uow.followers.voices(ticket)
        events = await uow.tickets.events(ticket.id)
        part = cards.belongs(ticket, together, letters.siblings(together, ticket, actor), words)
        return *cards.staff(ticket, Viewer(actor, now), words, self.masker, events, notes, voices, part=part), may_see(actor, ticket)

    async def _follower(
        self, uow: UnitOfWork, contact: Contact, speech: Speech, ticket: Ticket, words: Words
    ) -> tuple[str, Rows, bool]:
        mine = await uow.followers.get(ticket.id, contact.id)
        if mine is None:
            return self.texts.say(words.language, "joining.left", number=ticket.number), (), False
        voices = await uow.followers.voices(ticket)
        return *cards.follower(ticket, mine, voices, words, self.masker, self.clock.now()), True

    def _params(self, speech: Speech, ticket: Ticket | None, contact: Contact, words: Words) -> dict[str, str]:
        known: dict[str, object] = {}
        if ticket is not None:
            known = _of_ticket(ticket, words, self.clock.now(), rates=contact.id == ticket.reporter)
        found = words.params({**known, **speech.params})
        if ticket is None or ticket.reporter != contact.id:
            found = {name: self.masker.mask(value) if name in _PEOPLES_WORDS else value for name, value in found.items()}
        return found

    def _ready(
        self, speech: Speech, shown: str, buttons: Rows, words: Words, *, edits: str, with_files: bool = True
    ) -> ReadyMessage:
        return ReadyMessage(
            html=shown,
            buttons=tuple(tuple(self._button(words, button.key, button.data, button.params) for button in line) for line in buttons),
            files=speech.files if with_files else (),
            edits=edits,
            silent=speech.priority is Priority.DIGEST,
        )

    def _button(self, words: Words, key: str, data: str, params: object) -> ReadyButton:
        given = words.params(params) if isinstance(params, dict) else {}
        return ReadyButton(words.label(key, **given), data)


def _of_ticket(ticket: Ticket, words: Words, now: datetime, *, rates: bool) -> dict[str, object]:
    """What every sentence about a ticket may use without being given it. Never what people wrote."""
    clock = deadlines.promise(ticket) or deadlines.next_due(ticket)
    known: dict[str, object] = {} if ticket.point is None else pinned(ticket, ticket.point, words)
    return known | {
        "number": ticket.number,
        "who": words.who(ticket),
        "hub": words.desk(ticket.hub),
        "topic": ticket.topic,
        "place": ticket.place,
        "promise": words.promise(ticket, now, rates=rates),
        "due": words.due(clock.due_at) if clock is not None else words.label("staff.no_due"),
        "state": ticket.state.value,
    }
