"""The web chat's door: no third party between a resident and the counter."""

from bot.webchat.door import WebChatDoor

__all__ = ["WebChatDoor"]
