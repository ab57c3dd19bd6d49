"""check, migrate, diagram, openapi."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.engine import make_url

from app import checks, machine_checks, run
from app import diagram as drawing
from app import telegram as door
from app.calendar import CityCalendar
from app.checks import Finding
from app.cli.context import FAILED, OK, Context
from app.region_pack import PackError
from storage import Database, SqlUnitOfWork, counts, migrate
from storage.newest import newest as newest_row
from storage.revisions import known, revision
from storage.revisions import newest as newest_revision
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


async def _findings(context: Context) -> list[Finding]:
    found: list[Finding] = []
    async with context.database() as database:
        found.append(await checks.database(lambda: revision(database), newest_revision(), known))
        found += [checks.files(context.config.files.path), *await _machine(context, database, migrated=found[0].level == checks.OK)]
        try:
            region = await context.city() if found[0].level == checks.OK else context.region()
        except PackError as error:
            found += [Finding("C003", checks.FAULT, fault, "mend the region pack") for fault in error.faults]
        else:
            found += [Finding("C003", checks.OK, "region pack valid"), checks.grids(region)]
            if found[0].level == checks.OK:
                found.append(checks.people(region, await _staffed(database, region)))
                async with database.moment() as connection:
                    found.append(machine_checks.counts(len(await counts.differing(connection))))
            found += [
                checks.holidays(CityCalendar(region.calendar), context.clock.now().date()),
                checks.weights(context.config, region),
            ]
    if not context.args.no_network:
        found.append(await checks.telegram(context.config, lambda: door.reached(context.config, context.clock)))
    found += [checks.webhook(context.config), checks.keys(context.config)]
    return found


async def _machine(context: Context, database: Database, *, migrated: bool) -> list[Finding]:
    config = context.config
    parsed = make_url(config.database.url)
    stored = [Path(parsed.database)] if parsed.get_backend_name() == "sqlite" and parsed.database else []
    secret = [*stored, *([context.args.config] if context.args.config and config.telegram.token else [])]
    newest = await newest_row(database) if migrated else None
    return [
        machine_checks.disk([config.files.path, *stored]),
        machine_checks.clock(context.clock.now(), newest),
        machine_checks.port(config.web.port, taken=run.taken(config.web.host, config.web.port)),
        machine_checks.private(secret),
    ]


async def _staffed(database: Database, region: Region) -> set[str]:
    async with SqlUnitOfWork(database) as uow:
        return {unit for unit in region.units if await uow.posts.of_unit(unit)}
