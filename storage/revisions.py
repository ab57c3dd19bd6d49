"""Which schema a database has, and which this code knows."""

from __future__ import annotations

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from storage.engine import Database
from storage.migrate import config


def newest() -> str:
    """The revision that this code works with."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def known(revision: str) -> bool:
    """Whether this code can bring such a database to the newest schema; an empty one, too. False: a newer version made it."""
    return not revision or revision in {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


async def revision(database: Database) -> str:
    """What the database is at; empty where it was never migrated. Raises SQLAlchemyError where it can't be opened."""
    async with database.reading() as connection:
        await connection.execute(text("SELECT 1"))
        try:
            return str((await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none() or "")
        except (OperationalError, ProgrammingError):
            return ""
