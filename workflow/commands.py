"""Everything a person or a rule can ask for. Verbs, frozen; carried out by `desk.Session.do`, which answers with the ticket."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from workflow.alike import NOTHING, Gist
from workflow.model import Assignee, FileRef, Intent, Json, Outcome, Point, Procedure
from workflow.states import Trigger


@dataclass(frozen=True, slots=True)
class Register:
    """A resident confirmed the card: opens a ticket with number, query code, hub, clocks; tells the hub."""

    text: str
    procedure: Procedure
    intent: Intent
    topic: str
    place: str
    place_detail: str = ""
    files: tuple[FileRef, ...] = ()
    point: Point | None = None
    anonymous: bool = False
    urgent: bool = False
    confidence: float = 0.0
    understanding: Json = field(default_factory=dict)
    gist: Gist = NOTHING


@dataclass(frozen=True, slots=True)
class RegisterSeveral:
    """A resident wants the matters of one message handled apart: a ticket for each, under one letter. Answers with the first."""

    matters: tuple[Register, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Any trigger of the table, with what must be given. `reworks` ≠ None: refuse if the ticket went round since the button was made."""

    ticket_id: int
    trigger: Trigger
    reason: str = ""
    route: str = ""
    assignee: Assignee | None = None
    co: tuple[Assignee, ...] = ()
    result: str = ""
    files: tuple[FileRef, ...] = ()
    outcome: Outcome | None = None
    parent_number: str = ""
    plan: str = ""
    review_date: date | None = None
    verdict: str = ""  # solved, partly, unsolved
    satisfaction: str = ""  # satisfied, basic, unsatisfied
    reworks: int | None = None


@dataclass(frozen=True, slots=True)
class Add:
    """The resident adds words or files to an open ticket; the handler and the hub are told."""

    ticket_id: int
    text: str
    files: tuple[FileRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Object:
    """The resident does not accept a refusal (不予受理): the hub looks at it again, and upholds the objection or not."""

    ticket_id: int
    text: str
    files: tuple[FileRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Relay:
    """Between resident and handler, through us: nobody sees a phone number or a chat address."""

    ticket_id: int
    text: str
    files: tuple[FileRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Urge:
    """催办 by the resident; at most once in 24 hours per ticket (ours)."""

    ticket_id: int


@dataclass(frozen=True, slots=True)
class Rate:
    """Records the resident's verdict and satisfaction while EVALUATING or CLOSED, without a move."""

    ticket_id: int
    satisfaction: str


@dataclass(frozen=True, slots=True)
class Insist:
    """Not solved, once no round of rework is left: the verdict and its words are recorded, and the hub decides."""

    ticket_id: int
    text: str
    files: tuple[FileRef, ...] = ()


@dataclass(frozen=True, slots=True)
class AskExtension:
    """申请延期 by the lead, once; `amount` in the profile's extension unit."""

    ticket_id: int
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class DecideExtension:
    """By the hub; a granted one is told to the resident with its reason (信访工作条例 第34条)."""

    ticket_id: int
    granted: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Correct:
    """The hub changes topic or place before dispatch, or the reporter the place before acceptance; kept as a correction to learn from.
    "" = as it was."""

    ticket_id: int
    topic: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Pin:
    """The reporter shares a point. `near`: codes of the places around it; `place` and `on_call`: see `pins.Reached`, of an emergency."""

    ticket_id: int
    point: Point
    near: tuple[str, ...] = ()
    place: str = ""
    on_call: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody tells of the same event (加入): they hear what its reporter hears; their words go to those who handle it. Twice is once."""

    ticket_id: int
    text: str = ""
    files: tuple[FileRef, ...] = ()
    anonymous: bool = False
    gist: Gist = NOTHING


@dataclass(frozen=True, slots=True)
class Second:
    """Somebody who joined adds words or files."""

    ticket_id: int
    text: str
    files: tuple[FileRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Somebody who joined says of the answer that it is not solved: counted, and told to the hub."""

    ticket_id: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody who joined wants to hear no more (退出关注)."""

    ticket_id: int


Follow = Join | Second | Doubt | Leave
Command = (
    Register | RegisterSeveral | Move | Add | Insist | Object | Relay | Urge | Rate | AskExtension | DecideExtension | Correct | Pin
    | Follow
)
