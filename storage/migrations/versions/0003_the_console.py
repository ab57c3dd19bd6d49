"""The console's one-time codes and sessions"""

import sqlalchemy as sa
from alembic import op

from storage.types import Id, UtcDateTime

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    op.create_table('sign_in_codes',
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('contact_id', Id, nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('used_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_sign_in_codes_contact_id')),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_sign_in_codes'))
    )
    op.create_table('console_sessions',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('contact_id', Id, nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_console_sessions_contact_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_console_sessions'))
    )


def downgrade() -> None:
    op.drop_table('console_sessions')
    op.drop_table('sign_in_codes')
