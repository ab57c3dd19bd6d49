"""Mutes and very many messages at once; sessions of the console that change their token"""

import sqlalchemy as sa
from alembic import op

from storage.types import Id, UtcDateTime

revision = '0012'
down_revision = '0011'


def upgrade() -> None:
    op.create_table(
        'standings',
        sa.Column('contact_id', Id, nullable=False),
        sa.Column('muted_until', UtcDateTime()),
        sa.Column('muting', sa.JSON(), nullable=False),
        sa.Column('paced_until', UtcDateTime()),
        sa.Column('pace', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_standings_contact_id')),
        sa.PrimaryKeyConstraint('contact_id', name=op.f('pk_standings')),
    )
    for column in ('muted_until', 'paced_until'):
        op.create_index(op.f(f'ix_standings_{column}'), 'standings', [column])


def downgrade() -> None:
    op.drop_table('standings')
