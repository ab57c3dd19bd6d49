"""The database: tables, one unit of work, inbox, outbox, files. Core, no ORM; objects are mapped by hand in one place each."""

from storage.console_access import ConsoleAccess
from storage.console_views import ConsoleViews
from storage.corrections import corrections
from storage.engine import Database, open_database
from storage.evidence import Evidence
from storage.files import DiskFiles
from storage.housekeeping import purge
from storage.inbox import SqlInbox
from storage.migrate import migrate
from storage.outbox import OutboxQueue
from storage.unit_of_work import SqlUnitOfWork
from storage.web_mailbox import WebMailbox

__all__ = [
    "ConsoleAccess", "ConsoleViews", "Database", "DiskFiles", "Evidence", "OutboxQueue", "SqlInbox", "SqlUnitOfWork", "WebMailbox",
    "corrections", "migrate", "open_database", "purge",
]  # fmt: skip
