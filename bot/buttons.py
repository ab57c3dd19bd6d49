"""What stands in a pressed button. Buttons come back from outside: they are read like anybody's words."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"[0-9]{1,18}")
"""What every database keeps as an integer."""


def whole_number(text: str) -> int | None:
    """A ticket's id, a count or a page: 0 to 10**18 - 1 in plain digits; None for anything else."""
    return int(text) if _WHOLE.fullmatch(text) else None
