"""Events in a chain, and daily anchors"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.chain import adopted
from storage.evidence import facts_of
from storage.rows import Row
from storage.types import UtcDateTime
from workflow.chain import micros

revision = '0011'
down_revision = '0010'
_TICKETS = 500
_OF_TICKETS = (
    'id', 'number', 'version', 'procedure', 'state', 'hub_unit', 'hub_place', 'lead_unit', 'lead_place', 'outcome', 'verdict',
    'satisfaction', 'reworks', 'extension',
)
tickets = sa.table(
    'tickets', *(sa.column(name) for name in _OF_TICKETS), sa.column('created_at', UtcDateTime()), sa.column('closed_at', UtcDateTime())
)
clocks = sa.table(
    'ticket_clocks', sa.column('ticket_id'), sa.column('position'), sa.column('name'), sa.column('started_at', UtcDateTime()),
    sa.column('due_at', UtcDateTime()), sa.column('stopped_at', UtcDateTime()),
)
_NEW: dict[str, sa.types.TypeEngine[Any]] = {
    'seq': sa.Integer(), 'actor_hash': sa.String(64), 'actor_salt': sa.String(32), 'words_hash': sa.String(64),
    'words_salt': sa.String(32), 'facts_hash': sa.String(64), 'adopted_at': UtcDateTime(), 'hash': sa.String(64),
}
events = sa.table(
    'events', *(sa.column(name) for name in ('id', 'ticket_id', 'kind', 'actor_id', 'actor_role', 'source', 'target', 'reason')),
    sa.column('at', UtcDateTime()), sa.column('data', sa.JSON()), *(sa.column(name, kind) for name, kind in _NEW.items()),
)


def upgrade() -> None:
    for name, kind in _NEW.items():
        op.add_column('events', sa.Column(name, kind))
    op.create_table(
        'anchors',
        sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('day', sa.String(10), nullable=False),
        sa.Column('made_at', UtcDateTime(), nullable=False),
        sa.Column('leaves', sa.Integer(), nullable=False),
        sa.Column('tickets', sa.Integer(), nullable=False),
        sa.Column('events', sa.Integer(), nullable=False),
        sa.Column('upto', sa.Integer(), nullable=False),
        sa.Column('root', sa.String(64), nullable=False),
        sa.Column('previous', sa.String(64), nullable=False),
        sa.Column('hash', sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint('seq', name=op.f('pk_anchors')),
        sa.UniqueConstraint('day', name=op.f('uq_anchors_day')),
    )
    op.create_table(
        'anchor_leaves',
        sa.Column('anchor', sa.Integer(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(40), nullable=False),
        sa.Column('before', sa.Integer(), nullable=False),
        sa.Column('seq', sa.Integer(), nullable=False),
        sa.Column('hash', sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(['anchor'], ['anchors.seq'], name=op.f('fk_anchor_leaves_anchor')),
        sa.PrimaryKeyConstraint('anchor', 'position', name=op.f('pk_anchor_leaves')),
    )
    op.create_index(op.f('ix_anchor_leaves_number_seq'), 'anchor_leaves', ['number', 'seq'])
    _adopt(op.get_bind())
    op.create_index(op.f('ix_events_ticket_id_seq'), 'events', ['ticket_id', 'seq'], unique=True)


def _adopt(bind: sa.Connection) -> None:
    """What is there is taken into the chain as it stands now, and says so."""
    now = bind.execute(sa.select(sa.type_coerce(sa.func.current_timestamp(), UtcDateTime()))).scalar_one()
    filled = sa.update(events).where(events.c.id == sa.bindparam('id_')).values(
        {name: sa.bindparam(f'{name}_') for name in _NEW}
    )
    last = -1
    while found := bind.execute(sa.select(tickets).where(tickets.c.id > last).order_by(tickets.c.id).limit(_TICKETS)).mappings().all():
        last = found[-1]['id']
        ids = [row['id'] for row in found]
        clock_rows = _of(bind, sa.select(clocks).where(clocks.c.ticket_id.in_(ids)).order_by(clocks.c.position))
        event_rows = _of(bind, sa.select(events).where(events.c.ticket_id.in_(ids)).order_by(events.c.id))
        values = [
            {f'{name}_': value for name, value in columns.items()}
            for row in found
            for columns in adopted(row['number'], event_rows.get(row['id'], []), facts_of(row, clock_rows.get(row['id'], [])), micros(now))
        ]
        if values:
            bind.execute(filled, values)


def _of(bind: sa.Connection, query: sa.Select[Any]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in bind.execute(query).mappings():
        found.setdefault(row['ticket_id'], []).append(row)
    return found


def downgrade() -> None:
    op.drop_index(op.f('ix_events_ticket_id_seq'), 'events')
    op.drop_table('anchor_leaves')
    op.drop_table('anchors')
    for name in reversed(_NEW):
        op.drop_column('events', name)
