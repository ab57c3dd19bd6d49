"""Where a page of a list begins: a place in the list's order, not a count of rows, so that a page stays what it is while tickets arrive.

The word of it stands in an address. It is opaque and holds nothing secret; whatever somebody makes of it, the list is narrowed to what they
may see all the same.
"""

from __future__ import annotations

import binascii
import hashlib
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

_FORM = struct.Struct(">?QQI")
_SUM = 4  # bytes that tell a slip of the pen
_LENGTH = -(-(_FORM.size + _SUM) // 3) * 4
_MOST = 2**63 - 1
_LAST_PAGE = 10**8


@dataclass(frozen=True, slots=True)
class Cursor:
    """The page before (`back`) or after the row with this rank and id; `page` is the number it is shown with, from 1."""

    rank: int
    id: int
    page: int
    back: bool = False

    @property
    def word(self) -> str:
        packed = _FORM.pack(self.back, self.rank, self.id, self.page)
        return urlsafe_b64encode(packed + _sum(packed)).decode().rstrip("=")


def read(word: str) -> Cursor | None:
    """None for whatever is no word of ours."""
    if not word.isascii() or len(word) > _LENGTH:
        return None
    try:
        whole = urlsafe_b64decode(word + "=" * (-len(word) % 4))
        back, rank, ticket_id, page = _FORM.unpack(whole[:-_SUM])
    except (binascii.Error, struct.error):
        return None
    found = Cursor(rank, ticket_id, page, back)
    sound = _sum(whole[:-_SUM]) == whole[-_SUM:] and max(rank, ticket_id) <= _MOST and 1 <= page <= _LAST_PAGE
    return found if sound and found.word == word else None


def _sum(packed: bytes) -> bytes:
    return hashlib.sha256(b"cursor" + packed).digest()[:_SUM]
