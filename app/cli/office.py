"""invite, plate, signin, inspect."""

from __future__ import annotations

import json
import secrets

from app import inspection, invites
from app.calendar import CityCalendar
from app.cli.context import BAD_USAGE, NOT_FOUND, OK, Context
from app.signins import VALID_FOR, Links, operator_code
from bot.resident.payload import BadPlate, of_plate
from storage import Database, SqlUnitOfWork
from workflow.desk import Desk
from workflow.model import Role
from workflow.region import Region


def desk_of(context: Context, database: Database, region: Region) -> Desk:
    """A desk for operators: the same door, so the same one `commit()`."""

    def query_code() -> str:
        return f"{secrets.randbelow(10**6):06d}"

    return Desk(lambda: SqlUnitOfWork(database), lambda: region, context.clock, CityCalendar(region.calendar), query_code)


async def invite(context: Context) -> int:
    args, region = context.args, await context.city()
    try:
        code, made = invites.make(args.role, args.place, args.unit, region, context.clock)
    except invites.BadInvite as error:
        context.console.print(str(error), markup=False)
        return BAD_USAGE
    async with context.database() as database:
        await invites.offer(desk_of(context, database, region), made)
    if args.json:
        found = {
            "code": code, "deep_link_payload": code, "role": made.role.value, "place": made.place, "unit": made.unit,
            "expires_at": made.expires_at.isoformat(),
        }  # fmt: skip
        context.stdout.write(json.dumps(found) + "\n")
    else:
        context.stdout.write(f"/start {code}\n")
    return OK


async def plate(context: Context) -> int:
    """Needs no database of its own: a plate's link holds no secret."""
    args, region = context.args, await context.city()
    try:
        payload = of_plate(region, args.code, args.written)
    except BadPlate as error:
        context.console.print(str(error), markup=False)
        return BAD_USAGE
    context.stdout.write(f"/start {payload}\n")
    return OK


async def signin(context: Context) -> int:
    args, region = context.args, context.region()
    place = args.place or region.code
    if place != region.code and place not in region.places:
        context.console.print(f"unknown place: {place}", markup=False)
        return BAD_USAGE
    expires_at = context.clock.now() + VALID_FOR
    async with context.database() as database:
        code = await operator_code(desk_of(context, database, region), Role(args.role), place)
    link = Links(context.config.web.base).of(code)
    if args.json:
        found = {"link": link, "role": args.role, "place": place, "expires_at": expires_at.isoformat()}
        context.stdout.write(json.dumps(found) + "\n")
    else:
        context.stdout.write(link + "\n")
    return OK


async def inspect(context: Context) -> int:
    async with context.database() as database, SqlUnitOfWork(database) as uow:
        found = await inspection.inspect(uow, context.args.number)
    if found is None:
        context.console.print("no such ticket")
        return NOT_FOUND
    context.stdout.write(json.dumps(found, ensure_ascii=False, indent=None if context.args.json else 2) + "\n")
    return OK
