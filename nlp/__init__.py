"""Reads what residents write: topic, intent, urgency, place, personal data; always with its reasons."""

from nlp.errors import LanguageError
from nlp.language import Language, build

__all__ = ["Language", "LanguageError", "build"]
