"""posts: who holds which. dismiss: a post is taken back, from one moment to the next."""

from __future__ import annotations

import argparse
import json
import secrets
from collections.abc import Callable

from app.cli.context import NOT_FOUND, OK, Context
from app.cli.office import desk_of
from storage.held_posts import Held, held_posts
from workflow.console import CONSOLE_DOOR
from workflow.desk import Session
from workflow.model import Priority, Speech

ENDED = "posts.ended"


def arguments(add: Callable[..., argparse.ArgumentParser]) -> None:
    listing = add("posts", posts, "who holds which post")
    listing.add_argument("--place", default="", metavar="CODE", help="only posts in this division")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    ending = add("dismiss", dismiss, "take a post back: its chat gets and sees nothing of it any more")
    ending.add_argument("post", type=int, metavar="ID", help="as `posts` lists it")


async def posts(context: Context) -> int:
    async with context.database() as database:
        found = await held_posts(database)
    for held in found:
        if not held.post.place.startswith(context.args.place):
            continue
        entry = _entry(held)
        context.stdout.write((json.dumps(entry, ensure_ascii=False) if context.args.json else "\t".join(map(str, entry.values()))) + "\n")
    return OK


def _entry(held: Held) -> dict[str, str | int]:
    post, contact = held.post, held.contact
    chat = contact.address if contact.door == CONSOLE_DOOR else contact.name
    return {
        "post": post.id, "role": post.role.value, "unit": post.unit, "place": post.place, "door": contact.door, "kind": contact.kind,
        "contact": contact.id, "name": chat,
    }  # fmt: skip


async def dismiss(context: Context) -> int:
    """The chat is told, and its menu becomes a resident's. Repeating it does no harm."""
    region = await context.city()
    async with context.database() as database:
        held = next((held for held in await held_posts(database) if held.post.id == context.args.post), None)
        if held is None:
            context.console.print("no such post", markup=False)
            return NOT_FOUND
        post, contact = held.post, held.contact

        async def work(session: Session) -> None:
            await session.uow.posts.remove(post.id)
            if contact.door == CONSOLE_DOOR:
                return
            unit, place = region.units.get(post.unit), region.places.get(post.place)
            names = {"unit_name": unit.name if unit else "", "place_name": place.name if place else ""}
            await session.say(Speech(contact.id, ENDED, dict(names), priority=Priority.ANSWER, menu=True))

        await desk_of(context, database, region).serve(f"dismiss:{post.id}:{secrets.token_hex(8)}", work)
    context.stdout.write(f"post {post.id} is taken back: {post.role.value} {post.unit} {post.place}\n")
    return OK
