"""Sealed words, and who looked at them"""

import sqlalchemy as sa
from alembic import op

from storage.types import Id, UtcDateTime

revision = '0010'
down_revision = '0009'


def upgrade() -> None:
    op.create_table(
        'sealed',
        sa.Column('kind', sa.String(10), nullable=False),
        sa.Column('ref', Id, nullable=False),
        sa.Column('field', sa.String(20), nullable=False),
        sa.Column('ticket_id', Id, nullable=False),
        sa.Column('words', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_sealed_ticket_id')),
        sa.PrimaryKeyConstraint('kind', 'ref', 'field', name=op.f('pk_sealed')),
    )
    op.create_index(op.f('ix_sealed_ticket_id'), 'sealed', ['ticket_id'])
    op.create_table(
        'unmaskings',
        sa.Column('id', Id, nullable=False),
        sa.Column('at', UtcDateTime(), nullable=False),
        sa.Column('ticket_id', Id, nullable=False),
        sa.Column('contact_id', Id, nullable=False),
        sa.Column('role', sa.String(20), nullable=False),
        sa.Column('fields', sa.String(200), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_unmaskings_contact_id')),
        sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_unmaskings_ticket_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_unmaskings')),
    )
    for name in ('at', 'contact_id', 'ticket_id'):
        op.create_index(op.f(f'ix_unmaskings_{name}'), 'unmaskings', [name])
    op.create_table(
        'doomed_files',
        sa.Column('sha256', sa.String(64), nullable=False),
        sa.Column('at', UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('sha256', name=op.f('pk_doomed_files')),
    )
    op.create_table(
        'veils',
        sa.Column('contact_id', Id, nullable=False),
        sa.Column('aliases', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_veils_contact_id')),
        sa.PrimaryKeyConstraint('contact_id', name=op.f('pk_veils')),
    )
    for statement in _APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


_REFUSED = "what was looked at is never changed"
_APPEND_ONLY = {
    'sqlite': [
        f"CREATE TRIGGER unmaskings_no_{verb.lower()} BEFORE {verb} ON unmaskings BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        for verb in ('UPDATE', 'DELETE')
    ],
    'postgresql': [
        f"CREATE FUNCTION unmaskings_stand() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$",
        "CREATE TRIGGER unmaskings_stand BEFORE UPDATE OR DELETE ON unmaskings FOR EACH ROW EXECUTE FUNCTION unmaskings_stand()",
    ],
}


def downgrade() -> None:
    op.drop_table('veils')
    op.drop_table('doomed_files')
    op.drop_table('unmaskings')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute("DROP FUNCTION unmaskings_stand()")
    op.drop_table('sealed')
