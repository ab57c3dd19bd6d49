"""Answers that are not ok."""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    """`description` as Telegram words it, without the prefix of its status."""

    def __init__(self, description: str, status: int = 400, **parameters: int) -> None:
        super().__init__(description)
        prefix = {400: "Bad Request: ", 403: "Forbidden: ", 409: "Conflict: ", 429: "Too Many Requests: "}.get(status, "")
        self.status = status
        self.description = prefix + description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})
