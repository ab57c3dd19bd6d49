"""An index by which the first update of a chat that waits is found; no time of a step that nobody waits for"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
_WAITING = sa.text("status = 'waiting'")


def upgrade() -> None:
    name = op.f('ix_inbox_turn')
    op.create_index(name, 'inbox', ['door', 'chat', 'id'], sqlite_where=_WAITING, postgresql_where=_WAITING)
    op.execute("UPDATE dialogs SET updated_at = NULL WHERE step = ''")


def downgrade() -> None:
    op.drop_index(op.f('ix_inbox_turn'), 'inbox')
