"""Which procedures an installation lets its people start"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'offer',
        sa.Column('procedure', sa.Text(), nullable=False),
        sa.Column('offered', sa.Boolean(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('changed_by', sa.Text(), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('procedure', name=op.f('pk_offer')),
    )


def downgrade() -> None:
    raise NotImplementedError
