"""Who joined which ticket, what tickets are about, and bursts that were raised"""

import sqlalchemy as sa
from alembic import op

from storage.types import Id

revision = '0007'
down_revision = '0006'


def upgrade() -> None:
    op.create_table(
        'gists',
        sa.Column('ticket_id', Id, nullable=False),
        sa.Column('whole', sa.String(32), nullable=False),
        sa.Column('words', sa.JSON(), nullable=False),
        sa.Column('spots', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_gists_ticket_id')),
        sa.PrimaryKeyConstraint('ticket_id', name=op.f('pk_gists')),
    )
    op.create_table(
        'followers',
        sa.Column('ticket_id', Id, nullable=False),
        sa.Column('contact_id', Id, nullable=False),
        sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('anonymous', sa.Boolean(), nullable=False),
        sa.Column('whole', sa.String(32), nullable=False),
        sa.Column('unsolved', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_followers_ticket_id')),
        sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_followers_contact_id')),
        sa.PrimaryKeyConstraint('ticket_id', 'contact_id', name=op.f('pk_followers')),
    )
    op.create_table(
        'incidents',
        sa.Column('id', Id, nullable=False),
        sa.Column('item', sa.String(20), nullable=False),
        sa.Column('place', sa.String(20), nullable=False),
        sa.Column('since', sa.DateTime(timezone=True), nullable=False),
        sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('tickets', sa.Integer(), nullable=False),
        sa.Column('people', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_incidents')),
    )
    for name, table, columns in _INDEXES:
        op.create_index(op.f(name), table, columns)


_INDEXES = (
    ('ix_gists_whole', 'gists', ['whole']),
    ('ix_followers_joined_at', 'followers', ['joined_at']),
    ('ix_followers_whole', 'followers', ['whole']),
    ('ix_followers_contact_id_joined_at', 'followers', ['contact_id', 'joined_at']),
    ('ix_incidents_item_place_raised_at', 'incidents', ['item', 'place', 'raised_at']),
    ('ix_tickets_topic_created_at_place', 'tickets', ['topic', 'created_at', 'place']),
    ('ix_tickets_created_at', 'tickets', ['created_at']),
)


def downgrade() -> None:
    for name, table, _ in reversed(_INDEXES):
        op.drop_index(op.f(name), table_name=table)
    for table in ('incidents', 'followers', 'gists'):
        op.drop_table(table)
