"""Who reported, kept apart; meetings that come round by the calendar"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('agenda_round',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('pack', sa.String(length=80), nullable=False),
    sa.Column('agenda', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('unit_id', sa.String(length=36), nullable=False),
    sa.Column('period', sa.String(length=16), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('meeting_id', sa.String(length=36), nullable=True),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state IN ('convened', 'empty', 'held', 'missed')", name=op.f('ck_agenda_round_state')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_agenda_round_meeting_id_meeting')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_agenda_round_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_round')),
    sa.UniqueConstraint('unit_id', 'pack', 'agenda', 'period', name='uq_agenda_round_period')
    )
    op.create_index('ix_agenda_round_meeting', 'agenda_round', ['meeting_id'], unique=False)
    op.create_index('ix_agenda_round_state', 'agenda_round', ['state', 'due_on'], unique=False)
    op.create_table('reporter',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('key_id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('contact', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('person', sa.Text(), nullable=True),
    sa.Column('lookup', sa.String(length=64), nullable=True),
    sa.Column('recorded_by', sa.String(length=36), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind <> 'anonymous' OR (name IS NULL AND contact IS NULL AND person IS NULL AND lookup IS NULL)", name=op.f('ck_reporter_anonymous_names_nobody')),
    sa.CheckConstraint("kind IN ('real_name', 'anonymous')", name=op.f('ck_reporter_kind')),
    sa.ForeignKeyConstraint(['recorded_by'], ['person.id'], name=op.f('fk_reporter_recorded_by_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_reporter_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reporter'))
    )
    op.create_index('ix_reporter_lookup', 'reporter', ['lookup'], unique=False)
    op.create_index('ix_reporter_unit', 'reporter', ['unit_id', 'recorded_at'], unique=False)
    op.create_table('reporter_case',
    sa.Column('reporter_id', sa.String(length=36), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_reporter_case_case_id_case')),
    sa.ForeignKeyConstraint(['reporter_id'], ['reporter.id'], name=op.f('fk_reporter_case_reporter_id_reporter')),
    sa.PrimaryKeyConstraint('reporter_id', 'case_id', name=op.f('pk_reporter_case'))
    )
    op.create_index('ix_reporter_case_case', 'reporter_case', ['case_id'], unique=False)
    op.create_table('reporter_bar',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('reporter_id', sa.String(length=36), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('mark', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=40), nullable=False),
    sa.Column('person', sa.Text(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_reporter_bar_case_id_case')),
    sa.ForeignKeyConstraint(['reporter_id'], ['reporter.id'], name=op.f('fk_reporter_bar_reporter_id_reporter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reporter_bar'))
    )
    op.create_index('ix_reporter_bar_case', 'reporter_bar', ['case_id'], unique=False)
    op.create_index('ix_reporter_bar_mark', 'reporter_bar', ['mark', 'case_id'], unique=False)
    op.create_table('reporter_named',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('reporter_id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('named_by', sa.String(length=36), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('key_id', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['named_by'], ['person.id'], name=op.f('fk_reporter_named_named_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reporter_named_person_id_person')),
    sa.ForeignKeyConstraint(['reporter_id'], ['reporter.id'], name=op.f('fk_reporter_named_reporter_id_reporter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reporter_named'))
    )
    op.create_index('ix_reporter_named_person', 'reporter_named', ['person_id', 'ended_at'], unique=False)
    op.create_index('ix_reporter_named_reporter', 'reporter_named', ['reporter_id'], unique=False)
    op.create_table('reporter_view',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('reporter_id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('key_id', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reporter_view_person_id_person')),
    sa.ForeignKeyConstraint(['reporter_id'], ['reporter.id'], name=op.f('fk_reporter_view_reporter_id_reporter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reporter_view'))
    )
    op.create_index('ix_reporter_view_reporter', 'reporter_view', ['reporter_id', 'at'], unique=False)
    op.create_table('reporter_feedback',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('reporter_id', sa.String(length=36), nullable=False),
    sa.Column('by_id', sa.String(length=36), nullable=False),
    sa.Column('given_on', sa.Date(), nullable=False),
    sa.Column('form', sa.String(length=16), nullable=False),
    sa.Column('acknowledged', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('key_id', sa.String(length=40), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.CheckConstraint("form IN ('face_to_face', 'written')", name=op.f('ck_reporter_feedback_form')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_reporter_feedback_by_id_person')),
    sa.ForeignKeyConstraint(['reporter_id'], ['reporter.id'], name=op.f('fk_reporter_feedback_reporter_id_reporter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reporter_feedback'))
    )
    op.create_index('ix_reporter_feedback_reporter', 'reporter_feedback', ['reporter_id', 'at'], unique=False)


def downgrade() -> None:
    raise NotImplementedError
