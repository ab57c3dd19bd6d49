"""From the configuration to a vault: which keys, and who hides personal data."""

from __future__ import annotations

from pathlib import Path

from app.config import PrivacyConfig
from nlp import mask
from storage.keys import KeyFault, Keys, new_key, write
from storage.vault import Vault
from workflow.ports import Clock


def keys_of(privacy: PrivacyConfig) -> Keys:
    """From the environment, else from the file. Raises KeyFault."""
    if privacy.keys:
        return Keys(None, privacy.keys.reveal())
    return Keys(privacy.key_file)


def vault_of(privacy: PrivacyConfig, pack: Path) -> Vault:
    """As a city that runs needs it. Raises KeyFault and LanguageError."""
    return Vault(keys_of(privacy), mask.load(pack / "language" / "personal.csv"))


def tool_vault(privacy: PrivacyConfig) -> Vault:
    """For commands that work without keys, and open what is sealed where there are some. Raises KeyFault for keys that can't be used."""
    if not privacy.keys and not privacy.key_file.exists():
        return Vault()
    return Vault(keys_of(privacy))


def first_key(path: Path, clock: Clock) -> None:
    """Raises FileExistsError."""
    write(path, [new_key(f"{clock.now():%Y-%m-%d}-1")], fresh=True)


def next_name(keys: Keys, clock: Clock) -> str:
    day, number = f"{clock.now():%Y-%m-%d}", 1
    while f"{day}-{number}" in keys.names:
        number += 1
    return f"{day}-{number}"


__all__ = ["KeyFault", "first_key", "keys_of", "next_name", "tool_vault", "vault_of"]
