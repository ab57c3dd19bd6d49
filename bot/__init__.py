"""The chat: one conversation, whatever the door."""
