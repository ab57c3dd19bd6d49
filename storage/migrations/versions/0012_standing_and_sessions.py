"""Mutes and very many messages at once; sessions of the console that change their token"""

import sqlalchemy as sa
from alembic import op

from storage.types import Id, UtcDateTime

revision = '0012'
down_revision = '0011'
_TIMES = ('issued_at', 'seen_at', 'replaced_at')


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
    # Sessions from before have no family and are over: whoever has one signs in again.
    op.add_column('console_sessions', sa.Column('family', sa.String(64)))
    for column in _TIMES:
        op.add_column('console_sessions', sa.Column(column, UtcDateTime()))
    op.create_index(op.f('ix_console_sessions_family'), 'console_sessions', ['family'])


def downgrade() -> None:
    op.drop_index(op.f('ix_console_sessions_family'), 'console_sessions')
    for column in ('family', *_TIMES):
        op.drop_column('console_sessions', column)
    op.drop_table('standings')
