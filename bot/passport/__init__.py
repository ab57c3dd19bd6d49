"""The passport as files: a page that shows and checks itself, and the same as JSON."""

from bot.passport.sheet import BadSheet, as_text, opened, sheet

__all__ = ["BadSheet", "as_text", "opened", "sheet"]
