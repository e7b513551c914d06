"""What was answered to whoever proposed a version of a pack"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

_UNREAD = sa.text('read_at IS NULL')


def upgrade() -> None:
    op.create_table(
        'version_answer',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('pack', sa.Text(), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('label', sa.Text(), nullable=False),
        sa.Column('valid_from', sa.Date(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('proposed_by', sa.String(length=36), nullable=False),
        sa.Column('answered_by', sa.String(length=36), nullable=False),
        sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['proposed_by'], ['person.id'], name=op.f('fk_version_answer_proposed_by_person')
        ),
        sa.ForeignKeyConstraint(
            ['answered_by'], ['person.id'], name=op.f('fk_version_answer_answered_by_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_version_answer')),
    )
    op.create_index('ix_version_answer_pack', 'version_answer', ['pack', 'answered_at'])
    op.create_index(
        'ix_version_answer_unread',
        'version_answer',
        ['proposed_by'],
        sqlite_where=_UNREAD,
        postgresql_where=_UNREAD,
    )


def downgrade() -> None:
    raise NotImplementedError
