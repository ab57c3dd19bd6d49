"""Seals words (AES-256-GCM) and hides personal data in those that are stored to be read.

A sealed text is `~1.<key's name>.<nonce and ciphertext in Base64>`. It opens only where it was put: table, column and row are bound into
it, so nobody can read a stranger's words by moving them to a row of their own. What was stored before there were keys is plain, and is
read as it is until `keys rotate` has sealed it.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage import json_text
from storage.keys import Key, Keys
from workflow.ports import Masker

_MARK = "~1."
_NONCE = 12  # bytes
SEALED = "sealed"


class Unsealable(Exception):
    """Sealed words that can't be opened: their key is missing, or they were changed or moved. Names the key, never the words."""


class Vault:
    """Without keys everything stays as it is: for tools and tests whose words are nobody's. A city that runs has keys."""

    def __init__(self, keys: Keys | None = None, masker: Masker | None = None) -> None:
        self._keys = keys
        self._masker = masker
        self._ciphers: dict[str, AESGCM] = {}

    @property
    def keys(self) -> Keys | None:
        return self._keys

    def masked(self, text: str) -> str:
        return text if self._masker is None or self._keys is None or not text else self._masker.mask(text)

    def seal(self, words: str, *place: str) -> str:
        return words if self._keys is None else self._sealed(self._keys.current, words.encode("utf-8", "surrogatepass"), place)

    def open(self, sealed: str, *place: str) -> str:
        """Raises Unsealable. Words that were never sealed are the answer as they are."""
        name = key_of(sealed)
        return self._opened(name, sealed, place).decode("utf-8", "surrogatepass") if name else sealed

    def seal_json(self, value: Any, *place: str) -> Any:
        return value if self._keys is None else {SEALED: self._sealed(self._keys.current, json_text.packed(value), place)}

    def open_json(self, value: Any, *place: str) -> Any:
        """Raises Unsealable."""
        name = key_of(value.get(SEALED)) if isinstance(value, Mapping) else ""
        return json_text.read(self._opened(name, value[SEALED], place)) if name else value

    def _sealed(self, key: Key, plain: bytes, place: tuple[str, ...]) -> str:
        nonce = secrets.token_bytes(_NONCE)
        found = nonce + self._cipher(key.name).encrypt(nonce, plain, _bound(place))
        return f"{_MARK}{key.name}.{base64.urlsafe_b64encode(found).decode()}"

    def _opened(self, name: str, sealed: str, place: tuple[str, ...]) -> bytes:
        try:
            found = base64.urlsafe_b64decode(sealed.rpartition(".")[2])
            return self._cipher(name).decrypt(found[:_NONCE], found[_NONCE:], _bound(place))
        except (InvalidTag, binascii.Error, ValueError):
            raise Unsealable(f"sealed with {name}, changed or moved since") from None

    def _cipher(self, name: str) -> AESGCM:
        found = self._ciphers.get(name)
        if found is None:
            key = self._keys.get(name) if self._keys is not None else None
            if key is None:
                raise Unsealable(f"the key {name} is missing")
            found = self._ciphers[name] = AESGCM(key.secret)
        return found


CLEAR = Vault()


def key_of(sealed: object) -> str:
    """The name of the key, "" for what is not sealed."""
    if not isinstance(sealed, str) or not sealed.startswith(_MARK):
        return ""
    name, dot, _ = sealed.removeprefix(_MARK).partition(".")
    return name if dot else ""


def _bound(place: tuple[str, ...]) -> bytes:
    return "\x1f".join(place).encode()
