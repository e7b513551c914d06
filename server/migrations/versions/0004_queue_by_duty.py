"""The queue of an office asks what each item is in its group: that stands in its index"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

_WAITING = sa.text("state IN ('offered', 'claimed')")


def upgrade() -> None:
    op.drop_index('ix_work_item_queue', table_name='work_item')
    op.create_index(
        'ix_work_item_queue',
        'work_item',
        [
            'candidate_unit', 'order_key', 'id', 'state', 'head_only', 'assignee_id',
            'expires_at', 'case_id', 'duty',
        ],
        unique=False,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    raise NotImplementedError
