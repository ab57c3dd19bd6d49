"""Thanks, counted"""

import sqlalchemy as sa
from alembic import op

from storage.types import UtcDateTime

revision = '0009'
down_revision = '0008'


def upgrade() -> None:
    op.create_table(
        'praises',
        sa.Column('id', sa.String(16), nullable=False),
        sa.Column('at', UtcDateTime(), nullable=False),
        sa.Column('place', sa.String(20), nullable=False),
        sa.Column('topic', sa.String(20), nullable=False),
        sa.Column('version', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_praises')),
    )
    op.create_index(op.f('ix_praises_at'), 'praises', ['at'])


def downgrade() -> None:
    op.drop_table('praises')
