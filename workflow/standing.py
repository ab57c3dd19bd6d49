"""What keeps a person from going on just now: a mute with an end, or very many messages at once. Both end by themselves. Pure.

Nobody is labelled: this is all that is ever noted about a person, it is dated, and /mydata shows it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from workflow.region import Manners

LONGEST_MEMORY = 300  # code points of words that were not accepted: what is said in pieces may be danger as a whole


@dataclass(frozen=True, slots=True)
class Muting:
    """Until when, through which ticket, by which contact. `appeal`: "", "asked", "upheld"."""

    until: datetime
    ticket_id: int
    number: str
    by: int
    appeal: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages since a window of time began. `told`: whether the person has been told in this window that no more are taken; `words`: the
    last ones that were not."""

    since: datetime
    heard: int = 0
    told: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored of it; either part may be over."""

    muting: Muting | None = None
    pace: Pace | None = None

    def muted(self, now: datetime) -> Muting | None:
        """The mute, while it lasts."""
        return self.muting if self.muting is not None and self.muting.until > now else None

    def running(self, now: datetime, manners: Manners) -> Pace | None:
        """The window, while it is open."""
        return self.pace if self.pace is not None and now < ends(self.pace, manners) else None


NOTHING = Standing()


def ends(pace: Pace, manners: Manners) -> datetime:
    return pace.since + timedelta(minutes=manners.minutes)


def over(pace: Pace | None, manners: Manners) -> bool:
    """Whether more messages came in this window than are taken."""
    return pace is not None and pace.heard > manners.messages


def refused(pace: Pace, words: str) -> Pace:
    """The window after words that were not accepted, and of which the person knows so."""
    return replace(pace, told=True, words=f"{pace.words}\n{words}".strip()[-LONGEST_MEMORY:])


def muting_out(muting: Muting) -> dict[str, Any]:
    return asdict(muting) | {"until": muting.until.isoformat()}


def muting_in(data: dict[str, Any]) -> Muting | None:
    return Muting(**{**data, "until": datetime.fromisoformat(data["until"])}) if data else None


def pace_out(pace: Pace) -> dict[str, Any]:
    return asdict(pace) | {"since": pace.since.isoformat()}


def pace_in(data: dict[str, Any]) -> Pace | None:
    return Pace(**{**data, "since": datetime.fromisoformat(data["since"])}) if data else None
