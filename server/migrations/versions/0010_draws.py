"""Campaigns whose targets are drawn: the seed, and what it was drawn from"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('campaign', sa.Column('seed', sa.String(length=64), nullable=True))
    op.add_column('campaign', sa.Column('candidates', sa.Integer(), nullable=True))
    op.add_column('campaign', sa.Column('candidates_hash', sa.String(length=64), nullable=True))


def downgrade() -> None:
    raise NotImplementedError
