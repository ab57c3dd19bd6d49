"""The front page: every state with its number, and what needs somebody's eye."""

from __future__ import annotations

from aiohttp import web

from web import diagram
from web.console.pages import midnight, operates, show, visitor_of
from web.services import Console, console_of
from workflow.praise import SHOWN, Praised
from workflow.states import PHASE, RESTING, Phase, State
from workflow.views import Queues

_DRAWING = diagram.draw()


async def whole(request: web.Request) -> web.Response:
    console = console_of(request)
    found = await console.views.praised(visitor_of(request).reach, console.clock.now() - SHOWN)
    return await _shown(request, "board.html", found)


async def fragment(request: web.Request) -> web.Response:
    """What the page fetches anew every few seconds."""
    return await _shown(request, "board_now.html")


async def _shown(request: web.Request, name: str, praised: Praised | None = None) -> web.Response:
    console = console_of(request)
    found = await console.views.overview(visitor_of(request).reach, console.clock.now(), midnight(console))
    queues = await console.views.queues() if operates(request) else None
    phases = [(phase, [state for state in State if PHASE[state] is phase]) for phase in Phase]
    return show(
        request, name, overview=found, counts=found.by_state, phases=phases, drawing=_DRAWING, size=diagram, queues=queues,
        open_now=sum(count for state, count in found.by_state.items() if state not in RESTING),
        unstaffed=unstaffed(console, queues), years=console.fallback_years() if queues else (),
        praised=praised, days=SHOWN.days,
    )  # fmt: skip


def unstaffed(console: Console, queues: Queues | None) -> list[str]:
    """Codes of units without a person anywhere, in the region's order."""
    return [] if queues is None else [code for code in console.region().units if code not in queues.staffed]
