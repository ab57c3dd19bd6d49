"""Keys that seal personal data. They lie outside the database, so that whoever copies it has no words of anybody.

    2026-11-25-1 c2l4dHkt…        one key a line: its name, and 32 random bytes in URL-safe Base64; the last one seals, all of them open

A key file is readable by its owner alone. It is read again once it was changed: a running city seals with a new key from then on.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9-]{1,40}")
_OTHERS = 0o077


class KeyFault(Exception):
    """Keys that can't be used; says why and what to do, and never shows any of them."""


@dataclass(frozen=True, slots=True)
class Key:
    name: str
    secret: bytes = field(repr=False)

    @property
    def line(self) -> str:
        return f"{self.name} {base64.urlsafe_b64encode(self.secret).decode()}"


def new_key(name: str) -> Key:
    return Key(name, secrets.token_bytes(BYTES))


def parsed(lines: Iterable[str]) -> tuple[Key, ...]:
    """In their order. Raises KeyFault."""
    found: list[Key] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, written = line.strip().partition(" ")
        try:
            secret = base64.b64decode(written.strip(), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            secret = b""
        if not _NAME.fullmatch(name) or len(secret) != BYTES or any(name == key.name for key in found):
            raise KeyFault(f"line {number} of the keys is no key: a name of its own, a space, {BYTES} bytes in Base64")
        found.append(Key(name, secret))
    if not found:
        raise KeyFault("there is no key: python -m app keys new")
    return tuple(found)


class Keys:
    """From a file, or as they were given (by the environment). Both raise KeyFault."""

    def __init__(self, path: Path | None, given: str = "") -> None:
        self._path = path
        self._seen: tuple[int, ...] = ()
        self._keys = parsed(given.split(",")) if path is None else ()
        self.look()

    @property
    def current(self) -> Key:
        self.look()
        return self._keys[-1]

    @property
    def names(self) -> tuple[str, ...]:
        self.look()
        return tuple(key.name for key in self._keys)

    def get(self, name: str) -> Key | None:
        found = self._known(name)
        if found is None:
            self.look()
            found = self._known(name)
        return found

    def _known(self, name: str) -> Key | None:
        return next((key for key in self._keys if key.name == name), None)

    def look(self) -> None:
        """Reads the file if it is another one than before."""
        if self._path is None:
            return
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if seen == self._seen:
                return
            if stat.st_mode & _OTHERS:
                raise KeyFault(f"others may read {self._path}: chmod 600")
            self._keys = parsed(self._path.read_text("ascii").splitlines())
        except FileNotFoundError:
            raise KeyFault(f"{self._path}: no such file; python -m app keys new makes it") from None
        except (OSError, UnicodeDecodeError) as error:
            raise KeyFault(f"{self._path}: cannot be read ({type(error).__name__})") from None
        self._seen = seen


def write(path: Path, keys: Iterable[Key], *, fresh: bool) -> None:
    """The whole file at once, for its owner alone. `fresh`: raises FileExistsError where there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{key.line}\n" for key in keys)
    target = path if fresh else path.with_name(f"{path.name}.new")
    if not fresh:
        target.unlink(missing_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if not fresh:
        target.replace(path)


def appended(path: Path, key: Key) -> None:
    """From now on this one seals. Raises KeyFault, also for a name that is taken."""
    known = parsed(path.read_text("ascii").splitlines())
    if any(key.name == old.name for old in known):
        raise KeyFault(f"there is a key {key.name} already")
    write(path, (*known, key), fresh=False)
