"""The Telegram door: updates in, messages out, over python-telegram-bot's Bot with an aiohttp request back end."""
