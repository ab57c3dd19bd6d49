"""Who must hear what after a fact. Pure: fact + ticket + audience → speeches; the desk writes them into the outbox.

Residents hear of a step exactly once: as a fresh card with a headline (`key`), or, where nothing is asked of them, as a
silent edit of the live card.
"""

from __future__ import annotations

from dataclasses import dataclass

from workflow.alike import ANSWERED, answer_is_shared
from workflow.model import Event, Json, Priority, Procedure, Role, Speech, Ticket
from workflow.region import VILLAGE_DIGITS
from workflow.states import RESTING, Trigger


@dataclass(frozen=True, slots=True)
class Audience:
    """Contact ids. `reporter` None where there is none any more."""

    reporter: int | None
    hub: tuple[int, ...]
    lead: tuple[int, ...]
    former: tuple[int, ...] = ()  # of desks that had it before this fact
    new_hub: bool = False  # the hub has it since this fact
    followers: tuple[int, ...] = ()  # who joined


HEADLINES: dict[str, str] = {
    "registered": "notices.registered",
    Trigger.ANSWER: "notices.answered",
    Trigger.DECLINE: "notices.declined",
    Trigger.UPHOLD_OBJECTION: "notices.reopened",
    Trigger.MERGE: "notices.merged",
    Trigger.DISPATCH: "notices.dispatched",
    Trigger.SUSPEND: "notices.suspended",
    Trigger.RESUME: "notices.resumed",
    Trigger.RELEASE: "notices.replied",
    Trigger.REWORK: "notices.reworked",
    Trigger.CLOSE: "notices.closed",
    Trigger.CONFIRM_ANSWER: "notices.closed",
    Trigger.NOT_HELPED: "notices.registered",
    Trigger.REOPEN: "notices.reopened",
    Trigger.WITHDRAW: "notices.withdrawn",
    "extension_granted": "notices.extension_granted",
    "corrected": "notices.corrected",
    "objected": "notices.objection_taken",
    Trigger.REQUEST_REVIEW: "notices.review_requested",
    Trigger.REQUEST_RECHECK: "notices.review_requested",
    Trigger.CONCLUDE_REVIEW: "notices.review_concluded",
    Trigger.CONCLUDE_RECHECK: "notices.review_concluded",
}
"""Facts the resident is told of, aloud. All others only edit the card."""

FOLLOWER_HEADLINES: dict[str, str] = {
    Trigger.ANSWER: "joining.replied",
    Trigger.DECLINE: "joining.declined",
    Trigger.UPHOLD_OBJECTION: "joining.reopened",
    Trigger.MERGE: "joining.merged",
    Trigger.DISPATCH: "notices.dispatched",
    Trigger.SUSPEND: "notices.suspended",
    Trigger.RESUME: "notices.resumed",
    Trigger.RELEASE: "joining.replied",
    Trigger.REWORK: "notices.reworked",
    Trigger.CLOSE: "joining.closed",
    Trigger.CONFIRM_ANSWER: "joining.closed",
    Trigger.REOPEN: "joining.reopened",
    "extension_granted": "notices.extension_granted",
}
"""What those who joined hear of the same facts: never a word of the reporter, and nothing is asked of them."""
_BETWEEN_OTHERS = frozenset({
    "added", "pinned", "seconded", "objected", "insisted", "urged", "rated", "doubted", "withdrawn_hazard", "withdrawn_shared",
    "clock_missed", "extension_asked", "extension_denied",
})  # fmt: skip
_OF_ONE = frozenset({"joined", "seconded", "doubted", "left"})
"""What a follower does: staff's cards change; the reporter and other followers hear nothing, or a thousand hear a thousand times."""

HUB_TURN: dict[str, str] = {
    "registered": "notices.new_for_hub",
    Trigger.NOT_HELPED: "notices.new_for_hub",
    Trigger.DISPUTE: "notices.disputed",
    Trigger.REPLY: "",
    "extension_asked": "notices.extension_asked",
    "urged": "notices.urged",
    "objected": "notices.objected",
    "insisted": "notices.insisted",
    "doubted": "joining.doubted",
    Trigger.REQUEST_REVIEW: "notices.review_requested",
    Trigger.REQUEST_RECHECK: "notices.review_requested",
}
LEAD_TURN: dict[str, str] = {
    Trigger.DISPATCH: "",
    Trigger.REASSIGN: "",
    Trigger.REROUTE: "",
    Trigger.DESIGNATE: "",
    Trigger.SEND_BACK: "notices.sent_back",
    Trigger.REWORK: "notices.sent_back",
    Trigger.REOPEN: "notices.reopened",
    Trigger.RESUME: "notices.resumed",
    "extension_granted": "notices.extension_granted",
    "extension_denied": "notices.extension_denied",
    "added": "notices.added",
    "pinned": "pins.added",
    "seconded": "joining.seconded",
    "urged": "notices.urged",
    "withdrawn_hazard": "",
    "withdrawn_shared": "",
}
PAGE, PAGE_PIN = "notices.page_hub", "pins.page_hub"
_SILENT = frozenset({"relayed"})
_QUIET_END = frozenset({Trigger.ARCHIVE.value})


def notices(fact: Event, ticket: Ticket, audience: Audience) -> list[Speech]:
    """Every speech a fact calls for. Nobody is told twice: whoever is hub and lead hears as lead."""
    if fact.kind in _SILENT or fact.kind in _QUIET_END:
        return []
    params = _params(fact, ticket)
    found: list[Speech] = []
    # Nobody in danger is shown a form: whoever hears their words answers them.
    formless = ticket.procedure is Procedure.EMERGENCY and fact.kind in {"registered", "corrected", "pinned"}
    # Who wrote of several matters gets one receipt for all of them: see `letters`.
    told_together = ticket.letter_id is not None and fact.kind == "registered"
    if audience.reporter is not None and not formless and not told_together and fact.kind not in _OF_ONE:
        found.append(_to_reporter(fact, ticket, audience.reporter, params))
    told = {audience.reporter}
    found += _to_followers(fact, ticket, audience)
    for turns, contacts in ((LEAD_TURN, audience.lead), (_hub_turns(ticket, audience), audience.hub), ({}, audience.former)):
        for contact in contacts:
            if contact not in told:
                told.add(contact)
                found.append(_to_staff(fact, ticket, contact, turns, params))
    return found


def _hub_turns(ticket: Ticket, audience: Audience) -> dict[str, str]:
    """What the hub hears aloud: more in an emergency, what comes after the end, and everything that is new to it."""
    emergency = ticket.procedure is Procedure.EMERGENCY
    turns = HUB_TURN | ({"registered": page(ticket), "pinned": page(ticket), "added": "notices.added"} if emergency else {})
    turns |= {"seconded": "joining.seconded"} if ticket.state in RESTING | ANSWERED else {}
    return turns | ({"corrected": turns["registered"]} if audience.new_hub else {})


def page(ticket: Ticket) -> str:
    """The sentence that calls a hub to an emergency."""
    return PAGE_PIN if ticket.point is not None else PAGE


def _params(fact: Event, ticket: Ticket) -> Json:
    known: Json = {"number": ticket.number, "reason": fact.reason, "state": ticket.state.value, "text": ticket.text, "place": ticket.place}
    known |= {"was": fact.source.value} if fact.source is not None else {}
    return {**known, **fact.data}


def _to_reporter(fact: Event, ticket: Ticket, contact: int, params: Json) -> Speech:
    key = HEADLINES.get(fact.kind, "")
    priority = Priority.ANSWER if fact.actor_id == contact else Priority.NOTICE
    files = ticket.result_files if fact.kind == Trigger.RELEASE else ()
    return Speech(contact, key, params, ticket_id=ticket.id, card="resident", fresh=bool(key), priority=priority, files=files)


def _to_followers(fact: Event, ticket: Ticket, audience: Audience) -> list[Speech]:
    """Who joins sees their card at once; the others hear what the reporter hears. Staff who joined hear it as the person they are, too."""
    if fact.kind in _OF_ONE:
        joined = fact.kind == "joined"
        return [_to_follower(fact, ticket, fact.actor_id, "joining.joined")] if joined else []
    if fact.kind in _BETWEEN_OTHERS:
        return []
    key = FOLLOWER_HEADLINES.get(fact.kind, "")
    return [_to_follower(fact, ticket, contact, key) for contact in audience.followers if contact != audience.reporter]


def _to_follower(fact: Event, ticket: Ticket, contact: int, key: str) -> Speech:
    params: Json = {"number": ticket.number, "state": ticket.state.value, "place": ticket.place[:VILLAGE_DIGITS]}
    params |= {"was": fact.source.value} if fact.source is not None else {}
    if fact.actor_role is not Role.RESIDENT:
        # Reasons, plans and routes are staff's own words; a resident's reason is theirs and the handlers'.
        params["reason"] = fact.reason
        params.update({name: fact.data[name] for name in ("route", "plan") if name in fact.data})
    files = ticket.result_files if fact.kind == Trigger.RELEASE and answer_is_shared(ticket) else ()
    priority = Priority.ANSWER if fact.actor_id == contact else Priority.NOTICE
    return Speech(contact, key, params, ticket_id=ticket.id, card="follower", fresh=bool(key), priority=priority, files=files)


def into_parent(contact: int, child: Ticket, parent_id: int | None) -> Speech:
    """Whose ticket went into another one is shown that one: from now on they hear of it."""
    return Speech(contact, "joining.merged_into", {"child": child.number}, ticket_id=parent_id, card="follower", fresh=True)


def _to_staff(fact: Event, ticket: Ticket, contact: int, turns: dict[str, str], params: Json) -> Speech:
    turn = fact.kind in turns
    urgent = turn and ticket.urgent and contact != fact.actor_id
    return Speech(
        contact,
        turns.get(fact.kind, ""),
        params,
        ticket_id=ticket.id,
        card="staff",
        fresh=turn and contact != fact.actor_id,
        priority=Priority.URGENT if urgent else Priority.NOTICE,
    )
