"""check, migrate, diagram, openapi."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.engine import make_url

from app import checks, machine_checks, run
from app import diagram as drawing
from app import telegram as door
from app.calendar import CityCalendar
from app.checks import Finding
from app.cli.context import FAILED, OK, Context, is_there
from app.config import Config
from app.keys import KeyFault, tool_vault
from app.region_pack import PackError, with_imported
from storage import Database, SqlUnitOfWork, counts, migrate, open_database
from storage.imports import ImportStore
from storage.newest import newest as newest_row
from storage.revisions import known, revision
from storage.revisions import newest as newest_revision
from storage.rotation import fit
from storage.vault import Vault
from web import openapi
from workflow.region import Region


async def migrate_database(context: Context) -> int:
    async with context.database() as database:
        with context.busy("migrating the database"):
            await migrate(database)
    context.console.print("the database is at the newest schema")
    return OK


async def diagram(context: Context) -> int:
    context.stdout.write(drawing.svg() if context.args.svg else drawing.mermaid())
    return OK


async def ways_in(context: Context) -> int:
    context.stdout.write(openapi.printed())
    return OK


async def check(context: Context) -> int:
    findings = await _findings(context)
    for finding in findings:
        way_out = f" -> {finding.way_out}" if finding.way_out else ""
        line = json.dumps(asdict(finding)) if context.args.json else f"{finding.code} {finding.level:7} {finding.text}{way_out}"
        context.stdout.write(line + "\n")
    return FAILED if checks.worst(findings) == checks.FAULT else OK


@asynccontextmanager
async def _opened(context: Context) -> AsyncIterator[Database | None]:
    """None where there is no file: looking makes none, or a city whose file was moved away would find an empty one in its place. Keys that
    can't be used are told of by C014."""
    if not is_there(context.config.database.url):
        yield None
        return
    try:
        vault = tool_vault(context.config.privacy)
    except KeyFault:
        vault = Vault()
    database = open_database(context.config.database.url, vault)
    try:
        yield database
    finally:
        await database.close()


async def _findings(context: Context) -> list[Finding]:
    async with _opened(context) as database:
        schema = await checks.database(lambda: revision(database), newest_revision(), known) if database is not None else checks.nowhere()
        usable = database if schema.level == checks.OK else None
        found = [schema, checks.files(context.config.files.path), *await _machine(context, usable), *await _city(context, usable)]
        fitting = await fit(usable) if usable is not None else None
    if not context.args.no_network:
        found.append(await checks.telegram(context.config, lambda: door.reached(context.config, context.clock)))
    return [*found, checks.webhook(context.config), checks.keys(context.config, fitting)]


async def _city(context: Context, database: Database | None) -> list[Finding]:
    """`database`: None where it can't be used."""
    try:
        region = context.region()
        region = with_imported(region, await ImportStore(database).grids()) if database is not None else region
    except PackError as error:
        return [Finding("C003", checks.FAULT, fault, "mend the region pack") for fault in error.faults]
    found = [Finding("C003", checks.OK, "region pack valid"), checks.grids(region)]
    if database is not None:
        found.append(checks.people(region, await _staffed(database, region)))
        async with database.moment() as connection:
            found.append(machine_checks.counts(len(await counts.differing(connection))))
    holidays = checks.holidays(CityCalendar(region.calendar), context.clock.now().date())
    return [*found, holidays, checks.weights(context.config, region)]


async def _machine(context: Context, database: Database | None) -> list[Finding]:
    config = context.config
    parsed = make_url(config.database.url)
    stored = [Path(parsed.database)] if parsed.get_backend_name() == "sqlite" and parsed.database else []
    secret = [*stored, *([context.args.config] if context.args.config and config.telegram.token else [])]
    newest = await newest_row(database) if database is not None else None
    return [
        machine_checks.disk([config.files.path, *stored]),
        machine_checks.clock(context.clock.now(), newest),
        *_ports(config),
        machine_checks.private(secret),
    ]


def _ports(config: Config) -> list[Finding]:
    """Of the pages, and of the figures where there are any."""
    doors = [(config.web.host, config.web.port)]
    if config.metrics.port:
        doors.append((config.metrics.host, config.metrics.port))
    return [machine_checks.port(port, taken=run.taken(host, port)) for host, port in doors]


async def _staffed(database: Database, region: Region) -> set[str]:
    async with SqlUnitOfWork(database) as uow:
        return {unit for unit in region.units if await uow.posts.of_unit(unit)}
