"""The database: tables, one unit of work, inbox, outbox, files. Core, no ORM; objects are mapped by hand in one place each."""

from storage.console_access import ConsoleAccess
from storage.console_views import ConsoleViews
from storage.copying import Copied, NotCopied, copy
from storage.corrections import corrections
from storage.election import Election
from storage.engine import Database, open_database
from storage.evidence import Evidence
from storage.files import DiskFiles
from storage.housekeeping import purge
from storage.inbox import SqlInbox
from storage.migrate import migrate
from storage.one_process import Served, one_process
from storage.outbox import OutboxQueue
from storage.unit_of_work import SqlUnitOfWork
from storage.web_mailbox import WebMailbox

__all__ = [
    "ConsoleAccess", "ConsoleViews", "Copied", "Database", "DiskFiles", "Election", "Evidence", "NotCopied", "OutboxQueue", "Served",
    "SqlInbox", "SqlUnitOfWork", "WebMailbox", "copy", "corrections", "migrate", "one_process", "open_database", "purge",
]  # fmt: skip
