"""The resident's half of the chat."""

from bot.resident.conversation import ResidentConversation
from bot.resident.reading import Reading

__all__ = ["Reading", "ResidentConversation"]
