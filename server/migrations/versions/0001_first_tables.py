"""The first tables"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_event',
    sa.Column('chain', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Text(), nullable=False),
    sa.Column('verb', sa.Text(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('algorithm', sa.Text(), nullable=False),
    sa.Column('key_id', sa.Text(), nullable=False),
    sa.Column('prev_hash', sa.Text(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('chain', 'seq', name=op.f('pk_audit_event')),
    sa.UniqueConstraint('chain', 'prev_hash', name=op.f('uq_audit_event_chain_prev_hash'))
    )
    op.create_index(op.f('ix_audit_event_case_id_seq'), 'audit_event', ['case_id', 'seq'], unique=False)
    op.create_table('audit_head',
    sa.Column('chain', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('algorithm', sa.Text(), nullable=False),
    sa.Column('key_id', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('chain', name=op.f('pk_audit_head'))
    )
    op.create_table('calendar_day',
    sa.Column('calendar', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('working', sa.Boolean(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('calendar', 'version', 'day', name=op.f('pk_calendar_day'))
    )
    op.create_index(op.f('ix_calendar_day_calendar_name_day'), 'calendar_day', ['calendar', 'name', 'day'], unique=False)
    op.create_table('drill',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('clock_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ahead', sa.Float(), nullable=False),
    sa.Column('demo_password', sa.String(length=16), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_drill_single')),
    sa.CheckConstraint("demo_password IN ('none', 'known', 'own')", name=op.f('ck_drill_demo_password')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drill'))
    )
    op.create_table('heartbeat',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeat'))
    )
    op.create_table('pack_version',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False),
    sa.Column('files', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('procedures', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('legal_basis', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('accepted', sa.Text(), nullable=True),
    sa.Column('proposed_by', sa.Text(), nullable=True),
    sa.Column('published_by', sa.Text(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('proposed', 'published', 'retired')", name=op.f('ck_pack_version_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pack_version')),
    sa.UniqueConstraint('key', 'version', name=op.f('uq_pack_version_key_version'))
    )
    op.create_index(op.f('ix_pack_version_key_valid_from'), 'pack_version', ['key', 'valid_from'], unique=False)
    op.create_table('person',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('managed_by', sa.Text(), nullable=True),
    sa.Column('secret_hash', sa.Text(), nullable=True),
    sa.Column('secret_changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('must_change_secret', sa.Boolean(), nullable=False),
    sa.Column('preferences', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("managed_by IN ('central', 'province', 'city', 'county', 'township')", name=op.f('ck_person_managed_by')),
    sa.CheckConstraint("state IN ('active', 'disabled')", name=op.f('ck_person_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('login', name=op.f('uq_person_login'))
    )
    op.create_table('process_definition',
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('bpmn', 'dmn', 'form', 'letter', 'pack', 'scenario', 'text')", name=op.f('ck_process_definition_kind')),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_process_definition')),
    sa.UniqueConstraint('kind', 'key', 'version', name=op.f('uq_process_definition_kind_key_version'))
    )
    op.create_table('reference_counter',
    sa.Column('pattern', sa.String(length=120), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('pattern', 'year', name=op.f('pk_reference_counter'))
    )
    op.create_table('sign_in_failure',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('subject', sa.String(length=240), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_failure'))
    )
    op.create_index('ix_sign_in_failure_subject', 'sign_in_failure', ['subject', 'at'], unique=False)
    op.create_table('unit',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('parent_id', sa.String(length=36), nullable=True),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('affiliation', sa.Text(), nullable=False),
    sa.Column('region', sa.Text(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("affiliation IN ('province', 'city', 'county', 'township')", name=op.f('ck_unit_affiliation')),
    sa.CheckConstraint("level IN ('province', 'city', 'county', 'township')", name=op.f('ck_unit_level')),
    sa.ForeignKeyConstraint(['parent_id'], ['unit.id'], name=op.f('fk_unit_parent_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit')),
    sa.UniqueConstraint('key', name=op.f('uq_unit_key')),
    sa.UniqueConstraint('path', name=op.f('uq_unit_path'))
    )
    op.create_index(op.f('ix_unit_level_kind'), 'unit', ['level', 'kind'], unique=False)
    op.create_index(op.f('ix_unit_parent_id'), 'unit', ['parent_id'], unique=False)
    op.create_index(op.f('ix_unit_region_kind'), 'unit', ['region', 'kind'], unique=False)
    op.create_table('pack_draft',
    sa.Column('pack', sa.Text(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('stored_by', sa.String(length=36), nullable=False),
    sa.Column('stored_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['stored_by'], ['person.id'], name=op.f('fk_pack_draft_stored_by_person')),
    sa.PrimaryKeyConstraint('pack', 'path', name=op.f('pk_pack_draft'))
    )
    op.create_table('case',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=False),
    sa.Column('procedure', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('pack_version_id', sa.String(length=36), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('status_reason', sa.Text(), nullable=False),
    sa.Column('suspended_by', sa.String(length=36), nullable=True),
    sa.Column('outcome', sa.String(length=40), nullable=True),
    sa.Column('unit_id', sa.String(length=36), nullable=True),
    sa.Column('level', sa.String(length=16), nullable=False),
    sa.Column('secrecy', sa.String(length=16), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by', sa.String(length=36), nullable=True),
    sa.Column('opened_for', sa.String(length=36), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('parent_case_id', sa.String(length=36), nullable=True),
    sa.CheckConstraint("level IN ('province', 'city', 'county', 'township')", name=op.f('ck_case_level')),
    sa.CheckConstraint("status IN ('open', 'suspended', 'closed', 'cancelled')", name=op.f('ck_case_status')),
    sa.ForeignKeyConstraint(['suspended_by'], ['person.id'], name=op.f('fk_case_suspended_by_person')),
    sa.ForeignKeyConstraint(['opened_by'], ['person.id'], name=op.f('fk_case_opened_by_person')),
    sa.ForeignKeyConstraint(['opened_for'], ['unit.id'], name=op.f('fk_case_opened_for_unit')),
    sa.ForeignKeyConstraint(['pack_version_id'], ['pack_version.id'], name=op.f('fk_case_pack_version_id_pack_version')),
    sa.ForeignKeyConstraint(['parent_case_id'], ['case.id'], name=op.f('fk_case_parent_case_id_case')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_case_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case')),
    sa.UniqueConstraint('reference', name=op.f('uq_case_reference'))
    )
    op.create_index('ix_case_opened_for', 'case', ['opened_for'], unique=False)
    op.create_index('ix_case_parent', 'case', ['parent_case_id'], unique=False)
    op.create_index('ix_case_procedure_status', 'case', ['procedure', 'status'], unique=False)
    op.create_index('ix_case_unit_status', 'case', ['unit_id', 'status', 'opened_on'], unique=False)
    op.create_table('post',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('unit_id', sa.String(length=36), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('is_head', sa.Boolean(), nullable=False),
    sa.Column('is_main', sa.Boolean(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('to_on IS NULL OR to_on >= from_on', name=op.f('ck_post_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_post_person_id_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_post_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post'))
    )
    op.create_index(op.f('ix_post_person_id'), 'post', ['person_id'], unique=False)
    op.create_index(op.f('ix_post_unit_id_to_on'), 'post', ['unit_id', 'to_on'], unique=False)
    op.create_table('proposal',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=True),
    sa.Column('unit_id', sa.String(length=36), nullable=True),
    sa.Column('payload', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_by', sa.String(length=36), nullable=True),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.String(length=36), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("decided_by IS NULL OR decided_by <> COALESCE(person_id, '')", name=op.f('ck_proposal_not_himself')),
    sa.CheckConstraint("decided_by IS NULL OR decided_by <> COALESCE(proposed_by, '')", name=op.f('ck_proposal_two_persons')),
    sa.CheckConstraint("state IN ('proposed', 'approved', 'refused', 'withdrawn')", name=op.f('ck_proposal_state')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_proposal_decided_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_proposal_person_id_person')),
    sa.ForeignKeyConstraint(['proposed_by'], ['person.id'], name=op.f('fk_proposal_proposed_by_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_proposal_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal'))
    )
    op.create_index(op.f('ix_proposal_person_id'), 'proposal', ['person_id'], unique=False)
    op.create_index(op.f('ix_proposal_state_proposed_at'), 'proposal', ['state', 'proposed_at'], unique=False)
    op.create_table('session',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fresh_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('address', sa.String(length=64), nullable=False),
    sa.Column('previous_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('browser', 'token')", name=op.f('ck_session_kind')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_session_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session')),
    sa.UniqueConstraint('token_hash', name='uq_session_token_hash')
    )
    op.create_index('ix_session_person', 'session', ['person_id', 'revoked_at'], unique=False)
    op.create_table('case_state',
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('definition_hash', sa.String(length=80), nullable=False),
    sa.Column('state', sa.LargeBinary(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('variables', sa.JSON(none_as_null=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_state_case_id_case')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_case_state'))
    )
    op.create_table('case_step',
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
    sa.CheckConstraint("command IN ('open', 'complete', 'timer', 'deliver', 'return', 'withdraw', 'cancel', 'migrate')", name=op.f('ck_case_step_command')),
    sa.ForeignKeyConstraint(['actor_id'], ['person.id'], name=op.f('fk_case_step_actor_id_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_step_case_id_case')),
    sa.ForeignKeyConstraint(['on_behalf_of'], ['person.id'], name=op.f('fk_case_step_on_behalf_of_person')),
    sa.PrimaryKeyConstraint('case_id', 'seq', name=op.f('pk_case_step')),
    sa.UniqueConstraint('case_id', 'state_version', name='uq_case_step_version')
    )
    op.create_table('deadline',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('rule_key', sa.String(length=120), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('occurrence', sa.Integer(), nullable=False),
    sa.Column('origin_event', sa.String(length=120), nullable=False),
    sa.Column('origin_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('provisional_on', sa.Date(), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('calendar', sa.String(length=40), nullable=False),
    sa.Column('calendar_version', sa.String(length=80), nullable=False),
    sa.Column('force', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('met_on', sa.Date(), nullable=True),
    sa.Column('line', sa.Text(), nullable=False),
    sa.Column('changes', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("force IN ('statutory', 'soft')", name=op.f('ck_deadline_force')),
    sa.CheckConstraint("state IN ('running', 'stopped', 'undetermined', 'overdue', 'met', 'met_late', 'cancelled')", name=op.f('ck_deadline_state')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_deadline_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deadline')),
    sa.UniqueConstraint('case_id', 'rule_key', 'subject', 'occurrence', name='uq_deadline_clock')
    )
    op.create_index('ix_deadline_state_due', 'deadline', ['state', 'due_on'], unique=False)
    op.create_table('decision',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('group_id', sa.String(length=36), nullable=False),
    sa.Column('body_unit_id', sa.String(length=36), nullable=True),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('rule', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('members', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('base', sa.Integer(), nullable=False),
    sa.Column('present', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('chair_id', sa.String(length=36), nullable=True),
    sa.Column('resolution', sa.String(length=40), nullable=True),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('minutes_id', sa.String(length=36), nullable=True),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state IN ('open', 'closed')", name=op.f('ck_decision_state')),
    sa.ForeignKeyConstraint(['body_unit_id'], ['unit.id'], name=op.f('fk_decision_body_unit_id_unit')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_decision_case_id_case')),
    sa.ForeignKeyConstraint(['chair_id'], ['person.id'], name=op.f('fk_decision_chair_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision'))
    )
    op.create_index('ix_decision_body', 'decision', ['body_unit_id', 'decided_on'], unique=False)
    op.create_index('ix_decision_case', 'decision', ['case_id'], unique=False)
    op.create_table('idempotency',
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('route', sa.String(length=200), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('body_hash', sa.String(length=64), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('answer', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('headers', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_idempotency_case_id_case')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_idempotency_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', 'route', 'key', name=op.f('pk_idempotency'))
    )
    op.create_index('ix_idempotency_at', 'idempotency', ['at'], unique=False)
    op.create_table('usage',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_usage_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_usage'))
    )
    op.create_index('ix_usage_person', 'usage', ['person_id', 'kind', 'at'], unique=False)
    op.create_table('message_subscription',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('task_key', sa.String(length=80), nullable=False),
    sa.Column('element', sa.String(length=120), nullable=False),
    sa.Column('message', sa.String(length=120), nullable=False),
    sa.Column('correlation_key', sa.String(length=120), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state IN ('open', 'delivered', 'closed')", name=op.f('ck_message_subscription_state')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_message_subscription_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_subscription'))
    )
    op.create_index('ix_message_subscription_case', 'message_subscription', ['case_id', 'state'], unique=False)
    op.create_index('uq_message_subscription_open', 'message_subscription', ['message', 'correlation_key', 'case_id', 'task_key', 'element'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_table('outbox',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('payload', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('dedupe_key', sa.String(length=240), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('case_id', sa.String(length=36), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('notice', 'message')", name=op.f('ck_outbox_kind')),
    sa.CheckConstraint("state IN ('pending', 'sent', 'recorded', 'failed')", name=op.f('ck_outbox_state')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_outbox_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_outbox_dedupe_key'))
    )
    op.create_index('ix_outbox_case', 'outbox', ['case_id', 'kind'], unique=False)
    op.create_index('ix_outbox_pending', 'outbox', ['next_at'], unique=False, sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))
    op.create_table('participant',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=True),
    sa.Column('unit_id', sa.String(length=36), nullable=True),
    sa.Column('role_key', sa.String(length=80), nullable=False),
    sa.Column('from_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('to_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(person_id IS NULL) <> (unit_id IS NULL)', name=op.f('ck_participant_who')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_participant_case_id_case')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_participant_person_id_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_participant_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_participant'))
    )
    op.create_index('ix_participant_case', 'participant', ['case_id', 'role_key'], unique=False)
    op.create_index('ix_participant_person', 'participant', ['person_id', 'to_at'], unique=False)
    op.create_index('ix_participant_unit', 'participant', ['unit_id', 'to_at'], unique=False)
    op.create_table('recusal',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('capacity', sa.String(length=40), nullable=False),
    sa.Column('ground', sa.String(length=40), nullable=False),
    sa.Column('by_id', sa.String(length=36), nullable=False),
    sa.Column('decided_by', sa.String(length=36), nullable=True),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state IN ('asked', 'granted', 'refused')", name=op.f('ck_recusal_state')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_recusal_by_id_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_recusal_case_id_case')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_recusal_decided_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_recusal_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recusal'))
    )
    op.create_index('ix_recusal_case', 'recusal', ['case_id', 'state'], unique=False)
    op.create_index('ix_recusal_person', 'recusal', ['person_id', 'state'], unique=False)
    op.create_table('subject',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=True),
    sa.Column('unit_id', sa.String(length=36), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('managed_by', sa.String(length=16), nullable=True),
    sa.Column('outcome', sa.String(length=40), nullable=True),
    sa.CheckConstraint("kind IN ('applicant', 'subject')", name=op.f('ck_subject_kind')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_subject_case_id_case')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_subject_person_id_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_subject_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subject'))
    )
    op.create_index('ix_subject_case', 'subject', ['case_id'], unique=False)
    op.create_index('ix_subject_person', 'subject', ['person_id'], unique=False)
    op.create_table('work_item',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('group_id', sa.String(length=36), nullable=False),
    sa.Column('task_key', sa.String(length=80), nullable=False),
    sa.Column('node_key', sa.String(length=120), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('lane', sa.String(length=120), nullable=False),
    sa.Column('instance', sa.String(length=200), nullable=True),
    sa.Column('item', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('form_key', sa.String(length=120), nullable=False),
    sa.Column('form_hash', sa.String(length=80), nullable=True),
    sa.Column('candidate_role', sa.String(length=80), nullable=False),
    sa.Column('candidate_unit', sa.String(length=36), nullable=True),
    sa.Column('level', sa.String(length=16), nullable=True),
    sa.Column('head_only', sa.Boolean(), nullable=False),
    sa.Column('assignee_id', sa.String(length=36), nullable=True),
    sa.Column('owner_id', sa.String(length=36), nullable=True),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.String(length=36), nullable=True),
    sa.Column('draft', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('deadline_key', sa.String(length=120), nullable=False),
    sa.Column('deadline_id', sa.String(length=36), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('order_key', sa.Integer(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_version', sa.Integer(), nullable=True),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('offered', 'claimed', 'done', 'ended')", name=op.f('ck_work_item_state')),
    sa.ForeignKeyConstraint(['assignee_id'], ['person.id'], name=op.f('fk_work_item_assignee_id_person')),
    sa.ForeignKeyConstraint(['candidate_unit'], ['unit.id'], name=op.f('fk_work_item_candidate_unit_unit')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_work_item_case_id_case')),
    sa.ForeignKeyConstraint(['deadline_id'], ['deadline.id'], name=op.f('fk_work_item_deadline_id_deadline')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_work_item_owner_id_person')),
    sa.ForeignKeyConstraint(['parent_id'], ['work_item.id'], name=op.f('fk_work_item_parent_id_work_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_item'))
    )
    op.create_index('ix_work_item_case', 'work_item', ['case_id', 'state'], unique=False)
    op.create_index('ix_work_item_done', 'work_item', ['assignee_id', 'closed_at'], unique=False, sqlite_where=sa.text("state = 'done'"), postgresql_where=sa.text("state = 'done'"))
    op.create_index('ix_work_item_mine', 'work_item', ['assignee_id', 'order_key', 'id'], unique=False, sqlite_where=sa.text("state IN ('offered', 'claimed')"), postgresql_where=sa.text("state IN ('offered', 'claimed')"))
    op.create_index('ix_work_item_named', 'work_item', ['case_id', 'candidate_role'], unique=False, sqlite_where=sa.text("state IN ('offered', 'claimed') AND candidate_unit IS NULL"), postgresql_where=sa.text("state IN ('offered', 'claimed') AND candidate_unit IS NULL"))
    op.create_index('ix_work_item_office', 'work_item', ['candidate_unit', 'case_id'], unique=False)
    op.create_index('ix_work_item_queue', 'work_item', ['candidate_unit', 'order_key', 'id', 'state', 'head_only', 'assignee_id', 'expires_at', 'case_id'], unique=False, sqlite_where=sa.text("state IN ('offered', 'claimed')"), postgresql_where=sa.text("state IN ('offered', 'claimed')"))
    op.create_index('uq_work_item_open_group', 'work_item', ['group_id', 'assignee_id'], unique=True, sqlite_where=sa.text("state IN ('offered', 'claimed')"), postgresql_where=sa.text("state IN ('offered', 'claimed')"))
    op.create_table('attachment',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=True),
    sa.Column('work_item_id', sa.String(length=36), nullable=True),
    sa.Column('step_seq', sa.Integer(), nullable=True),
    sa.Column('field', sa.String(length=120), nullable=False),
    sa.Column('name', sa.String(length=240), nullable=False),
    sa.Column('media_type', sa.String(length=120), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('uploaded_by', sa.String(length=36), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('bound_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('scan', sa.String(length=16), nullable=False),
    sa.CheckConstraint("scan IN ('none', 'waiting', 'clean', 'refused')", name=op.f('ck_attachment_scan')),
    sa.CheckConstraint("state IN ('draft', 'bound', 'removed')", name=op.f('ck_attachment_state')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_attachment_case_id_case')),
    sa.ForeignKeyConstraint(['uploaded_by'], ['person.id'], name=op.f('fk_attachment_uploaded_by_person')),
    sa.ForeignKeyConstraint(['work_item_id'], ['work_item.id'], name=op.f('fk_attachment_work_item_id_work_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment'))
    )
    op.create_index('ix_attachment_case', 'attachment', ['case_id'], unique=False)
    op.create_index('ix_attachment_content', 'attachment', ['content_hash'], unique=False)
    op.create_index('ix_attachment_draft', 'attachment', ['uploaded_by', 'state'], unique=False)
    op.create_table('notification',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('recipient_id', sa.String(length=36), nullable=True),
    sa.Column('unit_id', sa.String(length=36), nullable=True),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('deadline_id', sa.String(length=36), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('dedupe_key', sa.String(length=240), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_notification_case_id_case')),
    sa.ForeignKeyConstraint(['deadline_id'], ['deadline.id'], name=op.f('fk_notification_deadline_id_deadline')),
    sa.ForeignKeyConstraint(['recipient_id'], ['person.id'], name=op.f('fk_notification_recipient_id_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_notification_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_notification_dedupe_key'))
    )
    op.create_index('ix_notification_case', 'notification', ['case_id'], unique=False)
    op.create_index('ix_notification_recipient', 'notification', ['recipient_id', 'read_at'], unique=False)
    op.create_index('ix_notification_unit', 'notification', ['unit_id'], unique=False)
    op.create_table('timer',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('task_key', sa.String(length=80), nullable=False),
    sa.Column('element', sa.String(length=120), nullable=False),
    sa.Column('wish', sa.String(length=200), nullable=False),
    sa.Column('deadline_id', sa.String(length=36), nullable=True),
    sa.Column('rule_key', sa.String(length=120), nullable=False),
    sa.Column('rung', sa.Integer(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=True),
    sa.Column('again', sa.Integer(), nullable=False),
    sa.Column('dedupe_key', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('engine', 'clock', 'rung')", name=op.f('ck_timer_kind')),
    sa.CheckConstraint("state IN ('armed', 'fired', 'cancelled', 'failed')", name=op.f('ck_timer_state')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_timer_case_id_case')),
    sa.ForeignKeyConstraint(['deadline_id'], ['deadline.id'], name=op.f('fk_timer_deadline_id_deadline')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_timer')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_timer_dedupe_key'))
    )
    op.create_index('ix_timer_armed', 'timer', ['due_at'], unique=False, sqlite_where=sa.text("state = 'armed'"), postgresql_where=sa.text("state = 'armed'"))
    op.create_index('ix_timer_case', 'timer', ['case_id', 'state'], unique=False)
    op.create_table('vote',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('decision_id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.String(length=36), nullable=False),
    sa.Column('choice', sa.String(length=16), nullable=False),
    sa.Column('opinion', sa.Text(), nullable=False),
    sa.Column('spoken', sa.Integer(), nullable=False),
    sa.Column('cast_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_vote_decision_id_decision')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_vote_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vote')),
    sa.UniqueConstraint('decision_id', 'person_id', name='uq_vote_member')
    )
    chain = sa.table(
        "audit_head",
        sa.column("chain"),
        sa.column("seq"),
        sa.column("hash"),
        sa.column("algorithm"),
        sa.column("key_id"),
    )
    op.bulk_insert(
        chain,
        [
            {"chain": name, "seq": 0, "hash": "", "algorithm": "SM3", "key_id": ""}
            for name in ("act", "access")
        ],
    )
    for table in ("audit_event", "process_definition", "calendar_day"):
        keep(table)
    search_index()
    separate()


#: posts that let nobody hold another one at the same time (SY-1)
_APART = "('system_admin', 'security_admin', 'audit_admin')"

#: another post of the same person, at the same time, one of the two an administrator's
_OTHER_POST = f"""
    SELECT 1 FROM post AS other
    JOIN unit AS its_unit ON its_unit.id = other.unit_id
    JOIN unit AS new_unit ON new_unit.id = NEW.unit_id
    WHERE other.person_id = NEW.person_id
    AND other.id <> NEW.id
    AND other.from_on <= COALESCE(NEW.to_on, '9999-12-31')
    AND COALESCE(other.to_on, '9999-12-31') >= NEW.from_on
    AND (its_unit.kind IN {_APART} OR new_unit.kind IN {_APART})
"""


def separate() -> None:
    """An administrator holds no other post; a unit does not turn into an administrator's."""
    turns = f"NEW.kind <> OLD.kind AND (NEW.kind IN {_APART} OR OLD.kind IN {_APART})"
    if op.get_context().dialect.name == "sqlite":
        for verb in ("INSERT", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER post_apart_{verb.lower()} BEFORE {verb} ON post "
                f"WHEN EXISTS ({_OTHER_POST}) "
                "BEGIN SELECT RAISE(ABORT, 'administrators hold no other post'); END"
            )
        op.execute(
            f"CREATE TRIGGER unit_apart BEFORE UPDATE OF kind ON unit WHEN {turns} "
            "BEGIN SELECT RAISE(ABORT, 'an administrator''s unit stays one'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION post_is_apart() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        # two appointments at once wait for one another, so that each sees what the other did
        "PERFORM 1 FROM person WHERE id = NEW.person_id FOR NO KEY UPDATE; "
        f"IF EXISTS ({_OTHER_POST}) THEN "
        "RAISE EXCEPTION 'administrators hold no other post' USING ERRCODE = 'check_violation'; "
        "END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER post_apart BEFORE INSERT OR UPDATE ON post "
        "FOR EACH ROW EXECUTE FUNCTION post_is_apart()"
    )
    op.execute(
        "CREATE FUNCTION unit_stays_apart() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'an administrator''s unit stays one' USING ERRCODE = 'check_violation'; "
        "END $$"
    )
    op.execute(
        "CREATE TRIGGER unit_apart BEFORE UPDATE OF kind ON unit "
        f"FOR EACH ROW WHEN ({turns}) EXECUTE FUNCTION unit_stays_apart()"
    )


def search_index() -> None:
    """The full-text index, of each database's own kind (models/search)."""
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE case_search USING fts5("
            "case_id UNINDEXED, seq UNINDEXED, marks, tokenize='ascii', prefix='6')"
        )
        return
    op.execute(
        'CREATE TABLE case_search (case_id varchar(36) NOT NULL REFERENCES "case" (id), '
        "seq integer NOT NULL, marks tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_case_search_marks ON case_search USING gin (marks)")


def keep(table: str) -> None:
    """Let rows of the table be inserted and read only."""
    if op.get_context().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()"
    )


def downgrade() -> None:
    raise NotImplementedError
