"""Cards: one ticket on one message, edited in place. Pure: ticket + viewer → HTML and buttons."""

from bot.cards.digest import Case, digest
from bot.cards.draft import draft
from bot.cards.follower import follower
from bot.cards.resident import resident
from bot.cards.several import belongs, letter
from bot.cards.staff import staff
from bot.cards.words import Words

__all__ = ["Case", "Words", "belongs", "digest", "draft", "follower", "letter", "resident", "staff"]
