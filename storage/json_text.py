"""JSON as it lies in the database: what the standard library's `json` reads, and would have written, by msgspec in a fifth of the time.

What msgspec refuses (half a surrogate pair, a key that is no string, the NaN of an older version) goes the standard library's way. What is
hashed is not written here: `workflow.chain`.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder().decode
_REFUSED = (TypeError, ValueError, msgspec.MsgspecError)
_PLAIN = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def written(value: Any) -> str:
    """Fit for any column: what is no character is an escape."""
    try:
        return _ENCODE(value).decode()
    except _REFUSED:
        return json.dumps(value)


def packed(value: Any) -> bytes:
    """To be sealed: UTF-8, in which half a surrogate pair is itself."""
    try:
        return _ENCODE(value)
    except _REFUSED:
        return _PLAIN(value).encode("utf-8", "surrogatepass")


def read(text: str | bytes) -> Any:
    """Raises ValueError for what is no JSON."""
    try:
        return _DECODE(text)
    except _REFUSED:
        return json.loads(text)


BOTH: dict[str, Any] = {"json_serializer": written, "json_deserializer": read}
"""For an engine, which reads and writes every JSON column by them."""
