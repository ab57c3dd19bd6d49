"""The resident's chat of `test_resident`, for the other modules here."""

from tests.unit.bot.test_resident import chat, language, region

__all__ = ["chat", "language", "region"]
