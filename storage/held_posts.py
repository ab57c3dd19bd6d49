"""Who holds which post: for operators, who see how the chat calls itself and nothing else of anybody."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from storage import rows
from storage.engine import Database
from storage.tables import contacts, posts
from workflow.model import Contact, Post


@dataclass(frozen=True, slots=True)
class Held:
    post: Post
    contact: Contact


async def held_posts(database: Database) -> tuple[Held, ...]:
    """Every post, in the order in which they were given. Raises Unsealable."""
    async with database.reading() as connection:
        given = [rows.post_in(row) for row in (await connection.execute(select(posts).order_by(posts.c.id))).mappings()]
        with_post = contacts.c.id.in_(select(posts.c.contact_id))
        found = (await connection.execute(select(contacts).where(with_post))).mappings().all()
    people = {row["id"]: rows.contact_in(row, database.vault) for row in found}
    return tuple(Held(post, people[post.contact_id]) for post in given)
