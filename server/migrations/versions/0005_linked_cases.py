"""Cases that begin, answer and name each other"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_link',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('from_id', sa.String(length=36), nullable=False),
    sa.Column('to_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('outbox_id', sa.String(length=36), nullable=True),
    sa.Column('message', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.String(length=36), nullable=True),
    sa.CheckConstraint("kind IN ('opened', 'answered', 'named')", name=op.f('ck_case_link_kind')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_case_link_by_id_person')),
    sa.ForeignKeyConstraint(['from_id'], ['case.id'], name=op.f('fk_case_link_from_id_case')),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name=op.f('fk_case_link_outbox_id_outbox')),
    sa.ForeignKeyConstraint(['to_id'], ['case.id'], name=op.f('fk_case_link_to_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_link'))
    )
    for name, columns, kind in (
        ('message', ['outbox_id'], 'opened'),
        ('opened', ['to_id'], 'opened'),
        ('named', ['from_id', 'to_id'], 'named'),
    ):
        where = sa.text(f"kind = '{kind}'")
        op.create_index(
            f'uq_case_link_{name}', 'case_link', columns, unique=True,
            sqlite_where=where, postgresql_where=where,
        )
    op.create_index('ix_case_link_from', 'case_link', ['from_id'], unique=False)
    op.create_index('ix_case_link_to', 'case_link', ['to_id'], unique=False)
    # written out: the one form of it that both databases take
    op.execute(
        "ALTER TABLE outbox ADD COLUMN receiver_id VARCHAR(36)"
        " CONSTRAINT fk_outbox_receiver_id_case REFERENCES \"case\" (id)"
    )
    op.add_column('outbox', sa.Column('problems', sa.JSON(none_as_null=True), nullable=True))
    op.create_index('ix_outbox_receiver', 'outbox', ['receiver_id'], unique=False)


def downgrade() -> None:
    raise NotImplementedError
