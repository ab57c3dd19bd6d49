"""Who an actor is to a ticket: role × unit × place × procedure. Default deny.

检举控告 (petition_report) belongs to the discipline counter and its reporter alone: no grid, hub, department, supervisor,
auditor or administrator is a party to it or may see it (信访工作条例 第30条、第46条第5项).
"""

from __future__ import annotations

from dataclasses import dataclass

from workflow import pins
from workflow.model import Actor, Assignee, Post, Procedure, Role, Ticket
from workflow.states import RESTING, Party, State

CONSOLE_ROLES = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.AUDITOR, Role.HUB_OFFICER})
_OPERATING_ROLES = CONSOLE_ROLES - {Role.HUB_OFFICER}
_MENDING_ROLES = _OPERATING_ROLES - {Role.AUDITOR}
_WORKING_ROLES = frozenset({Role.GRID_WORKER, Role.GRID_LEADER, Role.HUB_OFFICER, Role.DEPARTMENT})
_WATCHING_ROLES = frozenset({Role.AUDITOR, Role.ADMIN})


def serves(post: Post, desk: Assignee) -> bool:
    """Whether a post works at a desk: the same unit, at its place or one that contains it."""
    return post.role in _WORKING_ROLES and post.unit == desk.unit and desk.place.startswith(post.place)


def parties(actor: Actor, ticket: Ticket) -> frozenset[Party]:
    """Everything the actor is to this ticket; empty for a stranger."""
    if actor.role is Role.SYSTEM:
        return frozenset({Party.RULE})
    found: set[Party] = set()
    if ticket.reporter is not None and actor.contact_id == ticket.reporter:
        found.add(Party.REPORTER)
    for post in actor.posts:
        found |= _through(post, ticket)
    return frozenset(found)


def _through(post: Post, ticket: Ticket) -> set[Party]:
    found: set[Party] = set()
    if serves(post, ticket.hub) or _on_call(post, ticket):
        found.add(Party.HUB)
    if ticket.procedure is Procedure.PETITION_REPORT:
        # Whatever the row says, nobody but the counter's own unit handles a report about somebody.
        if post.unit == ticket.hub.unit and ticket.lead is not None and serves(post, ticket.lead):
            found.add(Party.LEAD)
        return found
    if ticket.lead is not None and serves(post, ticket.lead):
        found.add(Party.LEAD)
    if post.role is Role.SUPERVISOR and ticket.hub.place.startswith(post.place):
        found.add(Party.SUPERVISOR)
    return found


def _on_call(post: Post, ticket: Ticket) -> bool:
    """An emergency whose place is not known well enough belongs to every hub inside, and to those near the point that was shared: rather
    too many can act than nobody."""
    inside = post.place.startswith(ticket.hub.place) or any(code.startswith(post.place) for code in pins.on_call(ticket))
    return ticket.procedure is Procedure.EMERGENCY and post.role is Role.HUB_OFFICER and post.unit == ticket.hub.unit and inside


def may_see(actor: Actor, ticket: Ticket) -> bool:
    """Whether the actor may see the ticket's content (masked where the viewer is staff)."""
    if parties(actor, ticket):
        return True
    if ticket.procedure is Procedure.PETITION_REPORT:
        return False
    helps = any(serves(post, desk) for post in actor.posts for desk in ticket.co)
    audits = any(post.role is Role.AUDITOR and ticket.hub.place.startswith(post.place) for post in actor.posts)
    return helps or audits


def may_trace(actor: Actor, ticket: Ticket) -> bool:
    """Whether the actor may see state, clocks, owner and trail without any content."""
    if may_see(actor, ticket):
        return True
    if ticket.procedure is Procedure.PETITION_REPORT:
        return False
    return any(post.role in _WATCHING_ROLES and ticket.hub.place.startswith(post.place) for post in actor.posts)


def unmasking_role(actor: Actor, ticket: Ticket) -> Role | None:
    """Under which role the actor may be shown what is stored masked; None for everybody else. Who handles the matter while it is handled,
    the desk that owns it until it is archived; nobody who only watches, and not its own reporter through a post."""
    held = parties(actor, ticket)
    if ticket.state is State.ARCHIVED or Party.REPORTER in held or actor.role is Role.SYSTEM:
        return None
    if Party.LEAD in held and ticket.state not in RESTING:
        return acting_role(actor, ticket, Party.LEAD)
    return acting_role(actor, ticket, Party.HUB) if Party.HUB in held else None


def may_mute(actor: Actor, ticket: Ticket) -> bool:
    """Whether the actor may keep the ticket's reporter from new matters for a while: the desk that owns it and who supervises that desk.
    Never over a report about somebody in office, and never oneself."""
    held = parties(actor, ticket)
    own = Party.REPORTER in held or ticket.procedure is Procedure.PETITION_REPORT
    return bool(held & {Party.HUB, Party.SUPERVISOR}) and not own


def may_judge_mute(actor: Actor, ticket: Ticket) -> bool:
    """Whether the actor may end a mute or hear the appeal against it; who muted may end it only (`muting.decide`)."""
    if ticket.reporter is not None and actor.contact_id == ticket.reporter:
        return False
    administers = any(post.role is Role.ADMIN and ticket.hub.place.startswith(post.place) for post in actor.posts)
    return may_mute(actor, ticket) or (administers and ticket.procedure is not Procedure.PETITION_REPORT)


@dataclass(frozen=True, slots=True)
class Reach:
    """Tickets that a post lets somebody look through: those whose hub lies in `place`, of one hub unit ("" = of any).
    检举控告 is never among them: its counter works in chat."""

    place: str
    unit: str = ""

    def covers(self, ticket: Ticket) -> bool:
        mine = ticket.hub.place.startswith(self.place) and self.unit in {"", ticket.hub.unit}
        return mine and ticket.procedure is not Procedure.PETITION_REPORT


def may_enter(actor: Actor) -> bool:
    """Whether the console opens for somebody at all."""
    return any(post.role in CONSOLE_ROLES for post in actor.posts)


def reach(actor: Actor) -> tuple[Reach, ...]:
    """What the console may list and count for somebody; empty for strangers."""
    found = [Reach(post.place, post.unit if post.role is Role.HUB_OFFICER else "") for post in actor.posts if post.role in CONSOLE_ROLES]
    return tuple(dict.fromkeys(found))


def may_browse(actor: Actor, ticket: Ticket) -> bool:
    """Whether the console shows that a ticket exists. Its content needs `may_see` besides."""
    return any(part.covers(ticket) for part in reach(actor))


def may_operate(actor: Actor, city: str) -> bool:
    """Whether somebody may look at what has no place, such as updates set aside: whole-city posts that are no counter."""
    return any(post.role in _OPERATING_ROLES and city.startswith(post.place) for post in actor.posts)


def may_mend(actor: Actor, city: str) -> bool:
    """Whether somebody may set going again what has stopped: those who may look at it, but for whoever only looks."""
    return any(post.role in _MENDING_ROLES and city.startswith(post.place) for post in actor.posts)


def acting_role(actor: Actor, ticket: Ticket, party: Party | None) -> Role:
    """The role under which an act is written into the trail."""
    if actor.role is Role.SYSTEM or not actor.posts or party is Party.REPORTER:
        return Role.SYSTEM if actor.role is Role.SYSTEM else Role.RESIDENT
    desk = ticket.lead if party is Party.LEAD else ticket.hub
    if party is Party.SUPERVISOR:
        return Role.SUPERVISOR
    return next((post.role for post in actor.posts if desk is not None and serves(post, desk)), actor.role)
