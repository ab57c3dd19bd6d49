"""Lists that are walked along an index, and counts that are kept"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.listing import listed
from storage.types import Id, UtcDateTime

revision = '0014'
down_revision = '0013'
_BATCH = 2000
_WORDS = ('county', 'town', 'hub_town', 'day', 'serial')
_SEEN = ('state', 'topic', 'town', 'procedure', 'urgent', 'hub_town')
_LEADS = ('all', 'state', 'topic', 'procedure', 'county', 'town', 'hub_town', 'urgent', 'day', 'serial')
_KEY = ('state', 'hub_unit', 'hub_place', 'lead_unit')
tickets = sa.table(
    'tickets', *(sa.column(name) for name in ('id', 'number', 'place', 'procedure', *_KEY, *_WORDS, 'list_rank')),
    sa.column('next_due_at', UtcDateTime()), sa.column('created_at', UtcDateTime()),
)
counts = sa.table('ticket_counts', *(sa.column(name) for name in (*_KEY, 'tickets')))


def upgrade() -> None:
    for name in _WORDS:
        op.add_column('tickets', sa.Column(name, sa.String(20), server_default='', nullable=False))
    op.add_column('tickets', sa.Column('list_rank', Id, server_default='0', nullable=False))
    op.create_table(
        'ticket_counts',
        sa.Column('state', sa.String(20), nullable=False),
        sa.Column('hub_unit', sa.String(40), nullable=False),
        sa.Column('hub_place', sa.String(20), nullable=False),
        sa.Column('lead_unit', sa.String(40), nullable=False),
        sa.Column('tickets', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*_KEY, name=op.f('pk_ticket_counts')),
    )
    op.create_table(
        'ticket_count_changes',
        sa.Column('id', Id, nullable=False),
        sa.Column('state', sa.String(20), nullable=False),
        sa.Column('hub_unit', sa.String(40), nullable=False),
        sa.Column('hub_place', sa.String(20), nullable=False),
        sa.Column('lead_unit', sa.String(40), nullable=False),
        sa.Column('tickets', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_count_changes')),
    )
    _fill(op.get_bind())
    for lead in _LEADS:
        few = (sa.text('urgent = 1'), sa.text('urgent')) if lead == 'urgent' else (None, None)
        op.create_index(f'ix_tickets_list_{lead}', 'tickets', _columns(lead), sqlite_where=few[0], postgresql_where=few[1])
    op.create_index(op.f('ix_tickets_closed_at'), 'tickets', ['closed_at'])


def _columns(lead: str) -> list[str]:
    first = [] if lead == 'all' else [lead]
    seen = () if lead in {'day', 'serial'} else _SEEN
    return [*first, 'list_rank', 'id', *[name for name in seen if name not in {lead, *first}]]


def _fill(bind: sa.Connection) -> None:
    """What is there is listed and counted as it stands now."""
    names = (*_WORDS, 'list_rank')
    filled = sa.update(tickets).where(tickets.c.id == sa.bindparam('id_')).values({name: sa.bindparam(f'{name}_') for name in names})
    wanted = sa.select(*(tickets.c[name] for name in ('id', 'number', 'place', 'hub_place', 'next_due_at', 'created_at')))
    last = -1
    while found := bind.execute(wanted.where(tickets.c.id > last).order_by(tickets.c.id).limit(_BATCH)).all():
        last = found[-1][0]
        bind.execute(filled, [_row(*row) for row in found])
    lead = sa.func.coalesce(tickets.c.lead_unit, '')
    key = (tickets.c.state, tickets.c.hub_unit, tickets.c.hub_place, lead)
    there = sa.select(*key, sa.func.count()).where(tickets.c.procedure != 'petition_report').group_by(*key)
    bind.execute(sa.insert(counts).from_select([*_KEY, 'tickets'], there))


def _row(ticket_id: int, *of_ticket: Any) -> dict[str, Any]:
    return {'id_': ticket_id, **{f'{name}_': value for name, value in listed(*of_ticket).items()}}


def downgrade() -> None:
    op.drop_index(op.f('ix_tickets_closed_at'), 'tickets')
    for lead in _LEADS:
        op.drop_index(f'ix_tickets_list_{lead}', 'tickets')
    op.drop_table('ticket_count_changes')
    op.drop_table('ticket_counts')
    for name in ('list_rank', *reversed(_WORDS)):
        op.drop_column('tickets', name)
