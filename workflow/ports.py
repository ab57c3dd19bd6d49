"""What the domain needs from outside. Adapters fit by shape; nobody inherits from these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Protocol, Self

from workflow.alike import Area, Follower, Gist, Neighbour, Voices
from workflow.anchors import Anchors
from workflow.bursts import Incident, Told
from workflow.console import SignInCode
from workflow.letters import Letter
from workflow.model import About, Assignee, Contact, Dialog, Event, Invite, Note, Post, Role, Speech, Ticket
from workflow.praise import Praise
from workflow.privacy import Privacy
from workflow.region import Place
from workflow.standing import Muting, Pace
from workflow.states import State
from workflow.understanding import Answer, Located, PlaceGuess, Understanding


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, UTC."""
        ...


class WorkCalendar(Protocol):
    def is_working_day(self, day: date) -> bool: ...


class Classifier(Protocol):
    def understand(self, text: str) -> Understanding: ...


class PlaceFinder(Protocol):
    def locate(self, text: str, inside: str = "") -> Located:
        """`inside`: a code already known (a grid's QR code, a town picked): only places in it are looked at first."""
        ...

    def near(self, lat: float, lon: float) -> tuple[PlaceGuess, ...]:
        """At most three nearest towns or villages, WGS-84, best first; empty when far outside the city."""
        ...


class Answers(Protocol):
    def search(self, text: str) -> Answer | None: ...


class Likeness(Protocol):
    def gist(self, text: str) -> Gist:
        """What a masked text is about, to be compared with others: see `alike.likeness`."""
        ...


class Masker(Protocol):
    def mask(self, text: str) -> str:
        """Phones as 138****5678, ID numbers, plates: hidden."""
        ...


class Contacts(Protocol):
    async def get(self, contact_id: int) -> Contact | None: ...
    async def by_address(self, door: str, address: str) -> Contact | None: ...
    async def add(self, contact: Contact) -> Contact:
        """`id` is ignored; the answer has it. Raises Conflict if the address exists."""
        ...

    async def save(self, contact: Contact) -> None: ...  # without its standing
    async def mute(self, contact_id: int, muting: Muting | None) -> None: ...
    async def pace(self, contact_id: int, pace: Pace, until: datetime) -> None: ...


class Posts(Protocol):
    """Those who are looked for by unit, place or role are looked for to be told something: contacts without a chat
    (`console.CONSOLE_DOOR`) are left out there."""

    async def of_contact(self, contact_id: int) -> tuple[Post, ...]: ...
    async def of_unit(self, unit: str) -> tuple[Post, ...]:
        """All posts of a unit at whatever place (for unit "grid" too); the caller compares places."""
        ...

    async def at(self, unit: str, place: str) -> tuple[Post, ...]:
        """Posts of the unit whose place equals `place` or contains it (is a prefix of it)."""
        ...

    async def of_role(self, role: Role) -> tuple[Post, ...]: ...
    async def add(self, post: Post) -> Post: ...
    async def remove(self, post_id: int) -> None: ...


class Invites(Protocol):
    async def add(self, invite: Invite) -> None: ...
    async def get(self, code_hash: str) -> Invite | None: ...
    async def use(self, code_hash: str, contact_id: int) -> bool:
        """True for exactly one caller (an UPDATE guarded by `used_by IS NULL`)."""
        ...


class SignIns(Protocol):
    async def add(self, code: SignInCode) -> None: ...


class Dialogs(Protocol):
    async def get(self, contact_id: int) -> Dialog | None: ...
    async def save(self, dialog: Dialog) -> None: ...


class Tickets(Protocol):
    async def next_serial(self, day: str) -> int:
        """1, 2, 3 … per day ("261122"), without a race; one that is not used may be left out."""
        ...

    async def add(self, ticket: Ticket) -> Ticket: ...
    async def get(self, ticket_id: int) -> Ticket | None: ...
    async def by_number(self, number: str) -> Ticket | None: ...
    async def held(self, number: str) -> Ticket | None:
        """By its number, as it is now; nobody else changes it until the end of this transaction."""

    async def save(self, ticket: Ticket) -> Ticket:
        """Writes all, clocks too, WHERE version = ticket.version; returns it with version + 1. Raises Conflict."""
        ...

    async def of_reporter(self, contact_id: int, *, open_only: bool, limit: int = 20) -> tuple[Ticket, ...]:
        """Newest first. Open = not in `states.RESTING`."""
        ...

    async def count_open(self, contact_id: int) -> int: ...
    async def of_letter(self, letter_id: int) -> tuple[Ticket, ...]:
        """In the order they were registered."""
        ...

    async def at_desks(self, desks: Sequence[Assignee], states: Sequence[State], limit: int = 50) -> tuple[Ticket, ...]:
        """Tickets whose `lead` or `hub` is one of the desks (exact), urgent first, then by earliest running due time."""
        ...

    async def in_places(
        self, unit: str, places: Sequence[str], states: Sequence[State], limit: int = 50
    ) -> tuple[Ticket, ...]:
        """Tickets led by `unit` ("" = any unit) at or inside any of the places; same order. 检举控告 (petition_report) is left out
        unless unit is its own desk's."""
        ...

    async def due(self, before: datetime, limit: int = 100) -> tuple[Ticket, ...]:
        """Tickets with a running clock due before the time that has not been warned of."""
        ...

    async def append(self, event: Event) -> None: ...
    async def events(self, ticket_id: int) -> tuple[Event, ...]: ...
    async def add_note(self, note: Note) -> Note: ...
    async def notes(self, ticket_id: int) -> tuple[Note, ...]: ...


class Letters(Protocol):
    async def add(self, letter: Letter) -> Letter:
        """`id` is ignored; the answer has it."""
        ...

    async def held(self, letter_id: int) -> Letter:
        """As it is now; until the end of this transaction nobody else gets it from here."""
        ...

    async def save(self, letter: Letter) -> None: ...


class Alike(Protocol):
    """Tickets by what they are about. 检举控告 (petition_report) is in none of the answers."""

    async def keep(self, ticket_id: int, gist: Gist) -> None: ...
    async def near(self, area: Area, contact_id: int, limit: int = 50) -> tuple[Neighbour, ...]:
        """Open tickets that may be offered to this contact, newest first: the contact's own, and others' whose reporter did not ask to
        stay unseen."""
        ...

    async def told(self, since: datetime) -> tuple[Told, ...]:
        """Every ticket and every joining since then, oldest first."""
        ...

    async def usual(self, topics: Sequence[str], place: str, since: datetime, until: datetime) -> int:
        """How many tickets there were of some topics at or inside a place."""
        ...

    async def incident(self, item: str, place: str) -> Incident | None:
        """The latest."""
        ...

    async def raise_incident(self, incident: Incident) -> Incident:
        """Stores it, with a new id where that is 0."""
        ...


class Followers(Protocol):
    async def add(self, follower: Follower) -> bool:
        """False where this contact follows the ticket already."""
        ...

    async def get(self, ticket_id: int, contact_id: int) -> Follower | None: ...
    async def remove(self, ticket_id: int, contact_id: int) -> None: ...
    async def doubt(self, ticket_id: int, contact_id: int) -> None:
        """This follower says that it is not solved."""
        ...

    async def ask_again(self, ticket_id: int) -> None:
        """What followers said of an earlier answer is no word on the new one."""
        ...

    async def of_ticket(self, ticket_id: int) -> tuple[int, ...]:
        """Contact ids, in the order they joined."""
        ...

    async def of_contact(self, contact_id: int, limit: int = 20) -> tuple[int, ...]:
        """Ticket ids, the latest joined first."""
        ...

    async def voices(self, ticket: Ticket) -> Voices: ...


class Praises(Protocol):
    async def count(self, praise: Praise) -> bool:
        """False where one of this id was counted before."""
        ...

    async def take_back(self, praise_id: str) -> None:
        """It is none after all; nothing happens where it was not counted."""
        ...


class Outbox(Protocol):
    async def put(self, speech: Speech, at: datetime | None = None) -> None:
        """`at`: when it was said, aware; how long it waits is counted from there."""


class UnitOfWork(Protocol):
    """One transaction. Leaving it without `commit()` rolls everything back."""

    @property
    def contacts(self) -> Contacts: ...
    @property
    def posts(self) -> Posts: ...
    @property
    def invites(self) -> Invites: ...
    @property
    def sign_ins(self) -> SignIns: ...
    @property
    def dialogs(self) -> Dialogs: ...
    @property
    def tickets(self) -> Tickets: ...
    @property
    def letters(self) -> Letters: ...
    @property
    def alike(self) -> Alike: ...
    @property
    def followers(self) -> Followers: ...
    @property
    def praises(self) -> Praises: ...
    @property
    def anchors(self) -> Anchors: ...
    @property
    def privacy(self) -> Privacy: ...
    @property
    def outbox(self) -> Outbox: ...

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    async def commit(self) -> None: ...
    async def first_time(self, request_id: str, at: datetime, speaker: tuple[str, str] | None = None) -> bool:
        """Claims the id in this transaction; False if it was served before. `at`: aware, when it was. `speaker`: see `Desk.serve`."""
        ...

    async def card(self, contact_id: int, ticket_id: int) -> str | None:
        """The door's id of the live card's message, if one was sent."""
        ...

    async def letter_card(self, contact_id: int, letter_id: int) -> str | None:
        """The door's id of the newest message that is this letter's card."""
        ...

    async def about(self, contact_id: int, message_id: str) -> About | None:
        """Which ticket a message in this chat belongs to: a reply to it, or its correction, does so too."""
        ...

    async def remember(self, contact_id: int, message_id: str, ticket_id: int, letter_id: int | None = None) -> None:
        """The person's own message became part of a ticket, or of several under one letter."""
        ...


class UnitsOfWork(Protocol):
    def __call__(self) -> UnitOfWork: ...


class Directory(Protocol):
    """Places and grids as they are now; grids may be replaced by an import, so ask each time."""

    def place(self, code: str) -> Place | None: ...
    def grids_of(self, village: str) -> tuple[Place, ...]: ...
