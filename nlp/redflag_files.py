"""Reads redflags.csv and the groups of words that its rows name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nlp.hunch import Hunch
from nlp.normalise import Normal
from nlp.redflags import KINDS, LINKS, TIERS, Alarm, RedFlags
from nlp.tables import Row, read

SIGNS = re.compile(r"(\+|>>|>|~)")
Split = tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str], frozenset[str]]
Held = tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]
BEFORE, COMPANY = "<", "@"


@dataclass(frozen=True, slots=True)
class Groups:
    """`words`: a key in square brackets → the words that it stands for, spelt as texts are after normalisation.
    `lists`: a name after = → what a cell `unless` would say instead."""

    words: Mapping[str, tuple[str, ...]]
    lists: Mapping[str, tuple[str, ...]]
    _held: dict[tuple[str, str], Held] = field(default_factory=dict)
    _split: dict[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)

    def spelt_out(self, row: Row) -> tuple[str, ...]:
        """The cell `unless` of a row. Raises LanguageError for a list that there is not."""
        found: list[str] = []
        for word in row.several("unless"):
            if word.startswith("=") and word not in self.lists:
                raise row.wrong(f"no such list: {word}")
            found += self.lists.get(word, (word,))
        return tuple(found)

    def split(self, row: Row, first: str, shared: Mapping[str, tuple[str, ...]]) -> Split:
        """What holds back a row's flag: words that cover its first part, others, those before it, groups around it, and the
        company that it must have in a long text."""
        key = row["code"], row["unless"]
        if key not in self._held:
            self._held[key] = self._sorted(row, shared)
        plain, before, groups, company = self._held[key]
        if (*key, first) not in self._split:
            parts = self.words.get(first, (first,))
            self._split[*key, first] = frozenset(word for word in plain if any(part in word for part in parts))
        covering = self._split[*key, first]
        return covering, plain - covering, before, groups, company

    def _sorted(self, row: Row, shared: Mapping[str, tuple[str, ...]]) -> Held:
        """Plain words, those that count before a hit only, groups, and the company of a long text."""
        unless = frozenset(self.spelt_out(row) + shared.get(row["code"], ()))
        self.check(row, (word.lstrip(BEFORE + COMPANY) for word in unless))
        before = frozenset(word for word in unless if word.startswith(BEFORE))
        company = frozenset(word for word in unless if word.startswith(COMPANY))
        groups = unless & self.words.keys()
        return unless - before - groups - company, _bare(before), groups, _bare(company)

    def check(self, row: Row, keys: Iterable[str]) -> None:
        """Raises LanguageError where a key is empty or names a group that there is not."""
        for key in keys:
            if not key or (key.startswith("[") and key not in self.words):
                raise row.wrong(f"no such group: {key}" if key else f"a part is empty: {row['word']}")


def _bare(marked: frozenset[str]) -> frozenset[str]:
    return frozenset(word[1:] for word in marked)


def load(path: Path, groups_path: Path, normalise: Callable[[str], Normal], hunch: Hunch | None = None) -> RedFlags:
    """Reads redflags.csv. A row with code and `unless` but no word adds those to all rows of the code. Raises LanguageError."""
    groups = read_groups(groups_path, normalise)
    rows = read(path, ("code", "tier", "word", "kind", "numbers", "unless"))
    shared: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if not row["word"]:
            shared[row.need("code")] = shared.get(row["code"], ()) + groups.spelt_out(row)
    tiers: dict[str, str] = {}
    return RedFlags([_alarm(row, shared, groups, tiers) for row in rows if row["word"]], groups.words, hunch)


def read_groups(path: Path, normalise: Callable[[str], Normal]) -> Groups:
    """Reads redflag_words.csv. A group named inside another one must stand above it. Raises LanguageError."""
    words: dict[str, tuple[str, ...]] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for row in read(path, ("group", "words")):
        name = row.need("group")
        if name in lists or f"[{name}]" in words:
            raise row.wrong(f"{name} stands twice: keep one")
        if name.startswith("="):
            lists[name] = row.several("words")
            continue
        found: list[str] = []
        for word in row.several("words"):
            if word.startswith("[") and word not in words:
                raise row.wrong(f"no such group above: {word}")
            found += words.get(word, (normalise(word).text,))
        words[f"[{name}]"] = tuple(dict.fromkeys(word for word in found if word))
    return Groups(words, lists)


def _alarm(row: Row, shared: Mapping[str, tuple[str, ...]], groups: Groups, tiers: dict[str, str]) -> Alarm:
    code, tier = row.need("code"), row.one_of("tier", TIERS)
    if tiers.setdefault(code, tier) != tier:
        raise row.wrong(f"{code} has two tiers: {tiers[code]}, {tier}")
    numbers = row.several("numbers")
    if not all(number.isdigit() for number in numbers):
        raise row.wrong(f"numbers are digits parted by |: {row['numbers']}")
    first, *others = SIGNS.split(row["word"])
    rest = tuple((LINKS[sign], key) for sign, key in zip(others[::2], others[1::2], strict=True))
    groups.check(row, (first, *(key for _, key in rest)))
    return Alarm(code, tier, first, rest, row.one_of("kind", KINDS), numbers, *groups.split(row, first, shared))
