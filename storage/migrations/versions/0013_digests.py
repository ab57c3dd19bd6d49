"""When something was said, to know how long it waits"""

import sqlalchemy as sa
from alembic import op

from storage.types import UtcDateTime

revision = '0013'
down_revision = '0012'


def upgrade() -> None:
    with op.batch_alter_table('outbox') as table:
        table.add_column(sa.Column('said_at', UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('outbox') as table:
        table.drop_column('said_at')
