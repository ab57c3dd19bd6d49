"""The prompts for several matters in one message: what they are, and what may be done with them."""

from __future__ import annotations

from bot.outgoing import Keyboard, answer, button, rows
from bot.resident import splitting
from workflow import deadlines, routing
from workflow.desk import Session
from workflow.intake import Draft
from workflow.model import DRAFT, Json, Priority, Procedure, Speech

WORDS = 60
"""Code points of a matter that its line quotes."""


def card(session: Session, contact_id: int, draft: Draft, edits: str = "") -> Speech:
    """What was understood of each, to be confirmed: apart, or as one."""
    params: Json = {
        "matters": [_matter(session, matter) for matter in splitting.each(draft)], "files": len(draft.files), "anonymous": draft.anonymous,
    }  # fmt: skip
    return Speech(contact_id, params=params, buttons=_buttons(draft), card=DRAFT, edits=edits, priority=Priority.ANSWER)


def _matter(session: Session, matter: Draft) -> Json:
    region, procedure = session.region, Procedure(matter.procedure)
    topic = region.topics.get(matter.topic)
    hub = routing.hub_for(region, procedure, matter.place or region.code)
    due = deadlines.expected(procedure, matter.topic, session.now, region, session.calendar)
    quoted = matter.text if len(matter.text) <= WORDS else f"{matter.text[:WORDS]}…"
    return {
        "topic": matter.topic, "place": matter.place, "detail": matter.place_detail, "hub": [hub.unit, hub.place],
        "lead": topic.lead if topic else "", "due": due.isoformat() if due else None, "text": " ".join(quoted.split()),
    }  # fmt: skip


def _buttons(draft: Draft) -> Keyboard:
    count = str(len(draft.matters))
    apart = button("several.apart", f"i:apart:{draft.id}:{count}", count=count)
    whole = button("several.whole", f"i:whole:{draft.id}")
    change = [button("several.change", f"i:part:{draft.id}:{n}", mark=mark(n)) for n in range(len(draft.matters))]
    name = button("intake.be_named" if draft.anonymous else "intake.be_anonymous", f"i:anon:{draft.id}")
    last = (button("intake.add", f"i:add:{draft.id}"), name, button("intake.cancel", f"i:cancel:{draft.id}"))
    return ((apart,), (whole,), tuple(change), last)


def mark(position: int) -> str:
    """① for 0."""
    return chr(ord("①") + position)


def change(contact_id: int, draft: Draft, edits: str = "") -> Speech:
    """What may be changed about the matter in focus."""
    matter = splitting.in_focus(draft)
    ways = [button("intake.change_topic", f"i:topics:{draft.id}:"), button("intake.change_place", f"i:pick:{draft.id}:")]
    back = button("intake.back", f"i:card:{draft.id}")
    return answer(contact_id, "several.which", rows([*ways, back]), edits=edits, mark=mark(draft.focus), text=matter.text[:WORDS])


def way_back(draft: Draft) -> Keyboard:
    """On the card of matters that are to be one: they may go apart after all."""
    count = str(len(draft.matters))
    return ((button("several.apart", f"i:several:{draft.id}", count=count),),) if draft.matters else ()
