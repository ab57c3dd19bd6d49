"""The card of somebody who joined: what, where (no nearer than the village), who, by when, the answer. Nothing of the reporter: no words,
no door, no files, no query code."""

from __future__ import annotations

from datetime import datetime

from bot.cards import resident as own
from bot.cards.resident import Rows
from bot.cards.words import Words
from workflow.alike import Follower, Voices, answer_is_shared
from workflow.model import Button, Ticket
from workflow.ports import Masker
from workflow.region import VILLAGE_DIGITS
from workflow.states import RESTING, State


def follower(ticket: Ticket, mine: Follower, voices: Voices, words: Words, masker: Masker, now: datetime) -> tuple[str, Rows]:
    """HTML and buttons."""
    say, language = words.texts.say, words.language
    lines = [
        say(language, "cards.head", number=ticket.number, state=words.label(f"state.{ticket.state}")),
        *own.phases(ticket, words),
        say(language, "cards.topic", topic=words.topic(ticket.topic)),
        say(language, "cards.place", place=words.place(ticket.place[:VILLAGE_DIGITS])),
        own.who(ticket, words),
        say(language, "joining.mine", people=voices.people),
    ]
    promise = words.promise(ticket, now, rates=False)
    if promise:
        lines.append(say(language, "cards.promise", promise=promise))
    if ticket.result and ticket.state in own.ANSWER_SHOWN:
        shared = answer_is_shared(ticket)
        lines.append(say(language, "cards.result" if shared else "joining.answer_is_personal", text=masker.mask(ticket.result)))
    if ticket.outcome is not None:
        lines.append(say(language, "joining.outcome", outcome=words.label(f"outcome.{ticket.outcome}")))
    lines.append(f"\n{say(language, 'joining.footer', number=ticket.number)}\n<i>{say(language, 'system.demo')}</i>")
    return "\n".join(lines), _buttons(ticket, mine)


def _buttons(ticket: Ticket, mine: Follower) -> Rows:
    leave = Button("joining.leave", f"j:leave:{ticket.id}")
    if ticket.state in {State.EVALUATING, State.CLOSED}:
        doubt = () if mine.unsolved else (Button("button.unsolved", f"j:doubt:{ticket.id}"),)
        return ((*doubt, leave),)
    if ticket.state in RESTING:
        return ()
    return ((Button("button.add", f"j:add:{ticket.id}"), leave),)
