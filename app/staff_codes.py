"""One-time codes for the posts of a file, as a table that a spreadsheet opens. The codes are seen here once; only hashes are stored."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import invites
from app.importer import StaffRow
from workflow.model import Invite
from workflow.ports import Clock
from workflow.region import Region

COLUMNS = ("role", "unit", "place", "label", "code", "deep_link_payload", "expires_at")
_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the start of a formula; some take the full-width forms too."""


@dataclass(frozen=True, slots=True)
class CodedPost:
    row: StaffRow
    code: str
    invite: Invite

    def as_json(self) -> dict[str, Any]:
        row, until = self.row, self.invite.expires_at.isoformat()
        values = (row.role.value, row.unit, row.place, row.label, self.code, self.code, until)
        return dict(zip(COLUMNS, values, strict=True))


def make(rows: Sequence[StaffRow], region: Region, clock: Clock) -> tuple[CodedPost, ...]:
    """One invite for each row. Raises BadInvite for a post that does not exist, which a checked file has not."""
    return tuple(CodedPost(row, *invites.make(row.role.value, row.place, row.unit, region, clock)) for row in rows)


def as_csv(posts: Sequence[CodedPost]) -> str:
    """With a byte order mark: without it a spreadsheet guesses the encoding, and guesses wrong."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for post in posts:
        writer.writerow([plain(value) for value in post.as_json().values()])
    return _BOM + text.getvalue()


def plain(value: str) -> str:
    """Words that no spreadsheet computes."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def write_secret(path: Path, text: str) -> None:
    """For the owner's eyes only. Raises FileExistsError rather than overwrite codes that may not be used yet."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
