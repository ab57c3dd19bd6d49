"""What lists and counts leave out."""

from __future__ import annotations

from storage.tables import tickets
from workflow.model import Procedure

OPEN_TO_LISTS = tickets.c.procedure != Procedure.PETITION_REPORT.value
"""检举控告 is in nobody's list or count but its own counter's, and that one works in chat."""
