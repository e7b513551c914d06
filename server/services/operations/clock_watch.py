"""The clock of the machine is watched: while it cannot be believed, nothing is fired by it.

One watch for each process. What it finds is an incident of its machine, so that a process that is
started anew on it goes on doubting, and another machine beside the same database goes on working.
"""

import logging
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select, update

from server.domain.access import Permission, permits
from server.domain.chores import ROUND
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.incidents import IncidentKind
from server.domain.machine_clock import Leap, Reading, is_over, leap, leap_since_stop
from server.domain.texts import _
from server.models.installation import incident
from server.services import heartbeats
from server.services.context import Context, Tools
from server.services.identity import posts
from server.services.operations import incidents

#: characters of the reason somebody gives
MOST: Final = 200

_log = logging.getLogger(__name__)


def steady() -> float:
    """Seconds that pass also while the machine sleeps, where the system counts them."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def machine() -> str:
    """Which machine this is: the name its administrator knows it by."""
    return platform.node()[:120]


@dataclass(kw_only=True, slots=True)
class ClockWatch:
    """What one process knows of the clock of its machine."""

    wall: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    steady: Callable[[], float] = steady
    machine: str = field(default_factory=machine)
    #: the last reading that was believed
    _trusted: Reading | None = None
    _leap: Leap | None = None
    _is_noted: bool = False
    _has_begun: bool = False

    def is_held(self, tools: Tools) -> bool:
        """Look at the clock, before a round: must it fire nothing.

        What is found is noted, and closed when the clock is right again; a person who says that
        the clock is right has closed it already.
        """
        found = Reading(wall=self.wall(), steady=self.steady())
        if not self._has_begun:
            self._begin(tools, found)
        elif self._leap is None and self._trusted is not None:
            self._leap = leap(self._trusted, found)
        if self._leap is None:
            self._trusted = found
            return False
        return self._go_on(tools, self._leap, found)

    def _begin(self, tools: Tools, found: Reading) -> None:
        """A process that was started doubts what the one before doubted, or a step back."""
        self._leap = _standing(tools, self.machine)
        self._is_noted = self._leap is not None
        if self._leap is None:
            last = heartbeats.latest(tools, ROUND.name)
            self._leap = leap_since_stop(last, found.wall)
        self._has_begun = True

    def _go_on(self, tools: Tools, doubt: Leap, found: Reading) -> bool:
        if is_over(doubt, self._trusted, found):
            if self._is_noted:
                incidents.over(tools, _KIND, found.wall, subject=self.machine)
            return self._believe(found)
        if not self._is_noted:
            detail = {"before": doubt.before.isoformat(), "after": doubt.after.isoformat()}
            incidents.met(tools, _KIND, found.wall, subject=self.machine, detail=dict(detail))
            self._is_noted = True
            _log.warning("the clock jumped: nothing is fired", extra={"incident": _KIND})
        elif _standing(tools, self.machine) is None:
            return self._believe(found)  # somebody looked and says that it is right
        return True

    def _believe(self, found: Reading) -> bool:
        _log.info("the clock is believed again", extra={"incident": _KIND})
        self._trusted, self._leap, self._is_noted = found, None, False
        return False


def confirm(ctx: Context, incident_id: str, reason: str) -> None:
    """Say that the clock is right as it is: what is due by it happens in the next round.

    Raises:
        Forbidden: the actor is not the system administrator.
        Invalid: no reason is given, or a long one.
        Conflict: it is over already.
    """
    if not permits(posts.with_posts(ctx), Permission.SYSTEM_ADMINISTER):
        raise Forbidden(_("只有系统管理员可以确认服务器时钟"))
    told = reason.strip()
    if not told or len(told) > MOST:
        raise Invalid(_("请写明核对的依据，不超过200字"))
    row = ctx.session.execute(
        select(incident)
        .where(incident.c.id == incident_id, incident.c.kind == _KIND, incident.c.state == "open")
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise Conflict(_("这项异常已经了结"))
    real_now = datetime.now(UTC)
    ctx.session.execute(
        update(incident)
        .where(incident.c.id == incident_id)
        .values(
            state="closed",
            closed_at=real_now,
            closed_by=ctx.actor.person_id,
            detail={**row.detail, "reason": told},
        )
    )
    ctx.record("incident.confirm", _KIND, detail={"incident": incident_id, **row.detail})


def _standing(tools: Tools, subject: str) -> Leap | None:
    detail = incidents.standing(tools, _KIND, subject=subject)
    if detail is None:
        return None
    return Leap(
        before=datetime.fromisoformat(detail["before"]),
        after=datetime.fromisoformat(detail["after"]),
    )


_KIND: Final = IncidentKind.CLOCK_JUMPED
