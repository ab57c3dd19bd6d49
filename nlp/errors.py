"""What can be wrong with a city's language files.

ValueError
└── LanguageError    names file, line and reason; nothing is half loaded
"""

from __future__ import annotations


class LanguageError(ValueError):
    """A language file can't be used. `str()` reads "file:line: reason"."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason
