"""Work handed over, returned and signed together; meetings, recusal, absence; remarks and copies"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_NAMED = sa.text('person_id IS NOT NULL')

_COMMANDS = (
    "command IN ('open', 'complete', 'timer', 'deliver', 'return', 'withdraw', 'cancel',"
    " 'migrate', 'reopen', 'move', 'amend')"
)
_STEP = (
    'case_id', 'seq', 'command', 'node_key', 'task_key', 'work_item_id', 'actor_id',
    'on_behalf_of', 'answers', 'form_hash', 'visited', 'flows', 'decisions', 'messages',
    'state_version', 'state_before', 'at',
)


def upgrade() -> None:
    # never filled before: their verbs come with this schema
    for table in ('vote', 'decision', 'recusal'):
        op.drop_table(table)
    _new_steps()
    op.create_table('absence',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('substitute_id', sa.String(length=36), nullable=False),
    sa.Column('unit_ids', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('made_by', sa.String(length=36), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(length=36), nullable=True),
    sa.CheckConstraint('person_id <> substitute_id', name=op.f('ck_absence_somebody_else')),
    sa.CheckConstraint('to_on >= from_on', name=op.f('ck_absence_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['ended_by'], ['person.id'], name=op.f('fk_absence_ended_by_person')),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_absence_made_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_absence_person_id_person')),
    sa.ForeignKeyConstraint(['substitute_id'], ['person.id'], name=op.f('fk_absence_substitute_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence'))
    )
    op.create_index('ix_absence_person', 'absence', ['person_id', 'to_on'], unique=False)
    op.create_index('ix_absence_substitute', 'absence', ['substitute_id', 'to_on'], unique=False)
    op.create_table('kinship',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('relative_id', sa.String(length=36), nullable=False),
    sa.Column('relation', sa.String(length=40), nullable=False),
    sa.Column('noted_by', sa.String(length=36), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('person_id <> relative_id', name=op.f('ck_kinship_somebody_else')),
    sa.ForeignKeyConstraint(['noted_by'], ['person.id'], name=op.f('fk_kinship_noted_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_kinship_person_id_person')),
    sa.ForeignKeyConstraint(['relative_id'], ['person.id'], name=op.f('fk_kinship_relative_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kinship')),
    sa.UniqueConstraint('person_id', 'relative_id', name='uq_kinship_pair')
    )
    op.create_index('ix_kinship_relative', 'kinship', ['relative_id'], unique=False)
    op.create_table('meeting',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('body_unit_id', sa.String(length=36), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('chair_id', sa.String(length=36), nullable=True),
    sa.Column('secretary_id', sa.String(length=36), nullable=True),
    sa.Column('attendants', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('convened_by', sa.String(length=36), nullable=False),
    sa.Column('convened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('convened', 'open', 'closed', 'cancelled')", name=op.f('ck_meeting_state')),
    sa.ForeignKeyConstraint(['body_unit_id'], ['unit.id'], name=op.f('fk_meeting_body_unit_id_unit')),
    sa.ForeignKeyConstraint(['chair_id'], ['person.id'], name=op.f('fk_meeting_chair_id_person')),
    sa.ForeignKeyConstraint(['convened_by'], ['person.id'], name=op.f('fk_meeting_convened_by_person')),
    sa.ForeignKeyConstraint(['secretary_id'], ['person.id'], name=op.f('fk_meeting_secretary_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting'))
    )
    op.create_index('ix_meeting_body', 'meeting', ['body_unit_id', 'held_on'], unique=False)
    op.create_table('phrase',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=True),
    sa.Column('unit_id', sa.String(length=36), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint('(person_id IS NULL) <> (unit_id IS NULL)', name=op.f('ck_phrase_whose')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_phrase_person_id_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_phrase_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phrase'))
    )
    op.create_index('ix_phrase_person', 'phrase', ['person_id'], unique=False)
    op.create_index('ix_phrase_unit', 'phrase', ['unit_id'], unique=False)
    op.create_table('saved_filter',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('page', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('query', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_saved_filter_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_filter')),
    sa.UniqueConstraint('person_id', 'page', 'name', name='uq_saved_filter_name')
    )
    op.create_table('case_request',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('payload', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('before', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('after', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.String(length=36), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('office_id', sa.String(length=36), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('decided_by', sa.String(length=36), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.CheckConstraint("state = 'withdrawn' OR decided_by <> asked_by", name=op.f('ck_case_request_two_persons')),
    sa.CheckConstraint("state IN ('asked', 'consented', 'refused', 'withdrawn')", name=op.f('ck_case_request_state')),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_case_request_asked_by_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_request_case_id_case')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_case_request_decided_by_person')),
    sa.ForeignKeyConstraint(['office_id'], ['unit.id'], name=op.f('fk_case_request_office_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_request'))
    )
    op.create_index('ix_case_request_case', 'case_request', ['case_id', 'state'], unique=False)
    op.create_index('ix_case_request_office', 'case_request', ['office_id', 'state'], unique=False)
    op.create_table('declaration',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('occasion', sa.String(length=16), nullable=False),
    sa.Column('capacity', sa.String(length=80), nullable=False),
    sa.Column('subject_id', sa.String(length=36), nullable=False),
    sa.Column('answer', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("occasion IN ('claim', 'appointment', 'vote')", name=op.f('ck_declaration_occasion')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_declaration_case_id_case')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_declaration_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_declaration'))
    )
    op.create_index('ix_declaration_case', 'declaration', ['case_id', 'person_id'], unique=False)
    op.create_table('recusal',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=True),
    sa.Column('named', sa.String(length=200), nullable=False),
    sa.Column('capacity', sa.String(length=40), nullable=False),
    sa.Column('ground', sa.String(length=40), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_id', sa.String(length=36), nullable=False),
    sa.Column('office_id', sa.String(length=36), nullable=True),
    sa.Column('decided_by', sa.String(length=36), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state IN ('asked', 'declared', 'granted', 'refused', 'withdrawn')", name=op.f('ck_recusal_state')),
    sa.CheckConstraint('decided_by IS NULL OR decided_by <> person_id', name=op.f('ck_recusal_not_himself')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_recusal_by_id_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_recusal_case_id_case')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_recusal_decided_by_person')),
    sa.ForeignKeyConstraint(['office_id'], ['unit.id'], name=op.f('fk_recusal_office_id_unit')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_recusal_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recusal'))
    )
    op.create_index('ix_recusal_case', 'recusal', ['case_id', 'state'], unique=False)
    op.create_index('ix_recusal_office', 'recusal', ['office_id', 'state'], unique=False)
    op.create_index('ix_recusal_person', 'recusal', ['person_id', 'state'], unique=False)
    op.create_table('comment',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('work_item_id', sa.String(length=36), nullable=True),
    sa.Column('author_id', sa.String(length=36), nullable=False),
    sa.Column('unit_id', sa.String(length=36), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('mentions', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_comment_author_id_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_comment_case_id_case')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_comment_unit_id_unit')),
    sa.ForeignKeyConstraint(['work_item_id'], ['work_item.id'], name=op.f('fk_comment_work_item_id_work_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment'))
    )
    op.create_index('ix_comment_case', 'comment', ['case_id', 'at'], unique=False)
    op.create_table('decision',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('group_id', sa.String(length=36), nullable=False),
    sa.Column('work_item_id', sa.String(length=36), nullable=True),
    sa.Column('node_key', sa.String(length=120), server_default='', nullable=False),
    sa.Column('meeting_id', sa.String(length=36), nullable=True),
    sa.Column('agenda_no', sa.Integer(), server_default='1', nullable=False),
    sa.Column('body_unit_id', sa.String(length=36), nullable=True),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('motion', sa.String(length=40), server_default='', nullable=False),
    sa.Column('rule', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('members', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('base', sa.Integer(), nullable=False),
    sa.Column('present', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('chair_id', sa.String(length=36), nullable=True),
    sa.Column('is_secret', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('round', sa.Integer(), server_default='1', nullable=False),
    sa.Column('resolution', sa.String(length=40), nullable=True),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('minutes', sa.Text(), server_default='', nullable=False),
    sa.Column('minutes_id', sa.String(length=36), nullable=True),
    sa.Column('answers', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('convened_by', sa.String(length=36), nullable=True),
    sa.Column('convened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('open', 'closed', 'cancelled')", name=op.f('ck_decision_state')),
    sa.ForeignKeyConstraint(['body_unit_id'], ['unit.id'], name=op.f('fk_decision_body_unit_id_unit')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_decision_case_id_case')),
    sa.ForeignKeyConstraint(['chair_id'], ['person.id'], name=op.f('fk_decision_chair_id_person')),
    sa.ForeignKeyConstraint(['convened_by'], ['person.id'], name=op.f('fk_decision_convened_by_person')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_decision_meeting_id_meeting')),
    sa.ForeignKeyConstraint(['work_item_id'], ['work_item.id'], name=op.f('fk_decision_work_item_id_work_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision'))
    )
    op.create_index('ix_decision_body', 'decision', ['body_unit_id', 'decided_on'], unique=False)
    op.create_index('ix_decision_case', 'decision', ['case_id'], unique=False)
    op.create_index('ix_decision_group', 'decision', ['group_id'], unique=False)
    op.create_index('ix_decision_meeting', 'decision', ['meeting_id'], unique=False)
    op.create_table('follow_up',
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('work_item_id', sa.String(length=36), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_follow_up_case_id_case')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_follow_up_person_id_person')),
    sa.ForeignKeyConstraint(['work_item_id'], ['work_item.id'], name=op.f('fk_follow_up_work_item_id_work_item')),
    sa.PrimaryKeyConstraint('person_id', 'work_item_id', name=op.f('pk_follow_up'))
    )
    op.create_index('ix_follow_up_person', 'follow_up', ['person_id', 'on'], unique=False)
    op.create_table('work_act',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('work_item_id', sa.String(length=36), nullable=True),
    sa.Column('group_id', sa.String(length=36), nullable=True),
    sa.Column('node_key', sa.String(length=120), nullable=False),
    sa.Column('verb', sa.String(length=40), nullable=False),
    sa.Column('actor_id', sa.String(length=36), nullable=False),
    sa.Column('on_behalf_of', sa.String(length=36), nullable=True),
    sa.Column('unit_id', sa.String(length=36), nullable=True),
    sa.Column('role', sa.String(length=80), nullable=False),
    sa.Column('to_person', sa.String(length=36), nullable=True),
    sa.Column('to_unit', sa.String(length=36), nullable=True),
    sa.Column('to_node', sa.String(length=120), nullable=False),
    sa.Column('choice', sa.String(length=16), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('answers', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('form_hash', sa.String(length=80), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("choice IN ('', 'agree', 'disagree', 'abstain')", name=op.f('ck_work_act_choice')),
    sa.ForeignKeyConstraint(['actor_id'], ['person.id'], name=op.f('fk_work_act_actor_id_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_work_act_case_id_case')),
    sa.ForeignKeyConstraint(['on_behalf_of'], ['person.id'], name=op.f('fk_work_act_on_behalf_of_person')),
    sa.ForeignKeyConstraint(['to_person'], ['person.id'], name=op.f('fk_work_act_to_person_person')),
    sa.ForeignKeyConstraint(['to_unit'], ['unit.id'], name=op.f('fk_work_act_to_unit_unit')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_work_act_unit_id_unit')),
    sa.ForeignKeyConstraint(['work_item_id'], ['work_item.id'], name=op.f('fk_work_act_work_item_id_work_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_act'))
    )
    op.create_index('ix_work_act_case', 'work_act', ['case_id', 'at'], unique=False)
    op.create_index('ix_work_act_group', 'work_act', ['group_id'], unique=False)
    op.create_index('ix_work_act_item', 'work_act', ['work_item_id'], unique=False)
    op.create_table('cc',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('unit_id', sa.String(length=36), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_cc_case_id_case')),
    sa.ForeignKeyConstraint(['id'], ['work_act.id'], name=op.f('fk_cc_id_work_act')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_cc_person_id_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_cc_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cc'))
    )
    op.create_index('ix_cc_case', 'cc', ['case_id'], unique=False)
    op.create_index('ix_cc_person', 'cc', ['person_id', 'read_at'], unique=False)
    op.create_table('decision_member',
    sa.Column('decision_id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('is_chair', sa.Boolean(), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.Column('attends', sa.Boolean(), nullable=True),
    sa.Column('absence_reason', sa.Text(), nullable=False),
    sa.Column('recusal', sa.String(length=40), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('has_voted', sa.Boolean(), nullable=False),
    sa.Column('spoken', sa.Integer(), nullable=True),
    sa.Column('opinion', sa.Text(), nullable=False),
    sa.Column('is_dissent', sa.Boolean(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_decision_member_decision_id_decision')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_decision_member_person_id_person')),
    sa.PrimaryKeyConstraint('decision_id', 'person_id', name=op.f('pk_decision_member'))
    )
    op.create_index('ix_decision_member_person', 'decision_member', ['person_id'], unique=False)
    op.create_table('vote',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('decision_id', sa.String(length=36), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=True),
    sa.Column('choice', sa.String(length=40), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.Column('recorded_by', sa.String(length=36), nullable=True),
    sa.Column('cast_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_vote_decision_id_decision')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_vote_person_id_person')),
    sa.ForeignKeyConstraint(['recorded_by'], ['person.id'], name=op.f('fk_vote_recorded_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vote'))
    )
    op.create_index('uq_vote_member', 'vote', ['decision_id', 'round', 'person_id'], unique=True, sqlite_where=_NAMED, postgresql_where=_NAMED)
    op.add_column('case', sa.Column('priority', sa.Integer(), server_default='0', nullable=False))
    op.add_column('case', sa.Column('priority_reason', sa.Text(), server_default='', nullable=False))
    # what goes first within its rank stands before the rest: the keys get room for it
    op.execute(
        'UPDATE work_item SET order_key = order_key + order_key / 100000000 * 100000000 + 100000000'
    )
    op.add_column('work_item', sa.Column('touched_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('work_item', sa.Column('duty', sa.String(length=16), server_default='main', nullable=False))
    op.add_column('work_item', sa.Column('weight', sa.Integer(), server_default='1', nullable=False))
    # written out: the one form of it that both databases take
    op.execute(
        "ALTER TABLE work_item ADD COLUMN handed_by VARCHAR(36)"
        " CONSTRAINT fk_work_item_handed_by_person REFERENCES person (id)"
    )
    op.execute(
        "ALTER TABLE work_item ADD COLUMN handed_from VARCHAR(36)"
        " CONSTRAINT fk_work_item_handed_from_unit REFERENCES unit (id)"
    )
    op.add_column('work_item', sa.Column('scopes', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('work_item', sa.Column('answers', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('deadline', sa.Column('started_version', sa.Integer(), nullable=True))
    op.add_column('deadline', sa.Column('ended_by', sa.String(length=120), nullable=True))
    op.add_column('deadline', sa.Column('ended_version', sa.Integer(), nullable=True))


def _new_steps() -> None:
    """The history takes more commands; SQLite changes no constraint, so there it is copied."""
    if op.get_bind().dialect.name != 'sqlite':
        op.add_column('case_step', sa.Column('given', sa.JSON(none_as_null=True), nullable=True))
        op.add_column('case_step', sa.Column('undo', sa.JSON(none_as_null=True), nullable=True))
        op.drop_constraint(op.f('ck_case_step_command'), 'case_step', type_='check')
        op.create_check_constraint(op.f('ck_case_step_command'), 'case_step', _COMMANDS)
        return
    op.create_table('case_step_next',
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('command', sa.String(length=16), nullable=False),
    sa.Column('node_key', sa.String(length=120), nullable=False),
    sa.Column('task_key', sa.String(length=80), nullable=False),
    sa.Column('work_item_id', sa.String(length=36), nullable=True),
    sa.Column('actor_id', sa.String(length=36), nullable=True),
    sa.Column('on_behalf_of', sa.String(length=36), nullable=True),
    sa.Column('answers', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('form_hash', sa.String(length=80), nullable=True),
    sa.Column('visited', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('flows', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('decisions', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('messages', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('state_version', sa.Integer(), nullable=False),
    sa.Column('state_before', sa.LargeBinary(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('given', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('undo', sa.JSON(none_as_null=True), nullable=True),
    sa.CheckConstraint(_COMMANDS, name=op.f('ck_case_step_command')),
    sa.ForeignKeyConstraint(['actor_id'], ['person.id'], name=op.f('fk_case_step_actor_id_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_step_case_id_case')),
    sa.ForeignKeyConstraint(['on_behalf_of'], ['person.id'], name=op.f('fk_case_step_on_behalf_of_person')),
    sa.PrimaryKeyConstraint('case_id', 'seq', name=op.f('pk_case_step')),
    sa.UniqueConstraint('case_id', 'state_version', name='uq_case_step_version')
    )
    columns = ', '.join(f'"{name}"' for name in _STEP)
    op.execute(f'INSERT INTO case_step_next ({columns}) SELECT {columns} FROM case_step')
    op.drop_table('case_step')
    op.rename_table('case_step_next', 'case_step')


def downgrade() -> None:
    raise NotImplementedError
