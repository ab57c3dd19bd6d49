"""What is no HTTP at all: answered like everything else, with the headers and without a word of what came, and no error of ours.

aiohttp would log a traceback for each, so that a stranger fills the log, and send a piece of the request back.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from aiohttp import web

from web.app import HEADERS

_LOG = logging.getLogger(__name__)


class Protocol(web.RequestHandler):
    __slots__ = ()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or request.writer.output_size > 0:
            return super().handle_error(request, status, exc, message)
        _LOG.debug("no request", extra={"status": status, "code": type(exc).__name__})
        answer = web.Response(status=status, text=str(status), headers=HEADERS)
        answer.force_close()
        return answer
