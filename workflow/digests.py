"""What waited too long, or too much of it, for one chat: steps that are past are told in one message. Pure: see docs/adr/0021-digest.md.

Only what is named here is ever folded; whatever else waits comes whole: emergencies, answers to somebody's own act, receipts, refusals,
results, reasons, whatever brings files. Nothing is folded that is on its way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from workflow.model import Json, Priority, Speech
from workflow.notices import HUB_TURN, LEAD_TURN
from workflow.region import Digest
from workflow.states import RESTING, State

DIGEST = "digest"
"""`Speech.card` of a digest. Its `params`: `since` (ISO time), `cases`: a list of {"ticket": id, "was": state or "", "face": card}."""
AWAY, CROWD = "digest.away", "digest.crowd"
RESIDENT, FOLLOWER, STAFF = "resident", "follower", "staff"
CLOCK_MISSED, EVALUATE = "notices.clock_missed", "notices.evaluate_reminder"
_STEPS = frozenset({"notices.dispatched", "notices.resumed", "notices.reworked"})
"""What a resident is told of a way that goes on: the newest state says it all."""
_TURNS = frozenset({*HUB_TURN.values(), *LEAD_TURN.values(), CLOCK_MISSED})
"""What a desk is told: its card, as it is by now, asks for the same."""
_LEAST = 2
"""One message is no fewer than one."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of the outbox that nobody has in hand. `said_at`: aware; None where nobody knows."""

    id: int
    speech: Speech
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """`gone`: rows that the digest tells of; `silent`: rows that only bring a card up to date now, without a word."""

    digest: Speech
    since: datetime
    gone: frozenset[int]
    silent: Mapping[int, Speech] = field(default_factory=dict)


def tickets_of(speech: Speech) -> tuple[int, ...]:
    """Ids of the tickets that somebody does not hear of where this is not delivered."""
    if speech.card == DIGEST:
        return tuple(dict.fromkeys(case["ticket"] for case in speech.params["cases"]))
    return (speech.ticket_id,) if speech.ticket_id is not None else ()


def is_late(notices: int, oldest: datetime | None, now: datetime, rule: Digest) -> bool:
    """Whether so many waiting notices, the oldest said then, are to be looked at."""
    old = oldest is not None and oldest <= now - timedelta(hours=rule.hours)
    return notices > rule.many or (old and notices > rule.few)


def fold(waiting: Sequence[Waiting], states: Mapping[int, State], now: datetime, rule: Digest) -> Folded | None:
    """What of one contact's rows, oldest first, is told in one message. `states`: of their tickets now. None: as it is, it is best."""
    earlier = [row for row in waiting if row.speech.card == DIGEST]
    passing = [row for row in waiting if _is_step(row.speech, states)]
    desk = [row for row in waiting if _is_turn(row.speech)]
    shown = _shown(desk, states, rule.cards)
    aloud = [*passing, *(row for row in desk if row.id not in shown)]
    if not aloud or len(aloud) + len(earlier) < _LEAST:
        return None
    quiet = [row for row in waiting if _is_edit(row.speech)]
    gone = {row.id for row in (*earlier, *aloud, *quiet)}
    silent = _brought_up_to_date([row for row in waiting if row.id in gone], [row for row in waiting if row.id not in gone])
    times = [row.said_at for row in (*earlier, *aloud) if row.said_at is not None]
    told = sorted(aloud, key=lambda row: row.id)
    away = bool(times) and min(times) <= now - timedelta(hours=rule.hours)
    digest = _digest(waiting[0].speech.contact_id, _cases(earlier, told, [*quiet, *told]), min(times, default=now), away=away)
    return Folded(digest, min(times, default=now), frozenset(gone - silent.keys()), silent)


def _is_edit(speech: Speech) -> bool:
    return speech.card in {RESIDENT, FOLLOWER, STAFF} and not speech.key and not speech.fresh and speech.priority >= Priority.NOTICE


def _is_step(speech: Speech, states: Mapping[int, State]) -> bool:
    if speech.priority is not Priority.NOTICE or speech.files or speech.ticket_id is None:
        return False
    if speech.key == EVALUATE:
        return states.get(speech.ticket_id) not in {State.EVALUATING, State.ANSWERED}
    return speech.card in {RESIDENT, FOLLOWER} and speech.key in _STEPS


def _is_turn(speech: Speech) -> bool:
    if speech.priority is not Priority.NOTICE or speech.files or speech.ticket_id is None:
        return False
    return speech.key == CLOCK_MISSED or (speech.card == STAFF and speech.fresh and speech.key in _TURNS)


def _shown(desk: Sequence[Waiting], states: Mapping[int, State], most: int) -> set[int]:
    """The rows that still come whole: one for each of the tickets that somebody has to act on and that were told of last."""
    newest: dict[int, Waiting] = {}
    for row in desk:
        ticket = row.speech.ticket_id or 0
        before = newest.get(ticket)
        # A card says by when, too, so it stands for a clock that ran out.
        if states.get(ticket) not in RESTING and (before is None or row.speech.card or not before.speech.card):
            newest[ticket] = row
    return {row.id for row in sorted(newest.values(), key=lambda row: row.id)[-most:]}


def _brought_up_to_date(gone: Sequence[Waiting], kept: Sequence[Waiting]) -> dict[int, Speech]:
    """For each card in somebody's chat that nothing kept renews: the last of its rows, as an edit. A card that was never sent stays so."""
    renewed = {(row.speech.ticket_id, row.speech.card) for row in kept if row.speech.card}
    last = {(row.speech.ticket_id, row.speech.card): row for row in gone if row.speech.card in {RESIDENT, FOLLOWER, STAFF}}
    return {
        row.id: replace(row.speech, key="", fresh=False, priority=Priority.DIGEST) for card, row in last.items() if card not in renewed
    }


def _cases(earlier: Sequence[Waiting], told: Sequence[Waiting], steps: Sequence[Waiting]) -> list[Json]:
    """In the order in which they began to move; from the state before the first step that waits."""
    found: dict[tuple[int, str], Json] = {}
    for row in earlier:
        for case in row.speech.params.get("cases", ()):
            found.setdefault((case["ticket"], case["face"]), dict(case))
    first: dict[tuple[int, str], str] = {}
    for row in sorted(steps, key=lambda row: row.id):
        if row.speech.params.get("was"):
            first.setdefault(_case(row.speech), row.speech.params["was"])
    for row in told:
        ticket, face = _case(row.speech)
        found.setdefault((ticket, face), {"ticket": ticket, "was": first.get((ticket, face), ""), "face": face})
    return list(found.values())


def _case(speech: Speech) -> tuple[int, str]:
    return speech.ticket_id or 0, speech.card or (RESIDENT if speech.key == EVALUATE else STAFF)


def _digest(contact_id: int, cases: Sequence[Json], since: datetime, *, away: bool) -> Speech:
    """Of one case only it belongs to that ticket, as what is said of an anonymous one must."""
    only = cases[0]["ticket"] if len({case["ticket"] for case in cases}) == 1 else None
    params: Json = {"since": since.isoformat(), "cases": list(cases)}
    return Speech(contact_id, AWAY if away else CROWD, params, ticket_id=only, card=DIGEST, priority=Priority.ANSWER)
