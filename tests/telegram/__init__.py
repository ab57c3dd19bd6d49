"""The Telegram door against the test Bot API server."""
