"""Brings a database to the newest schema with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from storage.engine import Database
from storage.locks import alone


def config(connection: Connection | None = None) -> Config:
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    found.attributes["connection"] = connection
    return found


async def migrate(database: Database) -> None:
    """Safe to call at every start, from several processes at once: all or nothing, and the second finds nothing left to do."""
    async with database.writing() as connection:
        await alone(connection, "migrate")
        await connection.run_sync(lambda sync: command.upgrade(config(sync), "head"))
