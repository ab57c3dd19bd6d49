"""What was put aside in a chat while something else came up"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'


def upgrade() -> None:
    with op.batch_alter_table('dialogs') as batch_op:
        batch_op.add_column(sa.Column('aside', sa.JSON(), nullable=False, server_default='[]'))
    with op.batch_alter_table('dialogs') as batch_op:
        batch_op.alter_column('aside', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('dialogs') as batch_op:
        batch_op.drop_column('aside')
