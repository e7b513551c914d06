"""Running cases that move to a newer version of their pack"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        'migration',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('pack', sa.String(length=80), nullable=False),
        sa.Column('from_id', sa.String(length=36), nullable=False),
        sa.Column('to_id', sa.String(length=36), nullable=False),
        sa.Column('mapping', _JSON, nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('basis', sa.Text(), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('proposed_by', sa.String(length=36), nullable=False),
        sa.Column('proposed_at', _MOMENT, nullable=False),
        sa.Column('offered_at', _MOMENT, nullable=True),
        sa.Column('withdrawn_at', _MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'offered', 'withdrawn')", name=op.f('ck_migration_state')
        ),
        sa.ForeignKeyConstraint(
            ['from_id'], ['pack_version.id'], name=op.f('fk_migration_from_id_pack_version')
        ),
        sa.ForeignKeyConstraint(
            ['to_id'], ['pack_version.id'], name=op.f('fk_migration_to_id_pack_version')
        ),
        sa.ForeignKeyConstraint(
            ['proposed_by'], ['person.id'], name=op.f('fk_migration_proposed_by_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_migration')),
    )
    op.create_index('ix_migration_pack', 'migration', ['pack', 'state'])
    op.create_table(
        'migration_verdict',
        sa.Column('migration_id', sa.String(length=36), nullable=False),
        sa.Column('case_id', sa.String(length=36), nullable=False),
        sa.Column('seen', sa.Integer(), nullable=False),
        sa.Column('can', sa.Boolean(), nullable=False),
        sa.Column('elements', _JSON, nullable=False),
        sa.Column('reasons', _JSON, nullable=False),
        sa.Column('effects', _JSON, nullable=False),
        sa.Column('at', _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ['migration_id'],
            ['migration.id'],
            name=op.f('fk_migration_verdict_migration_id_migration'),
        ),
        sa.ForeignKeyConstraint(
            ['case_id'], ['case.id'], name=op.f('fk_migration_verdict_case_id_case')
        ),
        sa.PrimaryKeyConstraint('migration_id', 'case_id', name=op.f('pk_migration_verdict')),
    )
    op.create_index('ix_migration_verdict_case', 'migration_verdict', ['case_id'])
    op.create_table(
        'migration_run',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('migration_id', sa.String(length=36), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('by_id', sa.String(length=36), nullable=False),
        sa.Column('at', _MOMENT, nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('ended_at', _MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'paused', 'cancelled', 'done')",
            name=op.f('ck_migration_run_state'),
        ),
        sa.ForeignKeyConstraint(
            ['migration_id'], ['migration.id'], name=op.f('fk_migration_run_migration_id_migration')
        ),
        sa.ForeignKeyConstraint(
            ['by_id'], ['person.id'], name=op.f('fk_migration_run_by_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_migration_run')),
    )
    op.create_index('ix_migration_run_migration', 'migration_run', ['migration_id'])
    op.create_index('ix_migration_run_by', 'migration_run', ['by_id', 'at'])
    op.create_table(
        'migration_move',
        sa.Column('run_id', sa.String(length=36), nullable=False),
        sa.Column('case_id', sa.String(length=36), nullable=False),
        sa.Column('place', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('effects', _JSON, nullable=False),
        sa.Column('seq', sa.Integer(), nullable=True),
        sa.Column('at', _MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'moved', 'refused', 'failed', 'left')",
            name=op.f('ck_migration_move_state'),
        ),
        sa.ForeignKeyConstraint(
            ['run_id'], ['migration_run.id'], name=op.f('fk_migration_move_run_id_migration_run')
        ),
        sa.ForeignKeyConstraint(
            ['case_id'], ['case.id'], name=op.f('fk_migration_move_case_id_case')
        ),
        sa.PrimaryKeyConstraint('run_id', 'case_id', name=op.f('pk_migration_move')),
    )
    op.create_index('ix_migration_move_case', 'migration_move', ['case_id', 'state'])
    op.create_index('ix_migration_move_run', 'migration_move', ['run_id', 'state', 'place'])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        'uq_migration_move_waiting',
        'migration_move',
        ['case_id'],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def downgrade() -> None:
    raise NotImplementedError
