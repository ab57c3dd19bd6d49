"""What the people did and saw, to be held against the database."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Matter:
    """One complaint from its first words to the rating. `mark` stands in its words; `rounds`: how often it was answered."""

    mark: str
    chat: int
    number: str = ""
    added: bool = False
    urged: bool = False
    rated: bool = False
    rounds: int = 1


@dataclass(slots=True)
class Ledger:
    """`asked`: chat → keys of the answers wanted, in order. `silent`: who waited in vain."""

    matters: list[Matter] = field(default_factory=list)
    asked: dict[int, list[str]] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)
