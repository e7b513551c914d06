"""Closed cases played on the draft of a pack"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

_RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    op.create_table(
        'replay_run',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('pack', sa.String(length=80), nullable=False),
        sa.Column('base', sa.Integer(), nullable=False),
        sa.Column('draft_hash', sa.String(length=64), nullable=False),
        sa.Column('files', sa.LargeBinary(), nullable=False),
        sa.Column('from_on', sa.Date(), nullable=False),
        sa.Column('to_on', sa.Date(), nullable=False),
        sa.Column('left_out', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('started_by', sa.String(length=36), nullable=False),
        sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'cancelled')", name=op.f('ck_replay_run_state')
        ),
        sa.ForeignKeyConstraint(
            ['started_by'], ['person.id'], name=op.f('fk_replay_run_started_by_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_replay_run')),
    )
    op.create_index('ix_replay_run_pack', 'replay_run', ['pack', 'started_at'])
    op.create_index(
        'uq_replay_run_running',
        'replay_run',
        ['pack'],
        unique=True,
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
    op.create_table(
        'replay_case',
        sa.Column('run_id', sa.String(length=36), nullable=False),
        sa.Column('case_id', sa.String(length=36), nullable=False),
        sa.Column('place', sa.Integer(), nullable=False),
        sa.Column('result', sa.String(length=16), nullable=True),
        sa.Column('differences', sa.JSON(none_as_null=True), nullable=False),
        sa.Column('clocks', sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "result IN ('same', 'other', 'untold')", name=op.f('ck_replay_case_result')
        ),
        sa.ForeignKeyConstraint(
            ['case_id'], ['case.id'], name=op.f('fk_replay_case_case_id_case')
        ),
        sa.ForeignKeyConstraint(
            ['run_id'], ['replay_run.id'], name=op.f('fk_replay_case_run_id_replay_run')
        ),
        sa.PrimaryKeyConstraint('run_id', 'case_id', name=op.f('pk_replay_case')),
    )
    op.create_index('ix_replay_case_place', 'replay_case', ['run_id', 'place'])
    op.create_index('ix_replay_case_case', 'replay_case', ['case_id'])


def downgrade() -> None:
    raise NotImplementedError
