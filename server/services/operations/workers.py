"""Which processes do the background work beside this database: a heartbeat of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete

from server.domain.access import SYSTEM
from server.models.installation import heartbeat
from server.queries.operations import Beat
from server.services import heartbeats
from server.services.context import Tools, transaction
from server.services.operations.clock_watch import machine

#: what the names of their heartbeats begin with
_WORKER: Final = "worker "
#: one that has not been heard of for so long has ended, and is forgotten after a day
GONE: Final = timedelta(minutes=3)
_FORGOTTEN: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """A process that does background work."""

    machine: str
    began_at: datetime
    heard_at: datetime


def beat(tools: Tools, name: str, began_at: datetime, real_now: datetime) -> None:
    """Say that this process is there."""
    detail = {"machine": machine(), "since": began_at.isoformat()}
    heartbeats.note(tools, f"{_WORKER}{name}", real_now, dict(detail))


def present(beats: Mapping[str, Beat], real_now: datetime) -> tuple[Process, ...]:
    """Those that were heard of lately, the oldest first."""
    found = [
        Process(
            machine=str(each.detail["machine"]),
            began_at=datetime.fromisoformat(str(each.detail["since"])),
            heard_at=each.at,
        )
        for name, each in beats.items()
        if name.startswith(_WORKER) and real_now - each.at < GONE
    ]
    return tuple(sorted(found, key=lambda each: each.began_at))


def forget_gone(tools: Tools, real_now: datetime) -> None:
    """Forget those that ended long ago."""
    with transaction(tools, SYSTEM, real_now) as ctx:
        ctx.session.execute(
            delete(heartbeat).where(
                heartbeat.c.name.startswith(_WORKER), heartbeat.c.at < real_now - _FORGOTTEN
            )
        )
