"""A city's own grids, and who imported what"""

import sqlalchemy as sa
from alembic import op

from storage.types import Id, UtcDateTime

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    op.create_table('grids',
    sa.Column('code', sa.String(length=15), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('synthetic', sa.Boolean(), nullable=False),
    sa.Column('imported_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_grids'))
    )
    op.create_table('imports',
    sa.Column('id', Id, nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('file_hash', sa.String(length=64), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_imports'))
    )


def downgrade() -> None:
    op.drop_table('imports')
    op.drop_table('grids')
