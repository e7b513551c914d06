"""Ways out for notices, incidents of the installation, corrected dates, matters taken over"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'open'")
_ARMED = sa.text("state = 'armed'")
_ASKED = sa.text("state = 'asked'")


def upgrade() -> None:
    op.add_column('case', sa.Column('taken_over_on', sa.Date(), nullable=True))
    op.add_column('deadline', sa.Column('met_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('heartbeat', sa.Column('detail', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('person', sa.Column('email', sa.Text(), nullable=True))
    op.add_column('outbox', sa.Column('channel', sa.String(length=40), nullable=False, server_default=''))
    # written out: the one form of it that both databases take
    op.execute(
        "ALTER TABLE outbox ADD COLUMN recipient_id VARCHAR(36)"
        " CONSTRAINT fk_outbox_recipient_id_person REFERENCES person (id)"
    )
    op.add_column('outbox', sa.Column('message_id', sa.String(length=120), nullable=True))
    op.add_column('outbox', sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True))
    op.add_column('outbox', sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('outbox', sa.Column('error', sa.String(length=120), nullable=False, server_default=''))
    op.create_table('incident',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=120), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('detail', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.String(length=36), nullable=True),
    sa.CheckConstraint("state IN ('open', 'closed')", name=op.f('ck_incident_state')),
    sa.ForeignKeyConstraint(['closed_by'], ['person.id'], name=op.f('fk_incident_closed_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident'))
    )
    op.create_index('ix_incident_opened_at', 'incident', ['opened_at'], unique=False)
    op.create_index('uq_incident_open', 'incident', ['kind', 'subject'], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table('correction',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('event', sa.String(length=120), nullable=False),
    sa.Column('was_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('evidence_id', sa.String(length=36), nullable=False),
    sa.Column('asked_by', sa.String(length=36), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('office_id', sa.String(length=36), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('decided_by', sa.String(length=36), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('asked', 'approved', 'refused', 'withdrawn')", name=op.f('ck_correction_state')),
    sa.CheckConstraint("state = 'withdrawn' OR decided_by <> asked_by", name=op.f('ck_correction_two_persons')),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_correction_asked_by_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_correction_case_id_case')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_correction_decided_by_person')),
    sa.ForeignKeyConstraint(['evidence_id'], ['attachment.id'], name=op.f('fk_correction_evidence_id_attachment')),
    sa.ForeignKeyConstraint(['office_id'], ['unit.id'], name=op.f('fk_correction_office_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_correction'))
    )
    op.drop_index('ix_timer_armed', table_name='timer')
    op.create_index('ix_timer_armed', 'timer', ['due_at', 'case_id'], unique=False, sqlite_where=_ARMED, postgresql_where=_ARMED)
    op.create_index('ix_correction_case', 'correction', ['case_id', 'state'], unique=False)
    op.create_index('ix_correction_office', 'correction', ['office_id', 'state'], unique=False)
    op.create_index('uq_correction_open', 'correction', ['case_id', 'event'], unique=True, sqlite_where=_ASKED, postgresql_where=_ASKED)

    op.create_table('takeover',
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=False),
    sa.Column('node_key', sa.String(length=120), nullable=False),
    sa.Column('file_hash', sa.String(length=64), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.String(length=36), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_takeover_by_id_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_takeover_case_id_case')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_takeover')),
    sa.UniqueConstraint('reference', name=op.f('uq_takeover_reference'))
    )


def downgrade() -> None:
    raise NotImplementedError
