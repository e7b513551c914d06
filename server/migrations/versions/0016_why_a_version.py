"""Why a version of a pack is there, and from when on nobody opens a case under it"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ('reason', 'basis', 'retired_reason'):
        op.add_column(
            'pack_version', sa.Column(name, sa.Text(), nullable=False, server_default='')
        )
    op.add_column('pack_version', sa.Column('retired_on', sa.Date(), nullable=True))
    op.add_column('pack_version', sa.Column('retired_by', sa.Text(), nullable=True))
    op.add_column(
        'pack_version', sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        'pack_version', sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    raise NotImplementedError
