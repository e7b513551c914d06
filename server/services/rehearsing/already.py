"""A rehearsal plays rules as though they held already, on whatever day its scenarios begin."""

from datetime import date

from sqlalchemy import update

from server.models.definition import PackVersion
from server.services.context import Context


def hold(ctx: Context, pack_version_id: str) -> None:
    """Let the rehearsed version be in force on every day; what it says otherwise stays."""
    ctx.session.execute(
        update(PackVersion).where(PackVersion.id == pack_version_id).values(valid_from=date.min)
    )
