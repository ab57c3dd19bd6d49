"""The nouns: ticket, clock, event, contact, post. All frozen; a change is a new value. All times are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from workflow.standing import Standing
from workflow.states import State

Json = dict[str, Any]
"""Plain JSON: strings, numbers, booleans, None, lists, objects. Read through the typed fields where there is one."""


class Procedure(StrEnum):
    EMERGENCY = "emergency"
    CONSULTATION = "consultation"
    GRID_EVENT = "grid_event"
    HOTLINE = "hotline"
    PETITION_SUGGESTION = "petition_suggestion"
    PETITION_REPORT = "petition_report"  # 检举控告: never enters the grid chain
    PETITION_CLAIM = "petition_claim"  # 申诉求决
    LEGAL_ROUTE = "legal_route"


class Intent(StrEnum):
    CONSULT = "consult"  # 咨询
    HELP = "help"  # 求助
    COMPLAIN = "complain"  # 投诉
    REPORT = "report"  # 举报
    SUGGEST = "suggest"  # 建议
    PRAISE = "praise"  # 表扬
    VISIT = "visit"  # 外送服务


class Outcome(StrEnum):
    RESOLVED = "resolved"
    PARTLY = "partly"
    DEFUSED = "defused"
    NOT_DEFUSED = "not_defused"
    EXPLAINED = "explained"
    LEGAL_ROUTE = "legal_route"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    RESIDENT = "resident"
    GRID_WORKER = "grid_worker"
    GRID_LEADER = "grid_leader"
    HUB_OFFICER = "hub_officer"
    DEPARTMENT = "department"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMIN = "admin"
    SYSTEM = "system"


STAFF_ROLES = frozenset(Role) - {Role.RESIDENT, Role.SYSTEM}


@dataclass(frozen=True, slots=True)
class Assignee:
    """A unit at a place: ("hub", "440703101") is the town's hub, ("grid", 15 digits) a grid, ("chengguan", "440703") a county bureau."""

    unit: str
    place: str


@dataclass(frozen=True, slots=True)
class Post:
    """A person's post: role × unit × place. `unit`: "hub", "grid", a department's code, or "" for supervisor, auditor and admin."""

    id: int
    contact_id: int
    role: Role
    unit: str
    place: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts now: a contact with the posts it holds. `SYSTEM` has contact id 0."""

    contact_id: int
    role: Role
    posts: tuple[Post, ...] = ()


SYSTEM = Actor(0, Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class Contact:
    """A chat at a door. In private chats that is a person; `kind` "group" is a unit's group chat."""

    id: int
    door: str  # "telegram", "webchat"
    address: str  # the chat's id at that door
    kind: str = "private"
    name: str = ""  # as the door shows it; personal data
    language: str = "zh-Hans"
    consented_at: datetime | None = None
    unreachable: bool = False
    created_at: datetime | None = None
    standing: Standing | None = None  # None but for the few who brought very much at once, or are muted


@dataclass(frozen=True, slots=True)
class FileRef:
    """A stored attachment. `sha256` is the content's hash and the store's key; `kind`: photo, video, voice, audio, document."""

    sha256: str
    kind: str
    mime: str
    size: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    lat: float  # WGS-84
    lon: float  # WGS-84


@dataclass(frozen=True, slots=True)
class Clock:
    """A running or stopped deadline. A due time is computed once from `started_at`, and moves only by an approved extension."""

    name: str  # accept, dispatch, sign, dispute, reply, evaluate, review
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None
    basis: str = "ours"
    warned_at: datetime | None = None  # when the owner was told that it ran out

    @property
    def running(self) -> bool:
        return self.stopped_at is None


@dataclass(frozen=True)
class Ticket:
    """One case. `version` is checked on every write. `text` is what the resident confirmed, `notes` hold all that came later."""

    id: int
    number: str
    query_code: str
    state: State
    version: int
    procedure: Procedure
    intent: Intent
    topic: str  # topic code, "" if nobody could say
    text: str
    place: str  # the smallest certain division or grid; the city's code if unknown
    place_detail: str
    grid: str  # 15 digits, or ""
    hub: Assignee  # the desk that owns the procedure
    lead: Assignee | None  # who handles it (主办), after dispatch
    created_at: datetime
    co: tuple[Assignee, ...] = ()  # 协办
    signed_by: int | None = None  # contact id
    reporter: int | None = None  # contact id
    anonymous: bool = False
    urgent: bool = False
    confidence: float = 0.0
    files: tuple[FileRef, ...] = ()
    point: Point | None = None
    clocks: tuple[Clock, ...] = ()
    hops: int = 0  # disputes so far
    reworks: int = 0
    urges: int = 0
    last_urge_at: datetime | None = None
    extension: str = ""  # "", "asked", "granted", "denied"
    extension_ask: Json = field(default_factory=dict)  # {"amount": int, "reason": str}
    result: str = ""  # the reply, once given
    result_files: tuple[FileRef, ...] = ()
    outcome: Outcome | None = None
    satisfaction: str = ""  # "satisfied", "basic", "unsatisfied"; "" = 未评价, never counted as satisfied
    verdict: str = ""  # "solved", "partly", "unsolved"
    parent_id: int | None = None
    letter_id: int | None = None  # of the message that held other matters, too: see `letters`
    reviews: int = 0  # 复查 done = 1, 复核 done = 2: then final
    closed_at: datetime | None = None
    understanding: Json = field(default_factory=dict)  # evidence and version that routed it

    def clock(self, name: str) -> Clock | None:
        """The latest clock of a name."""
        return next((clock for clock in reversed(self.clocks) if clock.name == name), None)


@dataclass(frozen=True, slots=True)
class Event:
    """One fact, appended in the same transaction as the change. `kind`: a trigger's value or another fact (`fact.<kind>` in texts/)."""

    ticket_id: int
    at: datetime
    kind: str
    actor_id: int  # contact id, 0 = the system
    actor_role: Role
    source: State | None
    target: State
    reason: str = ""
    data: Json = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """Words and files that came later. `kind`: addition (reporter), joined (a follower), relay (to or by the handler), reply, objection."""

    ticket_id: int
    at: datetime
    kind: str
    author_id: int
    author_role: Role
    text: str
    files: tuple[FileRef, ...] = ()
    id: int = 0


@dataclass(frozen=True, slots=True)
class Invite:
    """A one-time code that binds a chat to a post. Only the code's SHA-256 is stored."""

    code_hash: str
    role: Role
    unit: str
    place: str
    expires_at: datetime
    used_by: int | None = None


@dataclass(frozen=True, slots=True)
class Dialog:
    """Where a conversation stands, per contact. `step` "" = nothing open. `data` belongs to the bot.
    `aside`: (step, data) of what was put aside, newest first."""

    contact_id: int
    step: str = ""
    data: Json = field(default_factory=dict)
    updated_at: datetime | None = None
    aside: tuple[tuple[str, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """What a message in a chat belongs to; with `letter_id`, to any ticket of it. `key`: the sentence it was, `SAID` for own words."""

    ticket_id: int
    key: str
    card: bool
    letter_id: int | None = None


SAID, DRAFT = "said", "draft"


@dataclass(frozen=True, slots=True)
class Button:
    """`key` is a sentence's key, `data` at most 64 bytes."""

    key: str
    data: str
    params: Mapping[str, str] = field(default_factory=dict)


class Priority(StrEnum):
    """The outbox sends the lowest first."""

    URGENT = "0"
    ANSWER = "1"
    NOTICE = "2"
    DIGEST = "3"


@dataclass(frozen=True, slots=True)
class Speech:
    """One thing to be said to one contact: an outbox row. Rendered to a sentence only when it is sent, in the contact's language.

    `card` "resident", "follower" or "staff": the live card of `ticket_id`, as the ticket is at delivery; an existing card
    is edited in place, unless `fresh`, which sends a new one. `card` DRAFT: what was understood of a matter that is not filed yet, in
    `params`. Else the sentence `key` with `params`. `edits` names a message at the door to be replaced: a prompt whose
    button was pressed. `menu`: the chat's menu of commands is renewed with it, after a new post or language.
    """

    contact_id: int
    key: str = ""
    params: Json = field(default_factory=dict)
    buttons: tuple[tuple[Button, ...], ...] = ()
    ticket_id: int | None = None
    card: str = ""
    fresh: bool = False
    edits: str = ""
    files: tuple[FileRef, ...] = ()
    priority: Priority = Priority.NOTICE
    menu: bool = False
