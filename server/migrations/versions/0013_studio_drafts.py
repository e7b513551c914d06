"""Drafts of a pack: files that are to leave it, and the version each was begun on"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'pack_draft', sa.Column('removed', sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        'pack_draft', sa.Column('base', sa.Integer(), nullable=False, server_default='0')
    )


def downgrade() -> None:
    raise NotImplementedError
