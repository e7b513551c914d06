"""Numbers of papers count for each organ that issues them"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

#: the papers and what refers to them, parents first
TABLES = ('issued_paper', 'paper_file', 'paper_service')


def upgrade() -> None:
    op.create_table(
        'paper_counter',
        sa.Column('issuer', sa.String(length=36), nullable=False),
        sa.Column('pattern', sa.String(length=120), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('last', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('issuer', 'pattern', 'year', name=op.f('pk_paper_counter')),
    )
    # what was given so far is never given again: each organ goes on behind it this year
    op.execute(
        "INSERT INTO paper_counter (issuer, pattern, year, last) "
        "SELECT '*', substr(pattern, 7), year, last FROM reference_counter "
        "WHERE substr(pattern, 1, 6) = 'paper '"
    )
    op.execute("DELETE FROM reference_counter WHERE substr(pattern, 1, 6) = 'paper '")
    if op.get_context().dialect.name == 'sqlite':
        _made_anew()
    else:
        op.drop_constraint('uq_issued_paper_number', 'issued_paper', type_='unique')
        _add_issuer('issued_paper')
    op.create_index('uq_issued_paper_number', 'issued_paper', ['issuer_id', 'number'], unique=True)
    op.create_index(
        'uq_issued_paper_number_alone',
        'issued_paper',
        ['number'],
        unique=True,
        sqlite_where=sa.text('issuer_id IS NULL'),
        postgresql_where=sa.text('issuer_id IS NULL'),
    )


def _add_issuer(table: str) -> None:
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN issuer_id VARCHAR(36) "
        "CONSTRAINT fk_issued_paper_issuer_id_unit REFERENCES unit (id)"
    )


def _made_anew() -> None:
    """SQLite drops no constraint: the three tables are copied, dropped from the children up."""
    connection = op.get_bind()
    again = [
        sql
        for (sql,) in connection.execute(
            sa.text(
                "SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') "
                "AND sql IS NOT NULL AND tbl_name IN ('issued_paper', 'paper_file', 'paper_service')"
            )
        ).all()
    ]
    for table in TABLES:
        asked = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
        sql = connection.execute(asked, {'name': table}).scalar_one()
        for name in TABLES:
            sql = sql.replace(f'TABLE {name} ', f'TABLE new_{name} ')
            sql = sql.replace(f'REFERENCES {name} ', f'REFERENCES new_{name} ')
        op.execute(sql.replace('CONSTRAINT uq_issued_paper_number UNIQUE (number), ', ''))
        op.execute(f"INSERT INTO new_{table} SELECT * FROM {table}")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    for table in TABLES:
        op.execute(f"ALTER TABLE new_{table} RENAME TO {table}")
    _add_issuer('issued_paper')
    for sql in again:
        op.execute(sql)


def downgrade() -> None:
    raise NotImplementedError
