"""When a request was served, so that old ones can go"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0002'


def upgrade() -> None:
    # What stands there counts as served now: an update that comes again soon must still be known.
    at = sa.Column('at', sa.DateTime(timezone=True), nullable=False, server_default=sa.func.current_timestamp())
    with op.batch_alter_table('requests', recreate='auto') as batch_op:
        batch_op.add_column(at)
    with op.batch_alter_table('requests') as batch_op:
        batch_op.alter_column('at', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('requests') as batch_op:
        batch_op.drop_column('at')
