"""When background work was last done, in real time: every process can tell whether it is done."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from server.domain.access import SYSTEM
from server.domain.expressions import Json
from server.models.installation import heartbeat
from server.services.context import Tools, transaction

#: a beat is written down at most this often: a write costs a write to the disk
APART = timedelta(seconds=30)


def beat(tools: Tools, name: str, real_now: datetime) -> None:
    """Note that this work was done now."""
    last = latest(tools, name)
    if last is None or not timedelta(0) <= real_now - last < APART:
        _write(tools, name, real_now, {})


def note(tools: Tools, name: str, real_now: datetime, detail: dict[str, Json]) -> None:
    """Note that this work was done now, with what came of it; for what is done seldom."""
    _write(tools, name, real_now, {"detail": detail})


def latest(tools: Tools, name: str) -> datetime | None:
    """When this work was last noted as done."""
    with tools.readers() as session:
        return session.scalar(select(heartbeat.c.at).where(heartbeat.c.name == name))


def _write(tools: Tools, name: str, real_now: datetime, more: dict[str, Json]) -> None:
    done = {"at": real_now, **more}
    with transaction(tools, SYSTEM, real_now) as ctx:
        known = ctx.session.execute(
            update(heartbeat)
            .where(heartbeat.c.name == name)
            .values(**done)
            .returning(heartbeat.c.name)
        ).one_or_none()
        if known is None:
            ctx.session.execute(insert(heartbeat).values(name=name, **done))
