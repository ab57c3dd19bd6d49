"""Strategies for updates of Telegram: mostly as documented, with here and there something missing, mistyped, huge or odd."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.shapes import Shapes
from tests.fuzz.strange import ARGUMENTS, FLOATS, NUMBERS, THINGS, VERBS, WORDS

Draw = Callable[[st.SearchStrategy[Any]], Any]
PEOPLE = {3001: "", 3002: "", 3003: "worker", 3004: "officer", 3005: "admin"}
"""Who writes, and on which post."""
GROUP = -1_000_777
_DEEPEST = 6
_KINDS = ("message", "message", "message", "callback_query", "edited_message", "my_chat_member")
_SAID = (
    "text", "text", "text", "caption", "photo", "document", "video", "voice", "location", "venue", "contact", "sticker", "media_group_id",
    "reply_to_message", "entities", "dice", "poll", "new_chat_members", "reply_markup",
)  # fmt: skip
_ONE_IN = 24  # values that are not what they should be
_UPDATES = count(1)
_odds = st.integers(0, _ONE_IN - 1)


class Maker:
    """Draws one update. `files`: ids that the server knows."""

    def __init__(self, draw: Draw, shapes: Shapes, files: Sequence[str]) -> None:
        self._draw = draw
        self._shapes = shapes
        self._files = files

    def update(self) -> Any:
        if self._odd():
            return self._draw(st.sampled_from(THINGS))
        kinds = [name for name in self._shapes["Update"] if name != "update_id"]
        kind = self._draw(st.sampled_from(kinds)) if self._odd() else self._draw(st.sampled_from(_KINDS))
        number = self._draw(st.sampled_from(NUMBERS)) if self._odd() else 500_000_000 + next(_UPDATES)
        return {"update_id": number, kind: self._value(kind, self._shapes["Update"][kind][0], 0)}

    def _odd(self) -> bool:
        return bool(self._draw(_odds) == 0)

    def _value(self, name: str, types: tuple[str, ...], depth: int) -> Any:
        # A file that Telegram says there is none of is another matter: it is asked for again and again, and then set aside.
        if name != "file_id" and self._odd():
            return self._draw(st.sampled_from(THINGS))
        kind = types[0] if len(types) == 1 else self._draw(st.sampled_from(types))
        if kind.startswith("Array of "):
            many = self._draw(st.integers(0, 2)) if depth < _DEEPEST else 0
            return [self._value(name, (kind.removeprefix("Array of "),), depth + 1) for _ in range(many)]
        if kind in self._shapes:
            return self._object(name, kind, depth)
        plain: dict[str, Callable[[str], Any]] = {"Integer": self._integer, "Float": self._float, "Boolean": self._truth}
        return plain.get(kind, self._string)(name)

    def _object(self, name: str, kind: str, depth: int) -> dict[str, Any]:
        fields = self._shapes[kind]
        wanted = [field for field, (_, needed) in fields.items() if needed and not self._odd()]
        if kind == "Message":
            wanted += ["from"] if not self._odd() else []
            wanted += self._some([field for field in _SAID if field in fields])
        if depth < _DEEPEST:
            wanted += self._some(list(fields)) if self._odd() or kind != "Message" else []
        found = {field: self._value(field, fields[field][0], depth + 1) for field in dict.fromkeys(wanted)}
        if self._odd():
            found[self._draw(st.sampled_from(WORDS))] = self._draw(st.sampled_from(THINGS))
        return self._at_home(name, kind, found)

    def _some(self, names: list[str]) -> list[str]:
        return [self._draw(st.sampled_from(names)) for _ in range(self._draw(st.integers(0, 2)))] if names else []

    def _at_home(self, name: str, kind: str, found: dict[str, Any]) -> dict[str, Any]:
        """Most of it happens in chats that there are."""
        if kind not in {"Chat", "User"} or self._odd():
            return found
        person = self._draw(st.sampled_from(sorted(PEOPLE)))
        if kind == "User":
            return found | {"id": person, "is_bot": False}
        group = self._draw(st.integers(0, 4)) == 0
        return found | ({"id": GROUP, "type": "supergroup"} if group else {"id": person, "type": "private"})

    def _integer(self, name: str) -> int:
        if name in {"date", "edit_date"} and not self._odd():
            return 1_764_000_000
        if self._draw(st.integers(0, 3)) == 0:
            return int(self._draw(st.sampled_from(NUMBERS)))
        return int(self._draw(st.integers(0, 2000)))

    def _float(self, name: str) -> Any:
        return self._draw(st.sampled_from(FLOATS))

    def _truth(self, name: str) -> bool:
        return bool(self._draw(st.booleans()))

    def _button(self) -> str:
        """As ours are: a verb and what it is about."""
        about = [self._draw(st.sampled_from(ARGUMENTS)) for _ in range(self._draw(st.integers(0, 3)))]
        return ":".join([self._draw(st.sampled_from(VERBS)), *about])

    def _string(self, name: str) -> str:
        if name == "file_id" and self._files:
            return str(self._draw(st.sampled_from(self._files)))
        if name in {"data", "callback_data"} and not self._odd():
            return self._button()
        if name == "status" and not self._odd():
            return str(self._draw(st.sampled_from(("member", "kicked", "left", "restricted", "administrator"))))
        return str(self._draw(st.sampled_from(WORDS) | st.text(max_size=40)))


@st.composite
def updates(draw: Draw, shapes: Shapes, files: Sequence[str] = ()) -> Any:
    return Maker(draw, shapes, files).update()
