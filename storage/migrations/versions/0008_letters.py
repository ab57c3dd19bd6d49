"""Messages that held several matters"""

import sqlalchemy as sa
from alembic import op

from storage.types import Id, UtcDateTime

revision = '0008'
down_revision = '0007'


def upgrade() -> None:
    op.create_table(
        'letters',
        sa.Column('id', Id, nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('closed_at', UtcDateTime()),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_letters')),
    )
    for table in ('tickets', 'messages'):
        # Not in a batch: that would drop a table that others point to, and SQLite refuses it where there are rows.
        kind = Id.compile(op.get_bind().dialect)
        op.execute(f'ALTER TABLE {table} ADD COLUMN letter_id {kind} CONSTRAINT fk_{table}_letter_id REFERENCES letters (id)')
    op.create_index(op.f('ix_tickets_letter_id'), 'tickets', ['letter_id'])


def downgrade() -> None:
    # SQLite takes a column that points elsewhere out by building the table anew, which it refuses once there are tickets.
    with op.batch_alter_table('messages') as batch_op:
        batch_op.drop_column('letter_id')
    with op.batch_alter_table('tickets') as batch_op:
        batch_op.drop_index(op.f('ix_tickets_letter_id'))
        batch_op.drop_column('letter_id')
    op.drop_table('letters')
