"""One open step per chat, and what was put aside for it: nothing a person wrote is lost because something else came up."""

from __future__ import annotations

from workflow.desk import Session
from workflow.model import Dialog, Json

INTAKE, UNSURE, REPLY = "intake", "unsure", "staff.reply"
"""Steps that hold what somebody wrote; all others only wait for words."""
_DEPTH = 3


async def opened(session: Session, contact_id: int, step: str, data: Json) -> None:
    """From now on the chat's next words answer this step. Another one that holds words is put aside, not dropped."""
    old = await session.uow.dialogs.get(contact_id)
    await session.uow.dialogs.save(Dialog(contact_id, step, data, session.now, _aside(old, step, data)))


async def closed(session: Session, contact_id: int) -> None:
    """The step is done; what was put aside last is open again."""
    old = await session.uow.dialogs.get(contact_id)
    aside = old.aside if old is not None else ()
    step, data = aside[0] if aside else ("", {})
    await session.uow.dialogs.save(Dialog(contact_id, step, data, session.now, aside[1:]))


async def cleared(session: Session, contact_id: int) -> None:
    """No step is open, and nothing is asked again just now; what was put aside waits for the next one that ends."""
    old = await session.uow.dialogs.get(contact_id)
    await session.uow.dialogs.save(Dialog(contact_id, "", {}, session.now, old.aside if old is not None else ()))


def resumed(before: Dialog | None, after: Dialog | None) -> bool:
    """Whether something that was put aside has been opened again meanwhile."""
    return before is not None and after is not None and (after.step, after.data) in before.aside


def kept(dialog: Dialog | None, step: str, ticket_id: int) -> Json | None:
    """What was written so far in a step about a ticket, open or put aside."""
    if dialog is None:
        return None
    steps = ((dialog.step, dialog.data), *dialog.aside)
    return next((data for name, data in steps if name == step and data.get("ticket") == ticket_id), None)


def _aside(old: Dialog | None, step: str, data: Json) -> tuple[tuple[str, Json], ...]:
    if old is None:
        return ()
    rest = tuple(entry for entry in old.aside if not _same(entry, step, data))
    holds_words = _worth_keeping(old.step, old.data) and not _same((old.step, old.data), step, data)
    return ((old.step, old.data), *rest)[:_DEPTH] if holds_words else rest


def _same(entry: tuple[str, Json], step: str, data: Json) -> bool:
    name, old = entry
    return name == step and all(old.get(key) == data.get(key) for key in ("ticket", "id"))


def _worth_keeping(step: str, data: Json) -> bool:
    if step == INTAKE:
        return bool(data.get("said") or data.get("files")) and not data.get("thin")
    return step == UNSURE or (step == REPLY and bool(data.get("texts") or data.get("files")))
