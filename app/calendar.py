"""Which days are working days: the region's own overrides, then the published holidays, then plain weekends."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import chinese_calendar

_LOG = logging.getLogger(__name__)
_SATURDAY = 5
_DAYS = 2000
"""So many are looked up once: each new ticket asks for some thirty."""


class CityCalendar:
    """Fits `workflow.ports.WorkCalendar`. `overrides`: ISO date → is a working day; they win over the library.

    The library raises for years whose holidays are not published; then Monday to Friday are working days, and the year is kept in
    `fallback_years` for the health page.
    """

    def __init__(self, overrides: Mapping[str, bool] | None = None) -> None:
        self._overrides = {date.fromisoformat(day): works for day, works in (overrides or {}).items()}
        self._fallback: set[int] = set()
        self._known = lru_cache(_DAYS)(self._looked_up)

    @property
    def fallback_years(self) -> tuple[int, ...]:
        """Years that were asked for and are counted by plain weekends, ascending."""
        return tuple(sorted(self._fallback))

    def is_working_day(self, day: date) -> bool:
        return self._known(day)

    def _looked_up(self, day: date) -> bool:
        known = self._overrides.get(day)
        if known is not None:
            return known
        if day.year in self._fallback:
            return day.weekday() < _SATURDAY
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            self._fallback.add(day.year)
            _LOG.warning("C006 holidays unknown, plain weekends are counted", extra={"year": day.year})
            return day.weekday() < _SATURDAY
