"""What a store of attachments may refuse."""

from __future__ import annotations


class NotClean(Exception):
    """A picture that nobody can be shown: what else it says (where it was taken, with which phone) can't be taken out of it."""
