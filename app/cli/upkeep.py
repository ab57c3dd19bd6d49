"""check, migrate, diagram."""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlalchemy.exc import OperationalError, ProgrammingError

from app import checks
from app import diagram as drawing
from app import telegram as door
from app.calendar import CityCalendar
from app.checks import Finding
from app.cli.context import FAILED, OK, Context
from app.region_pack import PackError
from storage import Database, SqlUnitOfWork, migrate
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


async def check(context: Context) -> int:
    findings = await _findings(context)
    for finding in findings:
        line = json.dumps(asdict(finding)) if context.args.json else f"{finding.code} {finding.level:7} {finding.text}"
        context.stdout.write(line + "\n")
    return FAILED if checks.worst(findings) == checks.FAULT else OK


async def _findings(context: Context) -> list[Finding]:
    found: list[Finding] = []
    async with context.database() as database:

        async def migrated() -> bool:
            return await _migrated(database)

        found += [await checks.database(migrated), checks.files(context.config.files.path)]
        try:
            region = await context.city() if found[0].level == checks.OK else context.region()
        except PackError as error:
            found += [Finding("C003", checks.FAULT, fault) for fault in error.faults]
        else:
            found += [Finding("C003", checks.OK, "region pack valid"), checks.grids(region)]
            if found[0].level == checks.OK:
                found.append(checks.people(region, await _staffed(database, region)))
            found += [
                checks.holidays(CityCalendar(region.calendar), context.clock.now().date()),
                checks.weights(context.config, region),
            ]
    found.append(await checks.telegram(context.config, lambda: door.reached(context.config, context.clock)))
    found += [checks.webhook(context.config), checks.keys(context.config)]
    return found


async def _migrated(database: Database) -> bool:
    try:
        async with SqlUnitOfWork(database) as uow:
            await uow.tickets.by_number("")
    except (OperationalError, ProgrammingError):
        return False
    return True


async def _staffed(database: Database, region: Region) -> set[str]:
    async with SqlUnitOfWork(database) as uow:
        return {unit for unit in region.units if await uow.posts.of_unit(unit)}
