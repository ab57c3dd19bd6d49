"""What a person wrote, made fit to be kept and shown: the same for every door."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.doors import Incoming

_UNFIT = re.compile("[\x00\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""NUL and lone surrogates can't be stored; bidirectional overrides make a text read otherwise than it was written."""
UNREADABLE = "unreadable"
_OTHERS = ("sender_name", "language", "message_id", "reply_to", "replied")
"""Strings from outside besides the words, the button and the files."""


def kept(text: str) -> str:
    """The text without the characters that can't be kept."""
    return _UNFIT.sub("", text)


def cleaned(incoming: Incoming) -> Incoming:
    """The same with every string kept. Where nothing of the words is left, and nothing else came, it is unreadable."""
    others = {name: getattr(incoming, name) for name in _OTHERS}
    named = [part for file in incoming.files for part in (file.name, file.mime)]
    if not _UNFIT.search("".join((incoming.text, incoming.button, *others.values(), *named))):
        return incoming  # nearly always
    others_kept: dict[str, Any] = {name: kept(words) for name, words in others.items()}
    text = kept(incoming.text)
    emptied = bool(incoming.text) and not (text or incoming.files or incoming.location or incoming.button or incoming.too_big)
    return replace(
        incoming,
        text=text,
        button=kept(incoming.button) or ("-" if incoming.button else ""),
        files=tuple(replace(file, name=kept(file.name), mime=kept(file.mime)) for file in incoming.files),
        unsupported=incoming.unsupported or (UNREADABLE if emptied else ""),
        **others_kept,
    )
