"""The staff's half of the chat: buttons on cards, steps that need words, lists, the trail."""

from bot.staff.conversation import StaffConversation

__all__ = ["StaffConversation"]
