"""When a request was served, so that old ones can go; what a message said, so that a reply can be understood"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    # What stands there counts as served now: an update that comes again soon must still be known.
    _add('requests', sa.Column('at', sa.DateTime(timezone=True), nullable=False, server_default=sa.func.current_timestamp()))
    _add('messages', sa.Column('key', sa.String(60), nullable=False, server_default=''))


def _add(table: str, column: sa.Column[object]) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(column)
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column(column.name, server_default=None)


def downgrade() -> None:
    for table, column in (('messages', 'key'), ('requests', 'at')):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(column)
