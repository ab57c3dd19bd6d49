"""Sealed words, and the keys that open them."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.keys import KeyFault, Keys, appended, new_key, parsed, write
from storage.vault import Unsealable, Vault, key_of
from tests.keys import KEYS, a_vault

PLACE = ("contacts", "name", "telegram", "7")


@pytest.mark.parametrize("words", ["", "\u5f20\u4e09", "x" * 5000, "~1.now.AAAA", "\ud800 torn"])
def test_what_was_sealed_opens_where_it_was_put_and_nowhere_else(words: str) -> None:
    vault = a_vault()
    sealed = vault.seal(words, *PLACE)
    assert vault.open(sealed, *PLACE) == words and key_of(sealed) == "now"
    for elsewhere in (("contacts", "name", "telegram", "8"), ("contacts", "note", "telegram", "7"), ("contacts", "name", "telegram7")):
        with pytest.raises(Unsealable):
            vault.open(sealed, *elsewhere)


def test_the_same_words_look_different_each_time() -> None:
    vault = a_vault()
    assert len({vault.seal("13800138000", *PLACE) for _ in range(50)}) == 50


@pytest.mark.parametrize("torn", ["~1.now.", "~1.now.!!", "~1.now.AAAA", "~1.other.AAAA"])
def test_what_was_changed_or_has_no_key_does_not_open(torn: str) -> None:
    with pytest.raises(Unsealable):
        a_vault().open(torn, *PLACE)


def test_one_changed_letter_is_found() -> None:
    vault = a_vault()
    sealed = vault.seal("words of somebody", *PLACE)
    for at in (len("~1.now."), len(sealed) // 2, len(sealed) - 6):
        other = "A" if sealed[at] != "A" else "B"
        with pytest.raises(Unsealable):
            vault.open(sealed[:at] + other + sealed[at + 1 :], *PLACE)


def test_without_keys_sealed_words_stay_closed_and_plain_ones_are_plain() -> None:
    assert Vault().open("plain", *PLACE) == "plain"
    with pytest.raises(Unsealable):
        Vault().open(a_vault().seal("x", *PLACE), *PLACE)


def test_json_is_sealed_whole() -> None:
    vault, value = a_vault(), {"text": "\u5f20\u4e09", "files": [], "n": 1}
    sealed = vault.seal_json(value, "inbox", "body", "1")
    assert list(sealed) == ["sealed"] and vault.open_json(sealed, "inbox", "body", "1") == value


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys"
    write(path, [new_key("one")], fresh=True)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        write(path, [new_key("two")], fresh=True)
    assert Keys(path).names == ("one",)


def test_a_key_file_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    write(path, [new_key("one")], fresh=True)
    path.chmod(0o640)
    with pytest.raises(KeyFault, match="chmod 600"):
        Keys(path)


def test_a_running_city_seals_with_the_new_key_and_opens_with_the_old(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    write(path, [new_key("one")], fresh=True)
    vault = Vault(Keys(path))
    sealed = vault.seal("words", *PLACE)
    appended(path, new_key("two"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert key_of(vault.seal("words", *PLACE)) == "two" and vault.open(sealed, *PLACE) == "words"
    with pytest.raises(KeyFault):
        appended(path, new_key("two"))


@pytest.mark.parametrize("lines", [[], ["one"], ["one short"], ["a b"], [new_key("x/y").line], [new_key("x").line, new_key("x").line]])
def test_what_is_no_key_is_refused_and_not_shown(lines: list[str]) -> None:
    with pytest.raises(KeyFault) as refused:
        parsed(lines)
    assert not any(len(word) > 30 and word in str(refused.value) for line in lines for word in line.split())


def test_a_missing_file_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(KeyFault, match="keys new"):
        Keys(tmp_path / "nothing")


def test_a_key_hides_itself() -> None:
    assert KEYS.split(",")[0].split()[1] not in repr(parsed(KEYS.split(",")))
