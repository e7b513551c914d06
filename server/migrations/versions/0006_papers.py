"""Papers of a case: drafted, issued, delivered"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'issued_paper',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('case_id', sa.String(length=36), nullable=False),
        sa.Column('key', sa.String(length=80), nullable=False),
        sa.Column('step_seq', sa.Integer(), nullable=False),
        sa.Column('title', sa.String(length=200), nullable=False),
        sa.Column('number', sa.String(length=120), nullable=True),
        sa.Column('matter', sa.String(length=16), nullable=False),
        sa.Column('to_roles', sa.JSON(none_as_null=True), nullable=False),
        sa.Column('needs_service', sa.Boolean(), nullable=False),
        sa.Column('role', sa.String(length=80), nullable=False),
        sa.Column('unit_id', sa.String(length=36), nullable=True),
        sa.Column('written_by', sa.String(length=36), nullable=True),
        sa.Column('template_hash', sa.String(length=64), nullable=False),
        sa.Column('data_hash', sa.String(length=64), nullable=False),
        sa.Column('replaces_id', sa.String(length=36), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('issued_by', sa.String(length=36), nullable=False),
        sa.Column('on_behalf_of', sa.String(length=36), nullable=True),
        sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_issued_paper_case_id_case')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_issued_paper_unit_id_unit')),
        sa.ForeignKeyConstraint(['written_by'], ['person.id'], name=op.f('fk_issued_paper_written_by_person')),
        sa.ForeignKeyConstraint(['replaces_id'], ['issued_paper.id'], name=op.f('fk_issued_paper_replaces_id_issued_paper')),
        sa.ForeignKeyConstraint(['issued_by'], ['person.id'], name=op.f('fk_issued_paper_issued_by_person')),
        sa.ForeignKeyConstraint(['on_behalf_of'], ['person.id'], name=op.f('fk_issued_paper_on_behalf_of_person')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_issued_paper')),
        sa.UniqueConstraint('number', name=op.f('uq_issued_paper_number')),
        sa.UniqueConstraint('replaces_id', name=op.f('uq_issued_paper_replaces_id')),
    )
    op.create_index('ix_issued_paper_case', 'issued_paper', ['case_id', 'issued_at'], unique=False)
    op.create_table(
        'paper_file',
        sa.Column('paper_id', sa.String(length=36), nullable=False),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('content_hash', sa.String(length=64), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('docx', 'pdf')", name=op.f('ck_paper_file_kind')),
        sa.ForeignKeyConstraint(['paper_id'], ['issued_paper.id'], name=op.f('fk_paper_file_paper_id_issued_paper')),
        sa.PrimaryKeyConstraint('paper_id', 'kind', name=op.f('pk_paper_file')),
    )
    op.create_index('ix_paper_file_content', 'paper_file', ['content_hash'], unique=False)
    op.create_table(
        'paper_service',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('paper_id', sa.String(length=36), nullable=False),
        sa.Column('role', sa.String(length=80), nullable=False),
        sa.Column('person_id', sa.String(length=36), nullable=True),
        sa.Column('unit_id', sa.String(length=36), nullable=True),
        sa.Column('addressee', sa.String(length=200), nullable=False),
        sa.Column('is_copy', sa.Boolean(), nullable=False),
        sa.Column('way', sa.String(length=40), nullable=False),
        sa.Column('way_text', sa.String(length=200), nullable=False),
        sa.Column('served_on', sa.Date(), nullable=False),
        sa.Column('received_by', sa.String(length=120), nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        sa.Column('receipt_id', sa.String(length=36), nullable=True),
        sa.Column('replaces_id', sa.String(length=36), nullable=True),
        sa.Column('recorded_by', sa.String(length=36), nullable=False),
        sa.Column('on_behalf_of', sa.String(length=36), nullable=True),
        sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['paper_id'], ['issued_paper.id'], name=op.f('fk_paper_service_paper_id_issued_paper')),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_paper_service_person_id_person')),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_paper_service_unit_id_unit')),
        sa.ForeignKeyConstraint(['receipt_id'], ['attachment.id'], name=op.f('fk_paper_service_receipt_id_attachment')),
        sa.ForeignKeyConstraint(['replaces_id'], ['paper_service.id'], name=op.f('fk_paper_service_replaces_id_paper_service')),
        sa.ForeignKeyConstraint(['recorded_by'], ['person.id'], name=op.f('fk_paper_service_recorded_by_person')),
        sa.ForeignKeyConstraint(['on_behalf_of'], ['person.id'], name=op.f('fk_paper_service_on_behalf_of_person')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_service')),
        sa.UniqueConstraint('replaces_id', name=op.f('uq_paper_service_replaces_id')),
    )
    op.create_index('ix_paper_service_paper', 'paper_service', ['paper_id'], unique=False)
    op.create_index('ix_paper_service_receipt', 'paper_service', ['receipt_id'], unique=False)
    for table in ('issued_paper', 'paper_file', 'paper_service'):
        _keep(table)


def _keep(table: str) -> None:
    """Let rows of the table be inserted and read only."""
    if op.get_context().dialect.name == 'sqlite':
        for verb in ('UPDATE', 'DELETE'):
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
