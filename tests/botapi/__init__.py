"""An own Bot API server for tests: refuses what Telegram refuses, fails on demand, delivers updates by polling or webhook."""

from tests.botapi.chats import Said
from tests.botapi.person import Person
from tests.botapi.server import FakeTelegram
from tests.botapi.spec import reference

__all__ = ["FakeTelegram", "Person", "Said", "reference"]
