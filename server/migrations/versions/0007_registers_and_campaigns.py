"""What stands in a register beyond its case; campaigns over many cases"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'register_entry',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('register', sa.String(length=80), nullable=False),
        sa.Column('case_id', sa.String(length=36), nullable=False),
        sa.Column('event', sa.String(length=120), nullable=False),
        sa.Column('step_seq', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('person_id', sa.String(length=36), nullable=True),
        sa.Column('unit_id', sa.String(length=36), nullable=True),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('managed_by', sa.String(length=16), nullable=True),
        sa.Column('level', sa.String(length=16), nullable=False),
        sa.Column('region', sa.String(length=200), nullable=False),
        sa.Column('entered_on', sa.Date(), nullable=False),
        sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('until', sa.Date(), nullable=True),
        sa.Column('period_text', sa.String(length=120), nullable=False),
        sa.Column('ended_on', sa.Date(), nullable=True),
        sa.Column('ended_by', sa.String(length=120), nullable=False),
        sa.Column('ended_seq', sa.Integer(), nullable=True),
        sa.Column('data', sa.JSON(none_as_null=True), nullable=False),
        sa.Column('shown', sa.JSON(none_as_null=True), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('struck_by', sa.String(length=16), nullable=False),
        sa.Column('struck_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('person', 'unit', 'case')", name=op.f('ck_register_entry_kind')
        ),
        sa.CheckConstraint(
            "level IN ('province', 'city', 'county', 'township')", name=op.f('ck_register_entry_level')
        ),
        sa.CheckConstraint(
            "state IN ('stands', 'struck')", name=op.f('ck_register_entry_state')
        ),
        sa.ForeignKeyConstraint(
            ['case_id'], ['case.id'], name=op.f('fk_register_entry_case_id_case')
        ),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_register_entry_person_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['unit_id'], ['unit.id'], name=op.f('fk_register_entry_unit_id_unit')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_register_entry')),
    )
    op.create_index('ix_register_entry_book', 'register_entry', ['register', 'entered_on', 'id'], unique=False)
    op.create_index('ix_register_entry_case', 'register_entry', ['case_id'], unique=False)
    op.create_index('ix_register_entry_person', 'register_entry', ['person_id', 'register'], unique=False)
    op.create_index('ix_register_entry_unit', 'register_entry', ['unit_id', 'register'], unique=False)
    op.create_table(
        'campaign',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('key', sa.String(length=80), nullable=False),
        sa.Column('pack_version_id', sa.String(length=36), nullable=False),
        sa.Column('title', sa.String(length=200), nullable=False),
        sa.Column('level', sa.String(length=16), nullable=False),
        sa.Column('unit_id', sa.String(length=36), nullable=False),
        sa.Column('region', sa.String(length=200), nullable=False),
        sa.Column('from_on', sa.Date(), nullable=False),
        sa.Column('to_on', sa.Date(), nullable=False),
        sa.Column('since_on', sa.Date(), nullable=True),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('cursor', sa.String(length=120), nullable=True),
        sa.Column('selected_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('made_by', sa.String(length=36), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_by', sa.String(length=36), nullable=True),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('end_reason', sa.Text(), nullable=False),
        sa.CheckConstraint(
            'to_on >= from_on', name=op.f('ck_campaign_ends_after_it_begins')
        ),
        sa.CheckConstraint(
            "level IN ('province', 'city', 'county', 'township')", name=op.f('ck_campaign_level')
        ),
        sa.CheckConstraint(
            "state IN ('open', 'ended')", name=op.f('ck_campaign_state')
        ),
        sa.ForeignKeyConstraint(
            ['ended_by'], ['person.id'], name=op.f('fk_campaign_ended_by_person')
        ),
        sa.ForeignKeyConstraint(
            ['made_by'], ['person.id'], name=op.f('fk_campaign_made_by_person')
        ),
        sa.ForeignKeyConstraint(
            ['pack_version_id'], ['pack_version.id'], name=op.f('fk_campaign_pack_version_id_pack_version')
        ),
        sa.ForeignKeyConstraint(
            ['unit_id'], ['unit.id'], name=op.f('fk_campaign_unit_id_unit')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign')),
    )
    op.create_index('ix_campaign_key', 'campaign', ['key', 'to_on'], unique=False)
    op.create_index('ix_campaign_unit', 'campaign', ['unit_id', 'to_on'], unique=False)
    op.create_table(
        'campaign_scope',
        sa.Column('campaign_id', sa.String(length=36), nullable=False),
        sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('codes', sa.JSON(none_as_null=True), nullable=False),
        sa.Column('from_on', sa.Date(), nullable=False),
        sa.Column('by_id', sa.String(length=36), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['by_id'], ['person.id'], name=op.f('fk_campaign_scope_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['campaign_id'], ['campaign.id'], name=op.f('fk_campaign_scope_campaign_id_campaign')
        ),
        sa.PrimaryKeyConstraint('campaign_id', 'number', name=op.f('pk_campaign_scope')),
    )
    op.create_table(
        'campaign_part',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('campaign_id', sa.String(length=36), nullable=False),
        sa.Column('unit_id', sa.String(length=36), nullable=False),
        sa.Column('level', sa.String(length=16), nullable=False),
        sa.Column('region', sa.String(length=200), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('confirmed_by', sa.String(length=36), nullable=True),
        sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "level IN ('province', 'city', 'county', 'township')", name=op.f('ck_campaign_part_level')
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'confirmed')", name=op.f('ck_campaign_part_state')
        ),
        sa.ForeignKeyConstraint(
            ['campaign_id'], ['campaign.id'], name=op.f('fk_campaign_part_campaign_id_campaign')
        ),
        sa.ForeignKeyConstraint(
            ['confirmed_by'], ['person.id'], name=op.f('fk_campaign_part_confirmed_by_person')
        ),
        sa.ForeignKeyConstraint(
            ['unit_id'], ['unit.id'], name=op.f('fk_campaign_part_unit_id_unit')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_part')),
        sa.UniqueConstraint('campaign_id', 'unit_id', name=op.f('uq_campaign_part_unit')),
    )
    op.create_index('ix_campaign_part_unit', 'campaign_part', ['unit_id', 'state'], unique=False)
    op.create_table(
        'campaign_target',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('campaign_id', sa.String(length=36), nullable=False),
        sa.Column('part_id', sa.String(length=36), nullable=True),
        sa.Column('about', sa.String(length=60), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('person_id', sa.String(length=36), nullable=True),
        sa.Column('unit_id', sa.String(length=36), nullable=True),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('managed_by', sa.String(length=16), nullable=True),
        sa.Column('entry_id', sa.String(length=36), nullable=True),
        sa.Column('scope_version', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('case_id', sa.String(length=36), nullable=True),
        sa.Column('by_id', sa.String(length=36), nullable=True),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('person', 'unit', 'case')", name=op.f('ck_campaign_target_kind')
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'chosen', 'left_out', 'opened', 'failed')", name=op.f('ck_campaign_target_state')
        ),
        sa.ForeignKeyConstraint(
            ['by_id'], ['person.id'], name=op.f('fk_campaign_target_by_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['campaign_id'], ['campaign.id'], name=op.f('fk_campaign_target_campaign_id_campaign')
        ),
        sa.ForeignKeyConstraint(
            ['case_id'], ['case.id'], name=op.f('fk_campaign_target_case_id_case')
        ),
        sa.ForeignKeyConstraint(
            ['entry_id'], ['register_entry.id'], name=op.f('fk_campaign_target_entry_id_register_entry')
        ),
        sa.ForeignKeyConstraint(
            ['part_id'], ['campaign_part.id'], name=op.f('fk_campaign_target_part_id_campaign_part')
        ),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_campaign_target_person_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['unit_id'], ['unit.id'], name=op.f('fk_campaign_target_unit_id_unit')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_target')),
        sa.UniqueConstraint('campaign_id', 'about', name=op.f('uq_campaign_target_about')),
    )
    op.create_index('ix_campaign_target_case', 'campaign_target', ['case_id'], unique=False)
    op.create_index('ix_campaign_target_part', 'campaign_target', ['part_id', 'state', 'id'], unique=False)


def downgrade() -> None:
    raise NotImplementedError
