"""What is looked at every minute: is there room, and is what was wrong over."""

import shutil
from datetime import datetime, timedelta
from typing import Final

from server.domain.chores import CHORES
from server.domain.incidents import IncidentKind
from server.queries import operations as queries
from server.services.context import Tools
from server.services.operations import incidents

#: free bytes of the data directory below which it is time to act
LOW: Final = 1024 * 1024 * 1024
#: with less than this a write may fail any moment
NONE_LEFT: Final = 16 * 1024 * 1024
#: trouble that was not met for so long is over, whoever met it
QUIET: Final = timedelta(minutes=10)

_PASSING: Final = (IncidentKind.DISK_FULL, IncidentKind.CHORE_FAILED)
#: a chore that is done seldom fails seldom too
_SLACK: Final = 2


def free_bytes(tools: Tools) -> int:
    """Room left where the data lies."""
    return shutil.disk_usage(tools.config.data).free


def look(tools: Tools, real_now: datetime) -> None:
    """Note a full disk before anything is refused for it; close what has passed."""
    free = free_bytes(tools)
    is_full = free < NONE_LEFT
    if is_full:
        incidents.met(tools, IncidentKind.DISK_FULL, real_now, detail={"free_bytes": free})
    with tools.readers() as session:
        found = queries.open_incidents(session)
    for each in found:
        kind = IncidentKind(each.kind)
        if kind is IncidentKind.DISK_FULL and is_full:
            continue
        if kind in _PASSING and real_now - each.last_at > _quiet(each.subject):
            incidents.over(tools, kind, real_now, subject=each.subject)


def _quiet(subject: str) -> timedelta:
    every = next((chore.looked_at for chore in CHORES if chore.name == subject), timedelta(0))
    return max(QUIET, every * _SLACK)
