"""A page to try a text on: what the machine would read in it, and why. Nothing of it is kept, counted or logged."""

from __future__ import annotations

import asyncio

from aiohttp import web

from web.console.access import LONG_FORMS, small_form
from web.console.marks import MaskedText
from web.console.pages import operates, show, tell
from web.console.reading import Reading, of
from web.services import Console, console_of
from workflow import evidence

LONGEST = 4096  # code points, as in a chat's message


async def page(request: web.Request) -> web.Response:
    if not operates(request):
        return tell(request, "try_not_yours", 403)
    return _shown(request)


async def read(request: web.Request) -> web.Response:
    """Never raises, whatever the text."""
    if not operates(request):
        return tell(request, "try_not_yours", 403)
    text = (await small_form(request, LONG_FORMS["/console/try"])).get("text", "").replace("\r\n", "\n")
    if not text.strip():
        return _shown(request, 400, problem="try_empty")
    if len(text) > LONGEST:
        # Masked before it is cut: a number that the cut runs through is hidden all the same.
        shown = (await asyncio.to_thread(console_of(request).masker.mask, text))[:LONGEST]
        return _shown(request, 400, problem="try_long", length=len(text), text=shown)
    procedure, reading, masked = await asyncio.to_thread(_read, console_of(request), text)
    return _shown(request, procedure=procedure, reading=reading, text=masked)


def _read(console: Console, text: str) -> tuple[str, Reading, str]:
    """A long text takes its time: other visitors do not wait for it."""
    found = console.classifier.understand(text)
    kept = evidence.kept(found, console.places.locate(text)) | {"version": found.version}
    masked = MaskedText(text, console.masker.mask)
    return found.procedure, of(evidence.again(kept), masked), masked.shown


def _shown(
    request: web.Request, status: int = 200, *, problem: str = "", length: int = 0, procedure: str = "", reading: Reading | None = None,
    text: str = "",
) -> web.Response:  # fmt: skip
    return show(
        request, "try.html", status, problem=problem, length=length, longest=LONGEST, procedure=procedure, reading=reading, text=text
    )
